"""What came of an attempt at a mastery check, and the unit that a pass opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from types import MappingProxyType

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
from bot.domain.messages import UnitOpened
from bot.domain.opening import Units, Why, units_of
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import HistoryLine, ProgressRecord, Section, UnitRecord
from bot.domain.retaking import InTheWay, tries_of
from bot.domain.showing import hint
from bot.domain.summative import Held
from bot.services.held_results import held_of
from bot.services.people import role_grant, role_take
from bot.services.places import unit_channel, unit_role
from bot.services.ports import Ids, Tx
from bot.services.retakes import kept_items, stands_before

#: joined before anything else
EVER = datetime.min.replace(tzinfo=UTC)


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
    #: what the teacher said who marked answers by hand
    comments: tuple[Hint, ...] = ()


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
    #: it was a try before the unit's work, which costs nothing (K30)
    tested_out: bool = False
    #: as in Passed
    signed: datetime | None = None
    comments: tuple[Hint, ...] = ()


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
        _comments(items),
    )


def _comments(items: Sequence[Item]) -> tuple[Hint, ...]:
    return tuple(Hint(each.position, each.comment) for each in items if each.comment)


def signed_of(tx: Tx, attempt: Attempt) -> datetime | None:
    """Since when the contract was in force that set the attempt's bar; None for the class's own bar (P12)."""
    contract = tx.contracts.find(attempt.contract) if attempt.contract is not None else None
    return contract.in_force_at if contract else None


def open_questions(items: Sequence[Item]) -> tuple[int, ...]:
    return tuple(each.position for each in items if each.credit != 1)


def said(tx: Tx, section: Section, person: int, unit: UnitRecord) -> Said:
    rules = tx.mastery_rules.of(section.id)
    more_tries = tx.accommodations.of(section.id, person).more_tries if rules.limit is not None else 0
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
        # teachers' hints may give the key away, and nothing was worked on yet
        hints=()
        if attempt.purpose == "test_out"
        else tuple(Hint(position, text) for position, text in hints if text),
        counted=_counted(tx, attempt),
        open_questions=open_questions(items),
        stands=stands_before(tx, section, attempt, at),
        said=said(tx, section, attempt.person, unit),
        tested_out=attempt.purpose == "test_out",
        signed=signed_of(tx, attempt),
        comments=_comments(items),
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
    section = tx.sections.get(attempt.section)
    before = units_now(tx, section, attempt.person, without=(Why.PASS, attempt.id))
    change = follow(tx, section, attempt.person, before, now, ids, cause=f"attempt:{attempt.id}")
    if change.opened:
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


@dataclass(frozen=True, slots=True)
class Row:
    """Progress as it was before it changed; None where the unit was locked."""

    slug: str
    was: ProgressRecord | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a student's units: slugs in the course's order, and how their rows were before."""

    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


def units_now(tx: Tx, section: Section, person: int, *, without: tuple[Why, int] | None = None) -> Units:
    """The truth of a student's units; ``without`` leaves one event out, to see what it changed."""
    order = [each.unit.slug for each in tx.courses.units(section.revision_id)]
    enrolment = tx.sections.enrolment(section.id, person)
    events = [
        each for each in tx.rulings.events(person, section.course_id) if (each.why, each.about) != without
    ]
    return units_of(order, enrolment.joined_at if enrolment else EVER, events)


def follow(
    tx: Tx,
    section: Section,
    person: int,
    before: Units,
    now: datetime,
    ids: Ids,
    *,
    cause: str,
    remembered: Mapping[str, ProgressRecord] = MappingProxyType({}),
) -> Change:
    """Lets progress, roles and the history follow from what changed since ``before``.

    What no longer follows is taken back: whoever calls this has the teacher's word for it. What an older revision
    opened stays. ``remembered`` gives a row that comes back the instants that it had.
    """
    units, after = tx.courses.units(section.revision_id), units_now(tx, section, person)
    order, progress = [each.unit.slug for each in units], tx.progress.of(person, section.course_id)
    new = set(after.opened) - set(before.opened)
    for slug in set(after.mastered) - set(before.mastered):
        # a newer revision may have put units in between, of which nothing follows before this student gets there
        next_one = opened_by(slug, units, progress, after.mastered[slug].at)
        new |= {slug} if next_one is None else {slug, next_one.unit.slug}
    opened = tuple(each for each in order if each in new and each not in progress)
    for slug in (*opened, *(new - set(order) - progress.keys())):
        _open(tx, section, person, slug, now, ids, cause=cause, since=remembered.get(slug))
    lost = [each for each in before.mastered if each not in after.mastered and each in progress]
    for slug in set(after.mastered) - set(before.mastered):
        was = remembered.get(slug)
        at = after.mastered[slug].at if was is None or was.mastered_at is None else was.mastered_at
        tx.progress.master(person, section.course_id, slug, at)
    for slug in lost:
        tx.progress.unmaster(person, section.course_id, slug)
    closed = tuple(each for each in before.opened if each not in after.opened and each in progress)
    for slug in closed:
        _close(tx, section, person, progress[slug], now, ids, cause=cause)
    changed = dict.fromkeys((*opened, *lost, *closed, *(set(after.mastered) - set(before.mastered))))
    return Change(opened, closed, tuple(Row(slug, progress.get(slug)) for slug in changed))


def open_added(tx: Tx, section: Section, person: int, now: datetime, ids: Ids) -> UnitRecord | None:
    """Whoever has mastered everything that was open goes on with the first unit that a revision added."""
    progress = tx.progress.of(person, section.course_id)
    units = tx.courses.units(section.revision_id)
    unit = next((each for each in units if each.unit.slug not in progress), None)
    if unit is None or current_unit(units, progress) is not None:
        return None
    _open(tx, section, person, unit.unit.slug, now, ids, cause=f"revision:{section.revision_id}")
    return unit


def _open(
    tx: Tx,
    section: Section,
    person: int,
    slug: str,
    now: datetime,
    ids: Ids,
    *,
    cause: str,
    since: ProgressRecord | None = None,
) -> None:
    """Progress counts for the whole course: the role is granted wherever the student attends it."""
    tx.progress.open(person, section.course_id, slug, since.opened_at if since else now)
    attended = [each for each in tx.sections.enrolled_in(person) if each.course_id == section.course_id]
    grants = [
        role_grant(each, person, unit_role(each, slug), now, cause) for each in attended if each.unit_places
    ]
    tx.outbox.add(grants, now, ids)


def _close(
    tx: Tx, section: Section, person: int, row: ProgressRecord, now: datetime, ids: Ids, *, cause: str
) -> None:
    slug = row.unit_slug
    tx.progress.close(person, section.course_id, slug)
    attended = [each for each in tx.sections.enrolled_in(person) if each.course_id == section.course_id]
    takes = [
        role_take(each, person, unit_role(each, slug), now, cause) for each in attended if each.unit_places
    ]
    tx.outbox.add(takes, now, ids)
    body = {"unit": slug, "opened_at": row.opened_at.isoformat(), "cause": cause}
    tx.history.add(HistoryLine(now, "unit_taken_back", body, section.id, person))


def unit_opened(tx: Tx, delivery: Delivery, now: datetime) -> UnitOpened | str:
    """What is told when a passed check opened a unit, or why it need not be told any more."""
    attempt = tx.attempts.get(delivery.about or 0)
    section, unit = tx.sections.get(attempt.section), following(tx, attempt)
    if tx.sections.enrolment(section.id, attempt.person) is None:
        return "no longer in the class"
    if unit is None:
        return "the course has no such unit any more"
    record = tx.progress.of(attempt.person, attempt.course).get(unit.unit.slug)
    if record is not None and record.mastered_at is not None:
        return "mastered meanwhile"
    channel = unit_channel(tx, section, unit.unit.slug)
    return UnitOpened(section.name, attempt.unit_title, unit.unit.title, channel)
