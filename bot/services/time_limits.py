"""Attempts whose time is up, handed in by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.mastery import CLOSE, GRACE
from bot.domain.units import Units
from bot.services.apart import Piece, Told, do_each
from bot.services.grading import hand_in, tell_result
from bot.services.ports import Database, Ids, Tx

#: after an attempt's time, within a minute: what was pressed in time and is delivered late still counts (RF5)
CLOSES_AFTER = GRACE + timedelta(seconds=28)


class TimeLimitService:
    def __init__(self, database: Database, ids: Ids, units: Units | None = None) -> None:
        self._db, self._ids, self._units = database, ids, units

    async def close(self, now: datetime) -> int:
        """Hands in what was open when its time was up, and tells the students; gives how many there were."""
        due = await self._db.read(_run_out, now)
        if not due:
            return 0
        pieces = [_piece(attempt, section, self._units) for attempt, section in due]
        return sum(await do_each(self._db, CLOSE, pieces, now, self._ids))

    async def next_instant(self, now: datetime) -> datetime | None:
        """When ``close`` has something to do next."""
        end = await self._db.read(_next_end)
        return None if end is None else end + CLOSES_AFTER + timedelta(milliseconds=1)


def _run_out(tx: Tx, now: datetime) -> Sequence[tuple[int, int]]:
    return tx.attempts.run_out(now - CLOSES_AFTER)


def _next_end(tx: Tx) -> datetime | None:
    return tx.attempts.next_end()


def _piece(attempt: int, section: int, units: Units | None) -> Piece[int]:
    return Piece(
        item=str(attempt),
        do=lambda bench: _close(bench.tx, attempt, bench.now, bench.ids, units),
        section=section,
        told=lambda tx: _told(tx, attempt),
    )


def _told(tx: Tx, attempt: int) -> Told:
    it = tx.attempts.get(attempt)
    who = tx.people.account(it.person)
    name = f"<@{who.discord}>" if who else "a student"
    return Told(
        f"the check of {name} in “{it.unit_title}” is over and I could not mark it",
        "Use /override with the decision “begin anew”: it counts for nothing, they can begin another at once, "
        "and what they answered is kept",
    )


def _close(tx: Tx, attempt: int, now: datetime, ids: Ids, units: Units | None) -> int:
    it = tx.attempts.get(attempt)
    if not hand_in(tx, it, tx.attempts.items(it.id), it.ends_at or now, ids, units):
        return 0
    tell_result(tx, it, "time", now, ids)
    return 1
