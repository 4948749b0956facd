"""Stops in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.services.phones import StopResult, TextsStopped


@dataclass(slots=True)
class FakePhones:
    #: (person, party), in order
    stopped: list[tuple[int, str]] = field(default_factory=list)
    #: how many writes find the file locked first
    locked: int = 0

    async def stop_by_page(self, person: int, party: str, now: datetime) -> StopResult:
        if self.locked:
            self.locked -= 1
            raise OSError("database is locked")
        self.stopped.append((person, party))
        return TextsStopped()
