"""What came in, in memory: each text once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.failing import Failing


@dataclass(slots=True)
class FakeIncoming:
    #: (number, body) by sid
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)
    writes: int = 0
    disk: Failing = field(default_factory=Failing)

    async def text(self, sid: str, number: str, body: str, now: datetime) -> None:
        await self.disk.meet()
        if sid not in self.kept:
            self.kept[sid] = (number, body)
            self.writes += 1
