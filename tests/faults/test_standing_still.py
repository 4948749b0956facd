"""The real bot where Discord, its disk or its log fails for a while: one bad answer stops nothing for good (RA7, RH5)."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.cli import EX_CONFIG
from bot.loopback.people import Person
from bot.loopback.world import World
from bot.tour.steps import BEGIN
from tests.faults.crowd import SETTINGS, Crowd
from tests.web.walk import free_port

#: of real time, for what is waited for
PATIENCE_S = 90


@dataclass
class Watched:
    """A class on the wire, with a monitor that looks at its bot."""

    world: World
    crowd: Crowd
    session: aiohttp.ClientSession
    port: int

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with self.session.get(f"http://127.0.0.1:{self.port}/healthz") as answer:
            return answer.status, json.loads(await answer.text())

    async def until(self, what: Callable[[], object]) -> None:
        """Waits until it is so; what comes from another process wakes nobody."""
        async with asyncio.timeout(PATIENCE_S):
            while not what():
                self.world.bot.raise_if_ended()
                await asyncio.sleep(0.05)

    async def says(self, words: str) -> None:
        await self.until(lambda: words in self.world.bot.output)

    async def stands_still(self, state: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                status, told = await self.health()
                if state in told["standing_still"]:
                    assert status == 503
                    return told
                await asyncio.sleep(0.05)

    async def is_well(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while (await self.health())[0] != 200:
                await asyncio.sleep(0.05)

    def room(self) -> list[str]:
        """The cards that teachers see in their room."""
        return [each.text for each in self.crowd.teacher.visible_messages("period-3-teachers")]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    """Three students who owe the same pre-work; the bot does not run yet."""
    port = free_port()
    settings = {**SETTINGS, "web": {"port": port}}
    async with World(tmp_path, start=BEGIN, settings=settings) as world, aiohttp.ClientSession() as session:
        world.wire.gateway.starts_per_day = 1_000_000
        crowd = Crowd(world, 3)
        await crowd.settle_in()
        yield Watched(world, crowd, session, port)


async def refused_once(watched: Watched) -> Person:
    """A student's role is answered with 401."""
    watched.world.wire.rest.faults.answer("PUT /guilds/*/members/*/roles/*", 401, 0, "401: Unauthorized")
    new = watched.crowd.server.add_person("Late Student")
    await new.press("I am old enough. Join", await new.slash("join", where="lobby"))
    await watched.says("token_doubted")
    told = await watched.stands_still("token")
    assert not told["deliveries"]
    return new


async def test_after_a_401_discord_is_asked_once_more_and_everything_goes_on(watched: Watched) -> None:
    world = watched.world
    await world.start_bot()
    late = await refused_once(watched)
    await world.move(timedelta(minutes=1, seconds=20))
    await watched.is_well()
    await world.move_to(BEGIN + timedelta(hours=6, seconds=1))
    await watched.until(lambda: watched.crowd.messages() == [1, 1, 1])
    await world.move(timedelta(minutes=2))
    await watched.until(lambda: "Period 3 student" in late.roles)
    assert "Traceback" not in world.bot.output


async def test_a_token_that_is_refused_twice_ends_it_with_the_sentence_about_the_token(
    watched: Watched,
) -> None:
    world = watched.world
    await world.start_bot()
    await refused_once(watched)
    world.wire.token = "another"
    await world.move(timedelta(minutes=1, seconds=20))
    assert await world.bot.wait(timeout_s=PATIENCE_S) == EX_CONFIG
    assert world.bot.output.splitlines()[-1].startswith("Discord does not accept the token")


async def test_no_answer_about_the_token_is_no_verdict_either(watched: Watched) -> None:
    world = watched.world
    await world.start_bot()
    await refused_once(watched)
    world.wire.rest.faults.answer("GET /users/@me", 403, 0)
    await world.move(timedelta(minutes=1, seconds=20))
    await watched.says("token_in_doubt")
    assert "token" in (await watched.health())[1]["standing_still"]
    await world.move(timedelta(minutes=1, seconds=20))
    await watched.is_well()
