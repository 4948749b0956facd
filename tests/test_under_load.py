"""People are answered in time however busy the bot is (RA1)."""

from __future__ import annotations

import pytest

from bench.load import measure


@pytest.mark.slow
async def test_everybody_is_answered_while_discord_waits_during_nudges_imports_and_backups() -> None:
    # act_at_once() ends with a fault when one is not; how long they waited is for `make bench` to say
    told = (await measure(students=150, interactions=150))["load"]
    assert told["nudges"] == 150
    assert told["backups"] == 5
    assert told["imported"] == 3
