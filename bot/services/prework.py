"""Pre-work: posted by a teacher, started and handed in by a student, credited on evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from bot.domain.codec import answer_from_json, answer_to_json
from bot.domain.evidence import Credit, Evidence, LookAgain, NotStarted, Reason, SayMore, TooSoon, judge, ready_at
from bot.domain.grading import mark
from bot.domain.messages import PreWorkCard
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.questions import Answer, Question
from bot.domain.records import Account, Asker, Posted, Section, UnitRecord
from bot.domain.times import BadTime, Promise, parse_when
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.ports import Database, Handed, Ids, Owing, Tx


@dataclass(frozen=True, slots=True)
class Planned:
    """The pre-work is posted now or at ``post_at``."""

    posted: Posted
    is_now: bool


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


Refusal = NotYours | Gone | StillLocked | AlreadyCredited
StartResult = Started | Refusal
FormResult = HandInForm | Refusal
HandInResult = Credited | NotYet | Refusal


@dataclass(frozen=True, slots=True)
class Status:
    """Who has done it, on time or late, and who has not and why; most behind first (T5)."""

    posted: Posted
    on_time: tuple[Handed, ...]
    late: tuple[Handed, ...]
    owing: tuple[Owing, ...]
    #: in the class, but the unit is not open to them yet
    locked: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class NothingPosted:
    section: Section


StatusResult = Status | NothingPosted | NoUnit | WhichClass | NoClass | NotStaff


class PreWorkService:
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

    async def start(self, asker: Asker, handle: str, now: datetime) -> StartResult:
        """Notes when the student began; pressing again changes nothing."""
        return await self._db.write(_start, asker, handle, now)

    async def form(self, asker: Asker, handle: str) -> FormResult:
        return await self._db.read(_form, asker, handle)

    async def hand_in(
        self, asker: Asker, handle: str, answers: Sequence[Answer | None], summary: str, question: str, now: datetime
    ) -> HandInResult:
        """Judges a hand-in. ``now`` is the instant of the press; ``answers`` as the form's questions stand."""
        return await self._db.write(_hand_in, asker, handle, answers, summary, question, now)

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
    chosen = _unit(tx, section, unit)
    if isinstance(chosen, NoUnit):
        return chosen
    given = tx.prework.of_unit(section.id, chosen.unit.slug)
    if given is not None:
        return AlreadyGiven(given)
    times = _times(deadline, at, now, section.zone)
    if isinstance(times, BadTime | InThePast):
        return times
    promise, post_at = times
    posted = tx.prework.create(
        handle=ids(),
        section=section.id,
        unit=chosen.id,
        post_at=post_at,
        deadline=promise.at,
        zone=promise.zone,
        wall=promise.wall,
    )
    card = Effect(
        key=f"prework:{posted.id}",
        kind=Kind.POST_PREWORK,
        way=Way.CHANNEL,
        due_at=post_at,
        section=section.id,
        about=posted.id,
        expires_at=promise.at,
    )
    tx.outbox.add([card], now, ids)
    return Planned(posted, is_now=post_at <= now)


def _unit(tx: Tx, section: Section, typed: str) -> UnitRecord | NoUnit:
    units = tx.courses.units(section.revision_id)
    wanted = typed.strip().casefold()
    for each in units:
        if wanted in (each.unit.slug, each.unit.title.casefold(), str(each.position + 1)):
            return each
    return NoUnit(typed, tuple(each.unit.title for each in units))


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


def _admit(tx: Tx, asker: Asker, handle: str) -> tuple[Posted, Account] | Refusal:
    """The pre-work and the student, or why this person may not do it now."""
    posted = tx.prework.by_handle(handle)
    if posted is None:
        return Gone()
    me = tx.people.of(asker.account)
    if me is None or tx.sections.enrolment(posted.section.id, me.person) is None:
        return NotYours(posted.section)
    done = tx.prework.evidence(posted.id, me.person)
    if done is not None and done.credited_at is not None:
        return AlreadyCredited(posted, done.credited_at, bool(done.late))
    locked = _locked_by(tx, posted, me)
    return StillLocked(posted, locked) if locked else (posted, me)


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
        case (posted, me):
            started = tx.prework.start(posted.id, me.person, now)
            return Started(posted, started, ready_at(started, posted.unit.unit.prework.length_s))
        case refusal:
            return refusal


def _form(tx: Tx, asker: Asker, handle: str) -> FormResult:
    match _admit(tx, asker, handle):
        case (posted, me):
            record = tx.prework.evidence(posted.id, me.person)
            return _filled(posted, (record.draft if record else None) or {})
        case refusal:
            return refusal


def _filled(posted: Posted, draft: Mapping[str, Any]) -> HandInForm:
    questions = posted.unit.unit.prework.questions
    stored = [*draft.get("answers", []), *([None] * len(questions))][: len(questions)]
    answers = tuple(answer_from_json(each) if each is not None else None for each in stored)
    return HandInForm(posted, answers, str(draft.get("summary", "")), str(draft.get("question", "")))


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
        case (posted, me):
            pass
        case refusal:
            return refusal
    record = tx.prework.evidence(posted.id, me.person)
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
        result = mark(question, answer) if answer is not None else None
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
        owing=tuple(sorted(owing, key=_behind)),
        locked=tuple(
            each for each in tx.sections.students(section.id) if each.person not in seen and each.person not in opened
        ),
    )


def _behind(each: Owing) -> tuple[int, int]:
    """Never opened first, then started, then tried."""
    return (0 if each.started_at is None else 1, each.tries)


def _latest(tx: Tx, section: Section) -> Posted | NothingPosted:
    given = [each for each in tx.prework.of_section(section.id) if each.posted_at is not None]
    return given[-1] if given else NothingPosted(section)


def _of_unit(tx: Tx, section: Section, typed: str) -> Posted | NothingPosted | NoUnit:
    chosen = _unit(tx, section, typed)
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
