"""Waiting until something has become so on the wire, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Real seconds that end a wait which would never end otherwise: a fault, however slow and busy the machine is.
PATIENCE_S = 120.0


class Changes:
    """Every request, event and text calls `notify`; whoever waits then looks again."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, look: Callable[[], T], *, timeout_s: float = PATIENCE_S, what: str) -> T:
        """The first true value of `look()`; after so many real seconds, a TimeoutError that names `what`."""
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := look()):
                    await self._next()
        except TimeoutError:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}") from None
        return found

    async def _next(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
