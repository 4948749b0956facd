"""The gate for students: whatever they press, fill in or type, they are in the class now, as the record knows it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.mastery import Attempt
from bot.domain.records import Account, Asker, Section
from bot.services.ports import Tx


@dataclass(frozen=True, slots=True)
class LeftClass:
    """They were in that class and are not now. What they did is kept, and goes on when they are back."""

    section: Section


def as_student(tx: Tx, asker: Asker, section: int) -> Account | LeftClass | None:
    """Who asks, if they are a student of that class now; None for whoever never was."""
    me = tx.people.of(asker.account)
    if me is None:
        return None
    if tx.sections.enrolment(section, me.person) is not None:
        return me
    return LeftClass(tx.sections.get(section)) if tx.sections.was_in(section, me.person) else None


def own_attempt(tx: Tx, asker: Asker, handle: str) -> Attempt | LeftClass | None:
    """The asker's own attempt of that handle, while they are taught its course.

    An attempt belongs to the course: it goes on in whichever class of it the student is now.
    """
    attempt = tx.attempts.of_account(handle, asker.account)
    if attempt is None or isinstance(as_student(tx, asker, attempt.section), Account):
        return attempt
    section = tx.sections.get(attempt.section)
    elsewhere = any(each.course_id == section.course_id for each in tx.sections.enrolled_in(attempt.person))
    return attempt if elsewhere else LeftClass(section)
