"""Wakes the services: at a steady beat, at the exact instant when something is due, and at once when asked.

APScheduler only wakes. Due times live in our own tables, so that a beat which comes late or twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock
from bot.pulse import BEAT, ROUND, Pulse
from bot.services.ports.saving import be_patient
from bot.watch import Watch

log = structlog.get_logger()

_JOB = "beat"


class Schedule:
    """``pulse`` is told of each beat; ``watch`` ends the bot when the beats end by themselves."""

    def __init__(
        self,
        work: Callable[[], Awaitable[object]],
        next_due: Callable[[], Awaitable[datetime | None]],
        clock: Clock,
        poll_s: float,
        *,
        pulse: Pulse | None = None,
        watch: Watch | None = None,
    ) -> None:
        self._work, self._next_due, self._clock, self._poll = work, next_due, clock, timedelta(seconds=poll_s)
        self._pulse, self._watch = pulse or Pulse(), watch or Watch()
        self._asked = asyncio.Event()
        self._scheduler: AsyncIOScheduler | None = None
        self._beats: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins at once; call it in the running loop."""
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        # fractions of a second work, whatever its type says
        trigger = IntervalTrigger(seconds=self._poll.total_seconds())  # pyright: ignore[reportArgumentType]
        self._scheduler.add_job(self._ask, trigger, id=_JOB)
        self._scheduler.start()
        self._beats = asyncio.create_task(self._run())
        self._watch.keep(self._beats, "beats")
        self.wake()

    async def stop(self) -> None:
        """Ends in the middle of the work if need be: what was begun is taken up again."""
        if self._scheduler is None or self._beats is None:
            return
        self._scheduler.shutdown(wait=False)
        self._watch.let_go(self._beats)
        self._beats.cancel()
        await asyncio.wait([self._beats])
        self._scheduler = self._beats = None

    def wake(self) -> None:
        """There is something to do now. Before the start, and while it works, it is remembered."""
        self._asked.set()

    async def _ask(self) -> None:
        # the work is no job of APScheduler's, which skips a run that comes while the one before is winding up
        self.wake()

    async def _run(self) -> None:
        be_patient()
        while True:
            with suppress(TimeoutError):
                # APScheduler counts by the wall clock: set back by days, it would ring for days no more
                async with asyncio.timeout(2 * self._poll.total_seconds()):
                    await self._asked.wait()
            self._asked.clear()
            try:
                await self._work()
                self._pulse.note(BEAT)
                await self._set_alarm()
            except Exception:  # the next beat tries again; one fault must not end the beats
                log.exception("work_fault")
            self._pulse.note(ROUND)

    async def _set_alarm(self) -> None:
        due, now = await self._next_due(), self._clock()
        # what is due already has been set going; a row that stays due waits for something else than us
        if self._scheduler is not None and due is not None and now < due < now + self._poll:
            self._scheduler.modify_job(_JOB, next_run_time=datetime.now(UTC) + (due - now))
