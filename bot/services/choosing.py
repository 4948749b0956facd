"""Which class is meant: one when there is one, a choice when there are several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.records import Account, Asker, Section
from bot.services.ports import Tx


@dataclass(frozen=True, slots=True)
class WhichClass:
    """Several classes fit; the person chooses one of them."""

    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class NoClass:
    """There is no such class for this person here."""


@dataclass(frozen=True, slots=True)
class NotStaff:
    """The class is there, but this person does not teach it."""


def taught_class(tx: Tx, asker: Asker, name: str | None) -> Section | WhichClass | NoClass | NotStaff:
    """The class that a teacher means on this server; ``name`` is what they typed, if anything."""
    me = tx.people.of(asker.account)
    here = tx.sections.on_guild(asker.guild or 0)
    mine = [each for each in here if me and tx.sections.teaches(each.id, me.person)]
    if name is not None:
        named = [each for each in here if each.name.casefold() == name.strip().casefold()]
        if not named:
            return NoClass()
        return named[0] if named[0] in mine else NotStaff()
    return _only(mine) if mine or not here else NotStaff()


def taught_of(tx: Tx, asker: Asker, handle: str) -> Section | None:
    """The class of that handle, if the asker teaches it."""
    me, section = tx.people.of(asker.account), tx.sections.by_handle(handle)
    return section if me and section and tx.sections.teaches(section.id, me.person) else None


def attended_class(
    tx: Tx, asker: Asker, handle: str | None
) -> tuple[Account, Section] | WhichClass | NoClass:
    """The class that a student means: the one of that handle, or the only one (on this server, in a DM of all)."""
    me = tx.people.of(asker.account)
    if me is None:
        return NoClass()
    mine = tx.sections.enrolled_in(me.person)
    if handle is not None:
        mine = [each for each in mine if each.handle == handle]
    elif asker.guild is not None:
        mine = [each for each in mine if each.guild == asker.guild]
    chosen = _only(mine)
    return (me, chosen) if isinstance(chosen, Section) else chosen


def _only(sections: Sequence[Section]) -> Section | WhichClass | NoClass:
    if not sections:
        return NoClass()
    return sections[0] if len(sections) == 1 else WhichClass(tuple(sections))
