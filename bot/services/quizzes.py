"""The mastery check: begun, answered one question at a time, handed in once; a pass opens what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.giving import Given, fit, is_whole, why_unreadable
from bot.domain.grading import is_blank
from bot.domain.mastery import Attempt, current_unit, is_over, next_open, unit_named
from bot.domain.questions import Ordered
from bot.domain.rechecking import LookedOver
from bot.domain.records import Asker, Section, UnitRecord
from bot.domain.retaking import tries_of
from bot.domain.showing import (
    Asked,
    LookedBack,
    LookOver,
    look_back,
    show,
    show_all,
    show_next,
)
from bot.domain.today import (
    AllMastered,
    ContinueCheck,
    DoPreWork,
    DoTasks,
    Step,
    TakeCheck,
    WaitForCheck,
    WaitForMarking,
    WaitForResult,
    next_step,
)
from bot.domain.units import Unreadable
from bot.services.access import LeftClass, own_attempt
from bot.services.before_checks import BeforeSummative, NotNow, in_its_time, said_first, waiting
from bot.services.check_refusals import (
    AlreadyMastered,
    NoSuchUnit,
    NothingLeft,
    PreWorkFirst,
    StillLocked,
    TasksFirst,
    TooEarly,
)
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.forms import begin_attempt
from bot.services.grading import hand_in
from bot.services.own_time import for_student
from bot.services.pictures import pictured
from bot.services.ports import Database, Ids, Tx, UnitTable
from bot.services.rechecks import finish_recheck, recheck_result
from bot.services.retakes import retake_facts
from bot.services.unlocking import AwaitsMarking, HeldBack, Passed, Result, open_added, result_of


@dataclass(frozen=True, slots=True)
class CannotRead:
    """What was typed is kept in ``asked``, but the question stays open."""

    asked: Asked
    why: Unreadable


@dataclass(frozen=True, slots=True)
class Blank:
    asked: Asked


@dataclass(frozen=True, slots=True)
class Unfit:
    """The attempt has no such question, or the question no such answer."""

    attempt: str


@dataclass(frozen=True, slots=True)
class NotYours:
    """There is no such attempt, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    look_over: LookOver


#: what an attempt came to
Done = Result | LookedOver


@dataclass(frozen=True, slots=True)
class AlreadyHandedIn:
    result: Done


@dataclass(frozen=True, slots=True)
class TimeIsUp:
    """What was answered in time is kept and counts; the attempt is about to be handed in."""

    #: handle
    attempt: str
    unit_title: str


@dataclass(frozen=True, slots=True)
class KeyKept:
    """Answers can be looked back at once the check is passed."""


BeginRefusal = (
    TimeIsUp
    | AwaitsMarking
    | HeldBack
    | NotNow
    | StillLocked
    | TooEarly
    | PreWorkFirst
    | TasksFirst
    | AlreadyMastered
    | NothingLeft
    | NoSuchUnit
)
BeginResult = Asked | LookOver | BeforeSummative | BeginRefusal | WhichClass | NoClass
Shut = NotYours | LeftClass
QuestionResult = Asked | Unfit | Shut | TimeIsUp | AlreadyHandedIn
LookOverResult = LookOver | Shut | TimeIsUp | AlreadyHandedIn
AnswerResult = Asked | LookOver | CannotRead | Blank | Unfit | Shut | TimeIsUp | AlreadyHandedIn
SubmitResult = Done | Unanswered | Shut | AlreadyHandedIn
LookBackResult = LookedBack | KeyKept | Unfit | Shut


class QuizService:
    def __init__(
        self, database: Database, ids: Ids, wake: Callable[[], None], units: UnitTable | None = None
    ) -> None:
        self._db, self._ids, self._wake, self._units = database, ids, wake, units

    async def begin(
        self, asker: Asker, section: str | None, unit: str | None, now: datetime, *, agreed: bool = False
    ) -> BeginResult:
        """Begins the check that is next, or goes on with the one begun, at its first open question.

        ``section`` is a handle; ``unit`` a slug, a title or a number, for another check than the next.
        A summative check begins only once its student has ``agreed`` to what it is.
        """
        result = await self._db.write(pictured, _begin, asker, section, unit, now, self._ids, agreed=agreed)
        self._wake()
        return result

    async def test_out(self, asker: Asker, section: str, now: datetime) -> BeginResult:
        """Begins the check that is next before its unit's pre-work, once, where the class allows it (K30).

        A pass counts like any other; "not yet" is no try: no cooldown and no remediation follow it.
        """
        result = await self._db.write(pictured, _begin, asker, section, None, now, self._ids, test_out=True)
        self._wake()
        return result

    async def question(self, asker: Asker, attempt: str, position: int, now: datetime) -> QuestionResult:
        """The question at ``position``, from 1."""
        result = await self._db.glance(pictured, _question, asker, attempt, position, now)
        if isinstance(result, Asked) and result.with_unit and self._units is not None:
            # the first use takes half a second, which nobody else shall wait for
            await asyncio.to_thread(self._units.warm_up)
        return result

    async def look_over(self, asker: Asker, attempt: str, now: datetime) -> LookOverResult:
        return await self._db.glance(_look_over, asker, attempt, now)

    async def answer(
        self, asker: Asker, attempt: str, position: int, given: Given, now: datetime
    ) -> AnswerResult:
        """Keeps what is given at once, and gives the next open question: this one while parts of it are open.

        ``now`` is when it was pressed, also where it arrives later (RF5).
        """
        return await self._db.jot(pictured, _answer, asker, attempt, position, given, now, self._units)

    async def submit(self, asker: Asker, attempt: str, now: datetime) -> SubmitResult:
        """Hands the attempt in; whoever presses twice gets the one result. Once its time is up, as it is."""
        result = await self._db.write(_submit, asker, attempt, now, self._ids, self._units)
        if isinstance(result, Passed):
            self._wake()
        return result

    async def look_back(self, asker: Asker, attempt: str, position: int) -> LookBackResult:
        """A question of a passed attempt with its key."""
        return await self._db.glance(pictured, _look_back, asker, attempt, position, self._units)


# --- beginning -------------------------------------------------------------------------------------


def _begin(  # noqa: C901  # one arm for each step
    tx: Tx,
    asker: Asker,
    handle: str | None,
    unit: str | None,
    now: datetime,
    ids: Ids,
    *,
    test_out: bool = False,
    agreed: bool = False,
) -> BeginResult:
    chosen = attended_class(tx, asker, handle)
    if not isinstance(chosen, tuple):
        return chosen
    me, section = chosen
    wanted = _wanted(tx, section, me.person, unit, now, ids)
    if not isinstance(wanted, UnitRecord):
        return wanted
    tries = tx.attempts.of_unit(me.person, section.course_id, wanted.unit.slug)
    match _step(tx, section, me.person, wanted, tries, now):
        case ContinueCheck(_, attempt):
            if is_over(attempt, now):
                return TimeIsUp(attempt.handle, attempt.unit_title)
            return show_next(attempt, tx.attempts.items(attempt.id))
        case WaitForMarking() | WaitForResult():
            return waiting(tx, tries[-1])
        case DoPreWork(test_out=True) | DoTasks(test_out=True) if test_out:
            begun = begin_attempt(tx, section, me.person, wanted, now, ids, purpose="test_out")
            return show_next(begun, tx.attempts.items(begun.id))
        case DoPreWork(posted, test_out=may_test_out):
            return PreWorkFirst(posted, may_test_out)
        case DoTasks(_, musts, may_test_out):
            return TasksFirst(section, wanted, musts, may_test_out)
        case WaitForCheck(_, stands):
            return in_its_time(tx, section, wanted, tries_of(tries), stands, now)
        case TakeCheck():
            before = None if agreed else said_first(tx, section, wanted)
            return before or _draw(tx, section, me.person, wanted, now, ids)
        case AllMastered():
            return AlreadyMastered(
                wanted.unit.title, next((each.handle for each in tries if each.passed), None)
            )


def _wanted(
    tx: Tx, section: Section, person: int, typed: str | None, now: datetime, ids: Ids
) -> UnitRecord | NoSuchUnit | StillLocked | NothingLeft:
    """The open unit that was typed, or else the first one that is not mastered."""
    units, progress = tx.courses.units(section.revision_id), tx.progress.of(person, section.course_id)
    current = current_unit(units, progress)
    added = open_added(tx, section, person, now, ids) if current is None else None
    if typed is None:
        return current or added or NothingLeft(section)
    unit = unit_named(units, typed)
    if added is not None and unit == added:
        return added
    if unit is None:
        return NoSuchUnit(typed, tuple(each.unit.title for each in units))
    if unit.unit.slug not in progress:
        return StillLocked(unit.unit.title, (current or unit).unit.title, section.handle, unit.position + 1)
    return unit


def _step(
    tx: Tx, section: Section, person: int, unit: UnitRecord, tries: Sequence[Attempt], now: datetime
) -> Step:
    """What "what do I do now?" says of this one unit (rule 8)."""
    slug = unit.unit.slug
    posted = tx.prework.of_unit(section.id, slug)
    posted = for_student(tx, posted, person) if posted else None
    done = tx.prework.evidence(posted.id, person) if posted else None
    given, evidence = ({slug: posted} if posted else {}), ({slug: done} if done else {})
    facts = retake_facts(tx, section, person, unit, tries, now)
    return next_step([unit], tx.progress.of(person, section.course_id), given, evidence, tries, facts, now)


def _draw(
    tx: Tx, section: Section, person: int, unit: UnitRecord, now: datetime, ids: Ids
) -> Asked | LookOver:
    begun = begin_attempt(tx, section, person, unit, now, ids)
    return show_next(begun, tx.attempts.items(begun.id))


# --- answering -------------------------------------------------------------------------------------


def _mine(tx: Tx, asker: Asker, handle: str) -> Attempt | Shut:
    return own_attempt(tx, asker, handle) or NotYours()


def _open(tx: Tx, asker: Asker, handle: str) -> Attempt | Shut | AlreadyHandedIn:
    attempt = _mine(tx, asker, handle)
    if not isinstance(attempt, Attempt):
        return attempt
    return attempt if attempt.submitted_at is None else AlreadyHandedIn(_done(tx, attempt))


def _done(tx: Tx, attempt: Attempt) -> Done:
    return recheck_result(tx, attempt) if attempt.purpose == "recheck" else result_of(tx, attempt)


def _running(tx: Tx, asker: Asker, handle: str, now: datetime) -> Attempt | Shut | TimeIsUp | AlreadyHandedIn:
    attempt = _open(tx, asker, handle)
    if isinstance(attempt, Attempt) and is_over(attempt, now):
        return TimeIsUp(attempt.handle, attempt.unit_title)
    return attempt


def _question(tx: Tx, asker: Asker, handle: str, position: int, now: datetime) -> QuestionResult:
    attempt = _running(tx, asker, handle, now)
    if not isinstance(attempt, Attempt):
        return attempt
    items = tx.attempts.items(attempt.id)
    return show(attempt, items, position) if 1 <= position <= len(items) else Unfit(handle)


def _look_over(tx: Tx, asker: Asker, handle: str, now: datetime) -> LookOverResult:
    attempt = _running(tx, asker, handle, now)
    return show_all(attempt, tx.attempts.items(attempt.id)) if isinstance(attempt, Attempt) else attempt


def _answer(
    tx: Tx,
    asker: Asker,
    handle: str,
    position: int,
    given: Given,
    now: datetime,
    units: UnitTable | None,
) -> AnswerResult:
    attempt = _running(tx, asker, handle, now)
    if not isinstance(attempt, Attempt):
        return attempt
    items = list(tx.attempts.items(attempt.id))
    if not 1 <= position <= len(items):
        return Unfit(handle)
    item = items[position - 1]
    answer = fit(item, given)
    if answer is None:
        return Unfit(handle)
    if is_blank(answer) and not isinstance(answer, Ordered):
        return Blank(show(attempt, items, position))
    why = why_unreadable(item.question, answer, units)
    is_done = why is None and is_whole(item.question, answer)
    answered_at = now if is_done else None
    tx.attempts.answer(attempt.id, position, answer, answered_at)
    items[position - 1] = replace(item, answer=answer, answered_at=answered_at)
    if why is not None:
        return CannotRead(show(attempt, items, position), why)
    if not is_done:
        return show(attempt, items, position)
    return show_next(attempt, items, after=position)


# --- handing in ------------------------------------------------------------------------------------


def _submit(
    tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids, units: UnitTable | None
) -> SubmitResult:
    attempt = _open(tx, asker, handle)
    if not isinstance(attempt, Attempt):
        return attempt
    items = tx.attempts.items(attempt.id)
    is_late = is_over(attempt, now)
    if next_open(items) is not None and not is_late:
        return Unanswered(show_all(attempt, items))
    if attempt.purpose == "recheck":
        return finish_recheck(tx, attempt, items, now, units)
    ended_at = attempt.ends_at if is_late and attempt.ends_at is not None else now
    if not hand_in(tx, attempt, items, ended_at, ids, units):
        return AlreadyHandedIn(result_of(tx, tx.attempts.get(attempt.id)))
    return result_of(tx, tx.attempts.get(attempt.id))


def _look_back(tx: Tx, asker: Asker, handle: str, position: int, units: UnitTable | None) -> LookBackResult:
    attempt = _mine(tx, asker, handle)
    if not isinstance(attempt, Attempt):
        return attempt
    if not attempt.passed:
        return KeyKept()
    items = tx.attempts.items(attempt.id)
    if not 1 <= position <= len(items):
        return Unfit(handle)
    return look_back(attempt, items, position, units)
