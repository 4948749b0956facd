"""Nudges about pre-work: planned by the clock up a ladder, or sent by a teacher who has seen who gets what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ladder import Step
from bot.domain.nudging import USE_AFTER, USUAL_LIMITS, Hours, Limits, Planned, Reach, Rules, first_way, plan
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.quiet import next_open
from bot.domain.records import Account, Asker, Owing, Posted, Section
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.holding import away_today, is_away, midnight
from bot.services.own_time import for_student, is_own
from bot.services.planning import plan_all
from bot.services.ports import Database, Ids, Tx
from bot.services.rules import class_rules


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
    #: those who owe it and are left in peace
    away: tuple[Account, ...] = ()
    #: of the recipients, those who had all the automatic reminders of a day already
    had_enough: tuple[Account, ...] = ()


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
    """Answers a student's "why did I get this?": their class's own ladder and where they are on it."""

    posted: Posted
    owes: bool
    #: all steps of the class
    ladder: tuple[Step, ...] = ()
    #: the step that this was; None when the teacher sent it, or it is not known any more
    step: Step | None = None
    by_hand: bool = False
    #: what comes next to this person, while they owe it
    next: Planned | None = None
    is_away: bool = False
    #: so many reminders had no answer that no more come by the clock
    is_silent: bool = False


PreviewResult = NudgePreview | NobodyOwes | NothingOpen | WhichClass | NoClass | NotStaff


class NudgeService:
    def __init__(
        self,
        database: Database,
        hours: Hours,
        ids: Ids,
        wake: Callable[[], None],
        limits: Limits = USUAL_LIMITS,
    ) -> None:
        self._db, self._ids, self._wake = database, ids, wake
        self._hours, self._limits = hours, limits

    async def plan(self, now: datetime) -> int:
        """Puts every nudge whose step has come into the outbox, once; gives how many were new."""
        return await plan_all(self._db, self._hours, self._limits, now, self._ids)

    async def next_instant(self, now: datetime) -> datetime | None:
        """When some ladder has to be looked at next; it may lie in the past."""
        return await self._db.read(_next_at)

    async def preview(self, asker: Asker, class_name: str | None, now: datetime) -> PreviewResult:
        """Who owes the pre-work with the nearest deadline, and by which way each would be told."""
        desk = _Desk(self._hours, self._limits, now, self._ids)
        return await self._db.write(_preview, asker, class_name, desk)

    async def preview_of(self, asker: Asker, handle: str, now: datetime) -> PreviewResult:
        """The same for the class of that handle."""
        desk = _Desk(self._hours, self._limits, now, self._ids)
        return await self._db.write(_preview_of, asker, handle, desk)

    async def preview_late(self, asker: Asker, handle: str, now: datetime) -> PreviewResult:
        """The same for the pre-work of that handle, whose deadline may have passed."""
        desk = _Desk(self._hours, self._limits, now, self._ids)
        return await self._db.write(_preview_late, asker, handle, desk)

    async def send(self, asker: Asker, handle: str, now: datetime) -> Nudged | PreviewGone:
        """Sends to those who still owe it now, whoever the preview showed."""
        desk = _Desk(self._hours, self._limits, now, self._ids)
        result = await self._db.write(_send, asker, handle, desk)
        self._wake()
        return result

    async def why(self, asker: Asker, handle: str, now: datetime) -> WhyNudged | None:
        """``handle`` is the nonce of a nudge to the asker, or on older cards the pre-work's."""
        return await self._db.read(_why, asker, handle, _Desk(self._hours, self._limits, now, self._ids))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every look at a class needs."""

    hours: Hours
    limits: Limits
    now: datetime
    ids: Ids


@dataclass(frozen=True, slots=True)
class ClassChannel:
    """Where private threads of a class are made; None while it does not stand."""

    channel: int | None


def reach_of(tx: Tx, owing: Owing, posted: Posted | ClassChannel, section: int, rules: Rules) -> Reach:
    return Reach(
        dm=owing.account.dm_open and owing.account.dm_channel is not None,
        thread=posted.channel is not None,
        sms=owing.phone_confirmed,
        guardian=rules.guardians and tx.guardians.in_class(section).reachable(owing.account.person),
    )


def _next_at(tx: Tx) -> datetime | None:
    return tx.planning.next_at()


def _preview(tx: Tx, asker: Asker, name: str | None, desk: _Desk) -> PreviewResult:
    section = taught_class(tx, asker, name)
    return _preview_section(tx, asker, section, desk) if isinstance(section, Section) else section


def _preview_of(tx: Tx, asker: Asker, handle: str, desk: _Desk) -> PreviewResult:
    section = tx.sections.by_handle(handle)
    if section is None or not _teaches(tx, asker, section):
        return NotStaff()
    return _preview_section(tx, asker, section, desk)


def _preview_late(tx: Tx, asker: Asker, handle: str, desk: _Desk) -> PreviewResult:
    posted = tx.prework.by_handle(handle)
    if posted is None or not _teaches(tx, asker, posted.section):
        return NotStaff()
    return _preview_posted(tx, asker, posted, desk, late=True)


def _teaches(tx: Tx, asker: Asker, section: Section) -> bool:
    me = tx.people.of(asker.account)
    return me is not None and tx.sections.teaches(section.id, me.person)


def _preview_section(tx: Tx, asker: Asker, section: Section, desk: _Desk) -> PreviewResult:
    ahead = [
        each for each in tx.prework.of_section(section.id) if each.posted_at and each.deadline > desk.now
    ]
    return _preview_posted(tx, asker, ahead[0], desk, late=False) if ahead else NothingOpen(section)


def _preview_posted(tx: Tx, asker: Asker, posted: Posted, desk: _Desk, *, late: bool) -> PreviewResult:
    owing = tx.prework.owing(posted.id)
    if not owing:
        return NobodyOwes(posted)
    handle, now, rules = desk.ids(), desk.now, class_rules(tx, posted.section.id, desk.hours)
    body = {"prework": posted.id, "late": late}
    tx.drafts.save(handle, tx.people.known(asker.account, now).person, "nudge", body, now)
    absent = away_today(tx, posted.section, now)
    away = [each for each in owing if each.account.person in absent]
    ways = [
        (each, first_way(Way.DM, reach_of(tx, each, posted, posted.section.id, rules)))
        for each in owing
        if each not in away
    ]
    told = [(each, _recipient(each, way, posted, rules, now)) for each, way in ways if way]
    return NudgePreview(
        posted,
        handle,
        recipients=tuple(each for _, each in told if isinstance(each, Recipient)),
        unreachable=(
            *((each.account, no_way(each)) for each, way in ways if way is None),
            *((each.account, why) for each, why in told if isinstance(why, str)),
        ),
        away=tuple(each.account for each in away),
        had_enough=tuple(
            each.account
            for each, why in told
            if isinstance(why, Recipient) and _had_enough(tx, each, posted, desk)
        ),
    )


def _recipient(owing: Owing, way: Way, posted: Posted, rules: Rules, now: datetime) -> Recipient | str:
    """Or why it could not go out in time."""
    opening = next_open(now, owing.account.zone or posted.section.zone, rules.hours.of(way))
    if opening is None or opening >= _useful_until(posted, now):
        return "quiet hours or days off last until it is of no use"
    return Recipient(owing.account, way, opening if opening > now else None)


def _had_enough(tx: Tx, owing: Owing, posted: Posted, desk: _Desk) -> bool:
    day = midnight(desk.now, owing.account.zone or posted.section.zone)
    return tx.reminders.sent_since(owing.account.person, day) >= desk.limits.per_day


def _useful_until(posted: Posted, now: datetime) -> datetime:
    """Before the deadline a nudge is of use up to it; after it, for a while."""
    return posted.deadline if now < posted.deadline else now + USE_AFTER


def no_way(owing: Owing) -> str:
    """Why no way is open to a student, as the end of a sentence."""
    closed = "DMs are closed" if owing.account.dm_closed_at else "has not opened the inbox"
    return f"{closed}, no phone, and the class has no pre-work channel"


def _send(tx: Tx, asker: Asker, handle: str, desk: _Desk) -> Nudged | PreviewGone:
    me, now = tx.people.of(asker.account), desk.now
    body = tx.drafts.take(handle, me.person, "nudge") if me else None
    if body is None or me is None:
        return PreviewGone()
    posted = tx.prework.get(body["prework"])
    is_over = posted.deadline <= now and not body.get("late")
    if is_over or not tx.sections.teaches(posted.section.id, me.person):
        return PreviewGone()
    effects = list(_manual(tx, posted, handle, desk))
    tx.outbox.add(effects, now, desk.ids)
    reached = sum(each.kind is Kind.NUDGE for each in effects)
    return Nudged(posted, reached, len(effects) - reached)


def _manual(tx: Tx, posted: Posted, handle: str, desk: _Desk) -> Iterable[Effect]:
    rules = class_rules(tx, posted.section.id, desk.hours)
    absent = away_today(tx, posted.section, desk.now)
    for each in tx.prework.owing(posted.id):
        if each.account.person not in absent:
            way = first_way(Way.DM, reach_of(tx, each, posted, posted.section.id, rules))
            yield _effect(posted, each, way, handle, desk.now)


def _effect(posted: Posted, owing: Owing, way: Way | None, cause: str, now: datetime) -> Effect:
    """With no way left the teachers' room is told."""
    return Effect(
        key=f"nudge:{posted.id}:{owing.account.person}:{cause}",
        kind=Kind.NUDGE if way else Kind.UNREACHED,
        way=way or Way.ROOM,
        due_at=now,
        person=owing.account.person,
        section=posted.section.id,
        about=posted.id,
        expires_at=_useful_until(posted, now),
    )


def _why(tx: Tx, asker: Asker, handle: str, desk: _Desk) -> WhyNudged | None:
    me = tx.people.of(asker.account)
    delivery = tx.outbox.of_person(handle, me.person) if me else None
    if delivery is not None and delivery.kind is Kind.NUDGE:
        posted = tx.prework.get(delivery.about or 0)
    else:
        posted = tx.prework.by_handle(handle)
    if me is None or posted is None:
        return None
    if not tx.prework.owes(posted.id, me.person):
        return WhyNudged(posted, owes=False)
    posted = for_student(tx, posted, me.person)
    return _on_the_ladder(tx, me, posted, delivery, desk)


def _on_the_ladder(tx: Tx, me: Account, posted: Posted, delivery: Delivery | None, desk: _Desk) -> WhyNudged:
    rules, zone = class_rules(tx, posted.section.id, desk.hours), me.zone or posted.section.zone
    away = is_away(tx, posted.section.id, me.person, zone, desk.now)
    silent = tx.reminders.unanswered([me.person]).get(me.person, 0) >= desk.limits.unanswered
    on_own_time = is_own(tx, tx.prework.get(posted.id), me.person)
    steps = () if on_own_time else plan(posted.deadline, zone, rules.hours, rules.ladder)
    key = delivery.args.get("step") if delivery else None
    return WhyNudged(
        posted,
        owes=True,
        ladder=rules.ladder,
        step=next((each for each in rules.ladder if each.key == key), None),
        by_hand=delivery is not None and key is None,
        next=None if away or silent else _next_step(tx, me, posted.section.id, steps, rules, desk.now),
        is_away=away,
        is_silent=silent,
    )


def _next_step(
    tx: Tx, me: Account, section: int, steps: Iterable[Planned], rules: Rules, now: datetime
) -> Planned | None:
    open_ways = {Way.DM}
    if tx.phones.number_to_text(me.person) is not None:
        open_ways.add(Way.SMS)
    if rules.guardians and tx.guardians.in_class(section).reachable(me.person):
        open_ways.add(Way.GUARDIAN)
    ahead = [each for each in steps if each.at > now and each.way in open_ways]
    return min(ahead, key=lambda each: each.at, default=None)
