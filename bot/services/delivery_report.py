"""What became of a class's messages: grouped as their teacher thinks of them, each student's as one story."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.domain.nudging import Hours, first_way
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Asker, Section
from bot.domain.reporting import (
    BY_THING,
    STEP,
    UNANSWERED,
    Group,
    Shown,
    Step,
    Story,
    counts,
    grouped,
    mark_of,
    missed,
    stories,
)
from bot.domain.times import instant, local_day
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class, taught_of
from bot.services.ports import Database, Ids, Tx
from bot.services.reachability import SPAN, reach_in, told_lately

PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class What:
    """What a group of messages was: ``title`` is a unit's, or an announcement's words."""

    kind: Kind
    title: str
    #: which step of the ladder; None where it was sent by hand
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """One group at a glance. ``handle`` leads to it."""

    handle: str
    what: What
    at: datetime
    counts: tuple[tuple[Shown, int], ...]
    #: the first of those that wait, and why
    waits_until: datetime | None
    wait_why: str


@dataclass(frozen=True, slots=True)
class Recent:
    """Newest first. ``missed``: the students whose newest message did not arrive, with what it was."""

    section: Section
    students: int
    sendings: tuple[Sending, ...]
    missed: tuple[tuple[What, Story], ...]


@dataclass(frozen=True, slots=True)
class OneSending:
    """A page of one group: ``told`` has at most ``PER_PAGE`` stories, what needs a hand first."""

    section: Section
    sending: Sending
    told: tuple[Story, ...]
    page: int
    pages: int
    only_missed: bool
    #: how many could be sent it once more
    resendable: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything for a file: what each message was, and its story."""

    section: Section
    rows: tuple[tuple[What, Story], ...]


@dataclass(frozen=True, slots=True)
class ResendPreview:
    """Who would get it again and by which way; nothing is sent until ``handle`` is confirmed."""

    what: What
    handle: str
    ways: tuple[tuple[Way | None, int], ...]


@dataclass(frozen=True, slots=True)
class Resent:
    what: What
    count: int
    unreachable: int


@dataclass(frozen=True, slots=True)
class NothingToResend:
    """Everybody pressed [Got it], has done it, or gets it anyway; or it has lost its use."""


@dataclass(frozen=True, slots=True)
class GoneReport:
    """There is no such message for this person."""


RecentResult = Recent | WhichClass | NoClass | NotStaff
ResendResult = Resent | NothingToResend | GoneReport


class DeliveryReportService:
    def __init__(self, database: Database, hours: Hours, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._hours, self._ids, self._wake = database, hours, ids, wake

    async def recent(self, asker: Asker, class_name: str | None, now: datetime) -> RecentResult:
        """What went out to the class in the last fortnight, and whom the newest did not reach."""
        return await self._db.read(_recent, asker, class_name, now)

    async def recent_of(self, asker: Asker, handle: str, now: datetime) -> RecentResult:
        """The same for the class of that handle."""
        return await self._db.read(_recent_of, asker, handle, now)

    async def one(
        self, asker: Asker, handle: str, page: int, only_missed: bool, now: datetime
    ) -> OneSending | GoneReport:
        """A page of one group, counted from 0; one that is past the end is the last."""
        return await self._db.read(_one, asker, handle, page, only_missed, now)

    async def sheet(self, asker: Asker, handle: str, only_missed: bool, now: datetime) -> Sheet | GoneReport:
        """One group, or everything of a class when the handle is the class's."""
        return await self._db.read(_sheet, asker, handle, only_missed, now)

    async def preview_resend(
        self, asker: Asker, handle: str, now: datetime
    ) -> ResendPreview | NothingToResend | GoneReport:
        """To those who did not press [Got it] and, where something is owed, still owe it (N7)."""
        return await self._db.write(_preview_resend, asker, handle, self._hours, now, self._ids)

    async def resend(self, asker: Asker, handle: str, now: datetime) -> ResendResult:
        """Sends to those for whom it still holds now; a preview can be confirmed once."""
        result = await self._db.write(_resend, asker, handle, self._hours, now, self._ids)
        self._wake()
        return result


def _recent(tx: Tx, asker: Asker, name: str | None, now: datetime) -> RecentResult:
    section = taught_class(tx, asker, name)
    return _recent_in(tx, section, now) if isinstance(section, Section) else section


def _recent_of(tx: Tx, asker: Asker, handle: str, now: datetime) -> RecentResult:
    section = taught_of(tx, asker, handle)
    return _recent_in(tx, section, now) if section else NotStaff()


def _recent_in(tx: Tx, section: Section, now: datetime) -> Recent:
    told = told_lately(tx, section, now)
    names = _Names(tx)
    whats = {story.last.id: names.of(group) for group, each in told.items() for story in each}
    return Recent(
        section,
        len(tx.sections.students(section.id)),
        tuple(_sending(names, group, each, now) for group, each in told.items()),
        tuple((whats[story.last.id], story) for story in missed(told.values())),
    )


def _sending(names: _Names, group: Group, told: list[Story], now: datetime) -> Sending:
    waiting = [each.last for each in told if each.shown is Shown.WAITING]
    first = min(waiting, key=lambda each: each.due_at, default=None)
    return Sending(
        handle=min(told, key=lambda each: each.last.id).last.nonce,
        what=names.of(group),
        at=min(each.steps[0].due_at for each in told),
        counts=counts(told),
        waits_until=first.due_at if first else None,
        wait_why=first.why if first else "",
    )


class _Names:
    """What the groups of one look are called, each asked for once."""

    def __init__(self, tx: Tx) -> None:
        self._tx, self._known = tx, dict[Group, What]()

    def of(self, group: Group) -> What:
        if group not in self._known:
            self._known[group] = self._look(group)
        return self._known[group]

    def _look(self, group: Group) -> What:
        match group:
            case Group(Kind.NUDGE, int(about), mark):
                title = self._tx.prework.get(about).unit.unit.title
                return What(group.kind, title, mark.removeprefix(STEP) if mark.startswith(STEP) else None)
            case Group(Kind.ANNOUNCEMENT, int(about), _):
                return What(group.kind, self._tx.reports.announced([about]).get(about, ""))
            case _:
                return What(group.kind, "")


def _found(tx: Tx, asker: Asker, handle: str) -> tuple[Section, Group, list[Step]] | None:
    """The whole group that the row of that nonce is of, if the asker teaches its class."""
    me, row = tx.people.of(asker.account), tx.reports.of_nonce(handle)
    if me is None or row is None or not tx.sections.teaches(row[0], me.person):
        return None
    section, (_, kind, about, due_at) = tx.sections.get(row[0]), row
    if kind in BY_THING and about is not None:
        steps = tx.reports.about(section.id, kind, about)
    else:
        day = datetime.combine(local_day(due_at, section.zone), time())
        span = instant(day, section.zone), instant(day + timedelta(days=1), section.zone)
        steps = tx.reports.between(section.id, *span)
    groups = grouped(steps, section.zone)
    mine = [group for group, each in groups.items() if any(step.nonce == handle for step in each)]
    return (section, mine[0], groups[mine[0]]) if mine else None


def _one(
    tx: Tx, asker: Asker, handle: str, page: int, only_missed: bool, now: datetime
) -> OneSending | GoneReport:
    found = _found(tx, asker, handle)
    if found is None:
        return GoneReport()
    section, group, steps = found
    told = stories(steps, now)
    wanted = _only_missed(told) if only_missed else told
    pages = max(1, -(-len(wanted) // PER_PAGE))
    here = min(max(page, 0), pages - 1)
    return OneSending(
        section,
        _sending(_Names(tx), group, told, now),
        tuple(wanted[here * PER_PAGE : (here + 1) * PER_PAGE]),
        here,
        pages,
        only_missed,
        len(_unanswered(tx, section, group, told, now)),
    )


def _only_missed(told: Iterable[Story]) -> list[Story]:
    return [each for each in told if each.shown is Shown.NOT_ARRIVED]


def _sheet(tx: Tx, asker: Asker, handle: str, only_missed: bool, now: datetime) -> Sheet | GoneReport:
    if section := taught_of(tx, asker, handle):
        groups = grouped(tx.reports.between(section.id, now - SPAN), section.zone)
    elif found := _found(tx, asker, handle):
        section, groups = found[0], {found[1]: found[2]}
    else:
        return GoneReport()
    names = _Names(tx)
    told = [(names.of(group), story) for group, steps in groups.items() for story in stories(steps, now)]
    return Sheet(
        section, tuple(each for each in told if not only_missed or each[1].shown is Shown.NOT_ARRIVED)
    )


#: what a row says of its own sending, and not of what it tells
_OF_ONE_SENDING = frozenset({"tried", "was", "texted", "step"})


# --- once more ---------------------------------------------------------------------------------------


def _unanswered(tx: Tx, section: Section, group: Group, told: Iterable[Story], now: datetime) -> list[Story]:
    """Those for whom sending it again has a use."""
    mine = [each for each in told if each.shown in UNANSWERED and each.is_over and not each.last.to_guardian]
    if group.kind not in BY_THING or group.about is None or not mine:
        return []
    still = _still(tx, section, group.kind, group.about, now)
    return [each for each in mine if each.last.person in still]


def _still(tx: Tx, section: Section, kind: Kind, about: int, now: datetime) -> Collection[int]:
    """Persons who owe the pre-work; for an announcement, everybody in the class."""
    if kind is Kind.ANNOUNCEMENT:
        return {each.person for each in tx.sections.students(section.id)}
    if tx.prework.get(about).deadline <= now:
        return ()
    return {each.account.person for each in tx.prework.owing(about)}


def _preview_resend(
    tx: Tx, asker: Asker, handle: str, hours: Hours, now: datetime, ids: Ids
) -> ResendPreview | NothingToResend | GoneReport:
    found = _found(tx, asker, handle)
    if found is None:
        return GoneReport()
    section, group, steps = found
    wanted = _unanswered(tx, section, group, stories(steps, now), now)
    if not wanted:
        return NothingToResend()
    made = ids()
    tx.drafts.save(made, tx.people.known(asker.account, now).person, "resend", {"of": handle}, now)
    ways = [way for _, way in _ways(tx, section, hours, group, wanted)]
    return ResendPreview(
        _Names(tx).of(group),
        made,
        tuple((way, ways.count(way)) for way in (Way.DM, Way.THREAD, Way.SMS, Way.GUARDIAN, None)),
    )


def _ways(
    tx: Tx, section: Section, hours: Hours, group: Group, wanted: Iterable[Story]
) -> list[tuple[Story, Way | None]]:
    """From the top of the ladder, as a nudge by hand goes; guardians hear of what is owed alone (N15)."""
    reach = {
        who.account.person: ways if group.kind is Kind.NUDGE else replace(ways, guardian=False)
        for who, ways in reach_in(tx, section, hours)
    }
    return [
        (each, first_way(Way.DM, reach[each.last.person]) if each.last.person in reach else None)
        for each in wanted
    ]


def _resend(tx: Tx, asker: Asker, handle: str, hours: Hours, now: datetime, ids: Ids) -> ResendResult:
    me = tx.people.of(asker.account)
    body = tx.drafts.take(handle, me.person, "resend") if me else None
    found = _found(tx, asker, body["of"]) if body else None
    if found is None:
        return GoneReport()
    section, group, steps = found
    wanted = _ways(tx, section, hours, group, _unanswered(tx, section, group, stories(steps, now), now))
    if not wanted:
        return NothingToResend()
    tx.outbox.add([_again(section, group, story, way, handle, now) for story, way in wanted], now, ids)
    unreachable = sum(way is None for _, way in wanted)
    return Resent(_Names(tx).of(group), len(wanted) - unreachable, unreachable)


def _again(
    section: Section, group: Group, story: Story, way: Way | None, cause: str, now: datetime
) -> Effect:
    first = story.steps[0]
    args = {name: value for name, value in first.args.items() if name not in _OF_ONE_SENDING}
    until = first.began_until
    if until is not None and group.kind is Kind.ANNOUNCEMENT:
        until = max(until, now + timedelta(days=1))
    return Effect(
        key=f"again:{cause}:{first.person}",
        kind=group.kind if way else Kind.UNREACHED,
        way=way or Way.ROOM,
        due_at=now,
        person=first.person,
        section=section.id,
        about=group.about,
        args={**args, "mark": mark_of(first), **({} if way else {"was": group.kind})},
        expires_at=until,
    )
