"""Why is this locked?: asked by a student about a unit of theirs, answered by what beginning its check would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.booking import NOTICE
from bot.domain.course import Task
from bot.domain.locks import (
    OPEN,
    Act,
    Action,
    Condition,
    Every,
    Slots,
    foreseen,
    shortest,
    to_be_marked,
    to_begin,
    to_finish,
    to_open,
    to_pass,
    without,
)
from bot.domain.mastery import Attempt, current_unit, unit_named
from bot.domain.records import Asker, Posted, ProgressRecord, Section, UnitRecord
from bot.domain.today import BeforeCheck, before_check
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.own_time import for_student
from bot.services.ports import Database, Tx
from bot.services.quizzes import NoSuchUnit, NothingLeft
from bot.services.retakes import retake_facts

#: retake sessions ahead that are looked through for one after the wait
SESSIONS = 50


@dataclass(frozen=True, slots=True)
class Way:
    """The shortest list of actions, and what else there is to know about it."""

    section: Section
    unit: UnitRecord
    #: the unit is open, and its check is what is locked
    is_open: bool
    #: at least one; None when only the teacher can open it
    actions: tuple[Action, ...] | None
    #: the shortest without testing out, where the list does test out
    usual: tuple[Action, ...] | None
    #: pre-work of the first action, if it is one
    posted: Posted | None
    #: to do while time is what is waited for
    meanwhile: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class NotLocked:
    """Its check can be begun now, or gone on with."""

    section: Section
    unit: UnitRecord


@dataclass(frozen=True, slots=True)
class Mastered:
    section: Section
    unit: UnitRecord


WhyResult = Way | NotLocked | Mastered | NothingLeft | NoSuchUnit | WhichClass | NoClass


class LockService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def why(self, asker: Asker, section: str | None, unit: str | None, now: datetime) -> WhyResult:
        """What opens a unit, or the check of one that is open.

        ``section`` is a handle; ``unit`` a slug, a title or a number, for another than the one that is next.
        """
        return await self._db.read(_why, asker, section, unit, now)


def _why(tx: Tx, asker: Asker, handle: str | None, typed: str | None, now: datetime) -> WhyResult:
    chosen = attended_class(tx, asker, handle)
    if not isinstance(chosen, tuple):
        return chosen
    me, section = chosen
    units, progress = tx.courses.units(section.revision_id), tx.progress.of(me.person, section.course_id)
    if typed is not None:
        unit = unit_named(units, typed)
        if unit is None:
            return NoSuchUnit(typed, tuple(each.unit.title for each in units))
    else:
        unit = _next_locked(tx, section, me.person, units, progress, now)
        if unit is None:
            return NothingLeft(section)
    return why(tx, section, me.person, unit, now)


def why(tx: Tx, section: Section, person: int, unit: UnitRecord, now: datetime) -> Way | NotLocked | Mastered:
    units, progress = tx.courses.units(section.revision_id), tx.progress.of(person, section.course_id)
    record = progress.get(unit.unit.slug)
    if record is not None and record.mastered_at is not None:
        return Mastered(section, unit)
    condition = lock(tx, section, person, unit, units, progress, now)
    actions = shortest(condition)
    if actions == ():
        return NotLocked(section, unit)
    has_quick = actions is not None and any(each.act is Act.TEST_OUT for each in actions)
    first = next((each for each in units if actions and each.unit.slug == actions[0].unit), None)
    owes = actions is not None and actions[0].act is Act.PRE_WORK
    return Way(
        section,
        unit,
        record is not None,
        actions,
        shortest(without(condition, Act.TEST_OUT)) if has_quick else None,
        tx.prework.of_unit(section.id, first.unit.slug) if first and owes else None,
        meanwhile(tx, section, person, first) if first and actions and actions[0].act in WAITS else (),
    )


#: acts of time and of the teacher
WAITS = (Act.WAIT, Act.ANSWERED, Act.MEET)


def meanwhile(tx: Tx, section: Section, person: int, unit: UnitRecord) -> tuple[Task, ...]:
    """Tasks of the unit that are not ticked, for who has to wait (K24): never idle."""
    ticked = tx.tasks.ticked(person, section.course_id, unit.unit.slug)
    return tuple(each for each in unit.unit.tasks if each.slug not in ticked)


def lock(
    tx: Tx,
    section: Section,
    person: int,
    unit: UnitRecord,
    units: Sequence[UnitRecord],
    progress: dict[str, ProgressRecord],
    now: datetime,
) -> Condition:
    """What stands between the student and a unit that is not mastered: its check if it is open, else its opening."""
    if unit.unit.slug in progress:
        match _before(tx, section, person, unit, now):
            case Attempt(submitted_at=None):
                return OPEN
            case Attempt():
                return to_be_marked(unit.unit)
            case before:
                return to_begin(unit.unit, *before)
    mastered = {slug for slug, each in progress.items() if each.mastered_at is not None}
    by_slug = {each.unit.slug: each for each in units}
    parts: list[Condition] = []
    for slug in to_open(unit.unit.slug, units, progress, mastered):
        needed = by_slug[slug].unit
        match _before(tx, section, person, by_slug[slug], now):
            case Attempt(submitted_at=None):
                parts.append(to_finish(needed))
            case Attempt():
                parts.append(to_be_marked(needed))
            case before:
                parts.append(to_pass(needed, *before))
    return Every(tuple(parts))


def _before(
    tx: Tx, section: Section, person: int, unit: UnitRecord, now: datetime
) -> tuple[BeforeCheck, Slots] | Attempt:
    """The last attempt where it is not handed in or not marked yet."""
    tries = tx.attempts.of_unit(person, section.course_id, unit.unit.slug)
    if tries and (tries[-1].submitted_at is None or tries[-1].passed is None):
        return tries[-1]
    posted = tx.prework.of_unit(section.id, unit.unit.slug)
    posted = for_student(tx, posted, person) if posted else None
    done = tx.prework.evidence(posted.id, person) if posted else None
    facts = retake_facts(tx, section, person, unit, tries, now)
    before = before_check(unit.unit, posted, done, tries, facts, now)
    if not before.stands:
        return before, Slots()
    stands, until = foreseen(unit.unit, tries, facts, now)
    soonest = now + NOTICE
    sessions = tx.bookings.free(section.id, soonest, SESSIONS, "retake")
    session = next((each for each in sessions if each.ends_at > until), None)
    hours = next(iter(tx.bookings.free(section.id, soonest, 1)), None)
    slots = Slots(session.starts_at if session else None, hours.ends_at if hours else None)
    return replace(before, stands=stands), slots


def _next_locked(
    tx: Tx,
    section: Section,
    person: int,
    units: Sequence[UnitRecord],
    progress: dict[str, ProgressRecord],
    now: datetime,
) -> UnitRecord | None:
    """The check that is next if it is locked, else the first locked unit."""
    current = current_unit(units, progress)
    if current is not None and not isinstance(why(tx, section, person, current, now), NotLocked):
        return current
    return next((each for each in units if each.unit.slug not in progress), current)
