"""When the bot last did what shows that it lives: by a clock that nobody sets, so that no jump of time hides or feigns it."""

from __future__ import annotations

import time
from collections.abc import Callable

#: a round of the beat came to its end, by a fault or not; one was done without a fault
ROUND, BEAT = "round", "beat"
#: rows were claimed; one of them went out
CLAIM, SEND = "claim", "send"
#: the last text found nobody to take it
NO_TEXT = "no_text"


def claim_by(way: str) -> str:
    """The sign that rows of this way were claimed."""
    return f"{CLAIM}:{way}"


class Pulse:
    """One for each process; ``now`` gives seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._at: dict[str, float] = {}

    def note(self, *signs: str) -> None:
        self._at.update(dict.fromkeys(signs, self._now()))

    def clear(self, sign: str) -> None:
        self._at.pop(sign, None)

    def age_s(self, sign: str) -> float | None:
        """Seconds since it was last seen; None when it never was."""
        at = self._at.get(sign)
        return None if at is None else self._now() - at

    def silence_s(self, sign: str) -> float:
        """Seconds without it, counted from the start when it never was seen."""
        return self._now() - self._at.get(sign, self._began)
