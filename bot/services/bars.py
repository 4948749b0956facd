"""Which bar holds for whom now: everything that compares a score with a bar asks here."""

from __future__ import annotations

from bot.domain.contracts import Bar
from bot.domain.records import Section
from bot.services.ports import Tx


def bar_of(tx: Tx, section: Section, person: int) -> Bar:
    """Of the contract in force, else the class's."""
    return tx.contracts.bar(section.id, person) or Bar(section.bar)


def bars(tx: Tx, section: Section) -> dict[int, Bar]:
    """By person, for every student of the class."""
    signed = tx.contracts.bars(section.id)
    return {
        each.person: signed.get(each.person, Bar(section.bar)) for each in tx.sections.students(section.id)
    }
