"""The sandbox from the first line to the last: a world, the bot in it, and the page."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import simcord.env
from cryptography.fernet import Fernet
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.app import SAMPLE_COURSE, open_app
from bot.config import LogPart, Settings
from bot.domain.course import Course
from bot.formats.pack import read_path
from bot.logs import set_up_logs
from bot.loopback.changes import PATIENCE_S
from bot.loopback.phone import HOST, Phone
from bot.sandbox import scenario
from bot.sandbox.avatars import give_avatar
from bot.sandbox.guide import steps
from bot.sandbox.rooms import Rooms
from bot.sandbox.server import Server
from bot.sandbox.state import State
from bot.sandbox.world import World

PORT = 8765
FALLBACK_ZONE = "America/New_York"

# simcord idles 50 ms after each act in case more comes; the bot's own writes wake it sooner than that
simcord.env.Env._settle_internal.__kwdefaults__["idle"] = 0.002  # pyright: ignore[reportOptionalSubscript]


async def run_sandbox(port: int = PORT, open_browser: bool = False) -> None:
    """Prints one address and serves until cancelled; then everything is closed and deleted.

    When the port is taken any free one is used, and the address says which.
    """
    set_up_logs(LogPart.model_validate({"level": "WARNING"}))
    print("Making a class to try. One moment …", flush=True)
    async with open_server() as server, server.listening(port) as address:
        print(f"Open {address}\nCtrl-C ends it.", flush=True)
        if open_browser:
            webbrowser.open(address)
        await asyncio.Event().wait()


@asynccontextmanager
async def open_server(zone: ZoneInfo | None = None) -> AsyncIterator[Server]:
    """A fresh world with its scenario played, alive, and a page over it that does not listen yet."""
    course = cast("Course", read_path(SAMPLE_COURSE))
    async with open_world(zone or local_zone()) as world:
        place = scenario.build(world.env, world)
        await scenario.play(world, place, course)
        state = State(world, Rooms(world.env))
        state.begin()
        living = asyncio.create_task(world.live())
        try:
            yield Server(world, state, steps(course))
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living


@asynccontextmanager
async def open_world(zone: ZoneInfo) -> AsyncIterator[World]:
    """An empty Discord that begins an hour ago, with the bot connected to it, on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="flipcord-sandbox-") as folder:
        begin = datetime.now(UTC) - scenario.BEFORE
        env = None

        def now() -> datetime:
            return env.now() if env is not None else begin

        address = f"http://{HOST}:{_free_port()}"
        async with (
            Phone(now=now) as phone,
            open_app(settings(Path(folder), phone, address), clock=now) as app,
            app.serving(),  # the watch over the event loop would tell of simcord's pauses
        ):
            env = simcord.env.Env(app.client, settle_timeout=PATIENCE_S)
            env.backend.clock._epoch = begin
            env.backend.bot_user.name = "Flipcord"
            give_avatar(env.backend, env.backend.bot_user, None)
            await env.start()
            try:
                yield World(env, app, phone, zone, webhook=f"{address}/twilio/text")
            finally:
                await env.shutdown()
                await app.client.close()


class OwnSettings(Settings):
    """Settings that hold what they are given: the environment may be meant for a bot on the real Discord."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def settings(folder: Path, phone: Phone, address: str) -> Settings:
    """The bot's settings there: nothing leads off this machine. ``address``: where its web server is to listen."""
    return OwnSettings.model_validate(
        {
            "discord": {"token": "sandbox"},
            "storage": {"path": folder / "flipcord.sqlite3"},
            "security": {"keys": [Fernet.generate_key().decode()]},
            "twilio": {
                "account_sid": phone.account_sid,
                "auth_token": phone.auth_token,
                "from_number": phone.number,
                "api_base": phone.api_base,
            },
            "web": {"host": HOST, "port": urlsplit(address).port, "public_url": address},
        }
    )


def _free_port() -> int:
    """Known before the bot's web server listens there, as its addresses stand in texts and on cards."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]


def local_zone() -> ZoneInfo:
    """This machine's own, so that the world's clock shows what the wall shows; New York if it has none."""
    with suppress(OSError):
        name = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
        if name in available_timezones() and not name.startswith("Etc/"):
            return ZoneInfo(name)
    return ZoneInfo(FALLBACK_ZONE)
