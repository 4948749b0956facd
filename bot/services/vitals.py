"""How the outbox stands: what an operator's monitor asks for, without a name in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.apart import SetAside
from bot.domain.outbox import State, Way
from bot.services.ports import Database, Tx

#: a first day of school makes as many roles as it has students, and Discord gives about one a second
MOST_LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Vitals:
    #: rows by state and way
    rows: Mapping[tuple[State, Way], int]
    #: by way, how long ago the oldest row became due that is still waiting; only what is due already
    late: Mapping[Way, timedelta]
    #: things of jobs that raised again and again, and are hardly tried any more
    set_aside: int = 0
    #: messages that failed through a fault of ours within a day
    given_up: int = 0
    #: jobs whose last run raised as a whole
    failing: tuple[str, ...] = ()

    @property
    def latest(self) -> timedelta:
        return max(self.late.values(), default=timedelta(0))

    @property
    def keeps_up(self) -> bool:
        return self.latest <= MOST_LATE


class VitalsService:
    def __init__(self, database: Database) -> None:
        self._db, self._has_begun = database, False
        #: the composition root sets it
        self.failing: Callable[[], tuple[str, ...]] = tuple

    async def look(self, now: datetime) -> Vitals:
        return replace(await self._db.read(_vitals, now), failing=self.failing())

    async def set_aside(self) -> Sequence[SetAside]:
        """What jobs could not do, oldest first: those that are still tried, too."""
        return await self._db.read(_set_aside)

    async def begin(self, now: datetime) -> int:
        """After a start, once: whatever was set aside gets one more try, since an update may have mended it."""
        if not self._has_begun and await self._db.read(_set_aside):
            await self._db.write(_try_again, now)
        self._has_begun = True
        return 0

    async def next_instant(self, now: datetime) -> datetime | None:
        """When something that was set aside is tried next, after ``now``."""
        return await self._db.read(_next_again, now)


def _set_aside(tx: Tx) -> Sequence[SetAside]:
    return tx.aside.all()


def _next_again(tx: Tx, now: datetime) -> datetime | None:
    return tx.aside.next_again(after=now)


def _try_again(tx: Tx, now: datetime) -> None:
    tx.aside.try_again(now)


def _vitals(tx: Tx, now: datetime) -> Vitals:
    tallies = tx.outbox.tally()
    return Vitals(
        set_aside=tx.aside.count(),
        given_up=tx.outbox.given_up(now - timedelta(days=1)),
        rows={(each.state, each.way): each.rows for each in tallies},
        late={
            each.way: now - each.first_due
            for each in tallies
            if each.state is State.DUE and each.first_due <= now
        },
    )
