"""Why a check does not begin right now, and what is said before a summative one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.mastery import Attempt
from bot.domain.records import Section, UnitRecord
from bot.domain.retaking import InTheWay
from bot.domain.summative import Sitting
from bot.services.check_refusals import AlreadyMastered, TooEarly
from bot.services.ports import Tx
from bot.services.unlocking import AwaitsMarking, HeldBack, not_yet, result_of


@dataclass(frozen=True, slots=True)
class NotNow:
    """A first try that has to wait, which is only so for summative checks."""

    #: handle
    section: str
    unit_title: str
    stands: tuple[InTheWay, ...]


@dataclass(frozen=True, slots=True)
class BeforeSummative:
    """What a student is told before a summative check begins."""

    #: handle
    section: str
    unit_title: str
    questions: int
    sitting: Sitting


def waiting(tx: Tx, attempt: Attempt) -> AwaitsMarking | HeldBack | AlreadyMastered:
    """What is shown of an attempt that was handed in and has no result yet."""
    done = result_of(tx, attempt)
    is_waiting = isinstance(done, AwaitsMarking | HeldBack)
    return done if is_waiting else AlreadyMastered(attempt.unit_title, attempt.handle)


def in_its_time(
    tx: Tx,
    section: Section,
    unit: UnitRecord,
    tries: Sequence[Attempt],
    stands: tuple[InTheWay, ...],
    now: datetime,
) -> NotNow | TooEarly:
    """What is shown while something stands before the next try."""
    if not tries:
        return NotNow(section.handle, unit.unit.title, stands)
    return TooEarly(not_yet(tx, tries[-1], now))


def said_first(tx: Tx, section: Section, unit: UnitRecord) -> BeforeSummative | None:
    """What is said first; None for a check that is not summative."""
    sitting = tx.summatives.of(section.id, unit.unit.slug) if unit.unit.check.summative else None
    if sitting is None:
        return None
    return BeforeSummative(section.handle, unit.unit.title, unit.unit.check.draw, sitting)
