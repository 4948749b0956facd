"""The mastery check on a real database: begun, gone on with, answered, refused."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from math import comb
from pathlib import Path

import pytest

from bot.domain.drawing import Share
from bot.domain.giving import Given
from bot.domain.questions import (
    Chosen,
    Typed,
)
from bot.domain.showing import Asked, Asks, LookOver
from bot.services.choosing import NoClass, WhichClass
from bot.services.forms import NEIGHBOURS_FOR
from bot.services.ports import Tx
from bot.services.quizzes import (
    AlreadyHandedIn,
    Blank,
    CannotRead,
    NoSuchUnit,
    NotYours,
    PreWorkFirst,
    QuizService,
    StillLocked,
    Unanswered,
    Unfit,
)
from bot.services.unlocking import Passed
from bot.storage.database import Database, open_database
from tests.builders import (
    ANA,
    BEN,
    NOW,
    Ids,
    a_class,
    a_course,
    a_unit,
    numeric,
    posted_pre_work,
    several,
    short,
    single,
    student,
    true_false,
)
from tests.services.quiz_desk import Desk, set_bar, use_revision

MIXED = (single("m0"), true_false("m1"), several("m2"), numeric("m3"), short("m4"))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# --- beginning -------------------------------------------------------------------------------------


async def test_a_student_begins_with_the_first_question_of_the_unit_that_is_open(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()
    assert (asked.unit_title, asked.position, asked.total) == ("Measurement and units", 1, 3)
    assert asked.asks is Asks.ONE
    assert len(asked.options) == 4
    assert not asked.is_answered


async def test_thirty_neighbours_share_as_few_questions_as_the_bank_allows(database: Database) -> None:
    """Each of 12 questions on one objective and 6 on the other is in as many forms as the next (RF7)."""
    desk, crowd = Desk(database), [ANA + place for place in range(30)]
    bank = [single(f"q{n}", "1.1" if n < 12 else "1.2") for n in range(18)]
    check = replace(a_unit(bank=bank, draw=3).check, blueprint=(Share("1.1", 2),))
    await a_class(database, a_course(replace(a_unit(), check=check)), students=crowd)
    forms: list[set[str]] = []
    for minute, who in enumerate(crowd):
        asked = await desk.begin(who, NOW + timedelta(minutes=minute))
        forms.append({each.question.slug for each in (await desk.stored(asked.attempt, who))[1]})
    uses = Counter(slug for form in forms for slug in form)
    # 60 and 30 places over 12 and 6 questions: any other spread has more pairs that share one
    assert all(uses[each.slug] == 5 for each in bank)
    shared = sum(len(one & other) for one, other in combinations(forms, 2))
    assert shared == 18 * comb(5, 2)


async def test_a_form_handed_in_over_an_hour_ago_is_nobodys_neighbour_and_an_open_one_stays(
    database: Database,
) -> None:
    desk = Desk(database)
    bank = [single(f"q{n}") for n in range(6)]
    section = await a_class(database, a_course(a_unit(bank=bank)), students=[ANA, BEN])

    async def in_use(minutes: int, who: int = BEN) -> int:
        def ask(tx: Tx) -> int:
            me, since = tx.people.of(who), NOW + timedelta(minutes=minutes) - NEIGHBOURS_FOR
            assert me is not None
            return tx.attempts.in_use(section.id, "measurement", me.person, since).total()

        return await database.read(ask)

    asked = await desk.begin()
    assert await in_use(0, ANA) == 0
    assert (await in_use(59), await in_use(3000)) == (3, 3)
    await desk.answer_all(asked, 0)
    await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert (await in_use(59), await in_use(61)) == (3, 0)


async def test_beginning_again_goes_on_with_the_same_attempt_at_the_first_open_question(desk: Desk) -> None:
    await a_class(desk.database)
    first = await desk.begin()
    second = await desk.quizzes.answer(student(), first.attempt, 1, Chosen((0,)), NOW)
    again = await desk.begin(now=NOW + timedelta(days=2))
    assert again == second
    assert again.position == 2


async def test_a_restart_in_the_middle_shows_the_same_questions_in_the_same_order(
    desk: Desk, tmp_path: Path
) -> None:
    await a_class(desk.database)
    first = await desk.begin()
    await desk.quizzes.answer(student(), first.attempt, 1, Chosen((2,)), NOW)
    before = await desk.quizzes.look_over(student(), first.attempt, NOW)
    async with open_database(tmp_path / "flipcord.sqlite3") as reopened:
        after = QuizService(reopened, Ids(), lambda: None)
        assert await after.look_over(student(), first.attempt, NOW) == before
        again = await after.begin(student(), None, None, NOW)
    assert isinstance(again, Asked)
    assert (again.attempt, again.position) == (first.attempt, 2)


async def test_a_bank_that_is_edited_meanwhile_does_not_change_a_running_check(desk: Desk) -> None:
    chem = await a_class(desk.database, a_course(a_unit(bank=[single(f"q{n}", right=0) for n in range(3)])))
    asked = await desk.begin()
    before = await desk.quizzes.look_over(student(), asked.attempt, NOW)
    await desk.answer_all(asked, right=3)
    await use_revision(desk, chem, a_course(a_unit(bank=[single(f"q{n}", right=1) for n in range(9)])))
    over = await desk.quizzes.look_over(student(), asked.attempt, NOW)
    assert isinstance(before, LookOver)
    assert isinstance(over, LookOver)
    assert [each.prompt for each in over.questions] == [each.prompt for each in before.questions]
    assert [each.options for each in over.questions] == [each.options for each in before.questions]
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, NOW), Passed)


async def test_the_bar_is_the_one_with_which_the_check_began(desk: Desk) -> None:
    chem = await a_class(desk.database, bar=60)
    asked = await desk.begin()
    await desk.answer_all(asked, right=2)
    await desk.database.write(set_bar, chem.id, 100)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, Passed)
    assert (result.score, result.bar) == (Fraction(2, 3), 60)


async def test_someone_in_no_class_is_told_to_join(desk: Desk) -> None:
    await a_class(desk.database)
    assert isinstance(await desk.quizzes.begin(student(BEN), None, None, NOW), NoClass)


async def test_a_student_of_two_classes_says_which(desk: Desk) -> None:
    await a_class(desk.database, name="Chem 1")
    other = await a_class(desk.database, a_course(a_unit("stars", "Stars"), slug="astro"), name="Astro")
    which = await desk.quizzes.begin(student(), None, None, NOW)
    assert isinstance(which, WhichClass)
    assert [each.name for each in which.sections] == ["Astro", "Chem 1"]
    chosen = await desk.quizzes.begin(student(), other.handle, None, NOW)
    assert isinstance(chosen, Asked)
    assert chosen.unit_title == "Stars"


@pytest.mark.parametrize("typed", ["matter", "Matter", " MATTER ", "2"])
async def test_a_locked_unit_names_what_opens_it(desk: Desk, typed: str) -> None:
    chem = await a_class(desk.database)
    locked = await desk.quizzes.begin(student(), None, typed, NOW)
    assert locked == StillLocked("Matter", "Measurement and units", chem.handle, 2)


async def test_a_unit_that_is_not_there_shows_those_that_are(desk: Desk) -> None:
    await a_class(desk.database)
    unknown = await desk.quizzes.begin(student(), None, "optics", NOW)
    assert unknown == NoSuchUnit("optics", ("Measurement and units", "Matter"))


async def test_pre_work_that_was_given_comes_before_the_check(desk: Desk) -> None:
    chem = await a_class(desk.database)
    posted = await posted_pre_work(desk.database, chem, "measurement")
    refused = await desk.quizzes.begin(student(), None, None, NOW)
    assert isinstance(refused, PreWorkFirst)
    assert refused.posted.handle == posted.handle
    await desk.database.write(credit, posted.id, ANA)
    assert await desk.begin()


def credit(tx: Tx, prework: int, who: int) -> None:
    me = tx.people.of(who)
    assert me is not None
    tx.prework.hand_in(prework, me.person, draft={}, at=NOW, reasons=[], credited=True, late=False)


async def test_a_check_that_was_begun_goes_on_although_pre_work_is_given_later(desk: Desk) -> None:
    chem = await a_class(desk.database)
    asked = await desk.begin()
    await posted_pre_work(desk.database, chem, "measurement")
    assert (await desk.begin()).attempt == asked.attempt


async def test_thirty_students_take_their_checks_at_once_each_with_their_own_questions(desk: Desk) -> None:
    students = [ANA + n for n in range(30)]
    bank = [single(f"q{n}", f"1.{n % 2 + 1}") for n in range(20)]
    await a_class(desk.database, a_course(a_unit(bank=bank, draw=5)), students=students)
    results = await asyncio.gather(*(desk.take(right=each % 6, who=who) for each, who in enumerate(students)))
    assert [each.score for each in results] == [Fraction(each % 6, 5) for each in range(30)]
    forms = {(await desk.database.read(form_of, who)) for who in students}
    assert len(forms) > 25


def form_of(tx: Tx, who: int) -> tuple[str, ...]:
    me = tx.people.of(who)
    assert me is not None
    (only,) = tx.attempts.of_course(me.person, 1)
    return tuple(each.question.slug for each in tx.attempts.items(only.id))


# --- answering -------------------------------------------------------------------------------------


async def test_each_answer_is_kept_at_once_and_leads_to_the_next_question(desk: Desk) -> None:
    await a_class(desk.database, a_course(a_unit(bank=MIXED, draw=5)))
    asked = await desk.begin()
    for position in range(1, 6):
        answer = await desk.right(asked.attempt, position)
        following = await desk.quizzes.answer(student(), asked.attempt, position, answer, NOW)
        kept = await desk.quizzes.question(student(), asked.attempt, position, NOW)
        assert isinstance(kept, Asked)
        assert kept.is_answered
        assert (Chosen(kept.chosen) if isinstance(answer, Chosen) else Typed(kept.typed)) == answer
        if position < 5:
            assert isinstance(following, Asked)
            assert following.position == position + 1
        else:
            assert isinstance(following, LookOver)


async def test_an_answer_can_be_changed_until_the_check_is_handed_in(desk: Desk) -> None:
    await a_class(desk.database)
    asked = await desk.begin()
    await desk.answer_all(asked, right=0)
    await desk.answer_all(asked, right=3)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, Passed)
    late = await desk.quizzes.answer(student(), asked.attempt, 1, Chosen((0,)), NOW)
    assert late == AlreadyHandedIn(result)
    _, items = await desk.stored(asked.attempt)
    assert all(each.credit == 1 for each in items)


async def test_a_text_that_is_no_number_is_kept_but_the_question_stays_open(desk: Desk) -> None:
    await a_class(desk.database, a_course(a_unit(bank=[numeric("n")], draw=1)))
    asked = await desk.begin()
    result = await desk.quizzes.answer(student(), asked.attempt, 1, Typed("3.25 g"), NOW)
    assert isinstance(result, CannotRead)
    assert result.asked.typed == "3.25 g"
    assert not result.asked.is_answered
    assert (await desk.begin()).typed == "3.25 g"
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, NOW), Unanswered)
    assert isinstance(await desk.quizzes.answer(student(), asked.attempt, 1, Typed("3.25"), NOW), LookOver)
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, NOW), Passed)


async def test_a_blank_text_changes_nothing(desk: Desk) -> None:
    await a_class(desk.database, a_course(a_unit(bank=[short("s")], draw=1)))
    asked = await desk.begin()
    await desk.quizzes.answer(student(), asked.attempt, 1, Typed("mole"), NOW)
    blank = await desk.quizzes.answer(student(), asked.attempt, 1, Typed(" \u200b\n"), NOW)
    assert isinstance(blank, Blank)
    assert blank.asked.typed == "mole"


@pytest.mark.parametrize(
    ("position", "answer"),
    [
        (0, Chosen((0,))),
        (4, Chosen((0,))),
        (-1, Chosen((0,))),
        (1, Chosen((4,))),
        (1, Chosen((-1,))),
        (1, Chosen((0, 1))),
        (1, Typed("0")),
    ],
)
async def test_a_press_that_fits_nothing_changes_nothing(desk: Desk, position: int, answer: Given) -> None:
    await a_class(desk.database)
    asked = await desk.begin()
    assert isinstance(await desk.quizzes.answer(student(), asked.attempt, position, answer, NOW), Unfit)
    _, items = await desk.stored(asked.attempt)
    assert all(each.answer is None for each in items)


async def test_nobody_else_can_read_or_change_a_check(desk: Desk) -> None:
    await a_class(desk.database, students=(ANA, BEN))
    asked = await desk.begin()
    before = await desk.stored(asked.attempt)
    for stranger in (student(BEN), student(999), student(BEN, guild=None)):
        for handle in (asked.attempt, "nothing", ""):
            assert isinstance(await desk.quizzes.question(stranger, handle, 1, NOW), NotYours)
            assert isinstance(await desk.quizzes.look_over(stranger, handle, NOW), NotYours)
            assert isinstance(await desk.quizzes.answer(stranger, handle, 1, Chosen((0,)), NOW), NotYours)
            assert isinstance(await desk.quizzes.submit(stranger, handle, NOW), NotYours)
            assert isinstance(await desk.quizzes.look_back(stranger, handle, 1), NotYours)
    assert await desk.stored(asked.attempt) == before


async def test_forged_presses_never_touch_anothers_check_nor_break_the_own(desk: Desk) -> None:
    await a_class(desk.database, students=(ANA, BEN))
    anas, bens = await desk.begin(ANA), await desk.begin(BEN)
    before = await desk.stored(anas.attempt)
    dice = random.Random("forged")
    for _ in range(2000):
        answer = dice.choice([Chosen((dice.randint(-2, 12),)), Typed(str(dice.random())), Chosen(())])
        handle = dice.choice([anas.attempt, bens.attempt, anas.attempt[::-1], "-", "' OR 1=1", ""])
        result = await desk.quizzes.answer(student(BEN), handle, dice.randint(-3, 9), answer, NOW)
        assert isinstance(result, Asked | LookOver | Blank | Unfit if handle == bens.attempt else NotYours)
    assert await desk.stored(anas.attempt) == before
