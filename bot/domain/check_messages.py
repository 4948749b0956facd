"""What a student is told about their checks when it was not they who pressed something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitRuled:
    """The teacher ruled over a check, or took such a ruling back. The reason is for the record alone."""

    class_name: str
    unit_title: str
    #: "override" or "excuse"
    ruling: str
    undone: bool
    #: the unit to go on with, None where there is nothing new
    opened: str | None
    #: of the unit to go on with, if it stands
    channel: int | None


@dataclass(frozen=True, slots=True)
class ResultChanged:
    """A faulty question was marked anew, or that was undone."""

    class_name: str
    unit_title: str
    #: whether the check is passed now; None where only the score changed
    passes: bool | None
    #: titles of units
    opened: tuple[str, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandMarked:
    """The teacher marked a lab, a talk or a sheet."""

    class_name: str
    unit_title: str
    passed: bool
    comment: str
    opened: str | None
    channel: int | None


@dataclass(frozen=True, slots=True)
class RecheckDue:
    """Units that were mastered a while ago are to be looked back at."""

    class_name: str
    #: handle
    section: str
    #: titles
    units: tuple[str, ...]


CheckNews = UnitRuled | ResultChanged | HandMarked | RecheckDue
