"""The ladder of automatic nudges about one pre-work: which step is due for one person, and by which way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.ladder import LADDER, Step
from bot.domain.outbox import Way
from bot.domain.quiet import OpenHours, last_open, next_open
from bot.domain.times import local_day

#: the ways to one person, in the order in which they are tried; after the last the teacher is told
TO_A_PERSON = (Way.DM, Way.THREAD, Way.SMS, Way.GUARDIAN)
#: a step of these is for those only who can be reached so: the others had an earlier one on Discord
BY_NUMBER = (Way.SMS, Way.GUARDIAN)
#: the job that plans reminders
PLAN = "plan"
#: a step after the deadline is of use for so long
USE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which ways are open to one person, as far as is known."""

    dm: bool
    thread: bool
    sms: bool
    #: a guardian who confirmed a number, in a class that has that rule
    guardian: bool = False

    def open(self, way: Way) -> bool:
        return {
            Way.DM: self.dm,
            Way.THREAD: self.thread,
            Way.SMS: self.sms,
            Way.GUARDIAN: self.guardian,
        }[way]


@dataclass(frozen=True, slots=True)
class Hours:
    """Open hours of the ways: texts wake people, messages on Discord less so."""

    discord: OpenHours
    sms: OpenHours

    def of(self, way: Way) -> OpenHours:
        return self.sms if way in BY_NUMBER else self.discord

    def on_every_day(self) -> Hours:
        return Hours(self.discord.on_every_day(), self.sms.on_every_day())


@dataclass(frozen=True, slots=True)
class Rules:
    """How one class is reminded."""

    ladder: tuple[Step, ...]
    hours: Hours
    guardians: bool
    #: the ladder was changed then: none of its steps from before is caught up on
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """For automatic reminders to one student, over all their classes."""

    per_day: int = 3
    #: after so many without a sign of life the teacher is told instead
    unanswered: int = 4


USUAL_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Away:
    """A student's absence from a class, in days on their wall. ``last`` is None while nobody knows."""

    first: date
    last: date | None
    #: when that was said; who comes back on the very day has ``last`` before it
    noted_at: datetime

    def hold(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def takes(self, at: datetime, zone: str, now: datetime) -> bool:
        """Once begun it takes every step up to its end: on return the plan goes on from then."""
        if self.first > local_day(now, zone):
            return False
        return self.last is None or local_day(at, zone) <= self.last or at <= self.noted_at


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of the ladder with the instant at which it is sent, and until when it is of use."""

    #: its place in the ladder
    number: int
    key: str
    way: Way
    at: datetime
    until: datetime


def plan(
    deadline: datetime, zone: str, hours: Hours, ladder: tuple[Step, ...] = LADDER
) -> tuple[Planned, ...]:
    """Every step to a person with its instant in UTC: the planned one, or if that is quiet the last open one before.

    One that speaks of a deadline that has passed waits for the next open instant instead, rather than come
    before the deadline. A step that finds no open instant is left out.
    """
    found = (
        _planned(number, step, deadline, zone, hours)
        for number, step in enumerate(ladder)
        if step.way is not Way.ROOM
    )
    return tuple(each for each in found if each is not None)


def _planned(number: int, step: Step, deadline: datetime, zone: str, hours: Hours) -> Planned | None:
    wanted, open_hours = deadline - step.before, hours.of(step.way)
    at = last_open(wanted, zone, open_hours)
    if not step.is_after:
        return None if at is None else Planned(number, step.key, step.way, at, deadline)
    if at is None or at <= deadline:
        at = next_open(wanted, zone, open_hours)
        if at is None or at >= wanted + USE_AFTER * 4:
            return None
    return Planned(number, step.key, step.way, at, at + USE_AFTER)


def list_at(deadline: datetime, ladder: tuple[Step, ...] = LADDER) -> datetime | None:
    """When the teachers' room is told who owes it; nobody is woken by that, so it knows no quiet hours."""
    return next((deadline - each.before for each in ladder if each.way is Way.ROOM), None)


def due(
    steps: tuple[Planned, ...],
    since: datetime,
    taken: Collection[str],
    reach: Reach,
    now: datetime,
    zone: str = "UTC",
    away: Collection[Away] = (),
) -> Planned | None:
    """The one step to send now: the latest that has come after ``since``, unless it or a later one was sent.

    Steps that a stopped bot slept through are left out in favour of the latest, so that nobody is written to
    twice at once; each is of use for a while only. Quiet hours can put a text before a DM, so "latest" is by
    the instant. ``storage/planning.py`` says the same for a whole class in one statement.
    """
    mine = [step for step in steps if step.way not in BY_NUMBER or reach.open(step.way)]
    come = [
        step
        for step in mine
        if since < step.at <= now and not any(each.takes(step.at, zone, now) for each in away)
    ]
    latest = max(come, key=_order, default=None)
    if latest is None or now >= latest.until:
        return None
    return None if any(key in taken for key in at_or_after(latest, steps)) else latest


def at_or_after(step: Planned, steps: tuple[Planned, ...]) -> list[str]:
    """Keys of the steps that make this one needless once they were sent."""
    return [each.key for each in steps if _order(each) >= _order(step)]


def _order(step: Planned) -> tuple[datetime, int]:
    return step.at, step.number


def next_instant(steps: tuple[Planned, ...], since: datetime, now: datetime) -> datetime | None:
    """When the next step comes, None when none is left."""
    return min((step.at for step in steps if step.at > now and step.at > since), default=None)


def first_way(wanted: Way, reach: Reach) -> Way | None:
    """The way a message really goes: the wanted one, or the next that is open; None when none is."""
    return next_way(wanted, reach, including=True)


def next_way(way: Way, reach: Reach, *, including: bool = False) -> Way | None:
    """The next open way after one that could not deliver; None when there is none and the teacher is told."""
    rest = TO_A_PERSON[TO_A_PERSON.index(way) + (0 if including else 1) :]
    return next((each for each in rest if reach.open(each)), None)


@dataclass(frozen=True, slots=True)
class SendNow:
    pass


@dataclass(frozen=True, slots=True)
class SendAt:
    """Quiet just now; it is still of use at ``at``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """It has lost its use; ``why`` is told to the teacher who asks."""

    why: str


def when_sent(
    way: Way, zone: str, hours: Hours, useful_until: datetime, now: datetime
) -> SendNow | SendAt | Drop:
    """The last look before sending: quiet hours hold a message back, and it is dropped once it has no use."""
    if now >= useful_until:
        return Drop("it came too late to be of use")
    opening = next_open(now, zone, hours.of(way))
    if opening == now:
        return SendNow()
    if opening is not None and opening < useful_until:
        return SendAt(opening)
    return Drop("quiet hours and days off last until it is of no use")
