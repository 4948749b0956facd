"""How the outbox stands: what an operator's monitor asks for, without a name in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.outbox import State, Way
from bot.domain.tally import Tally
from bot.services.ports import Database, Tx

#: a first day of school makes as many roles as it has students, and Discord gives about one a second
MOST_LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Vitals:
    #: rows by state and way
    rows: Mapping[tuple[State, Way], int]
    #: by way, how long ago the oldest row became due that is still waiting; only what is due already
    late: Mapping[Way, timedelta]

    @property
    def latest(self) -> timedelta:
        return max(self.late.values(), default=timedelta(0))

    @property
    def keeps_up(self) -> bool:
        return self.latest <= MOST_LATE


class VitalsService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def look(self, now: datetime) -> Vitals:
        return _vitals(await self._db.read(_tally), now)


def _tally(tx: Tx) -> Sequence[Tally]:
    return tx.outbox.tally()


def _vitals(tallies: Sequence[Tally], now: datetime) -> Vitals:
    return Vitals(
        rows={(each.state, each.way): each.rows for each in tallies},
        late={
            each.way: now - each.first_due
            for each in tallies
            if each.state is State.DUE and each.first_due <= now
        },
    )
