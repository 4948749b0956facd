"""Named durable steps, at whose edges a fault test ends the process (RD2). In service they only say that they began."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: the edge at which to die, and at which visit of it: "finish:before" or "finish:before:3"
VARIABLE = "CRASH_AT"
EDGES = ("before", "after")

_begun: ContextVar[list[str] | None] = ContextVar("begun", default=None)
_visits: dict[str, int] = {}


@contextmanager
def watching() -> Iterator[list[str]]:
    """Names of the steps that begin inside: without any, nothing was done that others see."""
    begun: list[str] = []
    token = _begun.set(begun)
    try:
        yield begun
    finally:
        _begun.reset(token)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Around one move of a row, or one call whose effect others see. Each name stands once in the code, as a literal.

    The fault suite reads the names from the source and dies at both edges of each; after a fault there is no
    edge after.
    """
    _edge(f"{name}:before")
    if (begun := _begun.get()) is not None:
        begun.append(name)
    yield
    _edge(f"{name}:after")


def _edge(edge: str) -> None:
    """Ends the process without a word, as a power cut would, when it is told to here."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None or not f"{wanted}:".startswith(f"{edge}:"):
        return
    _visits[edge] = _visits.get(edge, 0) + 1
    if _visits[edge] == int(wanted.removeprefix(edge).removeprefix(":") or 1):
        os.kill(os.getpid(), signal.SIGKILL)
