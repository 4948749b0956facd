"""What a student is told about their checks when it was not they who pressed something."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.disclosure import Reader, Recorded, read_by


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class UnitRuled:
    """The teacher ruled over a check, or took such a ruling back. The reason is for the record alone."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    #: "override" or "excuse"
    ruling: Recorded[str]
    undone: Recorded[bool]
    #: the unit to go on with, None where there is nothing new
    opened: Recorded[str | None]
    #: of the unit to go on with, if it stands
    channel: int | None


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class ResultChanged:
    """A faulty question was marked anew, or that was undone."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    #: whether the check is passed now; None where only the score changed
    passes: Recorded[bool | None]
    #: titles of units
    opened: Recorded[tuple[str, ...]]
    closed: Recorded[tuple[str, ...]]


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class HandMarked:
    """The teacher marked a lab, a talk or a sheet."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    passed: Recorded[bool]
    comment: Recorded[str]
    opened: Recorded[str | None]
    channel: int | None


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class RecheckDue:
    """Units that were mastered a while ago are to be looked back at."""

    class_name: Recorded[str]
    #: handle
    section: str
    #: titles
    units: Recorded[tuple[str, ...]]


CheckNews = UnitRuled | ResultChanged | HandMarked | RecheckDue
