"""The one answer to "what does this student do now?", which the student, the teacher and the nudge share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.mastery import Attempt, current_unit
from bot.domain.records import EvidenceRecord, Posted, ProgressRecord, UnitRecord
from bot.domain.retaking import Facts, InTheWay, in_the_way
from bot.domain.summative import Held


@dataclass(frozen=True, slots=True)
class DoPreWork:
    """Owed: not started, started, or handed in without credit yet (``tries`` > 0)."""

    posted: Posted
    started_at: datetime | None
    tries: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class TakeCheck:
    unit: UnitRecord
    #: of the attempt that would begin, from 1
    number: int
    #: the unit's pre-work is done; False where none was posted yet, so that a lesson is still to come
    prepared: bool = True


@dataclass(frozen=True, slots=True)
class ContinueCheck:
    """A check is half done."""

    unit: UnitRecord
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class WaitForMarking:
    """A check is handed in, and the teacher has something of it to mark."""

    unit: UnitRecord
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class WaitForResult:
    """A summative check is handed in; ``held`` says what its result waits for."""

    unit: UnitRecord
    held: Held


@dataclass(frozen=True, slots=True)
class WaitForCheck:
    """Not yet passed; ``stands`` is what has to come before the next attempt, at least one thing."""

    unit: UnitRecord
    stands: tuple[InTheWay, ...]


@dataclass(frozen=True, slots=True)
class AllMastered:
    units: int


Step = DoPreWork | TakeCheck | ContinueCheck | WaitForMarking | WaitForResult | WaitForCheck | AllMastered


def next_step(
    units: Sequence[UnitRecord],
    progress: Mapping[str, ProgressRecord],
    given: Mapping[str, Posted],
    evidence: Mapping[str, EvidenceRecord],
    attempts: Sequence[Attempt],
    facts: Facts,
    now: datetime,
) -> Step:
    """The step in the first open unit that is not mastered.

    ``given`` and ``evidence`` are by unit slug; ``attempts`` are the student's in this course, oldest first;
    ``facts`` are those that decide about the next attempt at the first such unit.
    """
    unit = current_unit(units, progress)
    if unit is None:
        return AllMastered(len(units))
    slug = unit.unit.slug
    mine = [each for each in attempts if each.unit_slug == slug]
    if mine and mine[-1].submitted_at is None:
        return ContinueCheck(unit, mine[-1])
    if mine and mine[-1].passed is None:
        return WaitForResult(unit, facts.held) if facts.held else WaitForMarking(unit, mine[-1])
    posted, done = given.get(slug), evidence.get(slug)
    if posted is not None and posted.posted_at is not None and (done is None or done.credited_at is None):
        started, tries = (done.started_at, done.tries) if done else (None, 0)
        return DoPreWork(posted, started, tries, overdue=posted.deadline <= now)
    stands = in_the_way(unit.unit, mine, facts, now)
    if stands:
        return WaitForCheck(unit, stands)
    return TakeCheck(unit, len(mine) + 1, prepared=posted is not None and posted.posted_at is not None)
