"""A crash loop under a supervisor must not spend the day's log-ins: Discord then resets the token (RA13)."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.crowd import new_world

CRASHES = 60


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_bot_that_crashes_over_and_over_logs_in_twenty_times_an_hour(tmp_path: Path) -> None:
    dice = random.Random(13)
    async with new_world(tmp_path, cold_every=0) as world:
        world.configure({"discord": {"identify": {"per_hour": 20}}})
        for _ in range(CRASHES):
            await world.bot.start()
            await asyncio.sleep(dice.uniform(0.2, 0.6))
            await world.bot.kill()
        assert 5 <= world.wire.gateway.identifies <= 20
