"""A wire, a phone, and a class with the sample bot in it."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from simcord.builders import ChannelHandle, RoleHandle

from bot.loopback.changes import PATIENCE_S
from bot.loopback.people import Person, Server
from bot.loopback.phone import Phone
from bot.loopback.wire import WireDiscord
from bot.loopback.world import World

SAMPLE_BOT = (sys.executable, str(Path(__file__).with_name("sample_bot.py")))


@dataclass(frozen=True, slots=True)
class Got:
    status: int
    json: Any
    headers: Any


class Api:
    """Plain HTTP against a wire, with the right token unless told otherwise."""

    def __init__(self, wire: WireDiscord, session: aiohttp.ClientSession) -> None:
        self.wire, self.session = wire, session

    async def __call__(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Got:
        headers = {"Authorization": f"Bot {token or self.wire.token}"}
        async with self.session.request(
            method, self.wire.api_base + path, json=body, headers=headers
        ) as answer:
            read = await answer.read()
            return Got(answer.status, json.loads(read) if read else None, answer.headers)


class Bot:
    """One gateway connection, spoken by hand."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self._inflate = zlib.decompressobj()

    async def receive(self) -> dict[str, Any]:
        frame = await self.ws.receive(timeout=PATIENCE_S)
        if frame.type is aiohttp.WSMsgType.BINARY:
            return json.loads(self._inflate.decompress(frame.data))
        assert frame.type is aiohttp.WSMsgType.TEXT, frame
        return json.loads(frame.data)

    async def until(self, event: str) -> dict[str, Any]:
        while (frame := await self.receive())["t"] != event:
            pass
        return frame

    async def closed_with(self) -> int | None:
        while (await self.ws.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.TEXT:
            pass
        return self.ws.close_code

    async def send(self, op: int, data: Any) -> None:
        await self.ws.send_json({"op": op, "d": data})

    async def identify(self, token: str, intents: int = 1) -> None:
        await self.send(2, {"token": token, "intents": intents, "properties": {}})


class Gateways:
    """Opens gateway connections; HELLO has been read."""

    def __init__(self, wire: WireDiscord, session: aiohttp.ClientSession) -> None:
        self.wire, self.session = wire, session

    async def open(self, query: str = "") -> Bot:
        bot = Bot(await self.session.ws_connect(self.wire.gateway_url + query))
        assert (await bot.receive())["op"] == 10
        return bot

    async def ready(self, intents: int = 1) -> tuple[Bot, dict[str, Any]]:
        """A connection that IDENTIFYed, and its READY."""
        bot = await self.open()
        await bot.identify(self.wire.token, intents)
        return bot, await bot.until("READY")


@pytest.fixture
async def wire() -> AsyncIterator[WireDiscord]:
    async with WireDiscord() as wire:
        yield wire


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def api(wire: WireDiscord, session: aiohttp.ClientSession) -> Api:
    return Api(wire, session)


@pytest.fixture
def gateways(wire: WireDiscord, session: aiohttp.ClientSession) -> Gateways:
    return Gateways(wire, session)


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    async with Phone() as phone:
        yield phone


@dataclass(frozen=True, slots=True)
class Classroom:
    world: World
    server: Server
    general: ChannelHandle
    unit_role: RoleHandle
    teacher: Person
    ana: Person
    ben: Person

    @property
    def wire(self) -> WireDiscord:
        return self.world.wire


def furnish(world: World) -> Classroom:
    server = world.wire.create_server("Chemistry")
    general = server.create_text_channel("general")
    teacher = server.add_person("Ms Rivera", roles=[server.add_teacher_role()])
    unit_role = server.create_role("Unit 2")
    return Classroom(
        world, server, general, unit_role, teacher, server.add_person("Ana"), server.add_person("Ben")
    )


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose sample bot is not started yet."""
    async with World(tmp_path, command=SAMPLE_BOT) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def classroom(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Classroom]:
    """One class with the sample bot running, shared by the tests of a module."""
    async with World(tmp_path_factory.mktemp("world"), command=SAMPLE_BOT) as world:
        room = furnish(world)
        await world.start_bot()
        yield room
        assert not world.wire.rest.missing
        assert "Traceback" not in world.bot.output, world.bot.output


async def soon(task: asyncio.Task[Any]) -> None:
    """Let a task run until it first waits."""
    await asyncio.sleep(0)
    assert not task.done()
