"""What is sent between a student and their teacher before another try at a check."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.disclosure import Reader, Recorded, read_by


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class PartnerWanted:
    """Tells the teachers' room that a student would like to work with a classmate; all are Discord ids."""

    student: int
    unit_title: str
    #: texts of the objectives to work on
    objectives: tuple[str, ...]
    #: classmates who have mastered the unit
    mastered: tuple[int, ...]


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class RetakeAsked:
    """Tells the teachers' room that a student asks for another attempt."""

    #: Discord id
    student: int
    unit_title: str
    said: str
    #: what was recorded since the last attempt, "video" and so on; "" for nothing
    did: str
    #: percent of the last attempt and of the bar
    percent: str
    bar: int
    handle: str


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class RetakeDecided:
    """Tells a student what their teacher said to that."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    granted: Recorded[bool]
    why: Recorded[str]
