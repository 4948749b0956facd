"""A block of the event loop is seen and told."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.web.lag import LagProbe


async def test_a_block_is_measured_and_told_in_the_log(capsys: pytest.CaptureFixture[str]):
    seen: list[float] = []
    probe = LagProbe(seen.append)
    probe.start()
    await asyncio.sleep(0)
    time.sleep(0.25)  # noqa: ASYNC251  # the block
    async with asyncio.timeout(5):
        while not seen:  # noqa: ASYNC110  # the probe's own beat
            await asyncio.sleep(0.01)
    await probe.stop()
    assert 0.15 < seen[0] < 1
    assert "loop_blocked" in "".join(capsys.readouterr())
