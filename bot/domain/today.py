"""The one answer to "what does this student do now?", which the student, the teacher and the nudge share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.course import Level, Task, Unit
from bot.domain.mastery import Attempt, current_unit
from bot.domain.records import EvidenceRecord, Posted, ProgressRecord, UnitRecord
from bot.domain.retaking import Facts, InTheWay, in_the_way, tries_of
from bot.domain.summative import Held


@dataclass(frozen=True, slots=True)
class DoPreWork:
    """Owed: not started, started, or handed in without credit yet (``tries`` > 0)."""

    posted: Posted
    started_at: datetime | None
    tries: int
    overdue: bool
    #: the check may be tried once before it (K30)
    test_out: bool = False


@dataclass(frozen=True, slots=True)
class DoTasks:
    """Must-do tasks come before the check; ``musts`` are those not ticked, at least one."""

    unit: UnitRecord
    musts: tuple[Task, ...]
    test_out: bool = False


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


Step = (
    DoPreWork
    | DoTasks
    | TakeCheck
    | ContinueCheck
    | WaitForMarking
    | WaitForResult
    | WaitForCheck
    | AllMastered
)


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
    before = before_check(unit.unit, posted, done, mine, facts, now)
    if before.prework is not None:
        started, tries = (done.started_at, done.tries) if done else (None, 0)
        return DoPreWork(before.prework, started, tries, before.prework.deadline <= now, before.test_out)
    if before.musts:
        return DoTasks(unit, before.musts, before.test_out)
    if before.stands:
        return WaitForCheck(unit, before.stands)
    return TakeCheck(
        unit, len(tries_of(mine)) + 1, prepared=posted is not None and posted.posted_at is not None
    )


@dataclass(frozen=True, slots=True)
class BeforeCheck:
    """Everything that has to come before a check can be begun; it can be now where all three are empty."""

    #: owed
    prework: Posted | None
    #: tasks not ticked
    musts: tuple[Task, ...]
    stands: tuple[InTheWay, ...]
    #: it may be tried once, before the pre-work and the tasks (K30)
    test_out: bool


def before_check(
    unit: Unit,
    posted: Posted | None,
    done: EvidenceRecord | None,
    attempts: Sequence[Attempt],
    facts: Facts,
    now: datetime,
) -> BeforeCheck:
    """About an open unit that is not mastered; ``attempts`` are the student's at it, oldest first."""
    is_owed = posted is not None and posted.posted_at is not None
    is_owed = is_owed and (done is None or done.credited_at is None)
    musts = musts_left(unit, facts)
    return BeforeCheck(
        posted if is_owed else None,
        musts,
        in_the_way(unit, attempts, facts, now),
        facts.rules.test_out and not unit.check.summative and not attempts and (is_owed or bool(musts)),
    )


def musts_left(unit: Unit, facts: Facts) -> tuple[Task, ...]:
    """Tasks that have to be ticked before the check, by the class's rules (K24)."""
    if not facts.rules.musts_first:
        return ()
    return tuple(each for each in unit.tasks if each.level is Level.MUST and each.slug not in facts.ticked)
