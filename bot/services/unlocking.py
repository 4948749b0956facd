"""What came of an attempt at a mastery check, and the unit that a pass opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bot.domain.counting import counted_of
from bot.domain.course import Objective
from bot.domain.mastery import (
    Attempt,
    Item,
    ObjectiveResult,
    by_objective,
    current_unit,
    opened_by,
    review,
)
from bot.domain.mastery_rules import MasteryRules
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Section, UnitRecord
from bot.domain.retaking import InTheWay, tries_of
from bot.domain.showing import hint
from bot.domain.summative import Held
from bot.services.held_results import held_of
from bot.services.people import role_grant
from bot.services.places import unit_role
from bot.services.ports import Ids, Tx
from bot.services.retakes import kept_items, stands_before


@dataclass(frozen=True, slots=True)
class Passed:
    attempt: str
    unit_title: str
    score: Fraction
    bar: int
    #: title of the unit that is open now, None after the last one
    opened: str | None
    objectives: tuple[ObjectiveResult, ...] = ()
    #: positions of questions that did not earn full credit
    open_questions: tuple[int, ...] = ()
    #: since when the contract is in force that the bar came from; None for the class's own bar
    signed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """What the teacher says to the answer that the student gave."""

    position: int
    said: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the class's rules mean for this student at this unit, to be said in one sentence."""

    rules: MasteryRules
    zone: str
    #: seconds between attempts where the class gives none
    cooldown_s: int
    more_tries: int


@dataclass(frozen=True, slots=True)
class NotYet:
    """Names the objectives to look at again; never which answers were right (K12)."""

    #: handles
    attempt: str
    section: str
    unit_title: str
    score: Fraction
    bar: int
    objectives: tuple[ObjectiveResult, ...]
    review: tuple[Objective, ...]
    hints: tuple[Hint, ...]
    #: what counts of all tries together, where that is another score than this one's
    counted: Fraction | None
    #: positions of questions that did not earn full credit
    open_questions: tuple[int, ...]
    #: what has to come before the next attempt; empty when it can begin now
    stands: tuple[InTheWay, ...]
    said: Said
    #: as in Passed
    signed: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwaitsMarking:
    """Handed in; the teacher has still to mark ``answers`` of it. What was marked at once is not shown yet."""

    #: handle
    attempt: str
    unit_title: str
    answers: int


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A summative check, handed in; ``by`` is what its result waits for."""

    #: handles
    attempt: str
    section: str
    unit_title: str
    by: Held


Result = Passed | NotYet | AwaitsMarking | HeldBack


def result_of(tx: Tx, attempt: Attempt) -> Result:
    """The result of an attempt that was handed in, the same whenever it is asked."""
    if attempt.passed is None:
        held = held_of(tx, attempt)
        if held is not None:
            handle = tx.sections.get(attempt.section).handle
            return HeldBack(attempt.handle, handle, attempt.unit_title, held)
        unmarked = sum(each.credit is None for each in tx.attempts.items(attempt.id))
        return AwaitsMarking(attempt.handle, attempt.unit_title, unmarked)
    if not attempt.passed:
        return not_yet(tx, attempt)
    unit = following(tx, attempt)
    title = unit.unit.title if unit else None
    items = tx.attempts.items(attempt.id)
    return Passed(
        attempt.handle,
        attempt.unit_title,
        attempt.score or Fraction(0),
        attempt.bar,
        title,
        by_objective(
            tx.courses.unit(attempt.unit).unit.objectives, [*items, *kept_items(tx, attempt, items)]
        ),
        open_questions(items),
        signed_of(tx, attempt),
    )


def signed_of(tx: Tx, attempt: Attempt) -> datetime | None:
    """Since when the contract was in force that set the attempt's bar; None for the class's own bar (P12)."""
    contract = tx.contracts.find(attempt.contract) if attempt.contract is not None else None
    return contract.in_force_at if contract else None


def open_questions(items: Sequence[Item]) -> tuple[int, ...]:
    return tuple(each.position for each in items if each.credit != 1)


def said(tx: Tx, section: Section, person: int, unit: UnitRecord) -> Said:
    rules = tx.mastery_rules.of(section.id)
    more_tries = tx.retakes.more_tries(section.id, person) if rules.limit is not None else 0
    return Said(rules, section.zone, unit.unit.check.cooldown_s, more_tries)


def not_yet(tx: Tx, attempt: Attempt, now: datetime | None = None) -> NotYet:
    """``now`` decides what still stands before the next attempt; without it, when this one was handed in."""
    items = tx.attempts.items(attempt.id)
    section, unit = tx.sections.get(attempt.section), tx.courses.unit(attempt.unit)
    at = now or attempt.submitted_at or attempt.began_at
    hints = [(each.position, hint(each.question, each.answer)) for each in items if each.answer is not None]
    return NotYet(
        attempt=attempt.handle,
        section=section.handle,
        unit_title=attempt.unit_title,
        score=attempt.score or Fraction(0),
        bar=attempt.bar,
        objectives=by_objective(unit.unit.objectives, [*items, *kept_items(tx, attempt, items)]),
        review=review(unit.unit.objectives, items),
        hints=tuple(Hint(position, text) for position, text in hints if text),
        counted=_counted(tx, attempt),
        open_questions=open_questions(items),
        stands=stands_before(tx, section, attempt, at),
        said=said(tx, section, attempt.person, unit),
        signed=signed_of(tx, attempt),
    )


def _counted(tx: Tx, attempt: Attempt) -> Fraction | None:
    """As it stood when this attempt was handed in."""
    tries = tx.attempts.of_unit(attempt.person, attempt.course, attempt.unit_slug)
    until = [each for each in tries_of(tries) if each.number <= attempt.number]
    found = counted_of(until, tx.mastery_rules.of(attempt.section).counts)
    return None if found == attempt.score else found


def following(tx: Tx, attempt: Attempt) -> UnitRecord | None:
    """The unit that passing this attempt opened, by the revision that the class uses now."""
    section = tx.sections.get(attempt.section)
    progress = tx.progress.of(attempt.person, attempt.course)
    at = attempt.submitted_at or attempt.began_at
    return opened_by(attempt.unit_slug, tx.courses.units(section.revision_id), progress, at)


def pass_unit(tx: Tx, attempt: Attempt, now: datetime, ids: Ids) -> None:
    """Masters the unit of an attempt that was just passed and opens what follows, with role and message."""
    tx.progress.master(attempt.person, attempt.course, attempt.unit_slug, now)
    unit = following(tx, attempt)
    if unit is None:
        return
    section = tx.sections.get(attempt.section)
    _open(tx, section, attempt.person, unit, now, ids, cause=f"attempt:{attempt.id}")
    told = Effect(
        key=f"opened:{attempt.id}",
        kind=Kind.UNIT_OPENED,
        way=Way.DM,
        due_at=now,
        person=attempt.person,
        section=section.id,
        about=attempt.id,
    )
    tx.outbox.add([told], now, ids)


def open_added(tx: Tx, section: Section, person: int, now: datetime, ids: Ids) -> UnitRecord | None:
    """Whoever has mastered everything that was open goes on with the first unit that a revision added."""
    progress = tx.progress.of(person, section.course_id)
    units = tx.courses.units(section.revision_id)
    unit = next((each for each in units if each.unit.slug not in progress), None)
    if unit is None or current_unit(units, progress) is not None:
        return None
    _open(tx, section, person, unit, now, ids, cause=f"revision:{section.revision_id}")
    return unit


def _open(
    tx: Tx, section: Section, person: int, unit: UnitRecord, now: datetime, ids: Ids, *, cause: str
) -> None:
    """Progress counts for the whole course: the role is granted wherever the student attends it."""
    slug = unit.unit.slug
    tx.progress.open(person, section.course_id, slug, now)
    attended = [each for each in tx.sections.enrolled_in(person) if each.course_id == section.course_id]
    grants = [role_grant(each, person, unit_role(each, slug), now, cause) for each in attended]
    tx.outbox.add(grants, now, ids)
