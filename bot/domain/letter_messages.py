"""What the deliveries of letters say, as values, and where a letter goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.disclosure import Reader, Recorded, read_by
from bot.domain.letters import Party, Via
from bot.domain.outbox import Way


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class LetterCard:
    """For the student's thread in the teachers' room: what they, or their guardian, wrote."""

    student: int
    party: Party
    class_name: str
    via: Via
    words: str
    #: a long letter comes in parts, counted from 1
    part: int
    parts: int
    #: that came with it and cannot be shown
    files: int
    at: datetime
    #: of the letter
    handle: str
    #: the student is on the class's server no more
    left: bool


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class AnswerNote:
    """For the same thread: which answer arrived, by which way."""

    student: int
    party: Party
    teacher: int
    words: str
    way: Way


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class DeskCard:
    """The card in the teachers' room under which a student's thread hangs."""

    student: int
    class_name: str


@read_by(Reader.STUDENT, Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class AnswerCard:
    """A teacher's answer, to the student or their guardian."""

    class_name: Recorded[str]
    #: as the class calls them
    teacher: Recorded[str]
    words: Recorded[str]
    #: of the class, to write back
    handle: str


@read_by(Reader.STUDENT, Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class Heard:
    """Tells who wrote that it is with the teacher, and when it will be read."""

    class_name: Recorded[str]
    #: None when it is being read now, or never
    reads_at: Recorded[datetime | None]
    #: as promised in the class's zone, for texts: "Tue 24 Nov 08:00"
    reads_local: Recorded[str]
    #: the class takes no letters
    off: Recorded[bool]
    #: that came with it and are not passed on
    files: Recorded[int]


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class AskClass:
    """Asks a student of several classes whose teacher is meant; what they wrote waits for it."""

    #: names and handles
    classes: tuple[tuple[str, str], ...]


LetterContent = LetterCard | AnswerNote | DeskCard | AnswerCard | Heard | AskClass


@dataclass(frozen=True, slots=True)
class ToDesk:
    """The student's own thread in the teachers' room; it hangs under a card there."""

    #: the student
    discord: int
    #: the teachers' room
    channel: int
    #: None before the first letter
    thread: int | None
    class_name: str
    #: of the class and student: makes the marks by which the card above the thread is found again
    seed: str
