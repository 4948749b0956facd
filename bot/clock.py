"""The one source of time. Everything else is handed an instant."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: gives the present instant as an aware datetime in UTC
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def offset_clock(path: Path) -> Clock:
    """The system's clock plus the microseconds (little-endian int64) that stand in the file.

    A world on the loopback wire moves time in a bot of another process by writing those eight bytes.
    """
    handle = os.open(path, os.O_RDONLY)

    def now() -> datetime:
        (microseconds,) = struct.unpack("<q", os.pread(handle, 8, 0))
        return system_clock() + timedelta(microseconds=microseconds)

    return now
