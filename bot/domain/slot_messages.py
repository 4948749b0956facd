"""What is told about office hours: to the student who booked a slot, and to the teachers' room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.disclosure import Reader, Recorded, read_by


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class SlotReminder:
    class_name: Recorded[str]
    starts_at: Recorded[datetime]
    starts_local: Recorded[str]
    ends_at: Recorded[datetime]
    where: str
    #: of the booking
    handle: str


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class SlotBooked:
    """For the teachers' room."""

    student: int
    starts_at: datetime
    ends_at: datetime
    reason: str


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class SlotCancelled:
    """For the teachers' room."""

    student: int
    starts_at: datetime
    #: they left the server, and so the slot
    left: bool = False


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class SlotCalledOff:
    """Tells a student that a teacher cancelled their booking."""

    class_name: Recorded[str]
    starts_at: Recorded[datetime]
    starts_local: Recorded[str]
    #: of the class, to book another slot
    handle: str


SlotContent = SlotReminder | SlotBooked | SlotCancelled | SlotCalledOff
