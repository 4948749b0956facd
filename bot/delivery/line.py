"""The wire to Discord as the outbox uses it: paced, refusals counted, nothing repeated that must not be.

It listens to discord.py's HTTP client by ``Client(http_trace=line.trace)``, which sees every single request:
the library repeats some by itself, and waits out most 429s in silence.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from bot.domain.standing import Seen, Standstill

log = structlog.get_logger()

#: Discord takes 50 a second from a bot (RA6), counted as they arrive. No more than MOST go within
#: MOST / PER_SECOND = 1.02 s, so that the network may squeeze them together by 20 ms and still none is refused.
PER_SECOND, MOST = 49.0, 50
#: places in the row that a late request may leave to be made up for
CATCH_UP = 4
#: seconds by which MOST are spread further after a refusal, and how far at the furthest: 42 a second
ROOM_S, MOST_WINDOW_S = 0.02, 1.2
#: Discord bans an address after 10,000 invalid requests in ten minutes; this stays at a hundredth (RA7), as one for
#: each carrier (worker.LANES) may be under way when the last of these is refused
MOST_REFUSED, REFUSED_WINDOW_S = 55, 600.0
#: of which one class may use so many: a channel that it shut to the bot holds up no other class
MOST_REFUSED_CLASS = 20
INVALID = frozenset({401, 403, 429})
#: answers to people do not count towards the bot's own limit
_UNLIMITED = frozenset({"interactions", "webhooks"})


#: after a 401 Discord is asked about the token so much later; rows that were held back come again by then
ASK_AGAIN_S = 60.0
#: once it was vouched for, a 401 is about the request that got it
VOUCHED_S = 600.0
#: without a good answer since, a bad one tells for so long that Discord does not answer
SILENT_S = 120.0


class LineShut(Exception):
    """A request was not sent: Discord refused too many of late, or may not know the bot's token any more."""

    def __init__(self, seconds: float, why: str = "Discord refused too many requests") -> None:
        super().__init__(f"shut for {seconds:.0f} s: {why}")
        self.seconds, self.why = seconds, why


class NotRepeated(Exception):
    """The library would have repeated a request without a nonce although the first may have counted."""


@dataclass(slots=True)
class Call:
    """One parcel's requests. ``doubtful``: one may have counted although its answer was lost or bad."""

    #: whose refusals are counted together: a class; None for what concerns no class
    section: int | None = None
    doubtful: bool = False
    #: it goes when no other request waits for its turn
    patient: bool = False


class Pace:
    """Spreads requests evenly, one at a time. Instants are the loop's, in seconds.

    What counts is when a request really goes, since a busy loop wakes late: a late one may be followed closely, but
    never do more than ``most`` go within ``most / per_second``.
    """

    def __init__(self, per_second: float = PER_SECOND, most: int = MOST) -> None:
        self._gap, self._window = 1 / per_second, most / per_second
        self._gone: deque[float] = deque(maxlen=most)
        self._even = 0.0
        self._turn = asyncio.Lock()

    async def turn(self, *, patient: bool = False) -> None:
        """Waits until the next request may go; it counts as gone when this returns. A patient one lets all others by."""
        while patient and self._turn.locked():  # noqa: ASYNC110  # nothing tells of a lock that nobody waits for
            await asyncio.sleep(self._gap)
        async with self._turn:
            while (seconds := self.wait_s(_now())) > 0:  # noqa: ASYNC110  # the loop may wake a little early
                await asyncio.sleep(seconds)
            self.count(_now())

    def wait_s(self, now: float) -> float:
        """Seconds until the next may go."""
        full = self._gone[0] + self._window if len(self._gone) == self._gone.maxlen else 0.0
        return max(0.0, self._even - now, full - now)

    def too_fast(self) -> None:
        """Discord refused one: they arrive closer together than they go. Each time a little more room is left."""
        self._window = min(self._window + ROOM_S, MOST_WINDOW_S)

    def count(self, now: float) -> None:
        """A request goes, whether it waited for its turn or not."""
        self._gone.append(now)
        self._even = max(self._even, now - CATCH_UP * self._gap) + self._gap


class Refusals:
    """Counts invalid requests over a sliding window."""

    def __init__(self, most: int = MOST_REFUSED, window_s: float = REFUSED_WINDOW_S) -> None:
        self._most, self._window_s = most, window_s
        self._at: deque[float] = deque(maxlen=most)

    def count(self, now: float) -> None:
        self._at.append(now)

    def shut_for(self, now: float) -> float:
        """Seconds until the next request may go, 0 when it may go now."""
        return max(0.0, self._at[0] + self._window_s - now) if len(self._at) == self._most else 0.0


_call: ContextVar[Call | None] = ContextVar("call", default=None)
_once: ContextVar[bool] = ContextVar("once", default=False)


class Line:
    """One for each client. Answers to interactions are counted but neither paced nor held back."""

    def __init__(self) -> None:
        self.pace, self.refusals = Pace(), Refusals()
        self._of_class: defaultdict[int, Refusals] = defaultdict(lambda: Refusals(MOST_REFUSED_CLASS))
        #: Discord answered 401: nothing goes out until it was asked about the token once more
        self.is_doubted = False
        self._vouched_until = 0.0
        #: of the last bad answer since the last good one
        self._silent_at: float | None = None
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_start.append(self._starts)
        self.trace.on_request_end.append(self._ends)
        self.trace.on_request_exception.append(self._fails)

    @property
    def shut_for(self) -> float:
        """Seconds for which nothing may be sent; infinite while the token is in doubt."""
        return float("inf") if self.is_doubted else self.refusals.shut_for(_now())

    def vouch(self) -> None:
        """Asked once more, Discord knows the token: the 401 was a slip."""
        self.is_doubted, self._vouched_until = False, _now() + VOUCHED_S

    def standing(self) -> list[Seen]:
        """What holds deliveries up here."""
        now = _now()
        found = [Seen(Standstill.TOKEN)] if self.is_doubted else []
        if self.refusals.shut_for(now) > 0:
            found.append(Seen(Standstill.REFUSED))
        shut = [each for each, refusals in self._of_class.items() if refusals.shut_for(now) > 0]
        found += [Seen(Standstill.REFUSED_CLASS, each) for each in shut]
        if self._silent_at is not None and now - self._silent_at < SILENT_S:
            found.append(Seen(Standstill.DISCORD_SILENT))
        return found

    @contextmanager
    def carrying(self, section: int | None = None, *, patient: bool = False) -> Iterator[Call]:
        """Requests made inside are the outbox's: paced, held back while shut, and watched for doubt."""
        call = Call(section, patient=patient)
        token = _call.set(call)
        try:
            yield call
        finally:
            _call.reset(token)

    @contextmanager
    def once(self) -> Iterator[None]:
        """Requests made inside have no nonce: a 5xx raises NotRepeated in place of a second try."""
        token = _once.set(True)
        try:
            yield
        finally:
            _once.reset(token)

    async def _starts(self, session: Any, context: Any, params: aiohttp.TraceRequestStartParams) -> None:
        if (call := _call.get()) is None:
            if not _UNLIMITED.intersection(params.url.parts):
                self.pace.count(_now())
            return
        if self.is_doubted:
            raise LineShut(ASK_AGAIN_S, "Discord did not accept the bot's token just now")
        if (seconds := max(self.shut_for, self._shut_to(call.section))) > 0:
            raise LineShut(seconds)
        await self.pace.turn(patient=call.patient)

    async def _ends(self, session: Any, context: Any, params: aiohttp.TraceRequestEndParams) -> None:
        status = params.response.status
        if status in INVALID and params.response.headers.get("X-RateLimit-Scope") != "shared":
            self._refused(_call.get())
        if status == 429 and params.response.headers.get("X-RateLimit-Scope") == "global":
            self.pace.too_fast()
        # a 401 to an answer is about that interaction's own token (50027)
        if status == 401 and not _UNLIMITED.intersection(params.url.parts):
            self._doubt_token()
        self._silent_at = _now() if status >= 500 else None
        if status >= 500:
            _doubt(f"Discord answered {status}")

    def _doubt_token(self) -> None:
        """One bad answer is no verdict: whoever watches asks again (bot.standing), and until then nothing goes out."""
        if not self.is_doubted and _now() >= self._vouched_until:
            self.is_doubted = True
            log.error("token_doubted", why="Discord answered 401; it is asked again in a minute")

    def _shut_to(self, section: int | None) -> float:
        refusals = self._of_class.get(section) if section is not None else None
        return refusals.shut_for(_now()) if refusals is not None else 0.0

    def _refused(self, call: Call | None) -> None:
        self.refusals.count(_now())
        if call is not None and call.section is not None:
            self._of_class[call.section].count(_now())

    async def _fails(self, session: Any, context: Any, params: aiohttp.TraceRequestExceptionParams) -> None:
        if not isinstance(params.exception, LineShut | NotRepeated):
            self._silent_at = _now()
        # without a connection nothing was sent
        if not isinstance(params.exception, aiohttp.ClientConnectorError | NotRepeated):
            _doubt(f"the connection broke: {type(params.exception).__name__}")


def _doubt(why: str) -> None:
    if (call := _call.get()) is not None:
        call.doubtful = True
    if _once.get():
        raise NotRepeated(why)


def _now() -> float:
    return asyncio.get_running_loop().time()
