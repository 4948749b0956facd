"""Whom messages can reach before it matters: the first open way of every student of a class, and why some have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.nudging import Hours, Reach, first_way
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Account, Asker, Owing, Section
from bot.domain.reporting import Group, Story, grouped, missed, stories
from bot.domain.times import local_day
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class, taught_of
from bot.services.nudges import ClassChannel, no_way, reach_of
from bot.services.places import prework_channel
from bot.services.ports import Database, Ids, Tx
from bot.services.rules import class_rules

#: how far back a teacher looks at a glance
SPAN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Reachability:
    """Every student of the class stands in ``ways`` or in ``unreachable``."""

    section: Section
    #: by the first way that is open, in the order of the ladder
    ways: tuple[tuple[Way, tuple[Account, ...]], ...]
    #: with the reason
    unreachable: tuple[tuple[Account, str], ...]
    #: of those in ``ways``: reached only by a private thread, which nobody sees who does not open Discord
    thread_only: tuple[Account, ...]
    #: of those in ``ways``: the newest message did not arrive all the same
    doubtful: tuple[int, ...]
    #: the class's channel on Discord, in which private threads are made
    channel: int | None

    @property
    def reached(self) -> int:
        return sum(len(each) for _, each in self.ways)

    @property
    def students(self) -> int:
        return self.reached + len(self.unreachable)


@dataclass(frozen=True, slots=True)
class InboxCalled:
    """A card in the class's channel asks everybody to open their inbox; it names nobody."""

    section: Section
    #: it was asked for earlier today
    is_new: bool


ReachResult = Reachability | WhichClass | NoClass | NotStaff


class ReachabilityService:
    def __init__(self, database: Database, hours: Hours, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._hours, self._ids, self._wake = database, hours, ids, wake

    async def of(self, asker: Asker, class_name: str | None, now: datetime) -> ReachResult:
        """By the very function that a nudge's preview asks, so that both say the same."""
        return await self._db.read(_of, asker, class_name, self._hours, now)

    async def of_handle(self, asker: Asker, handle: str, now: datetime) -> ReachResult:
        """The same for the class of that handle."""
        return await self._db.read(_of_handle, asker, handle, self._hours, now)

    async def call_inbox(self, asker: Asker, handle: str, now: datetime) -> InboxCalled | NotStaff:
        """Puts a card with [Open my inbox] into the class's channel, once a day."""
        result = await self._db.write(_call_inbox, asker, handle, now, self._ids)
        self._wake()
        return result


def reach_in(tx: Tx, section: Section, hours: Hours) -> list[tuple[Owing, Reach]]:
    """Every student of the class, and which ways are open to them."""
    place = ClassChannel(tx.sections.place(section.guild, prework_channel(section), "channel"))
    rules = class_rules(tx, section.id, hours)
    return [(each, reach_of(tx, each, place, section.id, rules)) for each in tx.reports.everyone(section.id)]


def told_lately(tx: Tx, section: Section, now: datetime) -> dict[Group, list[Story]]:
    """What went out in the last fortnight, newest first."""
    groups = grouped(tx.reports.between(section.id, now - SPAN), section.zone)
    return {group: stories(steps, now) for group, steps in groups.items()}


def _of(tx: Tx, asker: Asker, name: str | None, hours: Hours, now: datetime) -> ReachResult:
    section = taught_class(tx, asker, name)
    return _reachability(tx, section, hours, now) if isinstance(section, Section) else section


def _of_handle(tx: Tx, asker: Asker, handle: str, hours: Hours, now: datetime) -> ReachResult:
    section = taught_of(tx, asker, handle)
    return _reachability(tx, section, hours, now) if section else NotStaff()


def _reachability(tx: Tx, section: Section, hours: Hours, now: datetime) -> Reachability:
    lost = {each.last.person for each in missed(told_lately(tx, section, now).values())}
    everyone = [(who, reach, first_way(Way.DM, reach)) for who, reach in reach_in(tx, section, hours)]
    by_way = {
        way: tuple(who.account for who, _, first in everyone if first is way)
        for way in (Way.DM, Way.THREAD, Way.SMS, Way.GUARDIAN)
    }
    return Reachability(
        section,
        tuple((way, found) for way, found in by_way.items() if found),
        tuple((who.account, no_way(who)) for who, _, first in everyone if first is None),
        tuple(who.account for who, reach, first in everyone if first is Way.THREAD and not reach.sms),
        tuple(who.account.discord for who, _, first in everyone if first and who.account.person in lost),
        tx.sections.place(section.guild, prework_channel(section), "channel"),
    )


def _call_inbox(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> InboxCalled | NotStaff:
    section = taught_of(tx, asker, handle)
    if section is None:
        return NotStaff()
    card = Effect(
        key=f"{Kind.INBOX_CALL}:{section.id}:{local_day(now, section.zone)}",
        kind=Kind.INBOX_CALL,
        way=Way.CHANNEL,
        due_at=now,
        section=section.id,
        about=section.id,
        expires_at=now + timedelta(days=1),
    )
    return InboxCalled(section, tx.outbox.add([card], now, ids) == 1)
