"""Rate limits as Discord keeps them: one for the bot, and buckets for routes that only headers tell of."""

from __future__ import annotations

import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

#: limits seen on Discord: (requests, real seconds)
DISCORD_ROUTES = {
    "POST /channels/*/messages": (5, 5.0),
    "PATCH /channels/*/messages/*": (5, 5.0),
    "PUT /guilds/*/members/*/roles/*": (10, 10.0),
}


@dataclass(slots=True)
class _Bucket:
    used: int = 0
    resets_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Headers to send with any answer; `retry_after` (seconds) when the request is refused with 429."""

    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    is_global: bool = False


@dataclass(slots=True)
class Limits:
    """Limits in real time, unless `now` is another clock. `per_second=None` lifts the bot's own; all may be changed."""

    per_second: int | None = 50
    routes: dict[str, tuple[int, float]] = field(default_factory=lambda: dict(DISCORD_ROUTES))
    now: Callable[[], float] = time.monotonic
    _recent: deque[float] = field(default_factory=deque)
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)

    def check(self, method: str, path: str) -> Verdict:
        """Count one request."""
        now = self.now()
        if (wait := self._global_wait(path, now)) is not None:
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            return Verdict(headers | {"Retry-After": f"{wait:.3f}"}, wait, is_global=True)
        for route, (limit, window_s) in self.routes.items():
            if fnmatchcase(f"{method} {path}", route) and route.count("/") == path.count("/"):
                return self._in_bucket(route, path, limit, window_s, now)
        return Verdict()

    def _global_wait(self, path: str, now: float) -> float | None:
        # answers to interactions do not count towards the bot's own limit
        if self.per_second is None or path.startswith(("/interactions/", "/webhooks/")):
            return None
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= self.per_second:
            return self._recent[0] + 1 - now
        self._recent.append(now)
        return None

    def _in_bucket(self, route: str, path: str, limit: int, window_s: float, now: float) -> Verdict:
        bucket = self._buckets.setdefault((route, path.split("/")[2]), _Bucket())
        if now >= bucket.resets_at:
            bucket.used, bucket.resets_at = 0, now + window_s
        refused = bucket.used >= limit
        bucket.used += not refused
        wait = bucket.resets_at - now
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - bucket.used)),
            "X-RateLimit-Reset": f"{time.time() + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": f"{zlib.crc32(route.encode()):08x}",
        }
        if not refused:
            return Verdict(headers)
        return Verdict(headers | {"Retry-After": f"{wait:.3f}", "X-RateLimit-Scope": "user"}, wait)
