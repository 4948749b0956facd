"""What a teacher is told of messages that went out: rows of the outbox, read as one story for each student.

A message that finds a way closed goes on as a new row by the next one; a message sent again is one more. All of
them together are one student's story of it, and its last row says how it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from bot.domain.outbox import UNDER_WAY, Kind, State, Way
from bot.domain.times import local_day

#: what of the outbox is a message to a student that a teacher asks about
REPORTED = frozenset(
    {Kind.NUDGE, Kind.ANNOUNCEMENT, Kind.SLOT_REMINDER, Kind.SLOT_CANCELLED, Kind.ANSWER, Kind.UNREACHED}
)
#: these are about one thing for a whole class; the others are looked at by the day
BY_THING = frozenset({Kind.NUDGE, Kind.ANNOUNCEMENT})
#: both are about a student's own slot
_SLOTS = frozenset({Kind.SLOT_REMINDER, Kind.SLOT_CANCELLED})


class Shown(IntEnum):
    """How a message stands, in the order in which a teacher wants to see them."""

    NOT_ARRIVED = 0
    TOO_LATE = 1
    WAITING = 2
    ON_ITS_WAY = 3
    #: a text that Twilio took and whose fate is not known yet
    SENT = 4
    ARRIVED = 5
    GOT_IT = 6
    NOT_NEEDED = 7


#: it was sent, and nobody knows that it was read
UNANSWERED = frozenset({Shown.NOT_ARRIVED, Shown.TOO_LATE, Shown.SENT, Shown.ARRIVED})


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the outbox, with the receipt of its text if there is one."""

    id: int
    nonce: str
    kind: Kind
    way: Way
    state: State
    person: int
    discord: int
    about: int | None
    args: dict[str, Any]
    due_at: datetime
    ended_at: datetime | None
    why: str
    got_it_at: datetime | None
    #: Twilio's word and number for what became of a text
    receipt: str | None
    error_code: int | None
    #: names the chain that it is of: a message and what followed it by other ways
    chain: str
    #: of the chain's first row: when it was written, until when it is of use, and the way that it was to go
    began_at: datetime
    began_until: datetime | None
    began_by: Way

    @property
    def was(self) -> Kind:
        """What could not be told, where the row says that nobody could be reached."""
        return Kind(self.args.get("was", Kind.NUDGE)) if self.kind is Kind.UNREACHED else self.kind

    @property
    def to_guardian(self) -> bool:
        return self.began_by is Way.GUARDIAN


def shown(step: Step, now: datetime) -> Shown:
    """How that row stands by itself."""
    if step.got_it_at is not None:
        return Shown.GOT_IT
    if step.kind is Kind.UNREACHED or step.state is State.FAILED:
        return Shown.NOT_ARRIVED
    if step.state in UNDER_WAY:
        return Shown.WAITING if step.state is State.DUE and step.due_at > now else Shown.ON_ITS_WAY
    if step.state is State.SENT:
        return _sent(step)
    return Shown.TOO_LATE if step.state is State.EXPIRED else Shown.NOT_NEEDED


def _sent(step: Step) -> Shown:
    """Discord's acceptance is arrival; a text has arrived when a receipt says so."""
    if step.way in (Way.DM, Way.THREAD) or step.receipt in ("delivered", "read"):
        return Shown.ARRIVED
    return Shown.NOT_ARRIVED if step.receipt in ("undelivered", "failed", "canceled") else Shown.SENT


@dataclass(frozen=True, slots=True)
class Story:
    """One student's (or their guardian's) message, oldest row first."""

    steps: tuple[Step, ...]
    shown: Shown
    #: the row that says how it stands
    last: Step
    #: none of its rows is on its way or waiting
    is_over: bool

    @property
    def got_it_at(self) -> datetime | None:
        return next((each.got_it_at for each in self.steps if each.got_it_at), None)


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that a teacher thinks of as one: a step about a pre-work, one press of [Send], a day's reminders."""

    kind: Kind
    about: int | None
    #: what tells it from others about the same thing
    mark: str


def group_of(step: Step, zone: str) -> Group:
    """``zone`` is the class's: days are its own."""
    kind = Kind.SLOT_REMINDER if step.was in _SLOTS else step.was
    if kind not in BY_THING:
        return Group(kind, None, f"d{local_day(step.due_at, zone)}")
    return Group(kind, step.about, mark_of(step))


def mark_of(step: Step) -> str:
    """A message that is sent again says what it belonged to before.

    Rows of one step of a ladder carry its name, those of one press of [Send] were written at one instant, and
    those of one run of an announcement, which may take several writes, are of use until the same one.
    """
    args = step.args
    if "mark" in args:
        return str(args["mark"])
    if "step" in args:
        return f"{STEP}{args['step']}"
    until = step.began_until if step.was is Kind.ANNOUNCEMENT else None
    return f"t{(until or step.began_at).timestamp():.6f}"


#: begins the mark of a step of a ladder
STEP = "s"


def stories(steps: Iterable[Step], now: datetime) -> list[Story]:
    """One for each student, and one for a guardian who was written to besides; what needs a hand first."""
    found: dict[tuple[int, bool], list[Step]] = {}
    for step in sorted(steps, key=lambda each: each.id):
        found.setdefault((step.person, step.to_guardian), []).append(step)
    told = [_told(each, now) for each in found.values()]
    return sorted(told, key=lambda each: (each.shown, each.last.id))


def _told(steps: list[Step], now: datetime) -> Story:
    """Of several messages, one with another, the one that came furthest says how it stands."""
    ends = {each.chain: each for each in steps}.values()
    got = [each for each in steps if each.got_it_at]
    best = max(ends, key=lambda each: (_REACHED.get(shown(each, now), 0), each.id))
    is_over = not any(each.state in UNDER_WAY for each in ends)
    return Story(tuple(steps), Shown.GOT_IT if got else shown(best, now), got[0] if got else best, is_over)


_REACHED = {Shown.WAITING: 1, Shown.ON_ITS_WAY: 2, Shown.SENT: 3, Shown.ARRIVED: 4, Shown.GOT_IT: 5}


def grouped(steps: Iterable[Step], zone: str) -> dict[Group, list[Step]]:
    """Newest first."""
    found: dict[Group, list[Step]] = {}
    for step in sorted(steps, key=lambda each: each.began_at, reverse=True):
        found.setdefault(group_of(step, zone), []).append(step)
    return found


def counts(told: Iterable[Story]) -> tuple[tuple[Shown, int], ...]:
    return tuple(sorted(Counter(each.shown for each in told).items()))


def missed(groups: Iterable[Iterable[Story]]) -> list[Story]:
    """Of each student, the newest message that did not arrive, unless a later one did: those are in reach again."""
    newest: dict[tuple[int, bool], Story] = {}
    for told in groups:
        for story in told:
            whose = (story.last.person, story.last.to_guardian)
            if story.shown in _TELLS and (whose not in newest or newest[whose].last.id < story.last.id):
                newest[whose] = story
    return sorted(
        (each for each in newest.values() if each.shown is Shown.NOT_ARRIVED),
        key=lambda each: each.last.id,
        reverse=True,
    )


#: what says something about whether a student can be reached
_TELLS = frozenset({Shown.NOT_ARRIVED, Shown.ARRIVED, Shown.GOT_IT})
