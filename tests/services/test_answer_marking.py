"""Essays and handed-in files are marked by their teacher, once each, and the student hears of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa

from bot.domain.hand_ins import HandInFile
from bot.domain.outbox import Kind
from bot.domain.questions import Essay, Typed, Written
from bot.domain.records import Section
from bot.domain.showing import Asked, LookedBack
from bot.domain.summative import Sitting
from bot.services.answer_marking import (
    AnswerMarked,
    AnswerMarkingService,
    AnswerToMark,
    CommentSoFar,
    MarkedBefore,
    MarkingDesk,
    MarkTakenBack,
    TooLateToUndo,
)
from bot.services.choosing import NotStaff
from bot.services.grading import hand_in
from bot.services.ports import Tx
from bot.services.quizzes import AlreadyHandedIn
from bot.services.unlocking import AwaitsMarking, HeldBack, Hint, NotYet, Passed
from bot.storage.database import Database
from bot.storage.tables import staff
from tests.builders import ANA, BEN, NOW, TEACHER, a_class, a_course, a_unit, student, true_false
from tests.services.quiz_desk import Desk, execute

COLLEAGUE, STRANGER = TEACHER + 1, TEACHER + 2
LATER = NOW + timedelta(days=2)


class Marking(Desk):
    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.marking = AnswerMarkingService(database, self.ids, self._wake)

    async def hand_in(self, who: int = ANA, words: str = "Because the mole is a number.") -> str:
        """Every essay answered with the same words; the handle of the attempt."""
        asked = await self.quizzes.begin(student(who), None, None, NOW, agreed=True)
        assert isinstance(asked, Asked), asked
        _, items = await self.stored(asked.attempt, who)
        for each in items:
            answer = (
                Written(words)
                if isinstance(each.question, Essay)
                else await self.right(asked.attempt, each.position, who)
            )
            await self.quizzes.answer(student(who), asked.attempt, each.position, answer, NOW)
        done = await self.quizzes.submit(student(who), asked.attempt, NOW)
        assert isinstance(done, AwaitsMarking | HeldBack), done
        return asked.attempt

    async def desk(self, who: int = TEACHER) -> MarkingDesk:
        desk = await self.marking.begin(student(who), None)
        assert isinstance(desk, MarkingDesk), desk
        return desk

    async def first(self) -> AnswerToMark:
        answer = (await self.desk()).answer
        assert answer is not None
        return answer

    async def mark(self, answer: AnswerToMark, percent: int, who: int = TEACHER) -> MarkingDesk:
        desk = await self.marking.mark(student(who), answer.handle, answer.position, percent, LATER)
        assert isinstance(desk, MarkingDesk), desk
        return desk


def essay(slug: str) -> Essay:
    return Essay(slug, f"Explain {slug}.", objective="1.1", general_feedback=f"Names the {slug}")


@pytest.fixture
async def room(database: Database) -> Marking:
    bank = (essay("mole"), essay("atom"), true_false("t"))
    section = await a_class(
        database, course=a_course(a_unit("first", bank=bank), a_unit("second")), students=[ANA, BEN]
    )
    await database.write(_teach, section, COLLEAGUE)
    await database.write(lambda tx: tx.people.known(STRANGER, NOW))
    return Marking(database)


def _teach(tx: Tx, section: Section, who: int) -> None:
    me = tx.people.known(who, NOW).person
    execute(tx, sa.insert(staff).values(section_id=section.id, person_id=me, part="teacher"))


async def test_the_oldest_answer_comes_first_with_words_files_and_what_is_looked_for(room: Marking) -> None:
    handle = await room.hand_in(words="First line.\n\nSecond *line*.")
    file = HandInFile(1, "work.pdf", "application/pdf", b"%PDF-1.7")
    attempt, items = await room.stored(handle)
    place = next(each.position for each in items if isinstance(each.question, Essay))
    await room.database.write(lambda tx: tx.hand_ins.add(attempt.id, place, file, NOW))
    answer = await room.first()
    assert (answer.student, answer.words, answer.files) == (ANA, "First line.\n\nSecond *line*.", (file,))
    assert (answer.place, answer.waiting, answer.oldest) == (1, 2, NOW)
    assert answer.look_for in ("Names the mole", "Names the atom")


async def test_the_last_mark_gives_the_check_its_result_and_tells_the_student_once(room: Marking) -> None:
    handle = await room.hand_in()
    one = await room.mark(await room.first(), 75)
    assert isinstance(one.before, AnswerMarked)
    assert one.before.passed is None
    assert await room.deliveries(Kind.CHECK_RESULT) == []
    assert one.answer is not None
    last = await room.mark(one.answer, 100)
    assert isinstance(last.before, AnswerMarked)
    assert (last.before.passed, last.answer) == (True, None)
    assert len(await room.deliveries(Kind.CHECK_RESULT)) == 1
    assert len(await room.deliveries(Kind.UNIT_OPENED)) == 1
    attempt, _ = await room.stored(handle)
    assert attempt.score == Fraction(11, 12)
    result = await room.quizzes.submit(student(ANA), handle, LATER)
    assert isinstance(result, AlreadyHandedIn)
    assert isinstance(result.result, Passed)


async def test_a_check_that_is_not_passed_tells_the_comment_and_keeps_the_key(room: Marking) -> None:
    handle = await room.hand_in()
    first = await room.first()
    await room.marking.comment(student(TEACHER), first.handle, first.position, " Say why. ")
    said = await room.marking.comment_so_far(student(COLLEAGUE), first.handle, first.position)
    assert said == CommentSoFar(first.handle, first.position, "Say why.")
    await room.mark(await room.first(), 0)
    await room.mark(await room.first(), 0)
    result = await room.quizzes.submit(student(ANA), handle, LATER)
    assert isinstance(result, AlreadyHandedIn)
    assert isinstance(result.result, NotYet)
    assert result.result.comments == (Hint(first.position, "Say why."),)


async def test_the_comment_stands_beside_the_answer_when_it_is_looked_back_at(room: Marking) -> None:
    handle = await room.hand_in()
    first = await room.first()
    await room.marking.comment(student(TEACHER), first.handle, first.position, "Well put.")
    for _ in range(2):
        await room.mark(await room.first(), 100)
    back = await room.quizzes.look_back(student(ANA), handle, first.position)
    assert isinstance(back, LookedBack)
    assert back.comment == "Well put."


async def test_of_many_presses_at_once_one_counts_and_a_colleague_is_told_so(room: Marking) -> None:
    await room.hand_in()
    await room.hand_in(BEN)
    first = await room.first()
    desks = await asyncio.gather(*(room.mark(first, each, COLLEAGUE) for each in (25, 100, 100, 0)))
    marked = [each.before for each in desks if isinstance(each.before, AnswerMarked)]
    assert len(marked) == 1
    late = await room.mark(first, 50)
    assert late.before == MarkedBefore(COLLEAGUE, marked[0].credit)
    assert late.answer is not None
    assert late.answer.waiting == 3
    comment = await room.marking.comment(student(TEACHER), first.handle, first.position, "typed in vain")
    assert isinstance(comment, MarkingDesk)
    assert comment.before == MarkedBefore(COLLEAGUE, marked[0].credit, "typed in vain")
    _, items = await room.stored(first.handle)
    assert items[first.position - 1].credit == marked[0].credit


async def test_who_does_not_teach_the_class_sees_and_changes_nothing(room: Marking) -> None:
    await room.hand_in()
    first = await room.first()
    for who in (STRANGER, ANA, BEN, 12345):
        me = student(who)
        assert not isinstance(await room.marking.begin(me, None), MarkingDesk)
        assert await room.marking.mark(me, first.handle, first.position, 100, LATER) == NotStaff()
        assert await room.marking.skip(me, first.handle, first.position) == NotStaff()
        assert await room.marking.comment(me, first.handle, first.position, "x") == NotStaff()
        assert await room.marking.comment_so_far(me, first.handle, first.position) == NotStaff()
        assert await room.marking.undo(me, first.handle, first.position, LATER) == NotStaff()
    assert await room.first() == first


async def test_ones_own_mark_can_be_undone_until_the_result_is_out(room: Marking) -> None:
    await room.hand_in()
    first = await room.first()
    await room.mark(first, 0)
    assert await room.marking.undo(student(COLLEAGUE), first.handle, first.position, LATER) == MarkingDesk(
        "Chem 1", await room.first(), TooLateToUndo()
    )
    back = await room.marking.undo(student(TEACHER), first.handle, first.position, LATER)
    assert back == MarkingDesk("Chem 1", first, MarkTakenBack())
    await room.mark(first, 100)
    await room.mark(await room.first(), 100)
    late = await room.marking.undo(student(TEACHER), first.handle, first.position, LATER)
    assert late == MarkingDesk("Chem 1", None, TooLateToUndo())


async def test_what_was_skipped_comes_again_after_the_last(room: Marking) -> None:
    await room.hand_in()
    first = await room.first()
    second = await room.marking.skip(student(TEACHER), first.handle, first.position)
    assert isinstance(second, MarkingDesk)
    assert second.answer is not None
    assert second.answer.place == 2
    assert (await room.mark(second.answer, 50)).answer == await room.first()


async def test_forged_presses_mark_nothing_else(room: Marking) -> None:
    open_one = await room.begin(BEN)
    await room.quizzes.answer(student(BEN), open_one.attempt, 1, Typed("x"), NOW)
    before = await room.stored(open_one.attempt, BEN)
    handle = await room.hand_in()
    _, items = await room.stored(handle)
    at_once = next(each.position for each in items if not isinstance(each.question, Essay))
    me = student(TEACHER)
    for number, position, percent in (
        (open_one.attempt, 1, 100), (handle, at_once, 0), (handle, 99, 50), (handle, -1, 50), (handle, 1, 33),
        (handle, 1, -1), ("nobody", 1, 100),
    ):  # fmt: skip
        await room.marking.mark(me, number, position, percent, LATER)
        await room.marking.comment(me, open_one.attempt, 1, "x")
    await room.marking.undo(me, handle, at_once, LATER)
    assert await room.stored(open_one.attempt, BEN) == before
    assert (await room.stored(handle))[1] == items


async def test_an_essay_left_blank_waits_for_nobody(room: Marking) -> None:
    asked = await room.begin()
    attempt, items = await room.stored(asked.attempt)
    assert await room.database.write(hand_in, attempt, items, NOW, room.ids)
    assert (await room.desk()).answer is None


@pytest.mark.parametrize("oral", [False, True])
async def test_of_a_summative_check_a_mark_can_be_undone_until_its_talk_is_arranged(
    database: Database, oral: bool
) -> None:
    unit = a_unit("first", bank=(essay("mole"), true_false("t")), draw=2)
    course = a_course(replace(unit, check=replace(unit.check, summative=True)))
    section = await a_class(database, course=course, students=[ANA])
    result_at = NOW + timedelta(hours=1) if oral else LATER + timedelta(days=1)
    sitting = Sitting(NOW, NOW + timedelta(hours=1), result_at, oral)
    await database.write(lambda tx: tx.summatives.keep(section.id, "first", sitting))
    room = Marking(database)
    await room.hand_in()
    answer = await room.first()
    marked = (await room.mark(answer, 100)).before
    assert isinstance(marked, AnswerMarked)
    assert (marked.passed, marked.left, marked.can_undo) == (None, 0, not oral)
    assert await room.deliveries(Kind.CHECK_RESULT) == []
    back = await room.marking.undo(student(TEACHER), answer.handle, answer.position, LATER)
    assert isinstance(back, MarkingDesk)
    assert isinstance(back.before, TooLateToUndo if oral else MarkTakenBack)
