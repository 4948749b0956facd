"""A server on the loopback wire with a plain discord.py client on it, a phone, and a courier between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import discord.gateway
import discord.http
import pytest
import yarl

from bot.delivery.line import Line
from bot.delivery.sms import TwilioAccount
from bot.delivery.worker import Courier
from bot.domain.messages import (
    Content,
    Message,
    PreWorkNudge,
    Sent,
    ToChannel,
    ToDirectMessage,
    ToPhone,
    ToThread,
)
from bot.loopback.changes import PATIENCE_S
from bot.loopback.people import Person, Server
from bot.loopback.phone import Phone
from bot.loopback.wire import WireDiscord
from tests.fakes.deliveries import FakeDeliveries

ANAS_PHONE = "+15005550011"


class Patience:
    """The courier's bounds of so many seconds, which end when a test says so and not by themselves."""

    def __init__(self) -> None:
        self._bounds: list[asyncio.Timeout] = []

    def __call__(self, seconds: float) -> asyncio.Timeout:
        self._bounds.append(asyncio.timeout(None))
        return self._bounds[-1]

    def run_out(self) -> None:
        """All that is under way has taken too long."""
        for each in self._bounds:
            with suppress(RuntimeError):  # those that are over
                each.reschedule(0)


@dataclass(slots=True)
class Desk:
    """Where the courier works: what a test needs to give it parcels and to look at what arrived."""

    wire: WireDiscord
    phone: Phone
    client: discord.Client
    server: Server
    prework: Any
    ana: Person
    ben: Person
    line: Line = field(default_factory=Line)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    couriers: list[Courier] = field(default_factory=list)
    patience: Patience = field(default_factory=Patience)

    def now(self) -> datetime:
        return self.wire.backend.clock.now()

    def move(self, **by: float) -> None:
        self.wire.backend.clock.advance(timedelta(**by).total_seconds())

    def courier(self, *, nonce_window_s: float = 120, twilio: bool = True) -> Courier:
        """A process's courier. A second one stands for the process after a crash: it knows only the rows."""
        phone = self.phone
        account = TwilioAccount(
            phone.account_sid, phone.auth_token, phone.number, phone.api_base, PATIENCE_S, per_second=1000
        )
        made = Courier(
            self.deliveries,
            self.client,
            self.line,
            self.now,
            nonce_window_s=nonce_window_s,
            twilio=account if twilio else None,
            bound=self.patience,
        )
        self.couriers.append(made)
        return made

    async def work(self) -> int:
        return await (self.couriers[-1] if self.couriers else self.courier()).work()

    def nudge(self, title: str = "Atoms", *, started: bool = False) -> PreWorkNudge:
        due = self.now() + timedelta(hours=3)
        return PreWorkNudge("Period 3", title, "p1", due, "Tue 24 Nov 08:00", 700, started)

    def message(self, address: Any, content: Content | None = None, *, number: int = 1) -> Message:
        return Message(content or self.nudge(), address, f"nonce-{number}", 1000 + number)

    def to_dm(self, who: Person) -> ToDirectMessage:
        """A conversation that was opened before."""
        return ToDirectMessage(who.id, who.dm)

    def to_thread(self, who: Person, thread: int | None = None) -> ToThread:
        return ToThread(who.id, self.prework.id, thread, "Period 3")

    def to_room(self) -> ToChannel:
        return ToChannel(self.prework.id)

    def to_phone(self, validity_s: int = 3600) -> ToPhone:
        return ToPhone(ANAS_PHONE, validity_s)

    async def heard(self, look: Callable[[], object]) -> None:
        """Waits until the client has heard from the gateway what makes this true."""
        async with asyncio.timeout(PATIENCE_S):
            while not look():  # noqa: ASYNC110  # the library tells of no change to its cache
                await asyncio.sleep(0)

    def posts(self) -> int:
        return len(self.wire.requests_to("POST", "/channels/*/messages"))

    def sent(self, number: int) -> Sent:
        last = self.deliveries.outcomes(number)[-1]
        assert isinstance(last, Sent), last
        return last


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    async with WireDiscord() as wire, Phone(now=wire.backend.clock.now) as phone:
        wire.rest.limits.routes.clear()
        monkeypatch.setattr(discord.http.Route, "BASE", wire.api_base)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(wire.gateway_url))
        monkeypatch.setattr(discord.http, "asyncio", _without_waiting())
        server = wire.create_server("Chemistry")
        prework = server.create_text_channel("period-3-pre-work")
        people = server.add_person("Ana"), server.add_person("Ben")
        line = Line()
        client = discord.Client(
            intents=discord.Intents(guilds=True),
            http_trace=line.trace,
            max_ratelimit_timeout=30,
            guild_ready_timeout=0.05,
        )
        desk = Desk(wire, phone, client, server, prework, *people, line)
        async with client:
            await client.login(wire.token)
            connected = asyncio.create_task(client.connect())
            await client.wait_until_ready()
            await desk.heard(lambda: client.guilds and not client.guilds[0].unavailable)
            yield desk
            for each in desk.couriers:
                await each.aclose()
        connected.cancel()
        with suppress(asyncio.CancelledError):
            await connected


def _without_waiting() -> Any:
    """asyncio as discord.py's HTTP client sees it: between its own repeats it waits for seconds."""

    async def sleep(seconds: float, result: Any = None) -> Any:
        await asyncio.sleep(0)
        return result

    return SimpleNamespace(**{**vars(asyncio), "sleep": sleep})
