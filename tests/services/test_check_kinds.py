"""Questions of every kind on a real database: asked, answered part by part, handed in, marked, looked back at."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.course import Course
from bot.domain.giving import FilledIn, Given, Paired, Placed, StartOver
from bot.domain.mastery import Attempt
from bot.domain.outbox import Kind
from bot.domain.questions import Chosen, Question, Typed, Written
from bot.domain.showing import Asked, LookedBack, LookOver
from bot.domain.today import WaitForMarking
from bot.domain.units import Unreadable
from bot.formats.units import PintUnits
from bot.services.grading import check_result, finish_marking
from bot.services.ports import Tx
from bot.services.progress import ProgressService, Today
from bot.services.quizzes import AlreadyHandedIn, CannotRead, QuizService, Unanswered
from bot.services.unlocking import AwaitsMarking, NotYet, Passed
from bot.storage.database import Database, open_database
from bot.storage.mastery_tables import attempt_item
from tests.builders import ANA, NOW, Ids, a_class, a_course, a_unit, short, single, student
from tests.kinds import all_right, calculated, essay, every_kind, gaps, matching, ordering, with_unit
from tests.services.quiz_desk import Desk, execute, use_revision


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    made.quizzes = QuizService(database, made.ids, made._wake, PintUnits())
    return made


def asking(*bank: Question) -> Course:
    return a_course(a_unit(bank=bank, draw=len(bank)), a_unit("matter", "Matter"))


async def give_all(desk: Desk, asked: Asked) -> object:
    """Everything right, in the order in which it is asked."""
    result: object = asked
    _, items = await desk.stored(asked.attempt)
    for item in items:
        for given in all_right(item):
            result = await desk.quizzes.answer(student(), asked.attempt, item.position, given, NOW)
    return result


async def test_every_kind_is_answered_handed_in_passed_and_looked_back_at(desk: Desk) -> None:
    await a_class(desk.database, asking(*every_kind()))
    asked = await desk.begin()
    assert isinstance(await give_all(desk, asked), LookOver)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, Passed)
    assert result.score == 1
    for position in range(1, asked.total + 1):
        back = await desk.quizzes.look_back(student(), asked.attempt, position)
        assert isinstance(back, LookedBack)
        assert back.credit == 1
        assert back.right or back.accepted


async def test_what_is_given_in_part_is_kept_and_the_question_stays_open(desk: Desk) -> None:
    await a_class(desk.database, asking(matching(), single("s")))
    first = await desk.begin()
    position = next(
        each.position for each in (await desk.stored(first.attempt))[1] if each.question.slug == "pairs"
    )
    shown = await desk.quizzes.answer(student(), first.attempt, position, Paired(1, 2), NOW)
    assert isinstance(shown, Asked)
    assert (shown.position, shown.placed, shown.is_answered) == (position, (None, 2, None), False)
    again = await desk.quizzes.answer(student(), first.attempt, position, Paired(1, 2), NOW)
    assert again == shown
    changed = await desk.quizzes.answer(student(), first.attempt, position, Paired(1, 0), NOW)
    assert isinstance(changed, Asked)
    assert changed.placed == (None, 0, None)
    assert isinstance(await desk.quizzes.submit(student(), first.attempt, NOW), Unanswered)


async def test_an_order_is_pressed_item_by_item_and_started_over(desk: Desk) -> None:
    await a_class(desk.database, asking(ordering(count=3), single("s")))
    handle = (await desk.begin()).attempt
    position = next(each.position for each in (await desk.stored(handle))[1] if each.question.slug == "order")

    async def give(given: Given) -> object:
        return await desk.quizzes.answer(student(), handle, position, given, NOW)

    await give(Placed(2))
    twice = await give(Placed(2))
    assert isinstance(twice, Asked)
    assert twice.placed == (2,)
    over = await give(StartOver())
    assert isinstance(over, Asked)
    assert over.placed == ()
    for place in (1, 0):
        await give(Placed(place))
    last = await give(Placed(2))
    assert isinstance(last, Asked)
    assert last.position != position


async def test_gaps_are_filled_form_by_form_and_an_empty_field_takes_nothing_away(desk: Desk) -> None:
    await a_class(desk.database, asking(gaps()))
    asked = await desk.begin()
    part = await desk.quizzes.answer(student(), asked.attempt, 1, FilledIn(0, ("mole", "", "")), NOW)
    assert isinstance(part, Asked)
    assert [each.given for each in part.gaps] == ["mole", "", "", "", "", ""]
    part = await desk.quizzes.answer(student(), asked.attempt, 1, FilledIn(0, ("", "many", 0)), NOW)
    assert isinstance(part, CannotRead)
    assert [each.given for each in part.asked.gaps][:3] == ["mole", "many", "gram"]


@pytest.mark.parametrize(
    ("typed", "why"),
    [("3.25", Unreadable.NO_UNIT), ("3.25 kg", Unreadable.OTHER_UNIT), ("long", Unreadable.NOT_A_NUMBER)],
)
async def test_a_number_without_its_unit_or_with_one_of_another_kind_is_kept_and_asked_again(
    desk: Desk, typed: str, why: Unreadable
) -> None:
    await a_class(desk.database, asking(with_unit()))
    asked = await desk.begin()
    said = await desk.quizzes.answer(student(), asked.attempt, 1, Typed(typed), NOW)
    assert isinstance(said, CannotRead)
    assert (said.why, said.asked.typed, said.asked.is_answered) == (why, typed, False)
    assert isinstance(await desk.quizzes.answer(student(), asked.attempt, 1, Typed("325 cm"), NOW), LookOver)
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, NOW), Passed)


async def test_a_near_miss_is_told_after_not_yet_and_never_before(desk: Desk) -> None:
    await a_class(desk.database, asking(short("s", accepted="stoichiometry"), single("t")))
    asked = await desk.begin()
    _, items = await desk.stored(asked.attempt)
    place = next(each.position for each in items if each.question.slug == "s")
    for item in items:
        given = Typed("stoichometry") if item.position == place else all_right(item)[0]
        before = await desk.quizzes.answer(student(), asked.attempt, item.position, given, NOW)
        assert "pelling" not in repr(before)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, NotYet)
    assert [each.said for each in result.hints] == ["Nearly: look at the spelling."]
    assert "stoichiometry" not in repr(result)


# --- essays ----------------------------------------------------------------------------------------


def marked(tx: Tx, handle: str, credit: Fraction) -> object:
    """As the teacher's side does: a credit for the first item without one, then the end of the marking."""
    attempt = tx.attempts.of_account(handle, ANA)
    assert attempt is not None
    place = next(each.position for each in tx.attempts.items(attempt.id) if each.credit is None)
    execute(
        tx,
        sa.update(attempt_item)
        .where(attempt_item.c.attempt_id == attempt.id, attempt_item.c.position == place)
        .values(credit=str(credit)),
    )
    return finish_marking(tx, attempt, NOW + timedelta(days=1), Ids())


async def test_essays_wait_for_their_teacher_and_today_says_so(desk: Desk) -> None:
    await a_class(desk.database, asking(essay("e1"), essay("e2"), single("s")))
    asked = await desk.begin()
    await give_all(desk, asked)
    waits = AwaitsMarking(asked.attempt, "Measurement and units", 2)
    assert await desk.quizzes.submit(student(), asked.attempt, NOW) == waits
    assert await desk.quizzes.submit(student(), asked.attempt, NOW) == AlreadyHandedIn(waits)
    assert await desk.quizzes.begin(student(), None, None, NOW) == waits
    today = await ProgressService(desk.database).today(student(), NOW)
    assert isinstance(today, Today)
    assert isinstance(today.classes[0].step, WaitForMarking)
    attempt, _ = await desk.stored(asked.attempt)
    assert (attempt.submitted_at, attempt.score, attempt.passed) == (NOW, None, None)


async def test_the_last_mark_gives_the_result_opens_the_unit_and_tells_the_student_once(desk: Desk) -> None:
    await a_class(desk.database, asking(essay("e1"), essay("e2"), single("s")))
    asked = await desk.begin()
    await give_all(desk, asked)
    await desk.quizzes.submit(student(), asked.attempt, NOW)
    half = await desk.database.write(marked, asked.attempt, Fraction(1))
    assert half == AwaitsMarking(asked.attempt, "Measurement and units", 1)
    assert await desk.deliveries(Kind.CHECK_RESULT) == []
    done = await desk.database.write(marked, asked.attempt, Fraction(1, 2))
    assert isinstance(done, Passed)
    assert (done.score, done.opened) == (Fraction(5, 6), "Matter")
    (told,) = await desk.deliveries(Kind.CHECK_RESULT)
    content = await desk.database.read(check_result, told, NOW)
    assert not isinstance(content, str)
    assert (content.passed, content.score, content.why) == (True, Fraction(5, 6), "marked")


async def test_the_wait_for_a_retake_counts_from_the_hand_in_and_not_from_the_marking(desk: Desk) -> None:
    await a_class(desk.database, asking(essay("e1")))
    asked = await desk.begin()
    await give_all(desk, asked)
    await desk.quizzes.submit(student(), asked.attempt, NOW)
    result = await desk.database.write(marked, asked.attempt, Fraction(0))
    assert isinstance(result, NotYet)
    attempt, _ = await desk.stored(asked.attempt)
    assert attempt.retake_at == NOW + timedelta(hours=4)


async def test_a_file_that_is_wanted_is_missed_however_much_is_written(desk: Desk) -> None:
    await a_class(desk.database, asking(essay("e1", wants_file=True)))
    asked = await desk.begin()
    shown = await desk.quizzes.answer(student(), asked.attempt, 1, Written("See the file."), NOW)
    assert isinstance(shown, Asked)
    assert (shown.typed, shown.is_answered) == ("See the file.", False)


# --- RF6 -------------------------------------------------------------------------------------------


async def test_a_restart_and_an_edited_bank_change_neither_the_form_nor_its_marks(
    desk: Desk, tmp_path: Path
) -> None:
    section = await a_class(desk.database, asking(*every_kind()))
    asked = await desk.begin()
    before = [
        await desk.quizzes.question(student(), asked.attempt, n, NOW) for n in range(1, asked.total + 1)
    ]
    await use_revision(desk, section, asking(calculated("calc"), single("one", right=3)))
    async with open_database(tmp_path / "flipcord.sqlite3") as reopened:
        after = QuizService(reopened, Ids(), lambda: None, PintUnits())
        shown = [await after.question(student(), asked.attempt, n, NOW) for n in range(1, asked.total + 1)]
        assert shown == before
        await give_all(desk, asked)
        result = await after.submit(student(), asked.attempt, NOW)
    assert isinstance(result, Passed)
    assert result.score == 1


# --- RF3, RF4 --------------------------------------------------------------------------------------


def any_given(dice: random.Random) -> Given:
    number = dice.choice([-2, -1, 0, 1, 2, 3, 25, 10**9])
    text = dice.choice(["", "mole", "12", "\u202e", "x" * 5000, "3.25 m"])
    return dice.choice(
        [
            Chosen((number,)),
            Chosen((0, number)),
            Chosen(()),
            Typed(text),
            Paired(number, dice.choice([-1, 0, 3, 99])),
            Placed(number),
            StartOver(),
            FilledIn(number, (text, number)),
            FilledIn(0, ()),
            Written(text),
        ]
    )


async def test_ten_thousand_presses_of_strangers_on_every_kind_change_nothing(desk: Desk) -> None:
    await a_class(desk.database, asking(*every_kind(), essay()))
    asked = await desk.begin()
    before = await desk.stored(asked.attempt)
    dice = random.Random("RF3")
    handles = [asked.attempt, "nobody", asked.attempt[:-1], asked.attempt.upper() + "x", ""]
    kinds: Counter[str] = Counter()
    for number in range(10_000):
        is_owner = number % 2 == 0
        handle = dice.choice(handles[1:]) if is_owner else dice.choice(handles)
        who = student() if is_owner else student(dice.choice([-1, 0, ANA + 1, 2**62]))
        position = dice.choice([-1, 0, *range(1, asked.total + 2), 10**9])
        result = await desk.quizzes.answer(who, handle, position, any_given(dice), NOW)
        kinds[type(result).__name__] += 1
    assert kinds == {"NotYours": 10_000}
    assert await desk.stored(asked.attempt) == before


async def test_presses_that_do_not_fit_leave_ones_own_answers_and_the_rest_is_marked(desk: Desk) -> None:
    await a_class(desk.database, asking(*every_kind(), essay()))
    asked = await desk.begin()
    dice = random.Random("own")
    for _ in range(1_000):
        position = dice.choice([-1, 0, *range(1, asked.total + 2), 10**9])
        await desk.quizzes.answer(student(), asked.attempt, position, any_given(dice), NOW)
    await give_all(desk, asked)
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, NOW), AwaitsMarking | Passed)


@pytest.mark.slow
async def test_two_hundred_checks_of_every_kind_with_eight_events_at_once_end_once_with_the_serial_score(
    desk: Desk,
) -> None:
    people = [ANA + number for number in range(200)]
    await a_class(desk.database, asking(matching(), ordering(), with_unit()), students=people)
    for who in people:
        asked = await desk.begin(who)
        _, items = await desk.stored(asked.attempt, who)
        for item in items:
            for given in all_right(item):
                await desk.quizzes.answer(student(who), asked.attempt, item.position, given, NOW)
        again = all_right(items[0])[0]
        events = [desk.quizzes.submit(student(who), asked.attempt, NOW) for _ in range(4)]
        presses = [desk.quizzes.answer(student(who), asked.attempt, 1, again, NOW) for _ in range(4)]
        results = await asyncio.gather(*events, *presses)
        assert sum(isinstance(each, Passed) for each in results) == 1
        ended: Attempt = (await desk.stored(asked.attempt, who))[0]
        assert ended.score == 1
