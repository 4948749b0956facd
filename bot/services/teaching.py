"""A student as their teacher means them: by Discord account, in a class of that teacher's on this server."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.records import Account, Asker, Section
from bot.services.choosing import NotStaff
from bot.services.ports import Tx


@dataclass(frozen=True, slots=True)
class MyStudent:
    me: Account
    student: Account
    #: classes of mine that they are in; at least one
    sections: tuple[Section, ...]


def a_student_of_mine(tx: Tx, asker: Asker, student: int) -> MyStudent | NotStaff:
    """NotStaff for whoever is in no class of the asker's here, as for one who teaches nobody."""
    me, them = tx.people.of(asker.account), tx.people.of(student)
    if me is None or them is None:
        return NotStaff()
    shared = tuple(
        each
        for each in tx.sections.on_guild(asker.guild or 0)
        if tx.sections.teaches(each.id, me.person) and tx.sections.enrolment(each.id, them.person)
    )
    return MyStudent(me, them, shared) if shared else NotStaff()
