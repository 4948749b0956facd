"""A check that is in a student's way is ended by their teacher without counting it: whatever of it can be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.mastery import CLOSE
from bot.domain.records import Asker, HistoryLine, Section
from bot.domain.ruling import LONGEST_REASON
from bot.domain.summative import RELEASE
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.grading import tell_result
from bot.services.ports import Ids, Tx
from bot.services.posting import NoUnit, find_unit
from bot.services.progress import NoSuchStudent


@dataclass(frozen=True, slots=True)
class Dropped:
    """They may begin another at once; what they answered is kept."""

    student: int
    unit_title: str
    reason: str


@dataclass(frozen=True, slots=True)
class NothingToDrop:
    """No check of that unit is under way, or waits for its result."""

    student: int
    unit_title: str


@dataclass(frozen=True, slots=True)
class NotSaid:
    """A student, a unit or the reason was left out."""


DropResult = Dropped | NothingToDrop | NotSaid | NoSuchStudent | NoUnit | WhichClass | NoClass | NotStaff


def drop(
    tx: Tx,
    asker: Asker,
    class_name: str | None,
    student: int | None,
    unit: str | None,
    reason: str,
    now: datetime,
    ids: Ids,
) -> DropResult:
    """``student`` is a Discord id. Not one question or answer is read: they may be what cannot be."""
    section, me = taught_class(tx, asker, class_name), tx.people.of(asker.account)
    if not isinstance(section, Section) or me is None:
        return NotStaff() if isinstance(section, Section) else section
    reason = reason.strip()[:LONGEST_REASON]
    if student is None or unit is None or not reason:
        return NotSaid()
    who = tx.people.of(student)
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return NoSuchStudent(student)
    wanted = find_unit(tx, section, unit)
    if isinstance(wanted, NoUnit):
        return wanted
    number = tx.attempts.undecided(who.person, section.course_id, wanted.unit.slug)
    if number is None:
        return NothingToDrop(student, wanted.unit.title)
    tx.attempts.drop(number, now)
    for job in (CLOSE, RELEASE):
        tx.aside.forget(job, str(number))
    body = {"unit": wanted.unit.slug, "reason": reason}
    tx.history.add(HistoryLine(now, "check_dropped", body, section.id, who.person, me.person))
    tell_result(tx, tx.attempts.get(number), "dropped", now, ids)
    return Dropped(student, wanted.unit.title, reason)
