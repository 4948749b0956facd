"""What is told about the talk that confirms a summative check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bot.domain.disclosure import Reader, Recorded, read_by


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class TalkNews:
    """Tells a student of their result and of the talk."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    #: handle
    section: str
    #: 0 to 1
    score: Fraction
    #: percent
    bar: Recorded[int]
    #: None while no slot is booked
    starts_at: Recorded[datetime | None]
    #: on the wall of the class's zone, "" without a slot
    starts_local: Recorded[str]
    where: str
    #: handle, "" without a slot
    booking: str
    #: it was held, and the teacher wants to look at it again
    is_looked_at: Recorded[bool]
    #: an earlier slot went by without the student
    was_missed: Recorded[bool]


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class TalksToBook:
    """Tells the teachers' room that talks wait for office hours."""

    count: int
