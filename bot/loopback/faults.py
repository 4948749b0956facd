"""Faults on demand: an answer that is not true, none at all, or a connection that breaks."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from aiohttp import web


@dataclass(slots=True)
class Fault:
    """What happens to requests that match `route`, for example "POST /channels/*/messages".

    The first `after` of them pass, the next `times` are hit (None: all that follow). With `accepted`
    the request is carried out first and only its answer is lost.
    """

    route: str
    manner: Literal["answer", "hang", "cut"]
    status: int = 0
    code: int = 0
    message: str = ""
    accepted: bool = False
    times: int | None = 1
    after: int = 0
    hits: int = 0
    #: set, it breaks the connections that hang because of it, now and from now on
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def strikes(self, method: str, path: str) -> bool:
        """Count a request; say whether it is hit."""
        if not fnmatchcase(f"{method} {path}", self.route):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        return self.times is None or self.hits < self.times


class Faults:
    """The faults in force, tried in the order in which they were made."""

    def __init__(self) -> None:
        self._all: list[Fault] = []

    def answer(
        self, route: str, status: int, code: int = 0, message: str = "", *,
        accepted: bool = False, times: int | None = 1, after: int = 0,
    ) -> Fault:  # fmt: skip
        """Answer with this HTTP status and error code."""
        return self._add(Fault(route, "answer", status, code, message, accepted, times, after))

    def hang(self, route: str, *, accepted: bool = False, times: int | None = 1, after: int = 0) -> Fault:
        """Never answer. Connections break once the fault's `ended` is set."""
        return self._add(Fault(route, "hang", accepted=accepted, times=times, after=after))

    def cut(self, route: str, *, accepted: bool = False, times: int | None = 1, after: int = 0) -> Fault:
        """Break the connection instead of answering."""
        return self._add(Fault(route, "cut", accepted=accepted, times=times, after=after))

    def clear(self) -> None:
        self._all.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any. Every fault counts every request that matches it."""
        struck = [fault for fault in self._all if fault.strikes(method, path)]
        if not struck:
            return None
        struck[0].hits += 1
        return struck[0]

    def _add(self, fault: Fault) -> Fault:
        self._all.append(fault)
        return fault


async def misbehave(request: web.Request, fault: Fault) -> web.Response:
    """Carry out a fault that has no answer. Returns only to leave the handler; nothing reaches the client."""
    if fault.manner == "hang":
        await fault.ended.wait()  # or the client gives up: the server cancels the handler
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def split_delay(
    delay_s: tuple[float, float] | None, dice: random.Random, share: float | None = None
) -> tuple[float, float]:
    """Seconds on the way there and on the way back, of a round trip between the least and the most.

    ``share`` is that of the way there; without one it is any.
    """
    if delay_s is None:
        return 0.0, 0.0
    whole = dice.uniform(*delay_s)
    there = dice.uniform(0, whole) if share is None else share * whole
    return there, whole - there
