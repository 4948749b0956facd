"""What a student is told of a check whose result came while nobody looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bot.domain.disclosure import Reader, Recorded, read_by


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class CheckResult:
    """Handed in by the clock when its time was up, or marked by the teacher since."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    #: handle
    attempt: str
    #: both None while the teacher has still to mark something
    passed: Recorded[bool | None]
    #: 0 to 1
    score: Fraction | None
    #: percent
    bar: Recorded[int]
    #: "time": it was up; "marked" by the teacher; of a summative check "results", "talk" or "again"
    why: Recorded[str]
    #: when its result comes, where it is kept back
    results_at: Recorded[datetime | None] = None
