"""Who an announcement is for at an instant, and by which way each would get it.

"Behind", "owes the latest pre-work" and "works on a unit" are what `/prework status`, the nudge and `/today` mean by
them: the same queries and the same domain functions answer here (rule 8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.announcing import BEHIND, EVERYONE, NOT_WATCHED, PEOPLE, Announced, Audience, unit_of
from bot.domain.mastery import current_unit
from bot.domain.nudging import Reach, first_way
from bot.domain.outbox import Way
from bot.domain.records import Account, Posted, ProgressRecord, Section, UnitRecord
from bot.services.own_time import for_student
from bot.services.places import prework_channel
from bot.services.ports import Tx


@dataclass(frozen=True, slots=True)
class Listener:
    """One person of an audience; of several classes of theirs, the one in whose name they are written to."""

    account: Account
    section: Section
    reach: Reach

    @property
    def way(self) -> Way | None:
        return first_way(Way.DM, self.reach)


def taught_sections(tx: Tx, it: Announced) -> list[Section]:
    """The chosen classes that their teacher still teaches."""
    chosen = [tx.sections.get(each) for each in it.audience.sections if tx.sections.teaches(each, it.person)]
    return list({each.id: each for each in chosen}.values())


def listeners(tx: Tx, it: Announced, now: datetime) -> list[Listener]:
    """Everybody who is meant at ``now``, once each, whoever is in how many of the classes."""
    found: dict[int, Listener] = {}
    for section in taught_sections(tx, it):
        meant = members(tx, section, it.audience, now)
        has_channel = tx.sections.place(section.guild, prework_channel(section), "channel") is not None
        for account, can_be_texted in tx.announcements.students(section.id):
            if meant is not None and account.person not in meant:
                continue
            dm = account.dm_open and account.dm_channel is not None
            one = Listener(account, section, Reach(dm=dm, thread=has_channel, sms=can_be_texted))
            # a class without a channel for threads speaks only for those whom no other class reaches better
            if account.person not in found or (has_channel and not found[account.person].reach.thread):
                found[account.person] = one
    return list(found.values())


def members(tx: Tx, section: Section, audience: Audience, now: datetime) -> frozenset[int] | None:
    """Persons of a class who are in the group; None for everybody."""
    match audience.group:
        case group if group == EVERYONE:
            return None
        case group if group == PEOPLE:
            return frozenset(audience.people)
        case group if group == BEHIND:
            return tx.prework.behind(section.id, now)
        case group if group == NOT_WATCHED:
            latest = _latest(tx, section)
            return tx.prework.not_credited(latest.id) if latest else frozenset()
        case group:
            return _working_on(tx, section, unit_of(group) or "")


def is_still_meant(tx: Tx, audience: Audience, person: int, now: datetime) -> bool:
    """The last look: who finished between the run's start and the message's hour is spared it (N2)."""
    if audience.group in (EVERYONE, PEOPLE):
        return True
    mine = [each for each in tx.sections.enrolled_in(person) if each.id in audience.sections]
    return any(_belongs(tx, section, audience.group, person, now) for section in mine)


def _belongs(tx: Tx, section: Section, group: str, person: int, now: datetime) -> bool:
    if group == BEHIND:
        late = (each for each in tx.prework.of_section(section.id) if each.posted_at and each.deadline <= now)
        return any(
            tx.prework.owes(each.id, person) and for_student(tx, each, person).deadline <= now
            for each in late
        )
    if group == NOT_WATCHED:
        latest = _latest(tx, section)
        return latest is not None and tx.prework.owes(latest.id, person)
    units = tx.courses.units(section.revision_id)
    return _is_on(units, tx.progress.of(person, section.course_id), unit_of(group) or "")


def _latest(tx: Tx, section: Section) -> Posted | None:
    """The one that `/prework status` shows when no unit is named."""
    given = [each for each in tx.prework.of_section(section.id) if each.posted_at is not None]
    return given[-1] if given else None


def _working_on(tx: Tx, section: Section, slug: str) -> frozenset[int]:
    units = tx.courses.units(section.revision_id)
    progress = tx.progress.in_class(section.id)
    return frozenset(person for person, records in progress.items() if _is_on(units, records, slug))


def _is_on(units: Sequence[UnitRecord], progress: Mapping[str, ProgressRecord], slug: str) -> bool:
    unit = current_unit(units, progress)
    return unit is not None and unit.unit.slug == slug
