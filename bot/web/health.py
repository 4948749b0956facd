"""/healthz for a supervisor's monitor, /metrics for Prometheus. Neither holds a name or a secret."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.domain.standing import TOLD, Occurrence, Standstill
from bot.pulse import BEAT, CLAIM, SEND, Pulse
from bot.services.vitals import Vitals
from bot.web.limits import Guesses, is_this_machine, peer_of
from bot.web.metrics import Metrics

log = structlog.get_logger()

#: a database that is slower than this keeps people waiting
ANSWER_S = 1.0
#: what a proxy adds: the request came from elsewhere
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class HasVitals(Protocol):
    async def look(self, now: datetime) -> Vitals: ...


class Looks(Protocol):
    """What it needs of bot.standing."""

    @property
    def occurrences(self) -> Collection[Occurrence]: ...
    @property
    def beat_is_overdue(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Signs:
    """What shows from outside the database whether the bot lives."""

    connected: Callable[[], bool]
    lookout: Looks
    pulse: Pulse

    def ages(self) -> dict[str, float | None]:
        """Seconds since each was last seen; None when it never was since the start."""
        return {each: self.pulse.age_s(each) for each in (BEAT, CLAIM, SEND)}


class Health:
    def __init__(
        self,
        vitals: HasVitals,
        metrics: Metrics,
        signs: Signs,
        clock: Clock,
        *,
        metrics_token: str | None = None,
    ) -> None:
        self._vitals, self._metrics, self._signs, self._clock = vitals, metrics, signs, clock
        self._token, self._guesses = metrics_token, Guesses()

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/healthz", self.healthz)
        router.add_get("/metrics", self.metrics)

    async def healthz(self, request: web.Request) -> web.Response:
        """200 when all is well, else 503; either way which parts are."""
        vitals, standing = await self._look(), self._signs.lookout.occurrences
        alarming = {each.seen.state for each in standing if TOLD[each.seen.state].is_operators}
        parts = {
            "gateway": self._signs.connected(),
            "database": vitals is not None and Standstill.DATABASE not in alarming,
            "beat": not self._signs.lookout.beat_is_overdue,
            "deliveries": vitals is not None and vitals.keeps_up and not alarming,
        }
        late = round(vitals.latest.total_seconds(), 1) if vitals is not None else None
        healthy = all(parts.values())
        ages = {
            f"last_{name}_s": None if age is None else round(age, 1)
            for name, age in self._signs.ages().items()
        }
        told = {
            "ok": healthy,
            **parts,
            "oldest_due_s": late,
            **ages,
            "standing_still": self._standing_for(),
            **_set_aside(vitals),
        }
        return web.json_response(told, status=200 if healthy else 503)

    def _standing_for(self) -> dict[str, float]:
        """What stands still, and for how many seconds, the longest of each kind."""
        now, found = self._clock(), dict[str, float]()
        for each in self._signs.lookout.occurrences:
            seconds = max(0.0, round((now - each.since).total_seconds(), 1))
            found[each.seen.state] = max(seconds, found.get(each.seen.state, 0.0))
        return found

    async def metrics(self, request: web.Request) -> web.Response:
        if not self._may_read(request):
            raise web.HTTPNotFound
        text = self._metrics.text(
            await self._look(),
            connected=self._signs.connected(),
            standing=self._standing_for(),
            ages=self._signs.ages(),
        )
        return web.Response(body=text, headers={"Content-Type": _TEXT})

    def _may_read(self, request: web.Request) -> bool:
        """With the token if there is one; else from this machine, and not by way of a proxy on it."""
        if self._token is not None:
            peer, given = peer_of(request), request.headers.get("Authorization", "")
            if self._guesses.is_spent(peer):
                raise web.HTTPTooManyRequests(text="slow down", headers={"Retry-After": "60"})
            # whatever bytes it has: a header is not always text
            if hmac.compare_digest(given.encode(errors="surrogateescape"), f"Bearer {self._token}".encode()):
                return True
            if given:
                self._guesses.note(peer)
            return False
        host = request.headers.get("Host", "").rpartition(":")[0] or request.headers.get("Host", "")
        is_local = is_this_machine(request.remote or "") and is_this_machine(host.strip("[]"))
        return is_local and not any(each in request.headers for each in FORWARDED)

    async def _look(self) -> Vitals | None:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._vitals.look(self._clock())
        except Exception as fault:  # noqa: BLE001  # whatever it is, the answer is that it does not answer
            log.warning("database_slow_or_down", error=type(fault).__name__)
            return None


def _set_aside(vitals: Vitals | None) -> dict[str, object]:
    """One thing that raises holds up nothing else, so that all is well beside it; but somebody has to look."""
    if vitals is None:
        return {}
    return {
        "set_aside": vitals.set_aside,
        "given_up_today": vitals.given_up,
        "failing_jobs": list(vitals.failing),
    }
