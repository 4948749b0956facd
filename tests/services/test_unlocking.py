"""A check handed in: marked once, and what follows from a pass or from not yet."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.domain.messages import UnitOpened
from bot.domain.outbox import Kind, Way
from bot.domain.questions import Chosen, SingleChoice
from bot.domain.retaking import Cooldown, RemediationFirst
from bot.domain.showing import Asked, LookedBack
from bot.services.ports import Tx
from bot.services.quizzes import (
    AlreadyHandedIn,
    AlreadyMastered,
    KeyKept,
    NothingLeft,
    TooEarly,
    Unanswered,
    Unfit,
)
from bot.services.unlocking import NotYet, Passed, unit_opened
from bot.storage.database import Database
from bot.storage.mastery_tables import attempt
from tests.builders import ANA, BEN, GUILD, NOW, a_class, a_course, a_unit, several, single, student
from tests.services.quiz_desk import ONE_HOUR, Desk, execute, progress_of, use_revision


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# --- handing in ------------------------------------------------------------------------------------


async def test_a_check_with_an_open_question_is_not_handed_in(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()
    await desk.quizzes.answer(student(), asked.attempt, 2, Chosen((0,)), NOW)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, Unanswered)
    assert [each.is_answered for each in result.look_over.questions] == [False, True, False]
    assert (await desk.stored(asked.attempt))[0].submitted_at is None


async def test_a_pass_masters_the_unit_and_opens_the_next_with_its_role_and_a_message(desk: Desk) -> None:
    chem = await a_class(desk.database)
    result = await desk.take(right=3)
    assert isinstance(result, Passed)
    assert (result.attempt, result.unit_title) == ("h2", "Measurement and units")
    assert (result.score, result.bar, result.opened) == (Fraction(1), 80, "Matter")
    progress = await desk.database.read(progress_of, chem, ANA)
    assert progress["measurement"].mastered_at == NOW
    assert progress["matter"].opened_at == NOW
    (grant,) = await desk.deliveries(Kind.GRANT_ROLE)
    assert (grant.way, grant.about, grant.due_at) == (Way.ROLE, chem.id, NOW)
    assert grant.args == {"purpose": f"course:{chem.course_id}:unit:matter"}
    (told,) = await desk.deliveries(Kind.UNIT_OPENED)
    assert (told.way, told.person) == (Way.DM, grant.person)
    assert desk.woken > 0
    assert (await desk.begin()).unit_title == "Matter"


async def test_below_the_bar_nothing_opens_and_the_objectives_to_look_at_are_named(desk: Desk) -> None:
    chem = await a_class(desk.database)
    result = await desk.take(right=2)
    assert isinstance(result, NotYet)
    assert (result.score, result.bar) == (Fraction(2, 3), 80)
    assert Cooldown(NOW + timedelta(hours=4)) in result.stands
    assert any(isinstance(each, RemediationFirst) for each in result.stands)
    assert len(result.review) == 1
    assert (await desk.database.read(progress_of, chem, ANA)).keys() == {"measurement"}
    assert await desk.deliveries(Kind.GRANT_ROLE) == []
    assert await desk.deliveries(Kind.UNIT_OPENED) == []


async def test_not_yet_says_what_the_teacher_says_to_the_answer_but_never_the_right_one(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()
    await desk.answer_all(asked, right=1)
    _, items = await desk.stored(asked.attempt)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, NotYet)
    assert [each.position for each in result.hints] == [2, 3]
    told = repr(result)
    for each in items:
        assert isinstance(each.question, SingleChoice)
        assert each.question.options[0].text not in told
        assert each.question.options[0].feedback not in told


async def test_a_score_at_the_bar_passes_and_one_just_below_does_not(desk: Desk) -> None:
    bank = [single(f"q{n}") for n in range(5)]
    await a_class(desk.database, a_course(a_unit(bank=bank, draw=5)), bar=80, students=(ANA, BEN))
    assert isinstance(await desk.take(right=4, who=ANA), Passed)
    below = await desk.take(right=3, who=BEN)
    assert isinstance(below, NotYet)
    assert below.score == Fraction(3, 5)


async def test_marks_of_a_third_add_up_exactly(desk: Desk) -> None:
    thirds = [several(f"q{n}", right=(0, 1, 2)) for n in range(3)]
    await a_class(desk.database, a_course(a_unit(bank=thirds, draw=3)), bar=33)
    asked = await desk.begin()
    _, items = await desk.stored(asked.attempt)
    for each in items:
        answer = Chosen((each.shown.index(1),))
        await desk.quizzes.answer(student(), asked.attempt, each.position, answer, NOW)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, Passed)
    assert result.score == Fraction(1, 3)


async def test_the_next_attempt_waits_for_the_cooldown_to_the_millisecond(desk: Desk) -> None:
    await a_class(desk.database)
    result = await desk.take(right=0)
    assert isinstance(result, NotYet)
    await desk.work_on_it()
    opens_at = NOW + timedelta(hours=4)
    early = await desk.quizzes.begin(student(), None, None, opens_at - timedelta(milliseconds=1))
    assert isinstance(early, TooEarly)
    assert early.last.stands == (Cooldown(opens_at),)
    assert await desk.begin(now=opens_at)


async def test_another_attempt_asks_what_was_not_asked_before(desk: Desk) -> None:
    await a_class(desk.database)
    forms: list[set[str]] = []
    for number in range(2):
        now = NOW + number * timedelta(hours=5)
        asked = await desk.begin(now=now)
        _, items = await desk.stored(asked.attempt)
        forms.append({each.question.slug for each in items})
        await desk.answer_all(asked, right=0, now=now)
        await desk.quizzes.submit(student(), asked.attempt, now)
        await desk.work_on_it(now=now)
    assert not forms[0] & forms[1]


async def test_no_cooldown_lets_a_student_try_again_at_once(desk: Desk) -> None:
    await a_class(desk.database, a_course(a_unit(cooldown_s=0)))
    await desk.take(right=0)
    await desk.work_on_it()
    assert await desk.begin()


async def test_after_the_last_unit_nothing_opens_and_nothing_is_left(desk: Desk) -> None:
    chem = await a_class(desk.database, a_course(a_unit()))
    result = await desk.take(right=3)
    assert isinstance(result, Passed)
    assert result.opened is None
    assert await desk.deliveries(Kind.UNIT_OPENED) == []
    nothing = await desk.quizzes.begin(student(), None, None, NOW)
    assert nothing == NothingLeft(chem)
    mastered = await desk.quizzes.begin(student(), None, "1", NOW)
    assert mastered == AlreadyMastered("Measurement and units", result.attempt)


async def test_units_that_are_added_later_open_to_whoever_had_mastered_everything(desk: Desk) -> None:
    chem = await a_class(desk.database, a_course(a_unit()))
    await desk.take(right=3)
    await use_revision(desk, chem, a_course(a_unit(), a_unit("matter", "Matter")))
    assert (await desk.begin()).unit_title == "Matter"
    assert len(await desk.deliveries(Kind.GRANT_ROLE)) == 1


async def test_a_result_stays_the_same_when_it_is_asked_for_later(desk: Desk) -> None:
    await a_class(desk.database, a_course(a_unit("a", "A"), a_unit("b", "B"), a_unit("c", "C")))
    first = await desk.take(right=3)
    await desk.take(right=3, now=NOW + ONE_HOUR)
    assert isinstance(first, Passed)
    assert first.opened == "B"
    assert await desk.quizzes.submit(student(), first.attempt, NOW + 2 * ONE_HOUR) == AlreadyHandedIn(first)


async def test_a_role_is_granted_on_every_server_where_the_course_is_attended(desk: Desk) -> None:
    course = a_course()
    await a_class(desk.database, course)
    await a_class(desk.database, course, guild=GUILD + 1)
    first = await desk.quizzes.begin(student(), None, None, NOW)
    assert isinstance(first, Asked)
    await desk.answer_all(first, right=3)
    await desk.quizzes.submit(student(), first.attempt, NOW)
    grants = await desk.deliveries(Kind.GRANT_ROLE)
    assert len({each.section for each in grants}) == 2


# --- at once ---------------------------------------------------------------------------------------


async def test_eight_submits_at_once_give_one_graded_submission(desk: Desk) -> None:
    await a_class(desk.database, students=[ANA + n for n in range(200)])
    for who in range(ANA, ANA + 200):
        asked = await desk.begin(who)
        await desk.answer_all(asked, right=3, who=who)
        results = await asyncio.gather(
            *(desk.quizzes.submit(student(who), asked.attempt, NOW + n * ONE_HOUR) for n in range(8))
        )
        kinds = Counter(type(each) for each in results)
        assert kinds == {Passed: 1, AlreadyHandedIn: 7}
        (passed,) = [each for each in results if isinstance(each, Passed)]
        assert all(each.result == passed for each in results if isinstance(each, AlreadyHandedIn))
    assert len(await desk.deliveries(Kind.GRANT_ROLE)) == 200
    assert len(await desk.deliveries(Kind.UNIT_OPENED)) == 200


async def test_eight_devices_that_begin_at_once_share_one_attempt(desk: Desk) -> None:
    await a_class(desk.database)
    begun = await asyncio.gather(*(desk.begin() for _ in range(8)))
    assert len({each.attempt for each in begun}) == 1
    assert len(set(begun)) == 1


async def test_answers_and_a_submit_at_once_are_marked_as_they_stood(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()
    await desk.answer_all(asked, right=3)
    wrong = await desk.wrong(asked.attempt, 1)
    await asyncio.gather(
        desk.quizzes.submit(student(), asked.attempt, NOW),
        *(desk.quizzes.answer(student(), asked.attempt, 1, wrong, NOW) for _ in range(7)),
    )
    attempt_now, items = await desk.stored(asked.attempt)
    assert attempt_now.score == sum((each.credit or Fraction(0) for each in items), Fraction(0)) / 3
    assert items[0].answer == Chosen((0,))
    assert attempt_now.passed


async def test_an_attempt_ends_once_whichever_process_asks(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()

    def twice(tx: Tx) -> list[bool]:
        number = tx.attempts.get(1).id
        return [
            tx.attempts.submit(
                number, credits=[share] * 3, score=share, passed=bool(share), retake_at=None, at=NOW
            )
            for share in (Fraction(1), Fraction(0))
        ]

    assert await desk.database.write(twice) == [True, False]
    ended, items = await desk.stored(asked.attempt)
    assert (ended.score, ended.passed) == (1, True)
    assert [each.credit for each in items] == [1, 1, 1]


async def test_the_database_itself_refuses_a_second_open_attempt(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()

    def copy(tx: Tx) -> None:
        row = execute(tx, sa.select(attempt).where(attempt.c.handle == asked.attempt)).one()._asdict()
        execute(tx, sa.insert(attempt).values({**row, "id": 99, "handle": "other", "number": 2}))

    with pytest.raises(IntegrityError):
        await desk.database.write(copy)


# --- afterwards ------------------------------------------------------------------------------------


async def test_the_key_is_shown_once_passed_and_not_before(desk: Desk) -> None:
    await a_class(desk.database, bar=60)
    asked = await desk.begin()
    assert isinstance(await desk.quizzes.look_back(student(), asked.attempt, 1), KeyKept)
    await desk.answer_all(asked, right=2)
    await desk.quizzes.submit(student(), asked.attempt, NOW)
    first = await desk.quizzes.look_back(student(), asked.attempt, 1)
    last = await desk.quizzes.look_back(student(), asked.attempt, 3)
    assert isinstance(first, LookedBack)
    assert isinstance(last, LookedBack)
    assert (first.credit, first.right) == (1, first.asked.chosen)
    assert last.credit == 0
    assert last.right != last.asked.chosen
    assert isinstance(await desk.quizzes.look_back(student(), asked.attempt, 4), Unfit)


async def test_the_key_of_an_attempt_that_did_not_pass_stays_hidden(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()
    await desk.answer_all(asked, right=0)
    await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(await desk.quizzes.look_back(student(), asked.attempt, 1), KeyKept)


async def test_the_message_about_an_opened_unit_names_it_and_its_channel(desk: Desk) -> None:
    chem = await a_class(desk.database)
    await desk.take(right=3)
    (told,) = await desk.deliveries(Kind.UNIT_OPENED)
    assert await desk.database.read(unit_opened, told, NOW) == UnitOpened(
        "Chem 1", "Measurement and units", "Matter", None
    )
    purpose = f"course:{chem.course_id}:unit:matter"
    await desk.database.write(lambda tx: tx.sections.set_place(GUILD, purpose, "channel", 77))
    content = await desk.database.read(unit_opened, told, NOW)
    assert isinstance(content, UnitOpened)
    assert content.channel == 77


async def test_whoever_left_or_went_on_is_not_told_about_an_opened_unit(desk: Desk) -> None:
    await a_class(desk.database, students=(ANA, BEN))
    for who in (ANA, BEN):
        await desk.take(right=3, who=who)
    anas, bens = await desk.deliveries(Kind.UNIT_OPENED)
    await desk.take(right=3, who=ANA, now=NOW + ONE_HOUR)
    assert await desk.database.read(unit_opened, anas, NOW) == "mastered meanwhile"
    await desk.database.write(lambda tx: tx.sections.leave(GUILD, bens.person or 0, NOW))
    assert await desk.database.read(unit_opened, bens, NOW) == "no longer in the class"
