"""The state of the outbox as a test wants it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bot.services.vitals import Vitals


@dataclass(slots=True)
class FakeVitals:
    shown: Vitals = field(default_factory=lambda: Vitals({}, {}))
    #: the database does not answer at all
    hangs: bool = False

    async def look(self, now: datetime) -> Vitals:
        if self.hangs:
            await asyncio.Event().wait()
        return self.shown
