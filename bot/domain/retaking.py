"""What stands between a student and the next attempt at a check: the same for everybody who asks (rule 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.booking import Span
from bot.domain.course import Objective, Unit
from bot.domain.mastery import Attempt
from bot.domain.mastery_rules import USUAL, MasteryRules
from bot.domain.summative import Held, OpensAt, Shut, Sitting, shut


class RemediationKind(StrEnum):
    """What a student may do between two attempts (P14)."""

    VIDEO = "video"
    PRACTICE = "practice"
    PEER = "peer"
    GROUP = "group"
    ONE_TO_ONE = "one_to_one"


@dataclass(frozen=True, slots=True)
class Remediation:
    """Work that was chosen after an attempt; it counts once ``done_at`` is set."""

    id: int
    handle: str
    #: id
    attempt: int
    person: int
    #: slug; "" for the attempt as a whole
    objective: str
    kind: RemediationKind
    #: what was written or asked, by name
    detail: dict[str, str]
    chosen_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Request:
    """A student's request for another attempt at a unit; ``granted`` is None until the teacher decides."""

    id: int
    handle: str
    #: id
    section: int
    person: int
    unit_slug: str
    said: str
    asked_at: datetime
    granted: bool | None
    #: what the teacher said with a "not now"
    why: str
    decided_at: datetime | None


# --- what may stand in the way ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemediationFirst:
    """One of ``kinds`` has to be recorded for the missed objectives; ``helped_at``: a booked slot counts then."""

    objectives: tuple[Objective, ...]
    kinds: tuple[RemediationKind, ...]
    helped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskFirst:
    """The teacher grants each retake (K31). ``why`` is what they said to the last request, if it was not now."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The student has asked; the teacher has not answered yet."""

    at: datetime


@dataclass(frozen=True, slots=True)
class BookSession:
    """Retakes are taken in a booked session (P15), and none is booked."""


@dataclass(frozen=True, slots=True)
class InSession:
    """The booked session has not begun."""

    session: Span


@dataclass(frozen=True, slots=True)
class Cooldown:
    until: datetime


@dataclass(frozen=True, slots=True)
class NoTriesLeft:
    """``limit`` attempts were made; ``again_at`` is when the oldest no longer counts, None for never."""

    limit: int
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """``last_day``, local to the class, is over."""

    last_day: date


InTheWay = (
    RemediationFirst
    | AskFirst
    | Asked
    | BookSession
    | InSession
    | Cooldown
    | NoTriesLeft
    | WindowClosed
    | Shut
)
#: nothing that the student or time does opens these
FINAL = (NoTriesLeft, WindowClosed)


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides beside the attempts, all about one student at one unit."""

    rules: MasteryRules = USUAL
    #: the class's
    zone: str = "UTC"
    #: attempts on top of the limit, by accommodation (K35)
    more_tries: int = 0
    #: slugs of the objectives that the last attempt missed; () stands for all
    missed: tuple[str, ...] = ()
    remediations: tuple[Remediation, ...] = ()
    #: booked office hours that began after the last attempt was handed in
    helped: tuple[Span, ...] = ()
    #: oldest first
    requests: tuple[Request, ...] = ()
    #: booked retake sessions that are not over
    sessions: tuple[Span, ...] = ()
    #: of a summative check
    sitting: Sitting | None = None
    #: what keeps back the result of an attempt that was handed in
    held: Held | None = None
    #: slugs of the unit's tasks that the student ticked
    ticked: frozenset[str] = frozenset()


def in_the_way(unit: Unit, attempts: Sequence[Attempt], facts: Facts, now: datetime) -> tuple[InTheWay, ...]:
    """Everything that has to come before the next attempt; empty when it can begin now.

    ``attempts`` are the student's at this unit, oldest first. Nothing but the hours of a
    summative check stands before a first attempt, and nothing after one that passed or is still to be marked. What
    cannot be undone (no tries left for good, the last day over) stands alone: then nothing else would help.
    Everything else has to go, each for itself.
    """
    tries = tries_of(attempts)
    hours = shut(facts.sitting, now) if unit.check.summative else None
    if not tries:
        return (hours,) if hours else ()
    if tries[-1].passed is not False:
        return ()
    out_of_tries = _no_tries_left(tries, facts, now)
    closed = _closed(facts, now)
    final = closed or (out_of_tries if out_of_tries and out_of_tries.again_at is None else None)
    if final:
        return (final,)
    found = (
        _remediation_first(unit, tries[-1], facts, now),
        _ask_first(tries[-1], facts),
        _book_session(facts, now),
        _cooldown(unit, tries, facts, now),
        out_of_tries,
        hours,
    )
    return tuple(each for each in found if each is not None)


def tries_of(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Checks that were handed in, oldest first: testing out and rechecks are no tries."""
    return [each for each in attempts if each.submitted_at is not None and each.purpose in ("check", "hand")]


def opens_at(stands: Sequence[InTheWay]) -> datetime | None:
    """When it opens by time alone; None when somebody has to do something first, or it never does."""
    times: list[datetime] = []
    for each in stands:
        match each:
            case Cooldown(until) | OpensAt(until):
                times.append(until)
            case InSession(session):
                times.append(session.starts_at)
            case NoTriesLeft(again_at=datetime() as again_at):
                times.append(again_at)
            case RemediationFirst(helped_at=datetime() as helped_at):
                times.append(helped_at)
            case _:
                return None
    return max(times, default=None)


def cooldown(unit: Unit, number: int, rules: MasteryRules) -> timedelta:
    """The least time after the ``number``-th try, from 1; the last of the list repeats (K8)."""
    hours = rules.cooldown_hours
    if not hours:
        return timedelta(seconds=unit.check.cooldown_s)
    return timedelta(hours=hours[min(number, len(hours)) - 1])


def _cooldown(unit: Unit, tries: Sequence[Attempt], facts: Facts, now: datetime) -> Cooldown | None:
    """A teacher who changes the rules can bring it forward, but never puts off what was promised."""
    last = tries[-1]
    handed_in = last.submitted_at or last.began_at
    until = handed_in + cooldown(unit, len(tries), facts.rules)
    if last.retake_at is not None:
        until = min(until, last.retake_at)
    return Cooldown(until) if until > now else None


def _no_tries_left(tries: Sequence[Attempt], facts: Facts, now: datetime) -> NoTriesLeft | None:
    if facts.rules.limit is None:
        return None
    limit = facts.rules.limit + facts.more_tries
    if facts.rules.window_days is None:
        return NoTriesLeft(limit, None) if len(tries) >= limit else None
    window = timedelta(days=facts.rules.window_days)
    ends = sorted((each.submitted_at or each.began_at) + window for each in tries)
    counting = [each for each in ends if each > now]
    if len(counting) < limit:
        return None
    again_at = counting[len(counting) - limit]
    gone = facts.rules.last_day is not None and _local_day(again_at, facts.zone) > facts.rules.last_day
    return NoTriesLeft(limit, None if gone else again_at)


def _closed(facts: Facts, now: datetime) -> WindowClosed | None:
    last_day = facts.rules.last_day
    if last_day is None or _local_day(now, facts.zone) <= last_day:
        return None
    return WindowClosed(last_day)


def _local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _remediation_first(unit: Unit, last: Attempt, facts: Facts, now: datetime) -> RemediationFirst | None:
    since = last.submitted_at or last.began_at
    mine = [each for each in facts.remediations if each.attempt == last.id]
    if any(each.done_at is not None for each in mine):
        return None
    ends = sorted(each.ends_at for each in facts.helped if each.starts_at >= since)
    if ends and ends[0] <= now:
        return None
    missed = tuple(each for each in unit.objectives if not facts.missed or each.slug in facts.missed)
    return RemediationFirst(missed, tuple(RemediationKind), ends[0] if ends else None)


def _ask_first(last: Attempt, facts: Facts) -> AskFirst | Asked | None:
    """A grant is good for one attempt: it has to be younger than the last one."""
    if not facts.rules.by_request:
        return None
    since = last.submitted_at or last.began_at
    asked = [each for each in facts.requests if each.asked_at >= since]
    if not asked:
        return AskFirst()
    match asked[-1].granted:
        case None:
            return Asked(asked[-1].asked_at)
        case True:
            return None
        case False:
            return AskFirst(asked[-1].why)


def _book_session(facts: Facts, now: datetime) -> BookSession | InSession | None:
    if not facts.rules.in_sessions:
        return None
    ahead = sorted((each for each in facts.sessions if each.ends_at > now), key=lambda each: each.starts_at)
    if not ahead:
        return BookSession()
    return InSession(ahead[0]) if ahead[0].starts_at > now else None
