"""Joining a class and opening the inbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.outbox import UNDER_WAY, Effect, Kind, Way
from bot.domain.records import Account, Asker, Section
from bot.services.choosing import NoClass, WhichClass
from bot.services.leaving import note_back
from bot.services.places import role_purposes
from bot.services.ports import Database, Ids, Tx


@dataclass(frozen=True, slots=True)
class AskAge:
    """Before joining, the student says that they are old enough for Discord (RA23)."""

    section: Section


@dataclass(frozen=True, slots=True)
class Joined:
    section: Section
    inbox_open: bool
    #: the class offers goals to sign for
    has_goals: bool = False


@dataclass(frozen=True, slots=True)
class AlreadyIn:
    section: Section
    inbox_open: bool


@dataclass(frozen=True, slots=True)
class OwnClass:
    """Who teaches a class cannot join it as a student."""

    section: Section


@dataclass(frozen=True, slots=True)
class InboxOpens:
    """The DM comes at ``at``: openings are dripped, so that Discord does not take them for spam (RA9)."""

    at: datetime
    in_queue: bool


@dataclass(frozen=True, slots=True)
class InboxIsOpen:
    pass


@dataclass(frozen=True, slots=True)
class Drip:
    """At most ``opens`` DM channels are opened in any ``span``."""

    opens: int
    span: timedelta


JoinResult = AskAge | Joined | AlreadyIn | OwnClass | WhichClass | NoClass


class PeopleService:
    def __init__(self, database: Database, drip: Drip, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._drip, self._ids, self._wake = database, drip, ids, wake

    async def join(
        self, asker: Asker, handle: str | None, now: datetime, *, old_enough: bool = False
    ) -> JoinResult:
        """Joins the class of that handle, or the only one on the server; asks for the age first."""
        result = await self._db.write(_join, asker, handle, now, self._ids, old_enough)
        if isinstance(result, Joined | AlreadyIn):
            self._wake()
        return result

    async def open_inbox(self, asker: Asker, now: datetime) -> InboxOpens | InboxIsOpen | NoClass:
        """The student asks for DMs. Only this press ever opens one (RA8)."""
        result = await self._db.write(_open_inbox, asker, self._drip, now, self._ids)
        if isinstance(result, InboxOpens):
            self._wake()
        return result


def _join(tx: Tx, asker: Asker, handle: str | None, now: datetime, ids: Ids, old_enough: bool) -> JoinResult:
    section = _joinable(tx, asker, handle)
    if not isinstance(section, Section):
        return section
    me = tx.people.known(asker.account, now)
    if tx.sections.teaches(section.id, me.person):
        return OwnClass(section)
    if tx.sections.enrolment(section.id, me.person):
        # whoever left the server and came back lost every role there, and nobody told the bot
        _grant_roles(tx, section, me, now, ids, cause=f"{now:%Y-%m-%dT%H:%M}")
        return AlreadyIn(section, me.dm_open)
    if not old_enough:
        return AskAge(section)
    note_back(tx, section.id, me.person, now, ids)
    tx.progress.open(me.person, section.course_id, tx.courses.units(section.revision_id)[0].unit.slug, now)
    _grant_roles(tx, section, me, now, ids, cause=ids())
    return Joined(section, me.dm_open, has_goals=bool(tx.mastery_rules.of(section.id).tiers))


def _joinable(tx: Tx, asker: Asker, handle: str | None) -> Section | WhichClass | NoClass:
    here = tx.sections.on_guild(asker.guild or 0)
    if handle is not None:
        return next((each for each in here if each.handle == handle), NoClass())
    if len(here) > 1:
        return WhichClass(tuple(here))
    return here[0] if here else NoClass()


def _grant_roles(tx: Tx, section: Section, me: Account, now: datetime, ids: Ids, cause: str) -> None:
    purposes = _role_purposes(tx, section, me.person)
    tx.outbox.add([role_grant(section, me.person, purpose, now, cause) for purpose in purposes], now, ids)


def _role_purposes(tx: Tx, section: Section, person: int) -> tuple[str, ...]:
    """The class's role and, where it has them, that of every unit that is open to the student."""
    return role_purposes(section, tx.progress.of(person, section.course_id))


def is_to_have(tx: Tx, guild: int, person: int, purpose: str) -> bool:
    """Whether any class of theirs on that server gives them that role: classes of one course share unit roles."""
    return any(
        purpose in _role_purposes(tx, each, person)
        for each in tx.sections.enrolled_in(person)
        if each.guild == guild
    )


def grants_again(tx: Tx, guild: int, purpose: str, now: datetime, cause: str) -> list[Effect]:
    """A grant of that role to every student on the server who is to have it."""
    return [
        role_grant(section, student.person, purpose, now, cause)
        for section in tx.sections.on_guild(guild)
        for student in tx.sections.students(section.id)
        if purpose in _role_purposes(tx, section, student.person)
    ]


def role_grant(section: Section, person: int, purpose: str, now: datetime, cause: str) -> Effect:
    """One PUT of one role; ``cause`` tells a later grant of the same role (after a rejoin) from this one."""
    return Effect(
        key=f"role:{section.guild}:{person}:{purpose}:{cause}",
        kind=Kind.GRANT_ROLE,
        way=Way.ROLE,
        due_at=now,
        person=person,
        section=section.id,
        about=section.id,
        args={"purpose": purpose},
    )


def role_take(section: Section, person: int, purpose: str, now: datetime, cause: str) -> Effect:
    """One DELETE of one role of ours; whether it still is to go is looked at when the call is made."""
    return Effect(
        key=f"take:{section.guild}:{person}:{purpose}:{cause}",
        kind=Kind.TAKE_ROLE,
        way=Way.ROLE,
        due_at=now,
        person=person,
        section=section.id,
        about=section.id,
        args={"purpose": purpose},
    )


def _open_inbox(
    tx: Tx, asker: Asker, drip: Drip, now: datetime, ids: Ids
) -> InboxOpens | InboxIsOpen | NoClass:
    me = tx.people.of(asker.account)
    if me is None or not (sections := tx.sections.enrolled_in(me.person)):
        return NoClass()
    if me.dm_open and me.dm_channel is not None:
        return InboxIsOpen()
    tx.people.ask_inbox(me.person, now)
    asked = [each for each in tx.outbox.about(Kind.OPEN_INBOX, me.person) if each.state in UNDER_WAY]
    if asked:
        return InboxOpens(max(asked[0].due_at, now), in_queue=asked[0].due_at > now)
    at = drip_slot(tx.outbox.times_since(Kind.OPEN_INBOX, now - drip.span), drip, now)
    effect = Effect(
        key=f"inbox:{me.person}:{ids()}",
        kind=Kind.OPEN_INBOX,
        way=Way.DM,
        due_at=at,
        person=me.person,
        section=sections[0].id,
        about=me.person,
    )
    tx.outbox.add([effect], now, ids)
    return InboxOpens(at, in_queue=at > now)


def drip_slot(taken: Sequence[datetime], drip: Drip, now: datetime) -> datetime:
    """The first instant from now on at which one more opening keeps within ``drip``; ``taken`` is sorted."""
    if len(taken) < drip.opens:
        return now
    return max(now, taken[-drip.opens] + drip.span)
