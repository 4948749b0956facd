"""Essays and handed-in files, marked by a teacher one after the other (K33)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from bot.domain.hand_ins import HandInFile
from bot.domain.hand_marks import Waiting
from bot.domain.mastery import Attempt
from bot.domain.questions import Typed, Written
from bot.domain.records import Account, Asker, HistoryLine, Section
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.grading import finish_marking
from bot.services.ports import Database, Ids, Tx

LONGEST_COMMENT = 500
#: percent of an answer's credit that a press gives
MARKS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class AnswerToMark:
    #: of the attempt
    handle: str
    position: int
    #: Discord id, None where the student's account is gone
    student: int | None
    unit_title: str
    submitted_at: datetime
    prompt: str
    #: the question's picture, b"" for none
    png: bytes = field(repr=False)
    alt: str
    words: str
    files: tuple[HandInFile, ...]
    #: what the question says of a good answer, "" for nothing
    look_for: str
    #: what was said to it so far
    comment: str
    #: in the queue, from 1
    place: int
    waiting: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class AnswerMarked:
    handle: str
    position: int
    student: int | None
    unit_title: str
    credit: Fraction
    #: whether the check is passed now; None while it has no result
    passed: bool | None
    #: how many answers of the check wait still; with none and no result, it is held back
    left: int
    can_undo: bool


@dataclass(frozen=True, slots=True)
class MarkedBefore:
    """By whom (a Discord id), and how; nothing was changed."""

    by: int | None
    credit: Fraction
    #: a comment that came too late for it
    unsaid: str = ""


@dataclass(frozen=True, slots=True)
class MarkTakenBack:
    """The answer waits again."""


@dataclass(frozen=True, slots=True)
class TooLateToUndo:
    """The check has its result or its talk, or the mark is a colleague's."""


Before = AnswerMarked | MarkedBefore | MarkTakenBack | TooLateToUndo


@dataclass(frozen=True, slots=True)
class MarkingDesk:
    """What became of the press, and the answer to mark now; None where none waits."""

    class_name: str
    answer: AnswerToMark | None
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class CommentSoFar:
    handle: str
    position: int
    comment: str


DeskResult = MarkingDesk | NotStaff
BeginResult = DeskResult | WhichClass | NoClass


class AnswerMarkingService:
    """An answer is named by its attempt's handle and its position. Who teaches the class marks it, nobody else."""

    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def begin(self, asker: Asker, class_name: str | None) -> BeginResult:
        """The answer that waits longest."""
        return await self._db.read(_begin, asker, class_name)

    async def skip(self, asker: Asker, handle: str, position: int) -> DeskResult:
        """The next answer after that one; after the last, the first again."""
        return await self._db.read(_skip, asker, handle, position)

    async def mark(self, asker: Asker, handle: str, position: int, percent: int, now: datetime) -> DeskResult:
        """Marks it, once. The last mark of a check gives it its result, and tells the student."""
        result = await self._db.write(_mark, asker, handle, position, percent, now, self._ids)
        self._wake()
        return result

    async def undo(self, asker: Asker, handle: str, position: int, now: datetime) -> DeskResult:
        """Takes back one's own mark, as long as its check has no result."""
        return await self._db.write(_undo, asker, handle, position, now)

    async def comment_so_far(
        self, asker: Asker, handle: str, position: int
    ) -> CommentSoFar | MarkingDesk | NotStaff:
        return await self._db.read(_comment_so_far, asker, handle, position)

    async def comment(self, asker: Asker, handle: str, position: int, words: str) -> DeskResult:
        """Keeps the comment in the place of the one before; the student reads it with the result."""
        return await self._db.write(_comment, asker, handle, position, words.strip()[:LONGEST_COMMENT])


def _begin(tx: Tx, asker: Asker, class_name: str | None) -> BeginResult:
    section = taught_class(tx, asker, class_name)
    return _desk(tx, section) if isinstance(section, Section) else section


def _skip(tx: Tx, asker: Asker, handle: str, position: int) -> DeskResult:
    found = _taught(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    _, section, attempt = found
    return _desk(tx, section, after=_place(attempt, position))


def _mark(
    tx: Tx, asker: Asker, handle: str, position: int, percent: int, now: datetime, ids: Ids
) -> DeskResult:
    found = _taught(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    me, section, attempt = found
    credit, after = Fraction(percent, 100), _place(attempt, position)
    if percent not in MARKS or not tx.answer_marks.mark(attempt.id, position, credit, me.person, now):
        return _desk(tx, section, _marked_before(tx, attempt, position), after=after)
    told = {"unit": attempt.unit_slug, "position": position, "percent": percent}
    tx.history.add(HistoryLine(now, "answer_marked", told, section.id, attempt.person, me.person))
    finish_marking(tx, attempt, now, ids)
    marked = AnswerMarked(
        handle,
        position,
        _discord(tx, attempt.person),
        attempt.unit_title,
        credit,
        passed=tx.attempts.get(attempt.id).passed,
        left=sum(each.credit is None for each in tx.attempts.items(attempt.id)),
        can_undo=_can_undo(tx, attempt.id),
    )
    return _desk(tx, section, marked, after=after)


def _can_undo(tx: Tx, attempt: int) -> bool:
    """Once a talk is arranged, the student knows that the score was reached."""
    return tx.attempts.get(attempt).score is None and tx.talks.of_attempt(attempt) is None


def _undo(tx: Tx, asker: Asker, handle: str, position: int, now: datetime) -> DeskResult:
    found = _taught(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    me, section, attempt = found
    if not (_can_undo(tx, attempt.id) and tx.answer_marks.unmark(attempt.id, position, me.person)):
        return _desk(tx, section, TooLateToUndo())
    told = {"unit": attempt.unit_slug, "position": position}
    tx.history.add(HistoryLine(now, "answer_mark_undone", told, section.id, attempt.person, me.person))
    return _desk(tx, section, MarkTakenBack(), at=_place(attempt, position))


def _comment_so_far(
    tx: Tx, asker: Asker, handle: str, position: int
) -> CommentSoFar | MarkingDesk | NotStaff:
    found = _taught(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    _, section, attempt = found
    given = tx.answer_marks.of_item(attempt.id, position)
    if given is not None and given.credit is None:
        return CommentSoFar(handle, position, given.comment)
    return _desk(tx, section, _marked_before(tx, attempt, position), after=_place(attempt, position))


def _comment(tx: Tx, asker: Asker, handle: str, position: int, words: str) -> DeskResult:
    found = _taught(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    _, section, attempt = found
    if tx.answer_marks.comment(attempt.id, position, words):
        return _desk(tx, section, at=_place(attempt, position))
    return _desk(tx, section, _marked_before(tx, attempt, position, words), after=_place(attempt, position))


def _taught(tx: Tx, asker: Asker, handle: str) -> tuple[Account, Section, Attempt] | NotStaff:
    me, number = tx.people.of(asker.account), tx.answer_marks.attempt(handle)
    if me is None or number is None:
        return NotStaff()
    attempt = tx.attempts.get(number)
    if not tx.sections.teaches(attempt.section, me.person):
        return NotStaff()
    return me, tx.sections.get(attempt.section), attempt


def _marked_before(tx: Tx, attempt: Attempt, position: int, unsaid: str = "") -> MarkedBefore | None:
    given = tx.answer_marks.of_item(attempt.id, position)
    if given is None or given.credit is None or given.by is None:
        return None
    return MarkedBefore(_discord(tx, given.by), given.credit, unsaid)


def _discord(tx: Tx, person: int) -> int | None:
    account = tx.people.account(person)
    return account.discord if account else None


def _place(attempt: Attempt, position: int) -> Waiting:
    return Waiting(attempt.submitted_at or attempt.began_at, attempt.id, position)


def _desk(
    tx: Tx,
    section: Section,
    before: Before | None = None,
    *,
    at: Waiting | None = None,
    after: Waiting | None = None,
) -> MarkingDesk:
    """With that answer, or the first after one; without either, or where it is gone, with the oldest."""
    waiting = tx.answer_marks.waiting(section.id)
    if not waiting:
        return MarkingDesk(section.name, None, before)
    places = range(len(waiting))
    if at is not None:
        place = next((each for each in places if waiting[each] == at), 0)
    else:
        place = next((each for each in places if after and _order(waiting[each]) > _order(after)), 0)
    return MarkingDesk(
        section.name, _shown(tx, waiting[place], place + 1, waiting[0].since, len(waiting)), before
    )


def _order(each: Waiting) -> tuple[datetime, int, int]:
    return each.since, each.attempt, each.position


def _shown(tx: Tx, one: Waiting, place: int, oldest: datetime, waiting: int) -> AnswerToMark:
    attempt = tx.attempts.get(one.attempt)
    item = tx.attempts.items(one.attempt)[one.position - 1]
    question, answer = item.question, item.answer
    return AnswerToMark(
        handle=attempt.handle,
        position=one.position,
        student=_discord(tx, attempt.person),
        unit_title=attempt.unit_title,
        submitted_at=one.since,
        prompt=question.prompt,
        png=(tx.pictures.png(question.picture) or b"") if question.picture else b"",
        alt=question.alt,
        words=answer.text if isinstance(answer, Written | Typed) else "",
        files=tuple(tx.hand_ins.of_item(attempt.id, one.position)),
        look_for=question.general_feedback,
        comment=item.comment,
        place=place,
        waiting=waiting,
        oldest=oldest,
    )
