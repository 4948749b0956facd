"""The work between two attempts: chosen by the student, recorded when it is done, by them or their teacher (P14).

What counts as done: a video or partner work, when a sentence of at least ``LEAST_WORDS`` words says what came of
it; practice, when every question of a round was answered; a small group or one-to-one, when a booked slot is over.
What was written is kept from the first press on. A teacher can record any kind for a student.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.course import Objective
from bot.domain.grading import is_blank, mark_at_once
from bot.domain.mastery import Attempt, current_unit
from bot.domain.outbox import Delivery, Effect, Way
from bot.domain.outbox import Kind as Message
from bot.domain.practice import MOST_ASKED, draw_practice, fits_a_form
from bot.domain.questions import Answer, Question
from bot.domain.records import Account, Asker, HistoryLine, Section, UnitRecord
from bot.domain.retake_messages import PartnerWanted
from bot.domain.retaking import InTheWay, Remediation, RemediationFirst, RemediationKind, in_the_way, tries_of
from bot.services.choosing import NoClass, NotStaff, WhichClass, attended_class
from bot.services.ports import Database, Ids, Tx
from bot.services.retakes import retake_facts
from bot.services.teaching import MyStudent, a_student_of_mine

LEAST_WORDS = 5
#: characters of a field
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Path:
    """What a student may do before the next attempt. ``first`` is None once something is recorded."""

    section: Section
    unit: UnitRecord
    attempt: Attempt
    first: RemediationFirst | None
    stands: tuple[InTheWay, ...]
    #: the last that was recorded
    done: Remediation | None
    #: what was written and does not count yet, by kind
    begun: Mapping[RemediationKind, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class NothingToMend:
    """No check of the class shows "not yet": there is nothing to work on before a retake."""


@dataclass(frozen=True, slots=True)
class Recorded:
    path: Path


@dataclass(frozen=True, slots=True)
class SayMore:
    """What was written is kept; it has fewer than ``LEAST_WORDS`` words, or a partner is not named."""

    path: Path
    kind: RemediationKind
    words: int


@dataclass(frozen=True, slots=True)
class Round:
    """Practice: ``handle`` answers it."""

    handle: str
    section: Section
    unit_title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class NothingToPractise:
    """The bank has no question of the missed objectives left beside those that were just asked."""

    path: Path


@dataclass(frozen=True, slots=True)
class Practised:
    """``right`` and ``said`` are by question, in order: never the key, since it may be asked in a check."""

    path: Path
    right: tuple[bool, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Some question of the round was left out."""

    round: Round


@dataclass(frozen=True, slots=True)
class PartnerAsked:
    path: Path


@dataclass(frozen=True, slots=True)
class RecordedFor:
    student: int
    section: Section
    unit_title: str
    kind: RemediationKind


@dataclass(frozen=True, slots=True)
class NothingOpenFor:
    """That student has no check that shows "not yet" without work recorded."""

    student: int


PathResult = Path | NothingToMend | WhichClass | NoClass
WriteResult = Recorded | SayMore | PathResult
RoundResult = Round | NothingToPractise | PathResult
PractiseResult = Practised | Unanswered | PathResult
PartnerResult = PartnerAsked | PathResult
RecordResult = RecordedFor | NothingOpenFor | NotStaff


class RemediationService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def path(self, asker: Asker, section: str | None, now: datetime) -> PathResult:
        """For the check that is next in the class of that handle, or in the student's only one."""
        return await self._db.read(_path, asker, section, now)

    async def write(
        self, asker: Asker, section: str, kind: RemediationKind, words: Mapping[str, str], now: datetime
    ) -> WriteResult:
        """Keeps what the student wrote about it, and records it when that says enough."""
        return await self._db.write(_write, asker, section, kind, words, now, self._ids)

    async def practise(self, asker: Asker, section: str, now: datetime) -> RoundResult:
        """A round of questions on what was missed; the same one until it is answered."""
        return await self._db.write(_practise, asker, section, now, self._ids)

    async def answer(
        self, asker: Asker, handle: str, answers: Sequence[Answer | None], now: datetime
    ) -> PractiseResult:
        """``answers`` are by question of the round of that handle."""
        return await self._db.write(_answer, asker, handle, answers, now)

    async def want_partner(self, asker: Asker, section: str, now: datetime) -> PartnerResult:
        """Tells the teachers' room, once for each attempt, that this student would like a partner."""
        result = await self._db.write(_want_partner, asker, section, now, self._ids)
        self._wake()
        return result

    async def record_for(
        self, asker: Asker, student: int, kind: RemediationKind, note: str, now: datetime
    ) -> RecordResult:
        """A teacher records what a student (a Discord id) did, for the check that is next."""
        return await self._db.write(_record_for, asker, student, kind, note, now, self._ids)


def _path(tx: Tx, asker: Asker, handle: str | None, now: datetime) -> PathResult:
    match attended_class(tx, asker, handle):
        case (me, section):
            return path_of(tx, me, section, now) or NothingToMend()
        case refusal:
            return refusal


def path_of(tx: Tx, who: Account, section: Section, now: datetime) -> Path | None:
    progress = tx.progress.of(who.person, section.course_id)
    unit = current_unit(tx.courses.units(section.revision_id), progress)
    if unit is None:
        return None
    attempts = tx.attempts.of_unit(who.person, section.course_id, unit.unit.slug)
    tries = tries_of(attempts)
    if not tries or tries[-1].passed is not False or attempts[-1].submitted_at is None:
        return None
    facts = retake_facts(tx, section, who.person, unit, attempts, now)
    stands = in_the_way(unit.unit, attempts, facts, now)
    done = [each for each in facts.remediations if each.done_at is not None]
    return Path(
        section,
        unit,
        tries[-1],
        next((each for each in stands if isinstance(each, RemediationFirst)), None),
        stands,
        done[-1] if done else None,
        {each.kind: each.detail for each in facts.remediations if each.done_at is None},
    )


def _begun(tx: Tx, path: Path, kind: RemediationKind) -> Remediation | None:
    found = [each for each in tx.retakes.remediations(path.attempt.id) if each.kind is kind]
    return next((each for each in reversed(found) if each.done_at is None), None)


def _write(
    tx: Tx,
    asker: Asker,
    handle: str,
    kind: RemediationKind,
    words: Mapping[str, str],
    now: datetime,
    ids: Ids,
) -> WriteResult:
    path = _path(tx, asker, handle, now)
    if not isinstance(path, Path):
        return path
    kept = {name: text.strip()[:LONGEST] for name, text in words.items()}
    row = _begun(tx, path, kind) or tx.retakes.choose(
        handle=ids(), attempt_id=path.attempt.id, person=path.attempt.person, kind=kind, detail=kept, at=now
    )
    tx.retakes.note(row.id, kept)
    said = len(kept.get("found", "").split())
    if said < LEAST_WORDS or not kept.get("partner", "-"):
        return _again(tx, asker, handle, now, lambda then: SayMore(then, kind, said))
    tx.retakes.finish(row.id, path.attempt.person, now)
    return _again(tx, asker, handle, now, Recorded)


def _again(
    tx: Tx, asker: Asker, handle: str, now: datetime, made: Callable[[Path], Recorded | SayMore]
) -> WriteResult:
    path = _path(tx, asker, handle, now)
    return made(path) if isinstance(path, Path) else path


# --- practice --------------------------------------------------------------------------------------


def _practise(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> RoundResult:
    path = _path(tx, asker, handle, now)
    if not isinstance(path, Path):
        return path
    row = _begun(tx, path, RemediationKind.PRACTICE)
    if row is not None:
        return _round(tx, row, path)
    seed = ids()
    missed = [each.slug for each in (path.first.objectives if path.first else path.unit.unit.objectives)]
    just_asked = {each.question.slug for each in tx.attempts.items(path.attempt.id)}
    drawn = draw_practice(tx.attempts.bank(path.attempt.unit), missed, just_asked, seed)
    if not drawn:
        return NothingToPractise(path)
    detail = {"questions": " ".join(each.slug for each in drawn)}
    row = tx.retakes.choose(
        handle=seed,
        attempt_id=path.attempt.id,
        person=path.attempt.person,
        kind=RemediationKind.PRACTICE,
        detail=detail,
        at=now,
    )
    return _round(tx, row, path)


def _round(tx: Tx, row: Remediation, path: Path) -> Round:
    asked = row.detail.get("questions", "").split()
    bank = {each.slug: each for each in tx.attempts.bank(path.attempt.unit)}
    questions = tuple(bank[slug] for slug in asked if slug in bank)[:MOST_ASKED]
    return Round(row.handle, path.section, path.unit.unit.title, questions)


def _answer(
    tx: Tx, asker: Asker, handle: str, answers: Sequence[Answer | None], now: datetime
) -> PractiseResult:
    me, row = tx.people.of(asker.account), tx.retakes.remediation(handle)
    if me is None or row is None or row.person != me.person or row.kind is not RemediationKind.PRACTICE:
        return NothingToMend()
    section = tx.sections.get(tx.attempts.get(row.attempt).section)
    path = _path(tx, asker, section.handle, now)
    if not isinstance(path, Path):
        return path
    if path.attempt.id != row.attempt:
        return NothingToMend()
    asked = _round(tx, row, path)
    pairs = list(zip(asked.questions, answers, strict=False))
    given = [(question, answer) for question, answer in pairs if answer is not None and not is_blank(answer)]
    if len(given) < len(asked.questions) or not all(fits_a_form(*each) for each in given):
        return Unanswered(asked)
    marks = [mark_at_once(question, answer) for question, answer in given]
    tx.retakes.finish(row.id, me.person, now)
    then = _path(tx, asker, section.handle, now)
    if not isinstance(then, Path):
        return then
    right = tuple(each.credit == 1 for each in marks)
    return Practised(then, right, tuple("" if each.credit == 1 else each.feedback for each in marks))


# --- partners, and what a teacher records ----------------------------------------------------------


def _want_partner(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> PartnerResult:
    path = _path(tx, asker, handle, now)
    if not isinstance(path, Path):
        return path
    asked = Effect(
        key=f"{Message.PARTNER_WANTED}:{path.attempt.id}",
        kind=Message.PARTNER_WANTED,
        way=Way.ROOM,
        due_at=now,
        section=path.section.id,
        about=path.attempt.id,
    )
    tx.outbox.add([asked], now, ids)
    return PartnerAsked(path)


def partner_wanted(tx: Tx, delivery: Delivery, now: datetime) -> PartnerWanted | str:
    attempt = tx.attempts.get(delivery.about or 0)
    who = tx.people.account(attempt.person)
    if who is None or tx.sections.enrolment(attempt.section, attempt.person) is None:
        return "no longer in the class"
    path = path_of(tx, who, tx.sections.get(attempt.section), now)
    if path is None or path.attempt.id != attempt.id or path.first is None:
        return "something was recorded meanwhile"
    mastered = [
        account.discord
        for person, units in tx.progress.in_class(attempt.section).items()
        if (record := units.get(attempt.unit_slug)) is not None
        and record.mastered_at is not None
        and (account := tx.people.account(person)) is not None
    ]
    objectives: tuple[Objective, ...] = path.first.objectives
    return PartnerWanted(
        who.discord, attempt.unit_title, tuple(each.text for each in objectives), tuple(mastered)
    )


def _record_for(
    tx: Tx, asker: Asker, student: int, kind: RemediationKind, note: str, now: datetime, ids: Ids
) -> RecordResult:
    found = a_student_of_mine(tx, asker, student)
    if not isinstance(found, MyStudent):
        return found
    for section in found.sections:
        path = path_of(tx, found.student, section, now)
        if path is None or path.first is None:
            continue
        row = tx.retakes.choose(
            handle=ids(),
            attempt_id=path.attempt.id,
            person=found.student.person,
            kind=kind,
            detail={"note": note.strip()[:LONGEST]} if note.strip() else {},
            at=now,
        )
        tx.retakes.finish(row.id, found.me.person, now)
        told = {"unit": path.unit.unit.slug, "kind": kind.value}
        line = HistoryLine(now, "remediation", told, section.id, found.student.person, found.me.person)
        tx.history.add(line)
        return RecordedFor(student, section, path.unit.unit.title, kind)
    return NothingOpenFor(student)
