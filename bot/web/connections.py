"""Who may keep a connection open, for how long, and what stands on every answer (RG14).

A connection costs the process one of its files, and the database and Discord need some, too. So their number is
limited, in all and for each address, and one on which nothing is asked is closed: after a while, or at once when
there is no other room for a new one.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import MutableMapping
from time import monotonic

import structlog
from aiohttp import web

from bot.web.limits import is_this_machine

log = structlog.get_logger()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
#: open at once in all, if the process may have so many files, and from one address; a proxy on this machine, from
#: which everything comes, may have them all
MOST_OPEN, MOST_OF_ONE = 200, 40
#: seconds for a whole request line and its headers, and between two requests; proxies keep a connection for a minute
HEADERS_S, IDLE_S = 10.0, 75.0
#: seconds between two lines in the log about connections that found no room
QUIET_S = 60.0


def harden(headers: MutableMapping[str, str]) -> None:
    """Set the headers that keep an answer to itself, and leave out what this server is made of."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.pop("Server", None)


class Lobby:
    """All open connections. ``most`` in all, ``of_one`` from one address of another machine."""

    def __init__(
        self, most: int | None = None, of_one: int = MOST_OF_ONE, *, headers_s: float = HEADERS_S
    ) -> None:
        # a quarter of the files that the process may have: the rest is for the database, Discord and the log
        self._most = most or min(MOST_OPEN, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)
        self._of_one, self.headers_s = of_one, headers_s
        self._open: dict[Connection, str] = {}
        self._by_address: Counter[str] = Counter()
        self._sent_away, self._told_at = 0, -QUIET_S

    def enter(self, connection: Connection, address: str) -> None:
        """Take it in. Where there is no room, the oldest that has asked nothing goes, else the new one."""
        self._open[connection] = address
        self._by_address[address] += 1
        if not is_this_machine(address) and self._by_address[address] > self._of_one:
            self._send_away(self._silent(address))
        elif len(self._open) > self._most:
            self._send_away(self._silent(None))

    def leave(self, connection: Connection) -> None:
        address = self._open.pop(connection, None)
        if address is None:
            return
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def _silent(self, address: str | None) -> Connection:
        """The oldest that has asked nothing, of one address or of all. There is one: the newest."""
        return next(each for each, own in self._open.items() if not each.has_asked and address in (None, own))

    def _send_away(self, connection: Connection) -> None:
        self.leave(connection)
        connection.abort()
        self._sent_away += 1
        if monotonic() - self._told_at >= QUIET_S:
            log.warning("web_connections_sent_away", since_last_told=self._sent_away, open=len(self._open))
            self._sent_away, self._told_at = 0, monotonic()


class Connection(web.RequestHandler):
    """One connection to the web server, from its beginning to its end."""

    __slots__ = ("_lobby", "_timer", "has_asked")

    def __init__(self, manager: web.Server | None, lobby: Lobby, *, loop: asyncio.AbstractEventLoop) -> None:
        # no access log: paths carry tokens
        super().__init__(manager, loop=loop, access_log=None, keepalive_timeout=IDLE_S)  # pyright: ignore[reportArgumentType]  # None is what turns it off
        self._lobby = lobby
        self._timer: asyncio.TimerHandle | None = None
        #: a whole request came
        self.has_asked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._timer = asyncio.get_running_loop().call_later(self._lobby.headers_s, self._hurry)
        self._lobby.enter(self, peer[0] if peer else "")

    def connection_lost(self, exc: BaseException | None) -> None:
        self._lobby.leave(self)
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def abort(self) -> None:
        """End it at once, without an answer."""
        if self.transport is not None:
            self.transport.abort()

    def _hurry(self) -> None:
        if not self.has_asked:
            self.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request in a few words and without a line in the log; anything worse as aiohttp does."""
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        answer = _Refusal(status=status, text="This is no request that I can read.")
        answer.force_close()
        return answer


class _Refusal(web.Response):
    """An answer to what never reached a door, so that the application's own last word is not asked."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        harden(self.headers)
