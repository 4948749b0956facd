"""A block of the event loop is seen and told."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.loopback.changes import PATIENCE_S
from bot.web.lag import LagProbe


async def test_a_block_is_measured_and_told_in_the_log(capsys: pytest.CaptureFixture[str]):
    seen: list[float] = []
    probe = LagProbe(seen.append)
    probe.start()
    await asyncio.sleep(0)
    time.sleep(0.25)  # noqa: ASYNC251  # the block
    async with asyncio.timeout(PATIENCE_S):
        while not seen:  # noqa: ASYNC110  # the probe's own beat
            await asyncio.sleep(0.01)
    await probe.stop()
    assert seen[0] > 0.15
    assert "loop_blocked" in "".join(capsys.readouterr())
