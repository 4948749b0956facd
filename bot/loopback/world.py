"""A small world: Discord and phones on the wire, a clock that can be moved, and the bot as a process."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from bot.loopback.changes import PATIENCE_S, Changes
from bot.loopback.clock import WorldClock
from bot.loopback.phone import Phone
from bot.loopback.process import COMMAND, BotProcess
from bot.loopback.wire import WireDiscord

#: between two turns that are asked for: discord.py sends no more than 110 frames a minute
TURN_S = 0.25


class World:
    """Everything a bot needs, in one folder: `async with World(folder) as world: await world.start_bot()`.

    `start` is the instant at which the world begins (now by default). `settings` are merged into the
    bot's configuration, part by part; a part that is None is left out. `command` starts the bot; it is
    given --config and the path.
    """

    def __init__(
        self, folder: Path, *, start: datetime | None = None, settings: Mapping[str, Any] | None = None,
        command: Sequence[str] = COMMAND, port: int = 0, keep: int | None = None,
    ) -> None:  # fmt: skip
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.changes = Changes()
        self.clock_file = folder / "clock.offset"
        self.clock = WorldClock(self.clock_file, start=start)
        self.wire = WireDiscord(clock=self.clock, changes=self.changes, port=port, keep=keep)
        self.phone = Phone(now=self.clock.now, changes=self.changes)
        self.config_path = folder / "config.toml"
        self.database_path = folder / "flipcord.sqlite3"
        self.bot = BotProcess(self.config_path, folder / "bot.log", command=command)
        self._settings = settings or {}
        self._open = AsyncExitStack()
        self._identifies_before = 0

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.callback(self.clock.close)
            await stack.enter_async_context(self.wire)
            await stack.enter_async_context(self.phone)
            stack.push_async_callback(self.bot.close)
            self.configure(self._settings)
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._open.aclose()

    # --------------------------------------------------------------------------------------- the bot

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Write config.toml anew, with these settings over the world's own; read by the next start."""
        merged = merge(self._own_settings(), settings)
        self.config_path.write_text(to_toml(merged), encoding="utf-8")

    async def start_bot(self, *, timeout_s: float = PATIENCE_S) -> None:
        """Start the process and wait until it can be talked to."""
        self._identifies_before = self.wire.gateway.identifies
        await self.bot.start()
        await self.wait_ready(timeout_s=timeout_s)

    async def kill_bot(self) -> None:
        """SIGKILL. Discord notices when the socket is gone."""
        await self.bot.kill()
        gateway = self.wire.gateway
        await self.changes.until(lambda: not gateway.connected, what="the bot's socket to go")

    async def restart_bot(self) -> None:
        """Kill and start again, on the same database."""
        await self.kill_bot()
        await self.start_bot()

    async def wait_ready(self, *, timeout_s: float = PATIENCE_S) -> None:
        """Wait for a session of this run of the bot and for global commands, put now or known from before.

        Raises BotEndedError when the process ends instead, TimeoutError with what it had reached.
        """
        deadline = time.monotonic() + timeout_s
        while not self._ready():
            self.bot.raise_if_ended()
            if time.monotonic() > deadline:
                raise TimeoutError(f"the bot was not ready in {timeout_s:g} s: {self._reached()}")
            await asyncio.sleep(0.02)  # the end of a process wakes nobody

    async def quiet(self, *, for_s: float = 0.5, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the bot has asked nothing of Discord or the phone for so many seconds.

        They are counted in turns of the bot's own loop, so that one which the machine holds up is not taken for done.
        """
        deadline = time.monotonic() + timeout_s
        seen, still_s = self._activity(), 0.0
        while still_s < for_s:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the bot was still busy after {timeout_s:g} s")
            await asyncio.sleep(min(TURN_S, for_s))
            await self.wire.gateway.turn()
            if (now := self._activity()) == seen:
                still_s += TURN_S
            else:
                seen, still_s = now, 0.0

    # ------------------------------------------------------------------------------------------- time

    def now(self) -> datetime:
        """The world's instant, in UTC."""
        return self.clock.now()

    async def move(self, by: timedelta) -> None:
        """Move Discord's, the phone's and the bot's clock on at once. Unanswered interactions expire."""
        self.clock.move(by)
        self.changes.notify()

    async def move_to(self, instant: datetime) -> None:
        """Move on to an instant that is still to come."""
        if instant < self.now():
            raise ValueError(f"{instant} is past")
        await self.move(instant - self.now())

    # -------------------------------------------------------------------------------- how it is done

    def _ready(self) -> bool:
        gateway = self.wire.gateway
        here = gateway.connected and gateway.identifies > self._identifies_before
        return here and bool(self.wire.backend.commands.get(None))

    def _reached(self) -> str:
        gateway = self.wire.gateway
        return (
            f"identified={gateway.identifies > self._identifies_before} connected={gateway.connected} "
            f"commands={bool(self.wire.backend.commands.get(None))} missing={dict(self.wire.rest.missing)}\n"
            + self.bot.output[-2000:]
        )

    def _activity(self) -> tuple[int, int]:
        return self.wire.rest.received, len(self.phone.texts)

    def _own_settings(self) -> dict[str, Any]:
        return {
            "discord": {
                "token": self.wire.token,
                "api_base": self.wire.api_base,
                "gateway": self.wire.gateway_url,
            },
            "twilio": {
                "account_sid": self.phone.account_sid,
                "auth_token": self.phone.auth_token,
                "from_number": self.phone.number,
                "api_base": self.phone.api_base,
            },
            "storage": {"path": str(self.database_path)},
            "security": {"keys": [self._key()]},
            "wake": {"poll_s": 0.2},
            "dev": {"clock_offset_file": str(self.clock_file)},
        }

    def _key(self) -> str:
        """The world's Fernet key: made once, so that a new configuration still reads the old database."""
        path = self.folder / "key"
        if not path.exists():
            path.write_text(base64.urlsafe_b64encode(os.urandom(32)).decode())
        return path.read_text()


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over` put over it, part by part; None takes a key away."""
    merged = dict(base)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            merged[key] = merge(merged.get(key, {}), value)
        else:
            merged[key] = value
    return merged


def to_toml(settings: Mapping[str, Any], path: str = "") -> str:
    """Nested settings as TOML: strings, numbers, truth values, lists of them, and parts."""
    plain = {key: value for key, value in settings.items() if not isinstance(value, Mapping)}
    parts = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    lines = [f"[{path}]\n"] if path and plain else []
    # a JSON string, number, truth value or list of them reads the same in TOML
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in plain.items()]
    lines += [to_toml(value, f"{path}.{key}".strip(".")) for key, value in parts.items()]
    return "".join(lines)
