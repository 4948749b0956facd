"""Wakes the services: at a steady beat, at the exact instant when something is due, and at once when asked.

APScheduler only wakes. Due times live in our own tables, so that a beat which comes late or twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock

log = structlog.get_logger()

_JOB = "work"


class Schedule:
    def __init__(
        self,
        work: Callable[[], Awaitable[object]],
        next_due: Callable[[], Awaitable[datetime | None]],
        clock: Clock,
        poll_s: float,
    ) -> None:
        self._work, self._next_due, self._clock, self._poll = work, next_due, clock, timedelta(seconds=poll_s)
        self._scheduler: AsyncIOScheduler | None = None
        self._is_working = self._is_asked_again = False

    def start(self) -> None:
        """Begins at once; call it in the running loop."""
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        # fractions of a second work, whatever its type says
        trigger = IntervalTrigger(seconds=self._poll.total_seconds())  # pyright: ignore[reportArgumentType]
        self._scheduler.add_job(self._beat, trigger, id=_JOB)
        self._scheduler.start()
        self.wake()

    def stop(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    def wake(self) -> None:
        """There is something to do now. Before the start, and while it works, it is remembered."""
        self._is_asked_again = True
        if not self._is_working:
            self._at(datetime.now(UTC))

    def _at(self, instant: datetime) -> None:
        if self._scheduler is not None:
            self._scheduler.modify_job(_JOB, next_run_time=instant)

    async def _beat(self) -> None:
        self._is_working = True
        try:
            while True:
                self._is_asked_again = False
                await self._work()
                if not self._is_asked_again:
                    break
        except Exception:  # the next beat tries again; one fault must not end the beats
            log.exception("work_fault")
        finally:
            self._is_working = False
        await self._sleep_until_due()

    async def _sleep_until_due(self) -> None:
        due = await self._next_due()
        # what is due already has been set going; a row that stays due waits for something else than us
        ahead = self._poll if due is None or due <= self._clock() else min(self._poll, due - self._clock())
        if self._is_asked_again:
            ahead = timedelta(0)
        # not at once: APScheduler skips a run that comes while this one is still winding up
        self._at(datetime.now(UTC) + max(timedelta(seconds=0.05), ahead))
