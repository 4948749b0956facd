"""What came in, in memory: each text once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class FakeIncoming:
    #: (number, body) by sid
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: how many pictures came with each
    files: dict[str, int] = field(default_factory=dict)
    writes: int = 0
    #: how many writes find the file locked first
    locked: int = 0

    async def text(self, sid: str, number: str, body: str, now: datetime, *, files: int = 0) -> None:
        if self.locked:
            self.locked -= 1
            raise OSError("database is locked")
        if sid not in self.kept:
            self.kept[sid] = (number, body)
            self.files[sid] = files
            self.writes += 1
