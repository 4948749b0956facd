"""People are answered in time however busy the bot is (RA1)."""

from __future__ import annotations

import pytest

from bench.load import measure


@pytest.mark.slow
async def test_everybody_is_answered_within_discords_three_seconds_during_nudges_imports_and_backups() -> (
    None
):
    told = (await measure(students=150, interactions=150))["load"]
    assert told["over_3_s"] == 0
    assert told["nudges"] == 150
    assert told["backups"] == 5
    assert told["imported"] == 3
