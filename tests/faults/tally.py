"""What a fault suite counted, and the one line that says it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.loopback.changes import PATIENCE_S


@dataclass(slots=True)
class Tally:
    """Lost: not arrived at the end. Doubled: arrived more than once. Stuck: rows that no courier will end."""

    name: str
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    #: what was lost, doubled or stuck
    faults: Counter[str] = field(default_factory=Counter[str])
    #: what the kills hit
    hits: Counter[str] = field(default_factory=Counter[str])

    def count(self, arrived: Sequence[int], what: str = "message") -> None:
        """How often each of what was owed arrived."""
        lost, doubled = sum(each == 0 for each in arrived), sum(each > 1 for each in arrived)
        self.lost += lost
        self.doubled += doubled
        self.faults += Counter({f"{what} lost": lost, f"{what} doubled": doubled})

    @property
    def is_good(self) -> bool:
        return bool(self.kills or self.hits) and not (self.lost or self.doubled or self.stuck)

    @property
    def line(self) -> str:
        return (
            f"faults: {self.name} kills={self.kills} lost={self.lost} doubled={self.doubled} "
            f"stuck={self.stuck}"
        )

    @property
    def details(self) -> str:
        told = {"kills hit": self.hits, "wrong": self.faults}
        return "\n".join(
            f"{self.name}: {title} " + ", ".join(f"{what} {n}" for what, n in counted.most_common())
            for title, counted in told.items()
            if counted
        )


def states(database: Path, kind: str | None = None) -> Counter[str]:
    """How many rows of the outbox are in which state, as the file has it."""
    connection = sqlite3.connect(database, timeout=PATIENCE_S)
    try:
        query = "SELECT state, count(*) FROM outbox WHERE ?1 IS NULL OR kind = ?1 GROUP BY state"
        return Counter(dict(connection.execute(query, (kind,)).fetchall()))
    finally:
        connection.close()


def unsettled(database: Path) -> Counter[str]:
    """Rows in hand or in doubt, of any kind, and nudges that did not end as sent: how many, by kind, state and why."""
    connection = sqlite3.connect(database, timeout=PATIENCE_S)
    try:
        rows = connection.execute(
            "SELECT kind || ' ' || state || ' (' || why || ')', count(*) FROM outbox "
            "WHERE state IN ('leased', 'calling', 'uncertain') "
            "OR (kind = 'nudge' AND state IN ('due', 'failed', 'expired', 'suppressed')) GROUP BY 1"
        )
        return Counter(dict(rows.fetchall()))
    finally:
        connection.close()
