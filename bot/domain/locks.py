"""Why is this locked?: the conditions between a student and a unit, and the shortest list of actions that meets them.

It reads the same step and the same things in the way as beginning a check does (rule 8). A teacher's override opens
anything and is never counted as an action.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.course import Objective, Unit
from bot.domain.mastery import Attempt
from bot.domain.records import UnitRecord
from bot.domain.retaking import (
    Asked,
    AskFirst,
    BookSession,
    Cooldown,
    Facts,
    InSession,
    InTheWay,
    NoTriesLeft,
    RemediationFirst,
    RemediationKind,
    WindowClosed,
    in_the_way,
)
from bot.domain.summative import OpensAt, TimeNotSet, TimeOver
from bot.domain.today import BeforeCheck


class Act(StrEnum):
    """What a student can do; WAIT and ANSWERED are done by time and by the teacher."""

    PRE_WORK = "pre_work"
    TASK = "task"
    REMEDY = "remedy"
    MEET = "meet"
    ASK = "ask"
    ANSWERED = "answered"
    BOOK = "book"
    WAIT = "wait"
    FINISH = "finish"
    CHECK = "check"
    TEST_OUT = "test_out"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do about one unit. Two of a condition are never equal."""

    act: Act
    #: slug and title
    unit: str
    unit_title: str
    #: whole minutes of work; waiting is none
    minutes: int
    #: a task's words, a kind of remediation, what the teacher said; "" otherwise
    what: str = ""
    #: it is over then at the earliest: the end of a wait, of a meeting, the start of a booked session.
    #: None: at once, or, for a booking, no slot is free
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Do:
    action: Action


@dataclass(frozen=True, slots=True)
class Every:
    """All of ``parts``; of none of them it is met."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of ``parts``; of none of them nothing but the teacher's word meets it."""

    parts: tuple[Condition, ...]


Condition = Do | Every | Either
OPEN = Every(())
NEVER = Either(())


# --- the model -------------------------------------------------------------------------------------


def is_met(condition: Condition, done: Collection[Action]) -> bool:
    """Whether doing these meets it. Who has done what ends at an instant has waited until then, too."""
    return _is_met(condition, done, max((each.at for each in done if each.at is not None), default=None))


def _is_met(condition: Condition, done: Collection[Action], by: datetime | None) -> bool:
    match condition:
        case Do(Action(act=Act.WAIT, at=datetime() as until) as action):
            return action in done or (by is not None and until <= by)
        case Do(action):
            return action in done
        case Every(parts):
            return all(_is_met(each, done, by) for each in parts)
        case Either(parts):
            return any(_is_met(each, done, by) for each in parts)


def shortest(condition: Condition) -> tuple[Action, ...] | None:
    """The least work that meets it, in the order in which it can be done; None when no action does.

    Least is fewest minutes of work, then the earliest end: waiting takes time and no work. None of the actions can
    be left out.
    """
    best = _best(condition)
    if best is None:
        return None
    kept = list(best)
    for each in best:
        rest = [other for other in kept if other != each]
        if is_met(condition, rest):
            kept = rest
    return tuple(kept)


def _best(condition: Condition) -> tuple[Action, ...] | None:
    """Every action stands in one place only, so the best of each part makes the best of the whole."""
    match condition:
        case Do(action):
            return (action,)
        case Every(parts):
            found = [_best(each) for each in parts]
            if any(each is None for each in found):
                return None
            return tuple(action for each in found if each is not None for action in each)
        case Either(parts):
            ways = [way for each in parts if (way := _best(each)) is not None]
            return min(ways, key=cost, default=None)


def cost(actions: Collection[Action]) -> tuple[int, float]:
    """Minutes of work, then when the last wait is over (seconds since 1970; 0 without one)."""
    ends = [each.at.timestamp() for each in actions if each.at is not None]
    return sum(each.minutes for each in actions), max(ends, default=0.0)


def actions_of(condition: Condition) -> Iterator[Action]:
    match condition:
        case Do(action):
            yield action
        case Every(parts) | Either(parts):
            for each in parts:
                yield from actions_of(each)


def without(condition: Condition, act: Act) -> Condition:
    """The condition for who does not choose ``act``."""
    match condition:
        case Do(action):
            return NEVER if action.act is act else condition
        case Every(parts):
            return Every(tuple(without(each, act) for each in parts))
        case Either(parts):
            return Either(tuple(without(each, act) for each in parts))


# --- what stands between a student and a unit ------------------------------------------------------

#: minutes that a question of a check takes
PER_QUESTION = 1.5
#: of the form after a video: a summary and a question
FORM_MINUTES = 3
#: of each kind of remediation; a part of a video is known better by the unit's own page
REMEDY_MINUTES = {
    RemediationKind.VIDEO: 8,
    RemediationKind.PRACTICE: 5,
    RemediationKind.PEER: 15,
    RemediationKind.GROUP: 20,
    RemediationKind.ONE_TO_ONE: 15,
}
#: of kinds that the student does alone; the rest are done in office hours
ALONE = (RemediationKind.PRACTICE, RemediationKind.VIDEO, RemediationKind.PEER)
#: of a request, or a booking
FEW = 2


@dataclass(frozen=True, slots=True)
class Slots:
    """The next that is free, by what it is for; None where there is none."""

    #: when a retake session begins
    retake: datetime | None = None
    #: when office hours end
    help: datetime | None = None


def check_minutes(unit: Unit) -> int:
    return round(unit.check.draw * PER_QUESTION)


def to_begin(unit: Unit, before: BeforeCheck, slots: Slots) -> Condition:
    """What comes before the unit's check can be begun; OPEN when it can be now."""
    found: list[Condition] = []
    if before.prework is not None:
        found.append(_act(Act.PRE_WORK, unit, minutes(unit.prework.length_s) + FORM_MINUTES))
    found += [_act(Act.TASK, unit, each.minutes, each.title) for each in before.musts]
    found += [_in_the_way(each, unit, slots) for each in before.stands]
    return Every(tuple(found))


def to_pass(unit: Unit, before: BeforeCheck, slots: Slots) -> Condition:
    """What masters the unit; ``before`` is of a unit with no check begun."""
    length = check_minutes(unit)
    usual = Every((to_begin(unit, before, slots), _act(Act.CHECK, unit, length)))
    return Either((_act(Act.TEST_OUT, unit, length), usual)) if before.test_out else usual


def to_finish(unit: Unit) -> Condition:
    """A check of it is half done."""
    return _act(Act.FINISH, unit, check_minutes(unit))


def to_be_marked(unit: Unit) -> Condition:
    """A check of it is handed in, and the teacher has something of it to mark."""
    return _act(Act.ANSWERED, unit, 0, "marking")


def to_open(
    slug: str, order: Sequence[UnitRecord], opened: Collection[str], mastered: Collection[str]
) -> list[str]:
    """Slugs of the units to master, in order, before the locked unit ``slug`` opens.

    A unit opens when the one before it is mastered. One that a newer revision put behind a mastered one opens when
    nothing else is left, or when what is before it opens it.
    """
    slugs = [each.unit.slug for each in order]
    chain: list[str] = []
    for each in reversed(slugs[: slugs.index(slug)]):
        if each in mastered:
            break
        chain.insert(0, each)
        if each in opened:
            return chain
    current = next((each for each in slugs if each in opened and each not in mastered), None)
    ahead: list[str] = []
    for each in slugs[slugs.index(current) :] if current is not None else ():
        if each == slug:
            break
        if each not in mastered:
            ahead.append(each)
    return ahead + [each for each in chain if each not in ahead]


def foreseen(
    unit: Unit, attempts: Sequence[Attempt], facts: Facts, now: datetime
) -> tuple[tuple[InTheWay, ...], datetime]:
    """What stands before the next attempt, and the instant until which there is nothing but to wait.

    A session that is over by then does not help, and a last day that is over by then stands in the way.
    """
    stands = in_the_way(unit, attempts, facts, now)
    until = max((at for each in stands if (at := _time_alone(each)) is not None), default=now)
    then = in_the_way(unit, attempts, facts, until)
    if any(isinstance(each, NoTriesLeft | WindowClosed) for each in then):
        return then, until
    before = [each for each in stands if not isinstance(each, BookSession | InSession)]
    return (*before, *(each for each in then if isinstance(each, BookSession | InSession))), until


def _time_alone(each: InTheWay) -> datetime | None:
    match each:
        case Cooldown(until) | OpensAt(until):
            return until
        case NoTriesLeft(_, again_at):
            return again_at
        case _:
            return None


def minutes(seconds: int) -> int:
    """Whole minutes, upwards."""
    return -(-seconds // 60)


def _act(act: Act, unit: Unit, minutes: int, what: str = "", at: datetime | None = None) -> Do:
    return Do(Action(act, unit.slug, unit.title, minutes, what, at))


def _in_the_way(each: InTheWay, unit: Unit, slots: Slots) -> Condition:
    match each:
        case RemediationFirst(objectives, kinds, helped_at):
            return Either(tuple(_remedies(unit, objectives, kinds, helped_at, slots)))
        case AskFirst(why):
            return _act(Act.ASK, unit, FEW, why)
        case Asked():
            return _act(Act.ANSWERED, unit, 0)
        case BookSession():
            return _act(Act.BOOK, unit, FEW, at=slots.retake)
        case InSession(session):
            return _act(Act.WAIT, unit, 0, "session", session.starts_at)
        case Cooldown(until):
            return _act(Act.WAIT, unit, 0, "cooldown", until)
        case OpensAt(at):
            return _act(Act.WAIT, unit, 0, "hours", at)
        case NoTriesLeft(_, None) | WindowClosed() | TimeNotSet() | TimeOver():
            return NEVER
        case NoTriesLeft(_, again_at):
            return _act(Act.WAIT, unit, 0, "tries", again_at)


def _remedies(
    unit: Unit,
    objectives: Sequence[Objective],
    kinds: Sequence[RemediationKind],
    helped_at: datetime | None,
    slots: Slots,
) -> Iterator[Condition]:
    meeting = REMEDY_MINUTES[RemediationKind.ONE_TO_ONE]
    if helped_at is not None:
        yield _act(Act.MEET, unit, meeting, at=helped_at)
    for kind in kinds:
        if kind in ALONE:
            yield _act(Act.REMEDY, unit, _remedy_minutes(unit, objectives, kind), kind)
        elif helped_at is None and slots.help is not None:
            yield _act(Act.REMEDY, unit, REMEDY_MINUTES[kind] + FEW, kind, slots.help)


def _remedy_minutes(unit: Unit, objectives: Sequence[Objective], kind: RemediationKind) -> int:
    """The parts of videos that teach what was missed, where the course names them."""
    missed = {each.slug for each in objectives}
    parts = [each.until_s - each.from_s for each in unit.remediation if each.objective in missed]
    if kind is RemediationKind.VIDEO and any(parts):
        return max(1, minutes(sum(parts)))
    return REMEDY_MINUTES[kind]
