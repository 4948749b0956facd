"""What a student is told of a check whose result came while nobody looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Handed in by the clock when its time was up, or marked by the teacher since."""

    class_name: str
    unit_title: str
    #: handle
    attempt: str
    #: both None while the teacher has still to mark something
    passed: bool | None
    #: 0 to 1
    score: Fraction | None
    #: percent
    bar: int
    #: "time": it was up; "marked" by the teacher; of a summative check "results", "talk" or "again"
    why: str
    #: when its result comes, where it is kept back
    results_at: datetime | None = None
