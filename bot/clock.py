"""The one source of time. Everything else is handed an instant."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: a clock that is set by so much was wrong, before or now; and so long it has to keep its new time
JUMP_S, KEPT_S = 600.0, 90.0

#: gives the present instant as an aware datetime in UTC
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


class Steadiness:
    """Whether the machine's clock goes as time does: it is compared with one that nobody can set.

    A clock that is hours ahead for some seconds would send what is not due, close what is open and skip what it takes
    for long past. So nothing is planned until a clock that was set has kept its new time for a while. A machine that
    slept looks the same, and waits as long.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._seen: tuple[datetime, float] | None = None
        self._until = 0.0

    def look(self) -> float | None:
        """By how many seconds it was set since the last look, when that was much; None when all is well."""
        wall, mono = self._clock(), self._monotonic()
        before, self._seen = self._seen, (wall, mono)
        if before is None:
            return None
        jump = (wall - before[0]).total_seconds() - (mono - before[1])
        if abs(jump) < JUMP_S:
            return None
        self._until = mono + KEPT_S
        return jump

    @property
    def is_trusted(self) -> bool:
        return self._monotonic() >= self._until


def offset_clock(path: Path) -> Clock:
    """The system's clock plus the microseconds (little-endian int64) that stand in the file.

    A world on the loopback wire moves time in a bot of another process by writing those eight bytes.
    """
    handle = os.open(path, os.O_RDONLY)

    def now() -> datetime:
        (microseconds,) = struct.unpack("<q", os.pread(handle, 8, 0))
        return system_clock() + timedelta(microseconds=microseconds)

    return now
