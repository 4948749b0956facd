"""Why a check cannot be begun now."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.course import Task
from bot.domain.records import Posted, Section, UnitRecord
from bot.services.unlocking import NotYet


@dataclass(frozen=True, slots=True)
class TooEarly:
    last: NotYet


@dataclass(frozen=True, slots=True)
class StillLocked:
    """``first`` is the title of the unit to master before; ``number`` that of the unit, from 1."""

    unit_title: str
    first: str
    section: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class PreWorkFirst:
    posted: Posted
    #: the check may be tried once before it
    test_out: bool = False


@dataclass(frozen=True, slots=True)
class TasksFirst:
    section: Section
    unit: UnitRecord
    #: must-dos not ticked
    musts: tuple[Task, ...]
    #: the check may be tried once before them
    test_out: bool


@dataclass(frozen=True, slots=True)
class AlreadyMastered:
    unit_title: str
    #: handle of the passed attempt, if there was one
    attempt: str | None


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """Every unit of the class's course is mastered."""

    section: Section


@dataclass(frozen=True, slots=True)
class NoSuchUnit:
    typed: str
    units: tuple[str, ...]
