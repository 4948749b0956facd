"""The outbox in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.outbox import State, Way


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows are in a state on a way, and when the first of them was due."""

    state: State
    way: Way
    rows: int
    first_due: datetime
