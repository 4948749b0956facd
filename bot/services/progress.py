"""Where a student stands: "what do I do now?" for the student, the whole picture for the teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.booking import Booking
from bot.domain.contracts import Bar, waiting
from bot.domain.course import Task
from bot.domain.mastery import Attempt, current_unit
from bot.domain.records import (
    Account,
    Asker,
    Enrolment,
    EvidenceRecord,
    Posted,
    ProgressRecord,
    Section,
    UnitRecord,
)
from bot.domain.today import Step, next_step
from bot.services.bars import bar_of
from bot.services.choosing import NoClass, NotStaff
from bot.services.journals import Line, journal_of
from bot.services.own_time import for_student
from bot.services.ports import Database, Tx
from bot.services.rechecks import titles_asked
from bot.services.retakes import retake_facts

#: of a student's journal
MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class ClassToday:
    section: Section
    step: Step
    booking: Booking | None
    bar: Bar
    #: the class offers goals to sign for, and this student has signed for none
    unsigned: bool = False
    #: tasks of the step's unit that are not ticked
    tasks: tuple[Task, ...] = ()
    #: titles of mastered units that the student was asked to look back at
    look_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Today:
    classes: tuple[ClassToday, ...]
    inbox_open: bool


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """One unit of the course for one student; ``progress`` is None while it is locked."""

    unit: UnitRecord
    progress: ProgressRecord | None
    prework: Posted | None
    evidence: EvidenceRecord | None
    attempts: tuple[Attempt, ...]
    #: slugs of its tasks
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    account: Account
    section: Section
    units: tuple[UnitStanding, ...]
    step: Step
    booking: Booking | None
    bar: Bar
    #: what they wrote about questions that did not go well, newest first; looked up for their teacher alone
    journal: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class NoSuchStudent:
    """The person named is a student in none of the asker's classes here."""

    account: int


class ProgressService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def today(self, asker: Asker, now: datetime) -> Today | NoClass:
        """The next step in each of the asker's classes; on a server, of that server's classes."""
        return await self._db.glance(_today, asker, now)

    async def student(
        self, asker: Asker, student: int, now: datetime
    ) -> tuple[Standing, ...] | NoSuchStudent | NotStaff:
        """Everything about one student (a Discord id), in each class of the asker's that they are in."""
        return await self._db.read(_student, asker, student, now)


def _today(tx: Tx, asker: Asker, now: datetime) -> Today | NoClass:
    me = tx.people.of(asker.account)
    if me is None:
        return NoClass()
    here = [each for each in tx.sections.enrolled_in(me.person) if asker.guild in (None, each.guild)]
    if not here:
        return NoClass()
    standings = [_standing(tx, me, each, now) for each in here]
    return Today(tuple(_class_today(tx, each) for each in standings), me.dm_open)


def _class_today(tx: Tx, standing: Standing) -> ClassToday:
    at = next((each for each in standing.units if each.progress and not each.progress.mastered_at), None)
    tasks = [each for each in at.unit.unit.tasks if each.slug not in at.ticked] if at else []
    return ClassToday(
        standing.section,
        standing.step,
        standing.booking,
        standing.bar,
        _is_unsigned(tx, standing),
        tuple(tasks),
        titles_asked(tx, standing.section, standing.account.person),
    )


def _is_unsigned(tx: Tx, standing: Standing) -> bool:
    section, person = standing.section.id, standing.account.person
    if standing.bar.contract is not None or not tx.mastery_rules.of(section).tiers:
        return False
    return waiting(tx.contracts.of(section, person)) is None


def _standing(tx: Tx, who: Account, section: Section, now: datetime) -> Standing:
    units = tx.courses.units(section.revision_id)
    progress = tx.progress.of(who.person, section.course_id)
    given = {
        each.unit.unit.slug: _on_time_of(tx, who.person, each, progress)
        for each in tx.prework.of_section(section.id)
    }
    evidence = tx.prework.evidence_in(section.id, who.person)
    by_slug = {slug: evidence[posted.id] for slug, posted in given.items() if posted.id in evidence}
    attempts = tx.attempts.of_course(who.person, section.course_id)
    ticked = tx.tasks.ticked_in(who.person, section.course_id)
    facts = retake_facts(tx, section, who.person, current_unit(units, progress), attempts, now)
    return Standing(
        account=who,
        section=section,
        units=tuple(
            UnitStanding(
                each,
                progress.get(slug := each.unit.slug),
                given.get(slug),
                by_slug.get(slug),
                tuple(attempt for attempt in attempts if attempt.unit_slug == slug),
                ticked.get(slug, frozenset()),
            )
            for each in units
        ),
        step=next_step(units, progress, given, by_slug, attempts, facts, now),
        booking=tx.bookings.ahead(section.id, who.person, now),
        bar=bar_of(tx, section, who.person),
    )


def _on_time_of(tx: Tx, person: int, posted: Posted, progress: Mapping[str, ProgressRecord]) -> Posted:
    return for_student(tx, posted, person) if posted.unit.unit.slug in progress else posted


def _student(
    tx: Tx, asker: Asker, student: int, now: datetime
) -> tuple[Standing, ...] | NoSuchStudent | NotStaff:
    me, who = tx.people.of(asker.account), tx.people.of(student)
    taught = [each for each in tx.sections.taught_by(me.person) if each.guild == asker.guild] if me else []
    if not taught:
        return NotStaff()
    enrolments = [_enrolment(tx, each, who) for each in taught]
    shared = [each.section for each in enrolments if each]
    if who is None or not shared:
        return NoSuchStudent(student)
    return tuple(
        replace(_standing(tx, who, each, now), journal=journal_of(tx, who.person, each.course_id, MOST_LINES))
        for each in shared
    )


def _enrolment(tx: Tx, section: Section, who: Account | None) -> Enrolment | None:
    return tx.sections.enrolment(section.id, who.person) if who else None
