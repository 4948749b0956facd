"""A crash loop under a supervisor must not spend the day's log-ins: Discord then resets the token (RA13)."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.crowd import new_world

CRASHES = 60
REFUSED = "identify_budget_spent"


@pytest.mark.slow
async def test_a_bot_that_crashes_over_and_over_logs_in_twenty_times_an_hour(tmp_path: Path) -> None:
    dice = random.Random(13)
    async with new_world(tmp_path, cold_every=0) as world:
        world.configure({"discord": {"identify": {"per_hour": 20}}})
        gateway, refused = world.wire.gateway, 0
        for _ in range(CRASHES):
            before = gateway.identifies
            await world.bot.start()
            if dice.random() < 0.2:  # at some instant before it came so far
                await world.bot.kill()
                continue
            while gateway.identifies == before and world.bot.output.count(REFUSED) == refused:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            refused = world.bot.output.count(REFUSED)
            await world.bot.kill()
        assert 5 <= gateway.identifies <= 20
        assert refused >= 5
