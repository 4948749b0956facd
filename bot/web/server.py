"""The bot's own web server: which doors it has, and what stands on every answer (RG14)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.services.services import Services
from bot.web.agree import AgreePage
from bot.web.connections import Connection, Lobby, harden
from bot.web.errors import CannotListen
from bot.web.health import Health, Signs
from bot.web.links import ContractLinks, FormSeal, StopLinks
from bot.web.metrics import Metrics
from bot.web.stop import StopPage

log = structlog.get_logger()

#: a text has 1600 letters at most, each up to nine bytes in a form
MOST_BYTES = 64 * 1024


class Door(Protocol):
    """Some of the server's addresses."""

    def add_to(self, router: web.UrlDispatcher) -> None: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say. ``twilio_tokens``: those whose signatures are believed; none without Twilio."""

    host: str
    port: int
    public_url: str | None = None
    twilio_tokens: Sequence[str] = field(default=(), repr=False)
    keys: Sequence[str] = field(default=(), repr=False)
    metrics_token: str | None = field(default=None, repr=False)


class WebServer:
    def __init__(self, host: str, port: int, doors: Sequence[Door], lobby: Lobby | None = None) -> None:
        self._host, self.port = host, port
        self._lobby = lobby or Lobby()
        self._app = web.Application(client_max_size=MOST_BYTES, middlewares=[_note_asked])
        self._app.on_response_prepare.append(_harden)
        for each in doors:
            each.add_to(self._app.router)
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens; afterwards ``port`` is the real one. Raises CannotListen."""
        runner = web.AppRunner(self._app, handle_signals=False, shutdown_timeout=5)
        await runner.setup()
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(
                lambda: Connection(runner.server, self._lobby, loop=loop), self._host, self.port, backlog=128
            )
        except OSError as error:
            await runner.cleanup()
            raise CannotListen(
                f"The web server cannot listen on {self._host} port {self.port} "
                f"({error.strerror or error}). Choose another web.host or web.port in the settings, "
                "or end the program that has it."
            ) from None
        self._runner, self._server, self.port = runner, server, server.sockets[0].getsockname()[1]
        log.info("web_listening", host=self._host, port=self.port)

    async def stop(self) -> None:
        """Lets requests that are under way finish."""
        if self._server is not None:
            self._server.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = self._server = None


def web_server(
    terms: Terms, services: Services, metrics: Metrics, links: StopLinks | None, signs: Signs
) -> WebServer:
    """With those doors for which the settings have what they need."""
    clock = services.clock
    doors: list[Door] = [Health(services.vitals, metrics, signs, clock, metrics_token=terms.metrics_token)]
    if links is not None and terms.public_url is not None:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(terms.public_url))
        doors.append(StopPage(services.phones, links, FormSeal(terms.keys), origin, clock))
        contracts = ContractLinks(terms.keys, terms.public_url)
        doors.append(
            AgreePage(services.contracts, contracts, FormSeal(terms.keys, "contract form"), origin, clock)
        )
    if terms.twilio_tokens and terms.public_url is not None:
        from bot.web.twilio import Signatures, TwilioWebhooks

        signatures = Signatures(terms.twilio_tokens, terms.public_url)
        doors.append(TwilioWebhooks(services.receipts, services.incoming, signatures, metrics, clock))
    elif terms.twilio_tokens:
        log.warning("web_without_public_url", why="Twilio cannot reach it: set web.public_url")
    return WebServer(terms.host, terms.port, doors)


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    harden(response.headers)


@web.middleware
async def _note_asked(request: web.Request, handler: Handler) -> web.StreamResponse:
    if isinstance(request.protocol, Connection):
        request.protocol.has_asked = True
    return await handler(request)
