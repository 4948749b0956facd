"""The fault suites in small: whatever instant or step a process dies at, each message arrives once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import crash_points, discord_kills, points, poison, sms_kills

pytestmark = pytest.mark.slow


async def test_nudges_arrive_once_however_often_the_bot_is_killed(tmp_path: Path) -> None:
    tally = await discord_kills.run(tmp_path, kills=40, size=50, seed=7)
    assert tally.line == "faults: discord-kills kills=40 lost=0 doubled=0 stuck=0"
    assert tally.hits["accepted, not recorded"], tally.details


async def test_texts_arrive_once_however_often_the_bot_is_killed(tmp_path: Path) -> None:
    tally = await sms_kills.run(tmp_path, kills=40, size=50, seed=7)
    assert tally.line == "faults: sms-kills kills=40 lost=0 doubled=0 stuck=0"
    assert tally.hits["accepted, not recorded"], tally.details


async def test_a_death_at_any_durable_step_loses_and_doubles_nothing(tmp_path: Path) -> None:
    tally = await crash_points.run(tmp_path, kills=1, seed=7)
    assert (tally.lost, tally.doubled, tally.stuck) == (0, 0, 0), tally.line
    assert set(tally.hits) >= set(points.edges())


async def test_what_raises_every_time_for_one_row_stops_no_other_and_is_told(tmp_path: Path) -> None:
    tally = await poison.run(tmp_path, size=6, seed=7, most=2)
    assert tally.line == "faults: poison kills=0 lost=0 doubled=0 stuck=0", tally.details
    assert set(tally.hits) == {"builder", "carrier", "job"}
