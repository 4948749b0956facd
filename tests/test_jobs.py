"""The one list of what runs periodically: whatever one of them does, the others run and are woken for."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.jobs import Job, Jobs
from tests.builders import NOW

SECOND = timedelta(seconds=1)


async def three(now: datetime) -> int:
    return 3


async def raising(now: datetime) -> int:
    raise ZeroDivisionError


async def no_instant(now: datetime) -> datetime | None:
    raise ZeroDivisionError


async def soon(now: datetime) -> datetime | None:
    return now + SECOND


async def never(now: datetime) -> datetime | None:
    return None


async def test_one_that_raises_every_time_keeps_no_other_from_running_and_is_named():
    started: list[str] = []

    def start_badly() -> None:
        raise ZeroDivisionError

    jobs = Jobs(
        [
            Job(name="bad", plan=raising, next_instant=no_instant),
            Job(name="good", plan=three, next_instant=soon),
            Job(name="worse", start=start_badly, next_instant=never),
            Job(name="deliver", start=lambda: started.append("deliver")),
        ],
        lambda: NOW,
    )
    assert await jobs.plan() == 3
    jobs.start()
    assert started == ["deliver"]
    assert await jobs.instants() == [NOW + SECOND]
    assert jobs.failing() == ("bad", "worse")


async def test_one_that_runs_again_is_not_named_any_more():
    faults = [ZeroDivisionError()]

    async def once(now: datetime) -> int:
        if faults:
            raise faults.pop()
        return 1

    jobs = Jobs([Job(name="shaky", plan=once)], lambda: NOW)
    assert await jobs.plan() == 0
    assert jobs.failing() == ("shaky",)
    assert await jobs.plan() == 1
    assert jobs.failing() == ()
