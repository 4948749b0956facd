"""The world's clock: every due instant on the way, in order, and what a fault does to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.sandbox.run import open_world
from bot.sandbox.world import World
from tests.sandbox.conftest import ZONE


class Diary:
    """A bot with appointments, which writes down when it kept them; at number ``falls_ill`` it fails."""

    def __init__(self, world: World, *minutes: float, falls_ill: int | None = None) -> None:
        self.world, self.falls_ill = world, falls_ill
        self.due = [world.now() + timedelta(minutes=each) for each in minutes]
        self.kept: list[datetime] = []

    async def next_due(self) -> datetime | None:
        return min(self.due, default=None)

    async def work(self) -> None:
        if len(self.kept) == self.falls_ill:
            raise RuntimeError("ill")
        self.kept += [self.world.now() for each in self.due if each <= self.world.now()]
        self.due = [each for each in self.due if each > self.world.now()]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(ZONE) as world:
        yield world


async def test_each_appointment_is_kept_at_its_own_instant(world: World):
    begin = world.now()
    world.bot = diary = Diary(world, 90, 10, 20, 200)
    await world.time_on(begin + timedelta(hours=2))
    promised = [begin + timedelta(minutes=each) for each in (10, 20, 90)]
    late = [kept - each for kept, each in zip(diary.kept, promised, strict=True)]
    assert all(timedelta(0) <= each < timedelta(seconds=1) for each in late)
    assert timedelta(0) <= world.now() - begin - timedelta(hours=2) < timedelta(seconds=1)
    assert len(diary.due) == 1


class Procrastinator(Diary):
    """Always has something overdue."""

    async def work(self) -> None:
        self.kept.append(self.world.now())


async def test_what_stays_overdue_does_not_hold_up_the_clock(world: World):
    begin = world.now()
    world.bot = Procrastinator(world, -5)
    await world.time_on(begin + timedelta(minutes=1))
    assert world.now() >= begin + timedelta(minutes=1)


async def test_time_stops_where_the_bot_meets_a_fault_and_says_so(world: World):
    begin = world.now()
    world.bot = Diary(world, 10, 20, 30, falls_ill=1)
    await world.time_on(begin + timedelta(hours=1))
    assert timedelta(minutes=20) <= world.now() - begin < timedelta(minutes=21)
    assert "RuntimeError" in world.happenings[-1].what
    assert not world.moving
