"""Limits on guessing, by who asks (RG5)."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

from aiohttp import web

PER_MINUTE, WINDOW_S = 20, 60.0
#: asked for by all peers together, however many addresses somebody has
TOGETHER_PER_MINUTE = 200
MOST_KEYS = 10_000


class Guesses:
    """Counts wrong guesses by who guesses, or by what is guessed at.

    ``per_key`` of them within ``window_s`` seconds, and ``together`` by all; ``now`` is in seconds, of any clock.
    """

    def __init__(
        self,
        per_key: int = PER_MINUTE,
        window_s: float = WINDOW_S,
        together: int | None = TOGETHER_PER_MINUTE,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._per_key, self._window_s, self._now = per_key, window_s, now
        self._by_key: OrderedDict[str, deque[float]] = OrderedDict()
        self._together: deque[float] = deque(maxlen=together)

    def is_spent(self, key: str) -> bool:
        """Whether nothing more is compared for now, not even what would be right."""
        return self._is_full(self._by_key.get(key)) or self._is_full(self._together)

    def note(self, key: str) -> bool:
        """One more wrong one; False when it is one too many. Right ones are not counted."""
        if self.is_spent(key):
            return False
        own = self._by_key.pop(key, None) or deque(maxlen=self._per_key)
        self._by_key[key] = own
        if len(self._by_key) > MOST_KEYS:
            self._by_key.popitem(last=False)
        own.append(self._now())
        if self._together.maxlen is not None:
            self._together.append(self._now())
        return True

    def _is_full(self, times: deque[float] | None) -> bool:
        return times is not None and len(times) == times.maxlen and times[0] > self._now() - self._window_s


def peer_of(request: web.Request) -> str:
    """Who asks: behind a proxy on this machine, the address that the proxy wrote down last."""
    remote = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and is_this_machine(remote) else remote


def is_this_machine(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address == "localhost"
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback
