"""The beat that wakes everything: at once when asked, at the very instant that is due, and for ever."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.loopback.changes import PATIENCE_S
from bot.pulse import BEAT, ROUND, Pulse
from bot.schedule import Schedule
from bot.watch import Ended, Watch
from tests.test_logs import logging_to

HOUR_S = 3600.0


class Beats:
    """Work that counts how often it was done, and can be made to take its time or to fail."""

    def __init__(self) -> None:
        self.count = 0
        self.due: datetime | None = None
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.faults = 0
        self._beaten = asyncio.Condition()

    async def work(self) -> None:
        async with self._beaten:
            self.count += 1
            self._beaten.notify_all()
        await self.goes_on.wait()
        if self.faults:
            self.faults -= 1
            raise ZeroDivisionError

    async def next_due(self) -> datetime | None:
        return self.due

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S), self._beaten:
            await self._beaten.wait_for(lambda: self.count >= count)


@pytest.fixture
def beats() -> Beats:
    return Beats()


@pytest.fixture
async def scheduled(beats: Beats) -> AsyncIterator[Callable[[float], Schedule]]:
    made: list[Schedule] = []

    def start(poll_s: float = HOUR_S, now: datetime | None = None) -> Schedule:
        made.append(Schedule(beats.work, beats.next_due, lambda: now or datetime.now(UTC), poll_s))
        made[-1].start()
        return made[-1]

    yield start
    for each in made:
        await each.stop()


async def test_it_begins_at_once(beats: Beats, scheduled: Callable[..., Schedule]) -> None:
    scheduled()
    await beats.reach(1)


async def test_a_wake_is_answered_at_once_also_while_a_beat_is_winding_up(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    schedule = scheduled()
    for count in range(1, 20):
        await beats.reach(count)
        schedule.wake()
    await beats.reach(20)


async def test_a_wake_while_it_works_is_not_lost_and_a_hundred_of_them_are_one_more_round(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    beats.goes_on.clear()
    schedule = scheduled()
    await beats.reach(1)
    for _ in range(100):
        schedule.wake()
    beats.goes_on.set()
    await beats.reach(2)
    schedule.wake()
    await beats.reach(3)
    assert beats.count <= 4


async def test_a_wake_before_the_start_is_remembered(beats: Beats) -> None:
    schedule = Schedule(beats.work, beats.next_due, lambda: datetime.now(UTC), HOUR_S)
    schedule.wake()
    schedule.start()
    await beats.reach(1)
    await schedule.stop()


async def test_it_wakes_at_the_very_instant_that_is_due(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    now = datetime.now(UTC)  # and stays so, until the alarm is set
    beats.due = now + timedelta(seconds=0.4)
    scheduled(now=now)
    await beats.reach(2)  # long before the poll
    assert datetime.now(UTC) >= beats.due


async def test_without_anything_due_it_looks_again_after_its_poll(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    scheduled(0.1)
    await beats.reach(4)


async def test_a_fault_is_logged_and_the_next_beat_comes(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    beats.faults = 2
    schedule = scheduled(0.1)
    await beats.reach(4)
    schedule.wake()
    await beats.reach(5)


async def test_what_stays_due_is_no_reason_to_beat_without_a_pause(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    """Discord may take nothing for minutes: a row that is due then waits for that, and the processor rests."""
    beats.due = datetime.now(UTC) - timedelta(hours=1)
    scheduled(0.2)
    started = time.monotonic()
    await beats.reach(4)
    assert time.monotonic() - started >= 0.5


async def test_apscheduler_merges_late_beats_and_drops_none(scheduled: Callable[..., Schedule]) -> None:
    scheduler = scheduled()._scheduler
    assert scheduler is not None
    (job,) = scheduler.get_jobs()
    assert (job.coalesce, job.misfire_grace_time, job.max_instances) == (True, None, 1)


async def test_once_stopped_it_is_still(beats: Beats, scheduled: Callable[..., Schedule]) -> None:
    schedule = scheduled(0.05)
    await beats.reach(2)
    await schedule.stop()
    schedule.wake()
    before = beats.count
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await beats.reach(before + 1)
    await schedule.stop()


class Broken(io.StringIO):
    """A log on a full disk."""

    def write(self, *_: object) -> int:
        raise OSError(28, "No space left on device")


async def test_a_fault_that_cannot_even_be_logged_ends_no_beats(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    with logging_to(Broken()):
        beats.faults = 2
        scheduled(0.05)
        await beats.reach(4)


class Gone(BaseException):
    """What no handler of faults sees."""


@pytest.mark.parametrize("how", [Gone(), asyncio.CancelledError()])
async def test_beats_that_end_by_themselves_end_the_bot(beats: Beats, how: BaseException) -> None:
    watch = Watch()

    async def work() -> None:
        raise how

    schedule = Schedule(work, beats.next_due, lambda: datetime.now(UTC), HOUR_S, watch=watch)
    schedule.start()
    with pytest.raises(Ended, match="beats"):
        await watch.beside(asyncio.Event().wait())
    await schedule.stop()


async def test_a_schedule_that_is_stopped_ends_nothing(beats: Beats) -> None:
    watch, goes_on = Watch(), asyncio.Event()
    schedule = Schedule(beats.work, beats.next_due, lambda: datetime.now(UTC), HOUR_S, watch=watch)
    schedule.start()
    await beats.reach(1)
    await schedule.stop()
    asyncio.get_running_loop().call_soon(goes_on.set)
    with pytest.raises(Ended, match="connection"):  # what it stands beside is over, which it never should be
        await watch.beside(goes_on.wait())


async def test_the_pulse_tells_a_good_beat_from_one_that_failed(beats: Beats) -> None:
    at = [100.0]
    pulse = Pulse(lambda: at[0])
    schedule = Schedule(beats.work, beats.next_due, lambda: datetime.now(UTC), HOUR_S, pulse=pulse)
    schedule.start()
    await beats.reach(1)
    at[0], beats.faults = 200.0, 1
    schedule.wake()
    await beats.reach(2)
    schedule.wake()
    await beats.reach(3)
    beats.goes_on.clear()
    at[0] = 250.0
    schedule.wake()
    await beats.reach(4)  # and does not return
    assert (pulse.age_s(BEAT), pulse.age_s(ROUND)) == (50.0, 50.0)
    await schedule.stop()


async def test_it_goes_on_when_the_wall_clock_that_rings_it_is_set_back_by_days(
    beats: Beats, scheduled: Callable[..., Schedule]
) -> None:
    schedule = scheduled(0.02)
    assert schedule._scheduler is not None
    schedule._scheduler.pause()  # it rings no more, as when its next time lies days ahead
    await beats.reach(beats.count + 3)
