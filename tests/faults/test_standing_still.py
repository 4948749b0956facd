"""The real bot where Discord, its disk or its log fails for a while: one bad answer stops nothing for good (RA7, RH5)."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
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
            while (await self.health())[0] != 200:  # noqa: ASYNC110  # nothing tells of another process's state
                await asyncio.sleep(0.05)

    def room(self) -> list[str]:
        """The cards that teachers see in their room."""
        return [each.text for each in self.crowd.teacher.visible_messages("period-3-teachers")]


@asynccontextmanager
async def open_watched(folder: Path, **how: Any) -> AsyncIterator[Watched]:
    """Three students who owe the same pre-work; the bot does not run yet."""
    port = free_port()
    settings = {**SETTINGS, "web": {"port": port}}
    async with (
        World(folder, start=BEGIN, settings=settings, **how) as world,
        aiohttp.ClientSession() as session,
    ):
        world.wire.gateway.starts_per_day = 1_000_000
        crowd = Crowd(world, 3)
        await crowd.settle_in()
        yield Watched(world, crowd, session, port)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    async with open_watched(tmp_path) as watched:
        yield watched


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


async def test_a_database_that_cannot_be_written_alarms_everybody_and_everything_goes_on_by_itself(
    watched: Watched,
) -> None:
    """Another program holds it: nothing can be put into the outbox, so the room is told past it."""
    world = watched.world
    await world.start_bot()
    await watched.is_well()
    with closing(sqlite3.connect(world.database_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told = await watched.stands_still("database")
        assert not told["database"]
        begun = [line for line in world.bot.output.splitlines() if "event=standing_still" in line]
        assert ["state=database" in line for line in begun].count(True) == 1, begun
        await world.move(timedelta(minutes=11))
        await watched.until(lambda: any("I cannot save anything" in each for each in watched.room()))
        other.execute("ROLLBACK")
    await watched.is_well()
    await world.move_to(BEGIN + timedelta(hours=6, seconds=1))
    await watched.until(lambda: watched.crowd.messages() == [1, 1, 1])
    assert sum("I cannot save anything" in each for each in watched.room()) == 1


async def test_a_connection_that_is_gone_for_long_is_told_in_the_room(watched: Watched) -> None:
    world = watched.world
    await world.start_bot()
    await watched.is_well()
    async with world.wire.gateway_down():
        await watched.stands_still("gateway")
        await world.move(timedelta(minutes=11))
        await watched.until(lambda: any("I am not connected to Discord" in each for each in watched.room()))
    await watched.is_well()


async def test_a_log_that_goes_nowhere_stops_nothing(tmp_path: Path) -> None:
    command = ("bash", "-c", f'exec {sys.executable} -m bot run "$@" 2>/dev/full', "bot")
    async with open_watched(tmp_path, command=command) as watched:
        world = watched.world
        await world.start_bot()
        world.wire.rest.faults.answer("PUT /guilds/*/members/*/roles/*", 500, times=2)
        new = watched.crowd.server.add_person("Late Student")
        await new.press("I am old enough. Join", await new.slash("join", where="lobby"))
        await world.move_to(BEGIN + timedelta(hours=6, seconds=1))
        await watched.until(lambda: watched.crowd.messages() == [1, 1, 1])
        assert world.bot.output == ""


#: a bot whose beats are another's; with what its command line brings
ANOTHER_BEAT = """
import asyncio, sys
from bot import standing
from bot.app import App
from bot.cli import app

async def beat(self):
    {how}

App.beat = beat
app(["run", *sys.argv[1:]])
"""


@pytest.mark.parametrize("how", ["raise BaseException('x')", "raise asyncio.CancelledError"])
async def test_beats_that_end_end_the_process_for_its_supervisor(tmp_path: Path, how: str) -> None:
    async with World(tmp_path, command=(sys.executable, "-c", ANOTHER_BEAT.format(how=how))) as world:
        await world.bot.start()
        assert await world.bot.wait(timeout_s=PATIENCE_S) == 1
        assert "loop_ended" in world.bot.output
        assert "loop=beats" in world.bot.output


async def test_a_beat_that_does_not_return_ends_the_process_for_its_supervisor(tmp_path: Path) -> None:
    how = "standing.STUCK_S = 0.5; await asyncio.Event().wait()"
    async with World(tmp_path, command=(sys.executable, "-c", ANOTHER_BEAT.format(how=how))) as world:
        await world.bot.start()
        assert await world.bot.wait(timeout_s=PATIENCE_S) == 1
        assert "beat_stuck" in world.bot.output
