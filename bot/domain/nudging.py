"""The ladder of automatic nudges about one pre-work: which step is due for one person, and by which way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.outbox import Way
from bot.domain.quiet import OpenHours, last_open, next_open

#: the ways to one person, in the order in which they are tried; after the last the teacher is told
TO_A_PERSON = (Way.DM, Way.THREAD, Way.SMS)


@dataclass(frozen=True, slots=True)
class Step:
    before: timedelta
    way: Way


#: A day ahead and three hours ahead on Discord; one hour ahead as a text, for those with a confirmed phone only:
#: the others had the same words on Discord two hours before.
LADDER = (
    Step(timedelta(hours=24), Way.DM),
    Step(timedelta(hours=3), Way.DM),
    Step(timedelta(hours=1), Way.SMS),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which ways are open to one person, as far as is known."""

    dm: bool
    thread: bool
    sms: bool

    def open(self, way: Way) -> bool:
        return {Way.DM: self.dm, Way.THREAD: self.thread, Way.SMS: self.sms}[way]


@dataclass(frozen=True, slots=True)
class Hours:
    """Open hours of the ways: texts wake people, messages on Discord less so."""

    discord: OpenHours
    sms: OpenHours

    def of(self, way: Way) -> OpenHours:
        return self.sms if way in (Way.SMS, Way.GUARDIAN) else self.discord


@dataclass(frozen=True, slots=True)
class Planned:
    """One step of the ladder with the instant at which it is sent."""

    number: int
    way: Way
    at: datetime


def plan(
    deadline: datetime, zone: str, hours: Hours, ladder: tuple[Step, ...] = LADDER
) -> tuple[Planned, ...]:
    """Every step with its instant in UTC: the planned one, or if that is quiet the last open one before it."""
    return tuple(
        Planned(number, step.way, last_open(deadline - step.before, zone, hours.of(step.way)))
        for number, step in enumerate(ladder)
    )


def due(
    steps: tuple[Planned, ...],
    posted: datetime,
    deadline: datetime,
    taken: Collection[int],
    reach: Reach,
    now: datetime,
) -> Planned | None:
    """The one step to send now: the latest that has come, unless it was sent or lay before the posting.

    Steps that a stopped bot slept through are left out in favour of the latest, so that nobody is written to
    twice at once; past the deadline a reminder has lost its use. Quiet hours can put a text before a DM, so
    "latest" is by the instant.
    """
    if now >= deadline:
        return None
    mine = [step for step in steps if step.way is not Way.SMS or reach.sms]
    come = [step for step in mine if posted < step.at <= now]
    if not come:
        return None
    latest = max(come, key=_order)
    after = [step.number for step in mine if _order(step) >= _order(latest)]
    return None if any(number in taken for number in after) else latest


def _order(step: Planned) -> tuple[datetime, int]:
    return step.at, step.number


def next_instant(steps: tuple[Planned, ...], posted: datetime, now: datetime) -> datetime | None:
    """When the next step comes, None when none is left."""
    return min((step.at for step in steps if step.at > now and step.at > posted), default=None)


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
    return SendAt(opening) if opening < useful_until else Drop("quiet hours last until it is of no use")
