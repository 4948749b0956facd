"""What runs periodically, from one list: run at every beat, woken for, and reported on (rule 5).

Each job is guarded by itself: one that raises is logged and tried again at the next beat, and neither keeps the
others from running nor their alarms from being set.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.domain.standing import Seen, Standstill
from bot.services.services import Services

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``plan`` does what has come and gives how much that was; ``start`` only sets something going."""

    name: str
    plan: Callable[[datetime], Awaitable[int]] | None = None
    start: Callable[[], None] | None = None
    #: when it has something to do next; it may lie in the past
    next_instant: Callable[[datetime], Awaitable[datetime | None]] | None = None


class Jobs:
    def __init__(self, jobs: Sequence[Job], clock: Clock) -> None:
        self.all, self._clock = tuple(jobs), clock
        self._failing: dict[str, str] = {}

    def failing(self) -> tuple[str, ...]:
        """Names of the jobs that raised as a whole when they were run or asked the last time."""
        return tuple(sorted(self._failing))

    def standing(self) -> Iterable[Seen]:
        """A job that raises as a whole plans nothing."""
        return [Seen(Standstill.BEAT, why=f"it raises: {', '.join(self.failing())}")] if self._failing else []

    async def plan(self, now: datetime | None = None) -> int:
        """Runs each at ``now``, else at the clock's present; gives how much there was to do."""
        done = 0
        for each in self.all:
            if each.plan is None:
                continue
            try:
                done += await each.plan(now or self._clock())
            except Exception as fault:  # noqa: BLE001  # whatever it is, it is this job's: the next ones run
                self._note(each, fault)
            else:
                self._failing.pop(each.name, None)
        return done

    def start(self) -> None:
        for each in self.all:
            if each.start is None:
                continue
            try:
                each.start()
            except Exception as fault:  # noqa: BLE001  # the same
                self._note(each, fault)

    async def instants(self) -> list[datetime]:
        found: list[datetime] = []
        for each in self.all:
            if each.next_instant is None:
                continue
            try:
                at = await each.next_instant(self._clock())
            except Exception as fault:  # noqa: BLE001  # the same: it runs at the next beat without its alarm
                self._note(each, fault)
                continue
            if at is not None:
                found.append(at)
        return found

    def _note(self, job: Job, fault: Exception) -> None:
        log.error("job_fault", job=job.name, exc_info=fault)
        self._failing[job.name] = type(fault).__name__


def every_job(
    services: Services, deliver: Callable[[], None], look_at_members: Callable[[], None]
) -> tuple[Job, ...]:
    """The list itself: what runs at every beat, in this order; what only sets something going comes last."""
    nudges, announcements, time_limits = services.nudges, services.announcements, services.time_limits
    rechecks, summatives, vitals = services.rechecks, services.summatives, services.vitals

    async def mind_the_clock(now: datetime) -> int:
        if back := await services.upkeep.mind_the_clock(now):
            log.warning("clock_set_back", by_s=round(back.total_seconds()))
        return 0

    return (
        Job(name="clock", plan=mind_the_clock),
        Job(name="aside", plan=vitals.begin, next_instant=vitals.next_instant),
        Job(name="nudges", plan=nudges.plan, next_instant=nudges.next_instant),
        Job(name="announcements", plan=announcements.run_due, next_instant=announcements.next_instant),
        Job(name="time_limits", plan=time_limits.close, next_instant=time_limits.next_instant),
        Job(name="rechecks", plan=rechecks.ask_due, next_instant=rechecks.next_instant),
        Job(name="results", plan=summatives.release, next_instant=summatives.next_instant),
        Job(name="deliver", start=deliver, next_instant=services.deliveries.next_due),
        Job(name="members", start=look_at_members),
    )
