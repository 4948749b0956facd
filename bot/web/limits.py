"""Limits on guessing, by who asks (RG5)."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from time import monotonic

from aiohttp import web

PER_MINUTE, WINDOW_S = 20, 60.0
#: asked for by all peers together, however many addresses somebody has
TOGETHER_PER_MINUTE = 200
MOST_PEERS = 10_000


class Guesses:
    """Counts wrong tokens. Right ones are never counted: nobody can use up another's way to stop."""

    def __init__(self) -> None:
        self._by_peer: OrderedDict[str, deque[float]] = OrderedDict()
        self._together: deque[float] = deque(maxlen=TOGETHER_PER_MINUTE)

    def note(self, peer: str) -> bool:
        """One more wrong one; False when it is one too many within a minute."""
        now = monotonic()
        own = self._by_peer.pop(peer, None) or deque(maxlen=PER_MINUTE)
        self._by_peer[peer] = own
        if len(self._by_peer) > MOST_PEERS:
            self._by_peer.popitem(last=False)
        if _is_full(own, now) or _is_full(self._together, now):
            return False
        own.append(now)
        self._together.append(now)
        return True


def _is_full(times: deque[float], now: float) -> bool:
    return len(times) == times.maxlen and times[0] > now - WINDOW_S


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
