"""Attempts whose time is up, handed in by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.mastery import GRACE
from bot.domain.units import Units
from bot.services.grading import hand_in, tell_result
from bot.services.ports import Database, Ids, Tx

#: after an attempt's time, within a minute: what was pressed in time and is delivered late still counts (RF5)
CLOSES_AFTER = GRACE + timedelta(seconds=28)


class TimeLimitService:
    def __init__(self, database: Database, ids: Ids, units: Units | None = None) -> None:
        self._db, self._ids, self._units = database, ids, units

    async def close(self, now: datetime) -> int:
        """Hands in what was open when its time was up, and tells the students; gives how many there were."""
        if not await self._db.read(_run_out, now):
            return 0
        return await self._db.write(_close, now, self._ids, self._units)

    async def next_instant(self) -> datetime | None:
        """When ``close`` has something to do next."""
        end = await self._db.read(_next_end)
        return None if end is None else end + CLOSES_AFTER + timedelta(milliseconds=1)


def _run_out(tx: Tx, now: datetime) -> bool:
    end = tx.attempts.next_end()
    return end is not None and end < now - CLOSES_AFTER


def _next_end(tx: Tx) -> datetime | None:
    return tx.attempts.next_end()


def _close(tx: Tx, now: datetime, ids: Ids, units: Units | None) -> int:
    closed = 0
    for each in tx.attempts.run_out(now - CLOSES_AFTER):
        if hand_in(tx, each, tx.attempts.items(each.id), each.ends_at or now, ids, units):
            tell_result(tx, each, "time", now, ids)
            closed += 1
    return closed
