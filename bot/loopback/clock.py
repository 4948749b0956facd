"""The clock of a world on the wire: real time plus an offset that can be moved."""

from __future__ import annotations

import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from simcord._clock import Clock


class WorldClock(Clock):
    """UTC. Ticks with real time; `move` adds to it at once, for Discord, the phone and the bot alike.

    The offset stands in `path` as microseconds in a little-endian int64, which is what the bot reads.
    """

    def __init__(self, path: Path | None = None, *, start: datetime | None = None) -> None:
        super().__init__()
        self._file = None if path is None else os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self.offset = timedelta(0) if start is None else start - datetime.now(UTC)
        self._publish()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move(self, by: timedelta) -> None:
        self.offset += by
        self._publish()

    def advance(self, seconds: float) -> None:
        """What simcord's backend calls; the same as `move`."""
        self.move(timedelta(seconds=seconds))

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _publish(self) -> None:
        if self._file is not None:
            # one write of eight bytes: a reader sees the old offset or the new one, never half of each
            os.pwrite(self._file, struct.pack("<q", self.offset // timedelta(microseconds=1)), 0)
