"""/healthz for a supervisor's monitor, /metrics for Prometheus. Neither holds a name or a secret."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.services.vitals import Vitals
from bot.web.limits import is_this_machine
from bot.web.metrics import Metrics

log = structlog.get_logger()

#: a database that is slower than this keeps people waiting
ANSWER_S = 1.0
#: what a proxy adds: the request came from elsewhere
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class HasVitals(Protocol):
    async def look(self, now: datetime) -> Vitals: ...


class Health:
    def __init__(
        self,
        vitals: HasVitals,
        metrics: Metrics,
        connected: Callable[[], bool],
        clock: Clock,
        *,
        metrics_token: str | None = None,
    ) -> None:
        self._vitals, self._metrics, self._connected, self._clock = vitals, metrics, connected, clock
        self._token = metrics_token

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/healthz", self.healthz)
        router.add_get("/metrics", self.metrics)

    async def healthz(self, request: web.Request) -> web.Response:
        """200 when all is well, else 503; either way which parts are."""
        vitals = await self._look()
        parts = {
            "gateway": self._connected(),
            "database": vitals is not None,
            "deliveries": vitals is not None and vitals.keeps_up,
        }
        late = round(vitals.latest.total_seconds(), 1) if vitals is not None else None
        healthy = all(parts.values())
        return web.json_response(
            {"ok": healthy, **parts, "oldest_due_s": late, **_set_aside(vitals)},
            status=200 if healthy else 503,
        )

    async def metrics(self, request: web.Request) -> web.Response:
        if not self._may_read(request):
            raise web.HTTPNotFound
        text = self._metrics.text(await self._look(), connected=self._connected())
        return web.Response(body=text, headers={"Content-Type": _TEXT})

    def _may_read(self, request: web.Request) -> bool:
        """With the token if there is one; else from this machine, and not by way of a proxy on it."""
        if self._token is not None:
            given = request.headers.get("Authorization", "")
            return hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode())
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
