"""What a student is told of a check whose result came while nobody looked."""

from __future__ import annotations

from dataclasses import dataclass
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
    time_was_up: bool
