"""A faulty question marked anew: previewed, applied in one go, and taken back whole (RF6, RF10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bot.domain.check_messages import ResultChanged
from bot.domain.grading import mark_at_once
from bot.domain.outbox import Delivery
from bot.domain.questions import Essay, Question
from bot.domain.records import Asker, HistoryLine, ProgressRecord, Section, UnitRecord
from bot.domain.regrading import (
    Asked,
    Change,
    Regrade,
    Result,
    change_from_json,
    change_to_json,
    corrected,
    credit_under,
)
from bot.domain.ruling import LONGEST_REASON
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.ports import Database, Ids, Tx
from bot.services.quizzes import NoSuchUnit
from bot.services.remarking import follow_all, remark, result_of_attempt, step_of, tell, units_before
from bot.services.rulings import ReasonMissing, unit_named

DRAFT = "regrade"


@dataclass(frozen=True, slots=True)
class Faulty:
    """A question that a teacher looks at, to say what is right after all."""

    #: of the draft
    handle: str
    unit_title: str
    question: Question
    #: attempts that asked it and are over
    asked: int


@dataclass(frozen=True, slots=True)
class NoSuchQuestion:
    typed: str


@dataclass(frozen=True, slots=True)
class RegradedBefore:
    """One regrade of a question stands at a time; that one is undone first."""

    handle: str


@dataclass(frozen=True, slots=True)
class Shift:
    """What a regrade does to one student's attempt; ``student`` is a Discord id."""

    student: int | None
    before: Result
    after: Result


@dataclass(frozen=True, slots=True)
class Preview:
    #: of the draft
    handle: str
    question: Question
    change: Change
    #: only attempts that change; passes that are lost are shown as if they were taken back
    shifts: tuple[Shift, ...]
    asked: int


@dataclass(frozen=True, slots=True)
class Applied:
    handle: str
    #: students whose result changed
    changed: int
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class RegradeUndone:
    changed: int
    closed: int
    opened: int


@dataclass(frozen=True, slots=True)
class Unfitting:
    """That is no answer to this question."""

    handle: str
    value: str


@dataclass(frozen=True, slots=True)
class RegradeGone:
    """It was applied, undone or put away before, or is a day old."""


@dataclass(frozen=True, slots=True)
class RegradeList:
    section: Section
    #: with the question as it was written
    regrades: tuple[tuple[Regrade, Question], ...]


Choice = WhichClass | NoClass | NotStaff
OpenResult = Faulty | NoSuchUnit | NoSuchQuestion | RegradedBefore | ReasonMissing | Choice
PreviewResult = Preview | Unfitting | RegradeGone | RegradedBefore | NotStaff
ApplyResult = Applied | RegradeGone | RegradedBefore | NotStaff
UndoResult = RegradeUndone | RegradeGone | NotStaff
ListResult = RegradeList | Choice


class RegradeService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def questions(self, asker: Asker, class_name: str | None, unit: str) -> tuple[Question, ...]:
        """The bank of a unit, for those who teach it."""
        return await self._db.read(_questions, asker, class_name, unit)

    async def open(
        self, asker: Asker, class_name: str | None, unit: str, question: str, reason: str, now: datetime
    ) -> OpenResult:
        """``question`` is its slug, or a piece of its prompt that only it has."""
        return await self._db.write(
            _open, asker, class_name, unit, question, reason.strip()[:LONGEST_REASON], now, self._ids
        )

    async def preview(self, asker: Asker, handle: str, change: Change, now: datetime) -> PreviewResult:
        """Whom it would change and how. Nothing is applied."""
        return await self._db.write(_preview, asker, handle, change, now, self._ids)

    async def apply(self, asker: Asker, handle: str, now: datetime, *, takes_back: bool) -> ApplyResult:
        """Without ``takes_back``, passes and units that would go are kept."""
        result = await self._db.write(_apply, asker, handle, now, self._ids, takes_back)
        if isinstance(result, Applied):
            self._wake()
        return result

    async def undo(self, asker: Asker, handle: str, now: datetime) -> UndoResult:
        """Marks, passes and units are as they were; attempts made since are marked by the old key."""
        result = await self._db.write(_undo, asker, handle, now, self._ids)
        if isinstance(result, RegradeUndone):
            self._wake()
        return result

    async def of(self, asker: Asker, class_name: str | None) -> ListResult:
        """The regrades that stand in a class, newest first."""
        return await self._db.read(_of, asker, class_name)


def _questions(tx: Tx, asker: Asker, class_name: str | None, unit: str) -> tuple[Question, ...]:
    section = taught_class(tx, asker, class_name)
    if not isinstance(section, Section):
        return ()
    found = unit_named(tx.courses.units(section.revision_id), unit)
    return tuple(tx.regrades.questions(found.id).values()) if found else ()


def _open(
    tx: Tx, asker: Asker, class_name: str | None, unit: str, typed: str, reason: str, now: datetime, ids: Ids
) -> OpenResult:
    section, me = taught_class(tx, asker, class_name), tx.people.of(asker.account)
    if not isinstance(section, Section) or me is None:
        return NotStaff() if isinstance(section, Section) else section
    units = tx.courses.units(section.revision_id)
    found = unit_named(units, unit)
    if found is None:
        return NoSuchUnit(unit, tuple(each.unit.title for each in units))
    number = _meant(tx.regrades.questions(found.id), typed)
    if number is None:
        return NoSuchQuestion(typed)
    if live := tx.regrades.live([number]):
        return RegradedBefore(live[0].handle)
    if not reason:
        return ReasonMissing()
    handle = ids()
    body = {"section": section.id, "unit": found.id, "question": number, "reason": reason}
    tx.drafts.save(handle, me.person, DRAFT, body, now)
    asked = _asked(tx, section, me.person, number)
    return Faulty(handle, found.unit.title, tx.regrades.questions(found.id)[number], len(asked))


def _meant(bank: dict[int, Question], typed: str) -> int | None:
    wanted = typed.strip().casefold()
    exact = [number for number, each in bank.items() if each.slug.casefold() == wanted]
    close = [number for number, each in bank.items() if wanted and wanted in each.prompt.casefold()]
    return exact[0] if exact else close[0] if len(close) == 1 else None


def _asked(tx: Tx, section: Section, person: int, question: int) -> list[Asked]:
    """In every class of that course that this person teaches: the question is one."""
    mine = {each.id for each in tx.sections.taught_by(person) if each.course_id == section.course_id}
    return [each for each in tx.regrades.asked(question) if each.section in mine]


def _preview(tx: Tx, asker: Asker, handle: str, change: Change, now: datetime, ids: Ids) -> PreviewResult:
    me = tx.people.of(asker.account)
    body = tx.drafts.read(handle, me.person, DRAFT) if me else None
    if me is None or body is None:
        return RegradeGone()
    section, number = tx.sections.get(body["section"]), body["question"]
    if not tx.sections.teaches(section.id, me.person):
        return NotStaff()
    if live := tx.regrades.live([number]):
        return RegradedBefore(live[0].handle)
    question = tx.regrades.questions(body["unit"])[number]
    if corrected(question, change) is None:
        return Unfitting(handle, change.value)
    asked = _asked(tx, section, me.person, number)
    shifts: list[Shift] = []
    for each in asked:
        was = tx.attempts.get(each.attempt)
        after = result_of_attempt(tx, each.attempt, step_of(each, question, change, takes_back=True))
        before = Result(was.score or Fraction(0), bool(was.passed))
        if after != before:
            who = tx.people.account(each.person)
            shifts.append(Shift(who.discord if who else None, before, after))
    ready = ids()
    tx.drafts.save(ready, me.person, DRAFT, body | {"change": change_to_json(change)}, now)
    return Preview(ready, question, change, tuple(shifts), len(asked))


def _apply(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids, takes_back: bool) -> ApplyResult:
    me = tx.people.of(asker.account)
    body = tx.drafts.take(handle, me.person, DRAFT) if me else None
    if me is None or body is None or "change" not in body:
        return RegradeGone()
    section, number, change = (
        tx.sections.get(body["section"]),
        body["question"],
        change_from_json(body["change"]),
    )
    if not tx.sections.teaches(section.id, me.person):
        return NotStaff()
    if live := tx.regrades.live([number]):
        return RegradedBefore(live[0].handle)
    question = tx.regrades.questions(body["unit"])[number]
    asked = _asked(tx, section, me.person, number)
    new = {each.attempt: credit_under(question, each.answer, each.credit, change) for each in asked}
    before = units_before(tx, asked)
    regrade = tx.regrades.add(
        handle=(made := ids()),
        section=section.id,
        question=number,
        change=change,
        earned={each.attempt: (each.position, each.credit) for each in asked},
        reason=body["reason"],
        takes_back=takes_back,
        by=me.person,
        at=now,
    )
    changed = remark(
        tx, ((each, credit) for each in asked if (credit := new[each.attempt]) is not None), asked
    )
    changes = follow_all(tx, before, now, ids, f"regrade:{regrade}", {})
    rows = {
        person: tuple(
            (row.slug, row.was and row.was.opened_at, row.was and row.was.mastered_at) for row in each.rows
        )
        for person, each in changes.items()
    }
    tx.regrades.keep_rows(regrade, rows)
    tell(tx, section, regrade, body["unit"], changed, changes, now, ids, "made")
    _note(tx, section, me.person, "regrade", question, body["reason"], change, now)
    opened, closed = (
        sum(len(getattr(each, name)) for each in changes.values()) for name in ("opened", "closed")
    )
    return Applied(made, len(changed), opened, closed)


def _undo(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> UndoResult:
    me, regrade = tx.people.of(asker.account), tx.regrades.by_handle(handle)
    if me is None or regrade is None:
        return NotStaff() if me is None else RegradeGone()
    section = tx.sections.get(regrade.section)
    if not tx.sections.teaches(section.id, me.person):
        return NotStaff()
    asked = list(tx.regrades.asked(regrade.question))
    before = units_before(tx, asked)
    if not tx.regrades.undo(regrade.id, me.person, now):
        return RegradeGone()
    unit, question = _question_of(tx, regrade)
    old = [
        (
            each,
            regrade.earned[each.attempt][1]
            if each.attempt in regrade.earned
            else _by_old_key(question, each),
        )
        for each in asked
    ]
    changed = remark(tx, old, asked)
    remembered = {
        person: {
            slug: ProgressRecord(slug, opened, mastered)
            for slug, opened, mastered in rows
            if opened is not None
        }
        for person, rows in regrade.rows.items()
    }
    changes = follow_all(tx, before, now, ids, f"regrade:{regrade.id}:undone", remembered)
    tell(tx, section, regrade.id, unit.id, changed, changes, now, ids, "undone")
    _note(tx, section, me.person, "regrade_undone", question, regrade.reason, regrade.change, now)
    opened, closed = (
        sum(len(getattr(each, name)) for each in changes.values()) for name in ("opened", "closed")
    )
    return RegradeUndone(len(changed), closed, opened)


def _by_old_key(question: Question, asked: Asked) -> Fraction:
    if asked.answer is None or isinstance(question, Essay):
        return asked.credit
    return mark_at_once(question, asked.answer).credit


def _question_of(tx: Tx, regrade: Regrade) -> tuple[UnitRecord, Question]:
    unit = tx.courses.unit(tx.regrades.unit_of(regrade.question))
    return unit, tx.regrades.questions(unit.id)[regrade.question]


def _of(tx: Tx, asker: Asker, class_name: str | None) -> ListResult:
    section = taught_class(tx, asker, class_name)
    if not isinstance(section, Section):
        return section
    regrades = tx.regrades.of_section(section.id)
    return RegradeList(section, tuple((each, _question_of(tx, each)[1]) for each in regrades))


def _note(
    tx: Tx,
    section: Section,
    actor: int,
    what: str,
    question: Question,
    reason: str,
    change: Change,
    now: datetime,
) -> None:
    body = {"question": question.slug, "reason": reason, **change_to_json(change)}
    tx.history.add(HistoryLine(now, what, body, section.id, None, actor))


def result_changed(tx: Tx, delivery: Delivery, now: datetime) -> ResultChanged | str:
    section, args = tx.sections.get(delivery.section or 0), delivery.args
    if tx.sections.enrolment(section.id, delivery.person or 0) is None:
        return "no longer in the class"
    titles: dict[str, str] = {
        each.unit.slug: each.unit.title for each in tx.courses.units(section.revision_id)
    }
    opened: list[str] = args["opened"]
    closed: list[str] = args["closed"]
    return ResultChanged(
        section.name,
        tx.courses.unit(args["unit"]).unit.title,
        args["passes"],
        tuple(titles.get(each, each) for each in opened),
        tuple(titles.get(each, each) for each in closed),
    )
