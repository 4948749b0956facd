"""RD1 in small: whatever instant a kill comes at, each nudge arrives once."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.tour.steps import BEGIN
from tests.faults.crowd import Crowd, new_world

STUDENTS = 200
KILLS = 50


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_200_nudges_and_50_kills_lose_none_and_double_none(tmp_path: Path) -> None:
    dice = random.Random(50)
    async with new_world(tmp_path) as world:
        crowd = Crowd(world, STUDENTS)
        await world.start_bot()
        await crowd.settle_in()

        await world.bot.kill()
        await world.move_to(BEGIN + timedelta(hours=6, seconds=1))  # a day before the deadline
        world.wire.rest.delay_s = (0.05, 0.45)  # so that most kills come in mid-call
        for _ in range(KILLS):
            await _one_life(crowd, dice)
        await world.start_bot()
        await world.wire.changes.until(lambda: crowd.lost == 0, timeout_s=120, what="every nudge")
        await world.quiet(for_s=2, timeout_s=60)

        assert (crowd.lost, crowd.doubled) == (0, 0)
        assert world.bot.starts == KILLS + 2
        assert _unsettled(world.database_path) == 0


async def _one_life(crowd: Crowd, dice: random.Random) -> None:
    """From the start to a kill at a random instant around the sending."""
    before = crowd.nudged
    await crowd.world.bot.start()
    if dice.random() < 0.8 and before < STUDENTS:
        await crowd.world.wire.changes.until(
            lambda: crowd.nudged > before, timeout_s=60, what="a nudge in this life"
        )
        await asyncio.sleep(dice.uniform(0, 0.15))
    else:
        await asyncio.sleep(dice.uniform(0, 2.5))
    await crowd.world.bot.kill()


def _unsettled(database: Path) -> int:
    """Rows of nudges that are not at an end."""
    connection = sqlite3.connect(database)
    try:
        query = "SELECT count(*) FROM outbox WHERE kind = 'nudge' AND state != 'sent'"
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()
