"""Nudges about pre-work: planned by the clock up a ladder, or sent by a teacher who has seen who gets what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.messages import PreWorkNudge
from bot.domain.nudging import Hours, Planned, Reach, due, first_way, next_instant, plan
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.quiet import next_open
from bot.domain.records import Account, Asker, Owing, Posted, Section
from bot.domain.times import local_text
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.ports import Database, Ids, Tx


@dataclass(frozen=True, slots=True)
class Recipient:
    account: Account
    way: Way
    #: None for now; else when quiet hours end for them
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class NudgePreview:
    """Who would get what, and who cannot be reached and why; nothing is sent until ``handle`` is confirmed."""

    posted: Posted
    handle: str
    recipients: tuple[Recipient, ...]
    unreachable: tuple[tuple[Account, str], ...]


@dataclass(frozen=True, slots=True)
class NobodyOwes:
    posted: Posted


@dataclass(frozen=True, slots=True)
class NothingOpen:
    """The class has no pre-work whose deadline lies ahead."""

    section: Section


@dataclass(frozen=True, slots=True)
class Nudged:
    posted: Posted
    count: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class PreviewGone:
    """Confirmed before, or the deadline has passed meanwhile."""


@dataclass(frozen=True, slots=True)
class WhyNudged:
    """Answers a student's "why did I get this?"."""

    posted: Posted
    owes: bool


PreviewResult = NudgePreview | NobodyOwes | NothingOpen | WhichClass | NoClass | NotStaff


class NudgeService:
    def __init__(self, database: Database, hours: Hours, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._hours, self._ids, self._wake = database, hours, ids, wake

    async def plan(self, now: datetime) -> int:
        """Puts every nudge whose step has come into the outbox, once; gives how many were new."""
        if not await self._db.read(_steps_have_come, self._hours, now):
            return 0
        return await self._db.write(_plan, self._hours, now, self._ids)

    async def next_instant(self, now: datetime) -> datetime | None:
        """When the next step of any ladder comes."""
        return await self._db.read(_next_instant, self._hours, now)

    async def preview(self, asker: Asker, class_name: str | None, now: datetime) -> PreviewResult:
        """Who owes the pre-work with the nearest deadline, and by which way each would be told."""
        return await self._db.write(_preview, asker, class_name, self._hours, now, self._ids)

    async def preview_of(self, asker: Asker, handle: str, now: datetime) -> PreviewResult:
        """The same for the class of that handle."""
        return await self._db.write(_preview_of, asker, handle, self._hours, now, self._ids)

    async def send(self, asker: Asker, handle: str, now: datetime) -> Nudged | PreviewGone:
        """Sends to those who still owe it now, whoever the preview showed."""
        result = await self._db.write(_send, asker, handle, now, self._ids)
        self._wake()
        return result

    async def why(self, asker: Asker, handle: str) -> WhyNudged | None:
        return await self._db.read(_why, asker, handle)


@dataclass(frozen=True, slots=True)
class ClassChannel:
    """Where private threads of a class are made; None while it does not stand."""

    channel: int | None


def reach_of(owing: Owing, posted: Posted | ClassChannel) -> Reach:
    return Reach(
        dm=owing.account.dm_open and owing.account.dm_channel is not None,
        thread=posted.channel is not None,
        sms=owing.phone_confirmed,
    )


def _steps_have_come(tx: Tx, hours: Hours, now: datetime) -> bool:
    """A cheap look before the write lock is taken: students are read only where a step has come at all."""
    return any(
        _due_effects(tx, posted, hours, now)
        for posted in tx.prework.open_at(now)
        if any(step.at <= now for zone in _zones(tx, posted) for step in plan(posted.deadline, zone, hours))
    )


def _zones(tx: Tx, posted: Posted) -> frozenset[str]:
    return tx.prework.zones(posted.id) | {posted.section.zone}


def _plan(tx: Tx, hours: Hours, now: datetime, ids: Ids) -> int:
    effects = [each for posted in tx.prework.open_at(now) for each in _due_effects(tx, posted, hours, now)]
    return tx.outbox.add(effects, now, ids)


def _due_effects(tx: Tx, posted: Posted, hours: Hours, now: datetime) -> list[Effect]:
    plans: dict[str, tuple[Planned, ...]] = {}
    effects: list[Effect] = []
    for owing in tx.prework.owing(posted.id):
        zone = owing.account.zone or posted.section.zone
        steps = plans.setdefault(zone, plan(posted.deadline, zone, hours))
        reach = reach_of(owing, posted)
        since = max(posted.posted_at or posted.post_at, owing.since)
        step = due(steps, since, posted.deadline, owing.steps, reach, now)
        if step:
            way = first_way(step.way, reach)
            effects.append(_effect(posted, owing, way, str(step.number), {"step": step.number}, now))
    return effects


def _effect(
    posted: Posted, owing: Owing, way: Way | None, cause: str, args: dict[str, int], now: datetime
) -> Effect:
    """With no way left the teachers' room is told."""
    return Effect(
        key=f"nudge:{posted.id}:{owing.account.person}:{cause}",
        kind=Kind.NUDGE if way else Kind.UNREACHED,
        way=way or Way.ROOM,
        due_at=now,
        person=owing.account.person,
        section=posted.section.id,
        about=posted.id,
        args=args,
        expires_at=posted.deadline,
    )


def _next_instant(tx: Tx, hours: Hours, now: datetime) -> datetime | None:
    found: list[datetime] = []
    for posted in tx.prework.open_at(now):
        for zone in _zones(tx, posted):
            at = next_instant(plan(posted.deadline, zone, hours), posted.posted_at or posted.post_at, now)
            if at is not None:
                found.append(at)
    return min(found, default=None)


def _preview(tx: Tx, asker: Asker, name: str | None, hours: Hours, now: datetime, ids: Ids) -> PreviewResult:
    section = taught_class(tx, asker, name)
    return _preview_section(tx, asker, section, hours, now, ids) if isinstance(section, Section) else section


def _preview_of(tx: Tx, asker: Asker, handle: str, hours: Hours, now: datetime, ids: Ids) -> PreviewResult:
    me, section = tx.people.of(asker.account), tx.sections.by_handle(handle)
    if me is None or section is None or not tx.sections.teaches(section.id, me.person):
        return NotStaff()
    return _preview_section(tx, asker, section, hours, now, ids)


def _preview_section(
    tx: Tx, asker: Asker, section: Section, hours: Hours, now: datetime, ids: Ids
) -> PreviewResult:
    ahead = [each for each in tx.prework.of_section(section.id) if each.posted_at and each.deadline > now]
    if not ahead:
        return NothingOpen(section)
    posted, owing = ahead[0], tx.prework.owing(ahead[0].id)
    if not owing:
        return NobodyOwes(posted)
    handle = ids()
    tx.drafts.save(handle, tx.people.known(asker.account, now).person, "nudge", {"prework": posted.id}, now)
    ways = [(each, first_way(Way.DM, reach_of(each, posted))) for each in owing]
    return NudgePreview(
        posted,
        handle,
        recipients=tuple(_recipient(each, way, section, hours, now) for each, way in ways if way),
        unreachable=tuple((each.account, no_way(each)) for each, way in ways if way is None),
    )


def _recipient(owing: Owing, way: Way, section: Section, hours: Hours, now: datetime) -> Recipient:
    opening = next_open(now, owing.account.zone or section.zone, hours.of(way))
    return Recipient(owing.account, way, opening if opening > now else None)


def no_way(owing: Owing) -> str:
    """Why no way is open to a student, as the end of a sentence."""
    closed = "DMs are closed" if owing.account.dm_closed_at else "has not opened the inbox"
    return f"{closed}, no phone, and the class has no pre-work channel"


def _send(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> Nudged | PreviewGone:
    me = tx.people.of(asker.account)
    body = tx.drafts.take(handle, me.person, "nudge") if me else None
    if body is None or me is None:
        return PreviewGone()
    posted = tx.prework.get(body["prework"])
    if posted.deadline <= now or not tx.sections.teaches(posted.section.id, me.person):
        return PreviewGone()
    effects = list(_manual(posted, tx.prework.owing(posted.id), handle, now))
    tx.outbox.add(effects, now, ids)
    reached = sum(each.kind is Kind.NUDGE for each in effects)
    return Nudged(posted, reached, len(effects) - reached)


def _manual(posted: Posted, owing: Iterable[Owing], handle: str, now: datetime) -> Iterable[Effect]:
    for each in owing:
        way = first_way(Way.DM, reach_of(each, posted))
        yield _effect(posted, each, way, handle, {}, now)


def _why(tx: Tx, asker: Asker, handle: str) -> WhyNudged | None:
    me, posted = tx.people.of(asker.account), tx.prework.by_handle(handle)
    if me is None or posted is None:
        return None
    return WhyNudged(posted, tx.prework.owes(posted.id, me.person))


def prework_nudge(tx: Tx, delivery: Delivery, now: datetime) -> PreWorkNudge | str:
    """The last look before a nudge goes out (N2): whoever has done it meanwhile gets none."""
    posted = tx.prework.get(delivery.about or 0)
    person = delivery.person or 0
    if not tx.prework.owes(posted.id, person):
        return "done meanwhile"
    record = tx.prework.evidence(posted.id, person)
    return PreWorkNudge(
        class_name=posted.section.name,
        unit_title=posted.unit.unit.title,
        handle=posted.handle,
        deadline=posted.deadline,
        deadline_local=local_text(posted.deadline, posted.section.zone),
        length_s=posted.unit.unit.prework.length_s,
        started=record is not None and record.started_at is not None,
    )
