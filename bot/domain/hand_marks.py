"""Answers that only a teacher can mark: those that wait, and what a teacher said to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that was handed in and waits for its mark. The order of its values is that of the queue."""

    #: when it was handed in
    since: datetime
    #: id
    attempt: int
    position: int


@dataclass(frozen=True, slots=True)
class HandMark:
    #: None while it waits
    credit: Fraction | None
    comment: str
    #: person; None where it was marked at once, or waits
    by: int | None
