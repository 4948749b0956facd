"""Pre-work as a student does it: started, handed in, credited on evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, cast

from bot.domain.evidence import (
    Credit,
    Evidence,
    LookAgain,
    NotStarted,
    Reason,
    SayMore,
    TooSoon,
    judge,
    ready_at,
)
from bot.domain.grading import mark_at_once
from bot.domain.kept_answers import fitting, read_answer
from bot.domain.question_codec import answer_to_json
from bot.domain.questions import Answer, Calculated, Question
from bot.domain.records import Account, Asker, EvidenceRecord, Posted, Section, UnitRecord
from bot.services.access import LeftClass, as_student
from bot.services.own_time import for_student
from bot.services.ports import Database, Tx


@dataclass(frozen=True, slots=True)
class Started:
    posted: Posted
    started_at: datetime
    #: a hand-in counts from here on
    ready_at: datetime


@dataclass(frozen=True, slots=True)
class NotYours:
    """The person is in none of the classes this was posted for; ``section`` can be joined."""

    section: Section


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such pre-work any more."""


@dataclass(frozen=True, slots=True)
class StillLocked:
    """The unit opens once the one before it is mastered."""

    posted: Posted
    first: UnitRecord


@dataclass(frozen=True, slots=True)
class AlreadyCredited:
    posted: Posted
    credited_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class HandInForm:
    """What the form asks, with what was typed before."""

    posted: Posted
    answers: tuple[Answer | None, ...]
    summary: str
    question: str


@dataclass(frozen=True, slots=True)
class Credited:
    posted: Posted
    late: bool


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nothing typed is lost: the form opens with it again."""

    posted: Posted
    reasons: tuple[Reason, ...]


Refusal = NotYours | LeftClass | Gone | StillLocked | AlreadyCredited
StartResult = Started | Refusal
FormResult = HandInForm | Refusal
HandInResult = Credited | NotYet | Refusal


class PreWorkService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def start(self, asker: Asker, handle: str, now: datetime) -> StartResult:
        """Notes when the student began; pressing again changes nothing."""
        return await self._db.jot(_start, asker, handle, now)

    async def form(self, asker: Asker, handle: str) -> FormResult:
        return await self._db.glance(_form, asker, handle)

    async def hand_in(
        self,
        asker: Asker,
        handle: str,
        answers: Sequence[Answer | None],
        summary: str,
        question: str,
        now: datetime,
    ) -> HandInResult:
        """Judges a hand-in. ``now`` is the instant of the press; ``answers`` as the form's questions stand."""
        return await self._db.jot(_hand_in, asker, handle, answers, summary, question, now)


def _admit(tx: Tx, asker: Asker, handle: str) -> tuple[Posted, Account, EvidenceRecord | None] | Refusal:
    """The pre-work, the student and what they did so far, or why this person may not do it now."""
    posted = tx.prework.by_handle(handle)
    if posted is None:
        return Gone()
    me = as_student(tx, asker, posted.section.id)
    if not isinstance(me, Account):
        return me or NotYours(posted.section)
    done = tx.prework.evidence(posted.id, me.person)
    if done is not None and done.credited_at is not None:
        return AlreadyCredited(posted, done.credited_at, bool(done.late))
    posted = for_student(tx, posted, me.person)
    locked = _locked_by(tx, posted, me)
    return StillLocked(posted, locked) if locked else (posted, me, done)


def _locked_by(tx: Tx, posted: Posted, me: Account) -> UnitRecord | None:
    """The first unit to master before this one, None when this one is open."""
    progress = tx.progress.of(me.person, posted.section.course_id)
    if posted.unit.unit.slug in progress:
        return None
    units = tx.courses.units(posted.section.revision_id)
    return next((each for each in units if each.unit.slug not in _mastered(progress)), None)


def _mastered(progress: Mapping[str, Any]) -> set[str]:
    return {slug for slug, record in progress.items() if record.mastered_at is not None}


def _start(tx: Tx, asker: Asker, handle: str, now: datetime) -> StartResult:
    match _admit(tx, asker, handle):
        case (posted, me, _):
            started = tx.prework.start(posted.id, me.person, now)
            return Started(posted, started, ready_at(started, posted.unit.unit.prework.length_s))
        case refusal:
            return refusal


def _form(tx: Tx, asker: Asker, handle: str) -> FormResult:
    match _admit(tx, asker, handle):
        case (posted, _, record):
            return _filled(posted, record.draft if record and isinstance(record.draft, dict) else {})
        case refusal:
            return refusal


def _filled(posted: Posted, draft: Mapping[str, Any]) -> HandInForm:
    questions = posted.unit.unit.prework.questions
    found: object = draft.get("answers")
    kept = cast("list[object]", found) if isinstance(found, list) else []
    stored: list[object] = [*kept, *([None] * len(questions))]
    # what does not fit, after the course was changed perhaps, is typed anew
    answers = tuple(_kept(question, each) for question, each in zip(questions, stored, strict=False))
    return HandInForm(posted, answers, str(draft.get("summary", "")), str(draft.get("question", "")))


def _kept(question: Question, body: object) -> Answer | None:
    return None if isinstance(question, Calculated) else fitting(question, read_answer(body))


def _hand_in(
    tx: Tx,
    asker: Asker,
    handle: str,
    answers: Sequence[Answer | None],
    summary: str,
    question: str,
    now: datetime,
) -> HandInResult:
    match _admit(tx, asker, handle):
        case (posted, me, record):
            pass
        case refusal:
            return refusal
    marks = _marks(posted.unit.unit.prework.questions, answers)
    shown = Evidence(
        started_at=record.started_at if record else None,
        handed_in_at=now,
        credits=[credit for credit, _ in marks],
        feedback=[feedback for _, feedback in marks],
        summary=summary,
        question=question,
    )
    verdict = judge(shown, posted.unit.unit.prework.length_s, posted.deadline)
    is_credit = isinstance(verdict, Credit)
    draft = {
        "answers": [answer_to_json(each) if each is not None else None for each in answers],
        "summary": summary,
        "question": question,
    }
    tx.prework.hand_in(
        posted.id,
        me.person,
        draft=draft,
        at=now,
        reasons=[] if is_credit else [_in_words(reason) for reason in verdict.reasons],
        credited=is_credit,
        late=verdict.late if is_credit else None,
    )
    return Credited(posted, verdict.late) if is_credit else NotYet(posted, verdict.reasons)


def _marks(questions: Sequence[Question], answers: Sequence[Answer | None]) -> list[tuple[Fraction, str]]:
    given = [*answers, *([None] * len(questions))]
    return [_mark(question, answer) for question, answer in zip(questions, given, strict=False)]


def _mark(question: Question, answer: Answer | None) -> tuple[Fraction, str]:
    try:
        result = mark_at_once(question, answer) if answer is not None else None
    except ValueError:  # an option that the form did not offer: no answer at all
        result = None
    return (result.credit, result.feedback) if result else (Fraction(0), "It is still open.")


def _in_words(reason: Reason) -> str:
    """For the teacher's list: short, and without the student's own words."""
    match reason:
        case NotStarted():
            return "did not press Start"
        case TooSoon(_, taken, length):
            return f"{taken} s for {length // 60} min {length % 60} s of video"
        case LookAgain(number, _):
            return f"question {number} not right yet"
        case SayMore(field, words, _):
            return f"{field} of {words} word{'' if words == 1 else 's'}"
