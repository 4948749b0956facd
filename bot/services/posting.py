"""Pre-work as a teacher gives it: posted with its deadline, and who has done it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.mastery import unit_named
from bot.domain.messages import PreWorkCard
from bot.domain.outbox import UNDER_WAY, Delivery, Effect, Kind, Way
from bot.domain.own_time import deadline_for, is_on_own_time
from bot.domain.records import Account, Asker, Handed, Owing, Posted, Section, UnitRecord
from bot.domain.times import BadTime, Promise, parse_when
from bot.domain.unit_lint import Advice, look_over_unit
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.places import prework_channel
from bot.services.ports import Database, Ids, Tx


@dataclass(frozen=True, slots=True)
class Planned:
    """The pre-work is posted now or at ``post_at``."""

    posted: Posted
    is_now: bool
    #: worth thinking over before the unit opens, by the size of this class
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class AlreadyGiven:
    posted: Posted


@dataclass(frozen=True, slots=True)
class NoUnit:
    typed: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InThePast:
    """The deadline, or the time to post, does not lie ahead; or posting would come after the deadline."""

    problem: str
    promise: Promise


PostResult = Planned | AlreadyGiven | NoUnit | BadTime | InThePast | WhichClass | NoClass | NotStaff


@dataclass(frozen=True, slots=True)
class OwnTime:
    """Who still owes it by a deadline of their own."""

    account: Account
    until: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """Who has done it, on time or late, and who has not and why; most behind first (T5)."""

    posted: Posted
    on_time: tuple[Handed, ...]
    late: tuple[Handed, ...]
    owing: tuple[Owing, ...]
    #: in the class, but the unit is not open to them yet
    locked: tuple[Account, ...]
    #: it opened to them, or they joined, when its deadline was over
    own_time: tuple[OwnTime, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingPosted:
    section: Section


StatusResult = Status | NothingPosted | NoUnit | WhichClass | NoClass | NotStaff


class PostingService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def post(
        self, asker: Asker, class_name: str | None, unit: str, deadline: str, at: str | None, now: datetime
    ) -> PostResult:
        """Gives a unit's pre-work to a class. ``unit`` is a slug, a title or a number; times as a teacher types."""
        result = await self._db.write(_post, asker, class_name, unit, deadline, at, now, self._ids)
        if isinstance(result, Planned):
            self._wake()
        return result

    async def status(self, asker: Asker, class_name: str | None, unit: str | None) -> StatusResult:
        """Of the unit named, or else of the pre-work whose deadline is the latest."""
        return await self._db.read(_status, asker, class_name, unit)

    async def status_of(self, asker: Asker, handle: str) -> StatusResult:
        """The same for the pre-work of that handle."""
        return await self._db.read(_status_of, asker, handle)

    async def units(self, asker: Asker, class_name: str | None) -> Sequence[UnitRecord]:
        """Units of a class that the asker teaches, for autocomplete; strangers get none."""
        return await self._db.read(_units, asker, class_name)


def _post(
    tx: Tx, asker: Asker, name: str | None, unit: str, deadline: str, at: str | None, now: datetime, ids: Ids
) -> PostResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    chosen = find_unit(tx, section, unit)
    if isinstance(chosen, NoUnit):
        return chosen
    given = tx.prework.of_unit(section.id, chosen.unit.slug)
    if given is not None and not _came_to_nothing(tx, given):
        return AlreadyGiven(given)
    times = _times(deadline, at, now, section.zone)
    if isinstance(times, BadTime | InThePast):
        return times
    promise, post_at = times
    handle = ids()
    if given is None:
        posted = tx.prework.create(
            handle=handle,
            section=section.id,
            unit=chosen.id,
            post_at=post_at,
            deadline=promise.at,
            zone=promise.zone,
            wall=promise.wall,
        )
    else:
        posted = tx.prework.give_again(
            given.id,
            unit_id=chosen.id,
            post_at=post_at,
            deadline=promise.at,
            zone=promise.zone,
            wall=promise.wall,
        )
    card = Effect(
        key=f"prework:{posted.id}:{handle}",
        kind=Kind.POST_PREWORK,
        way=Way.CHANNEL,
        due_at=post_at,
        section=section.id,
        about=posted.id,
        expires_at=promise.at,
    )
    tx.outbox.add([card], now, ids)
    return Planned(posted, is_now=post_at <= now, advice=_advice(tx, section, chosen))


def _advice(tx: Tx, section: Section, chosen: UnitRecord) -> tuple[Advice, ...]:
    check = replace(chosen.unit.check, bank=tuple(tx.attempts.bank(chosen.id)))
    return tuple(look_over_unit(replace(chosen.unit, check=check), len(tx.sections.students(section.id))))


def _came_to_nothing(tx: Tx, given: Posted) -> bool:
    """Its card was refused or came too late, so nobody has seen it: it may be given anew."""
    cards = tx.outbox.about(Kind.POST_PREWORK, given.id)
    return given.posted_at is None and all(each.state not in UNDER_WAY for each in cards)


def find_unit(tx: Tx, section: Section, typed: str) -> UnitRecord | NoUnit:
    """The unit of that slug, title or number."""
    units = tx.courses.units(section.revision_id)
    found = unit_named(units, typed)
    return found or NoUnit(typed, tuple(each.unit.title for each in units))


def _times(
    deadline: str, at: str | None, now: datetime, zone: str
) -> tuple[Promise, datetime] | BadTime | InThePast:
    promise = parse_when(deadline, now, zone)
    if isinstance(promise, BadTime):
        return promise
    if promise.at <= now:
        return InThePast("The deadline lies in the past.", promise)
    if at is None:
        return promise, now
    posting = parse_when(at, now, zone)
    if isinstance(posting, BadTime):
        return posting
    if posting.at <= now - timedelta(minutes=1):
        return InThePast("The time to post it lies in the past.", posting)
    if posting.at >= promise.at:
        return InThePast("It would be posted after its deadline.", posting)
    return promise, max(posting.at, now)


def _status(tx: Tx, asker: Asker, name: str | None, unit: str | None) -> StatusResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    posted = _latest(tx, section) if unit is None else _of_unit(tx, section, unit)
    return _standing(tx, posted) if isinstance(posted, Posted) else posted


def _status_of(tx: Tx, asker: Asker, handle: str) -> StatusResult:
    me, posted = tx.people.of(asker.account), tx.prework.by_handle(handle)
    if me is None or posted is None or not tx.sections.teaches(posted.section.id, me.person):
        return NotStaff()
    return _standing(tx, posted)


def _standing(tx: Tx, posted: Posted) -> Status:
    section = posted.section
    handed, owing = tx.prework.handed(posted.id), tx.prework.owing(posted.id)
    seen = {each.account.person for each in (*handed, *owing)}
    opened = tx.prework.unlocked(posted.id)
    return Status(
        posted,
        on_time=tuple(each for each in handed if not each.late),
        late=tuple(each for each in handed if each.late),
        owing=tuple(
            sorted(
                (each for each in owing if not is_on_own_time(posted.deadline, each.since)), key=most_behind
            )
        ),
        own_time=tuple(
            OwnTime(each.account, deadline_for(posted.deadline, posted.posted_at, each.since, section.zone))
            for each in owing
            if is_on_own_time(posted.deadline, each.since)
        ),
        locked=tuple(
            each
            for each in tx.sections.students(section.id)
            if each.person not in seen and each.person not in opened
        ),
    )


def most_behind(each: Owing) -> tuple[int, int]:
    """Never opened first, then started, then tried."""
    return (0 if each.started_at is None else 1, each.tries)


def _latest(tx: Tx, section: Section) -> Posted | NothingPosted:
    given = [each for each in tx.prework.of_section(section.id) if each.posted_at is not None]
    return given[-1] if given else NothingPosted(section)


def _of_unit(tx: Tx, section: Section, typed: str) -> Posted | NothingPosted | NoUnit:
    chosen = find_unit(tx, section, typed)
    if isinstance(chosen, NoUnit):
        return chosen
    return tx.prework.of_unit(section.id, chosen.unit.slug) or NothingPosted(section)


def _units(tx: Tx, asker: Asker, name: str | None) -> Sequence[UnitRecord]:
    section = taught_class(tx, asker, name)
    return tx.courses.units(section.revision_id) if isinstance(section, Section) else []


def prework_card(tx: Tx, delivery: Delivery, now: datetime) -> PreWorkCard | str:
    """What the card says when it is posted."""
    posted = tx.prework.get(delivery.about or 0)
    return PreWorkCard(posted.section.name, posted.unit.unit, posted.handle, posted.deadline)


def cards_again(tx: Tx, guild: int, purpose: str, now: datetime, cause: str) -> list[Effect]:
    """The cards of pre-work that is still due, where the channel of that purpose was made again."""
    return [
        Effect(
            key=f"prework:{each.id}:{cause}",
            kind=Kind.POST_PREWORK,
            way=Way.CHANNEL,
            due_at=now,
            section=section.id,
            about=each.id,
        )
        for section in tx.sections.on_guild(guild)
        if purpose == prework_channel(section)
        for each in tx.prework.of_section(section.id)
        if each.posted_at is not None and each.deadline > now
    ]
