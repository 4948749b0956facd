"""Stops in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class FakePhones:
    #: (person, party), in order
    stopped: list[tuple[int, str]] = field(default_factory=list)

    async def stop_by_page(self, person: int, party: str, now: datetime) -> None:
        self.stopped.append((person, party))
