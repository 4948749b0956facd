"""A web server on this machine, a proxy before it as the internet sees it, and somebody who asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from cryptography.fernet import Fernet
from twilio.request_validator import RequestValidator

from bot.domain.standing import Occurrence
from bot.pulse import BEAT, CLAIM, Pulse
from bot.web.connections import Lobby
from bot.web.forms import FORM_TYPE
from bot.web.health import Health, Signs
from bot.web.links import FormSeal, StopLinks
from bot.web.metrics import Metrics
from bot.web.server import WebServer
from bot.web.stop import StopPage
from bot.web.twilio import Signatures, TwilioWebhooks
from tests.builders import NOW
from tests.fakes.incoming import FakeIncoming
from tests.fakes.phones import FakePhones
from tests.fakes.receipts import FakeReceipts
from tests.fakes.vitals import FakeVitals

PUBLIC = "https://bot.school.example"
TOKEN, OLD_TOKEN = "0123456789abcdef" * 2, "fedcba9876543210" * 2
KEYS = [Fernet.generate_key().decode(), Fernet.generate_key().decode()]


@dataclass(frozen=True, slots=True)
class Got:
    status: int
    text: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class Site:
    """The server with fakes behind it."""

    session: aiohttp.ClientSession
    receipts: Any = field(default_factory=FakeReceipts)
    incoming: FakeIncoming = field(default_factory=FakeIncoming)
    phones: FakePhones = field(default_factory=FakePhones)
    vitals: FakeVitals = field(default_factory=FakeVitals)
    links: StopLinks = field(default_factory=lambda: StopLinks(KEYS, PUBLIC))
    metrics: Metrics = field(default_factory=lambda: Metrics(lambda: NOW))
    connected: bool = True
    #: how old the last beat is, in seconds, and what stands still
    beat_s: float = 0.0
    standing: list[Occurrence] = field(default_factory=list[Occurrence])
    beat_is_overdue: bool = False
    #: what a test serves besides
    more_doors: list[Any] = field(default_factory=list)
    port: int = 0
    proxy_port: int = 0
    _running: WebServer | None = None
    lobby: Lobby | None = None
    #: what the proxy does to requests
    proxy_headers: dict[str, str] = field(
        default_factory=lambda: {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    )

    def server(self, metrics_token: str | None = None) -> WebServer:
        signatures = Signatures([TOKEN, OLD_TOKEN], PUBLIC)
        return WebServer(
            "127.0.0.1",
            self.port,
            [
                Health(
                    self.vitals,
                    self.metrics,
                    Signs(lambda: self.connected, self, self.pulse()),
                    lambda: NOW,
                    metrics_token=metrics_token,
                ),
                StopPage(self.phones, self.links, FormSeal(KEYS), PUBLIC, lambda: NOW),
                TwilioWebhooks(self.receipts, self.incoming, signatures, self.metrics, lambda: NOW),
                *self.more_doors,
            ],
            self.lobby,
        )

    @property
    def occurrences(self) -> list[Occurrence]:
        return self.standing

    def pulse(self) -> Pulse:
        """One whose last beat was just before the server began; nothing was ever sent."""
        pulse = Pulse(lambda: self.beat_s)
        pulse.note(BEAT, CLAIM)
        return pulse

    async def ask(
        self, method: str, path: str, *, proxied: bool = True, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Got:  # fmt: skip
        port = self.proxy_port if proxied else self.port
        url = f"http://127.0.0.1:{port}{path}"
        if isinstance(more.get("data"), dict):
            headers = {"Content-Type": FORM_TYPE, **(headers or {})}
        async with self.session.request(
            method, url, headers=headers, allow_redirects=False, **more
        ) as answer:
            return Got(answer.status, await answer.text(), answer.headers)

    async def twilio(
        self,
        path: str,
        fields: Mapping[str, str],
        *,
        token: str = TOKEN,
        signed_for: str = PUBLIC,
        proxied: bool = True,
    ) -> Got:
        """As Twilio posts: signed for the public address, sent to where that really is."""
        signature = RequestValidator(token).compute_signature(signed_for + path, fields)
        heads = {"X-Twilio-Signature": signature, "Content-Type": FORM_TYPE}
        return await self.ask("POST", path, proxied=proxied, data=urlencode(fields), headers=heads)

    async def restart(self, metrics_token: str | None = None) -> None:
        """With what a test has put in the place of a fake, on a port of its own."""
        await self.close()
        self.port = 0
        self._running = self.server(metrics_token)
        await self._running.start()
        self.port = self._running.port

    async def close(self) -> None:
        if self._running is not None:
            await self._running.stop()

    async def pass_on(self, request: web.Request) -> web.Response:
        """The proxy: ends TLS, and has its own idea of Host."""
        kept = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in ("host", "content-length", "transfer-encoding")
        }
        async with self.session.request(
            request.method,
            f"http://127.0.0.1:{self.port}{request.raw_path}",
            headers=kept | {"Host": "127.0.0.1:8080"} | self.proxy_headers,
            data=await request.read(),
            allow_redirects=False,
        ) as answer:
            body = await answer.read()
            heads = {
                name: value for name, value in answer.headers.items() if name.lower() != "content-length"
            }
            return web.Response(status=answer.status, body=body, headers=heads)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with aiohttp.ClientSession(skip_auto_headers=("Content-Type",)) as session:
        site = Site(session)
        await site.restart()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", site.pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.proxy_port = runner.addresses[0][1]
        yield site
        await runner.cleanup()
        await site.close()
