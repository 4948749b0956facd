"""Answers to presses when Discord stammers: told once, done once (RA3, RA16)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.loopback.world import World
from tests.faults.crowd import Crowd, new_world

pytestmark = pytest.mark.slow


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with new_world(tmp_path, cold_every=0) as world:
        yield world


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_an_answer_that_was_put_off_stands_once_though_discord_took_it_and_said_no(
    world: World, status: int
) -> None:
    crowd = Crowd(world, 1)
    await world.start_bot()
    lost = world.wire.rest.faults.answer("* /webhooks/*", status, accepted=True)
    answer = await crowd.teacher.slash("course sample", where="lobby")
    await world.quiet(for_s=1.5)
    assert lost.hits == 1
    assert "is in" in answer.text
    assert not answer.followups
    assert world.wire.requests_to("POST", "/webhooks/*/*") == []
    assert len(crowd.teacher.visible_messages("lobby")) == 1


async def test_a_first_answer_that_got_lost_is_neither_doubled_nor_a_fault(world: World) -> None:
    crowd = Crowd(world, 1)
    await world.start_bot()
    world.wire.rest.faults.answer("POST /interactions/*", 500, accepted=True)
    await crowd.students[0].slash("today", where="lobby")
    await world.quiet(for_s=1.5)
    assert len(crowd.students[0].visible_messages("lobby")) == 1
    assert "Traceback" not in world.bot.output


async def test_presses_that_are_told_again_after_a_resume_change_nothing(world: World) -> None:
    """Twenty events of before come once more, long after their three seconds (RA15, RA16)."""
    crowd, told = Crowd(world, 20), list[Mapping[str, Any]]()
    await crowd.settle_in()
    await world.start_bot()
    world.wire.backend.subscribers.append(
        lambda event, payload, *_: told.append(payload) if event == "INTERACTION_CREATE" else None
    )
    for each in crowd.students:
        await each.slash("today", where="lobby")
    assert len(told) >= 20
    answered = {each.id: len(each.visible_messages("lobby")) for each in crowd.students}
    for payload in list(told):
        world.wire.backend.emit("INTERACTION_CREATE", dict(payload))
    await world.quiet(for_s=1)
    assert {each.id: len(each.visible_messages("lobby")) for each in crowd.students} == answered
    assert "interaction_stale" in world.bot.output
    assert "Traceback" not in world.bot.output
