"""What came of an attempt at a mastery check, and the unit that a pass opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bot.domain.course import Objective
from bot.domain.mastery import Attempt, current_unit, opened_by, review
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Section, UnitRecord
from bot.domain.showing import hint
from bot.services.people import role_grant
from bot.services.places import unit_role
from bot.services.ports import Ids, Tx


@dataclass(frozen=True, slots=True)
class Passed:
    attempt: str
    unit_title: str
    score: Fraction
    bar: int
    #: title of the unit that is open now, None after the last one
    opened: str | None
    #: since when the contract is in force that the bar came from; None for the class's own bar
    signed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """What the teacher says to the answer that the student gave."""

    position: int
    said: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """Names the objectives to look at again; never which answers were right (K12)."""

    #: handle
    section: str
    unit_title: str
    score: Fraction
    bar: int
    review: tuple[Objective, ...]
    hints: tuple[Hint, ...]
    retake_at: datetime
    #: as in Passed
    signed: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwaitsMarking:
    """Handed in; the teacher has still to mark ``answers`` of it. What was marked at once is not shown yet."""

    #: handle
    attempt: str
    unit_title: str
    answers: int


def result_of(tx: Tx, attempt: Attempt) -> Passed | NotYet | AwaitsMarking:
    """The result of an attempt that was handed in, the same whenever it is asked."""
    if attempt.passed is None:
        unmarked = sum(each.credit is None for each in tx.attempts.items(attempt.id))
        return AwaitsMarking(attempt.handle, attempt.unit_title, unmarked)
    if not attempt.passed:
        return not_yet(tx, attempt)
    unit = following(tx, attempt)
    title = unit.unit.title if unit else None
    return Passed(
        attempt.handle,
        attempt.unit_title,
        attempt.score or Fraction(0),
        attempt.bar,
        title,
        signed=signed_of(tx, attempt),
    )


def signed_of(tx: Tx, attempt: Attempt) -> datetime | None:
    """Since when the contract was in force that set the attempt's bar; None for the class's own bar (P12)."""
    contract = tx.contracts.find(attempt.contract) if attempt.contract is not None else None
    return contract.in_force_at if contract else None


def not_yet(tx: Tx, attempt: Attempt) -> NotYet:
    items = tx.attempts.items(attempt.id)
    said = [(each.position, hint(each.question, each.answer)) for each in items if each.answer is not None]
    return NotYet(
        section=tx.sections.get(attempt.section).handle,
        unit_title=attempt.unit_title,
        score=attempt.score or Fraction(0),
        bar=attempt.bar,
        review=review(tx.courses.unit(attempt.unit).unit.objectives, items),
        hints=tuple(Hint(position, text) for position, text in said if text),
        retake_at=attempt.retake_at or attempt.began_at,
        signed=signed_of(tx, attempt),
    )


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
