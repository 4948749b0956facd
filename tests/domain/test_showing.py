"""What a student sees of a check before grading, after "not yet", and after a pass."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.drawing import draw_form
from bot.domain.giving import Given, fit, why_unreadable
from bot.domain.mastery import Attempt, Item
from bot.domain.questions import Calculated, Chosen, Numeric, Option, Question, SingleChoice, Typed
from bot.domain.showing import Asks, LookOver, hint, look_back, show, show_all, show_next
from tests.builders import NOW, numeric, several, short, single, true_false

ATTEMPT = Attempt(1, "h1", 1, 1, 1, 1, "m", "Measurement", 1, 80, NOW, None, None, None, None)


def items(*questions: Question, seed: str = "seed") -> list[Item]:
    form = draw_form(questions, len(questions), {}, seed)
    made: list[Item] = []
    for place, each in enumerate(form, start=1):
        assert not isinstance(each.question, Calculated)
        made.append(Item(place, each.question, each.shown))
    return made


def variants() -> list[tuple[Question, Question]]:
    """Pairs that differ in nothing but which answer is right, and in what is said to it."""
    one = single("q")
    swapped = tuple(Option(each.text, 1 - each.credit, each.feedback) for each in one.options)
    return [
        (single("q", right=0), single("q", right=3)),
        (one, replace(one, options=swapped)),
        (several("q", right=(0, 2)), several("q", right=(1, 2, 3))),
        (true_false("q", answer=True), true_false("q", answer=False)),
        (numeric("q", low="1", high="1"), numeric("q", low="0", high="9999")),
        (short("q", accepted="mole"), short("q", accepted="a long * text that is accepted")),
        (single("q"), replace(single("q"), general_feedback="It is option 0, since ...")),
    ]


@pytest.mark.parametrize(("one", "other"), variants())
def test_nothing_shown_before_grading_depends_on_the_right_answer(one: Question, other: Question) -> None:
    for number in range(50):
        seed = f"seed {number}"
        assert show_all(ATTEMPT, items(one, seed=seed)) == show_all(ATTEMPT, items(other, seed=seed))


@given(place=st.integers(0, 3), seed=st.text(max_size=8))
@settings(deadline=None)
def test_the_option_that_a_student_presses_is_the_one_kept_and_shown_again(place: int, seed: str) -> None:
    item = items(single("q"), seed=seed)[0]
    own = fit(item, Chosen((place,)))
    assert isinstance(own, Chosen)
    shown = show(ATTEMPT, [replace(item, answer=own, answered_at=NOW)], 1)
    assert shown.chosen == (place,)
    assert isinstance(item.question, SingleChoice)
    assert shown.options[place] == item.question.options[own.indices[0]].text


@pytest.mark.parametrize(
    ("question", "given"),
    [
        (single("q"), Chosen((4,))),
        (single("q"), Chosen((-1,))),
        (single("q"), Chosen((0, 1))),
        (single("q"), Typed("option 0")),
        (several("q"), Chosen((0, 9))),
        (true_false("q"), Chosen((2,))),
        (numeric("q"), Chosen((0,))),
        (short("q"), Typed("a" * 201)),
    ],
)
def test_an_answer_that_the_question_does_not_have_is_refused(question: Question, given: Given) -> None:
    assert fit(items(question)[0], given) is None


def test_pressing_the_same_option_of_several_twice_counts_it_once() -> None:
    item = items(several("q"))[0]
    assert fit(item, Chosen((1, 1))) == Chosen((item.shown[1],))


def test_only_a_number_can_be_read_where_a_number_is_asked() -> None:
    assert why_unreadable(numeric("q"), Typed("3,25")) is None
    assert why_unreadable(numeric("q"), Typed("3.25 g"))
    assert why_unreadable(short("q"), Typed("3.25 g")) is None


def test_what_is_asked_for_is_said_of_each_kind() -> None:
    questions = [single("a"), true_false("b"), several("c"), numeric("d"), short("e")]
    kinds = {each.prompt[-2]: each.asks for each in show_all(ATTEMPT, items(*questions)).questions}
    assert kinds == {"a": Asks.ONE, "b": Asks.ONE, "c": Asks.SEVERAL, "d": Asks.NUMBER, "e": Asks.TEXT}


def test_when_everything_is_answered_the_check_is_looked_over() -> None:
    done = [replace(each, answer=Chosen((0,)), answered_at=NOW) for each in items(single("a"), single("b"))]
    assert isinstance(show_next(ATTEMPT, done), LookOver)


# --- not yet passed --------------------------------------------------------------------------------


def test_a_wrong_choice_is_told_what_the_teacher_says_to_it() -> None:
    assert hint(single("q", right=0), Chosen((2,))) == "about q choice 2"


def test_a_right_choice_is_told_nothing() -> None:
    assert hint(single("q", right=0), Chosen((0,))) == ""


def test_of_several_ticks_only_the_wrong_ones_are_spoken_about() -> None:
    question = several("q", right=(0, 1))
    said = tuple(replace(each, feedback=f"says {place}") for place, each in enumerate(question.options))
    assert hint(replace(question, options=said), Chosen((0, 2))) == "says 2"


def test_nothing_is_said_where_only_the_right_answer_would_be_left() -> None:
    assert hint(true_false("q", answer=True), Chosen((1,))) == ""
    assert hint(single("q", options=["yes", "no"]), Chosen((1,))) == ""


def test_words_that_name_the_right_option_are_kept_back() -> None:
    options = (
        Option("kelvin", Fraction(1)),
        Option("degree", Fraction(0), "No: it is the Kelvin."),
        Option("joule", Fraction(0), "That is for energy."),
    )
    question = SingleChoice("q", "Unit of temperature?", options)
    assert hint(question, Chosen((1,))) == ""
    assert hint(question, Chosen((2,))) == "That is for energy."


@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("Read the scale again.", True),
        ("It is 3.25, look again.", False),
        ("Between 3,2 and 3,3.", False),
        ("You need 2 more digits.", True),
        ("Add 0.5 to it, then 4 times that.", True),
    ],
)
def test_words_that_hold_a_right_number_are_kept_back(said: str, is_told: bool) -> None:
    question: Numeric = replace(numeric("q"), otherwise_feedback=said)
    assert hint(question, Typed("7")) == (said if is_told else "")


def test_zero_is_a_number_that_can_be_given_away_too() -> None:
    question = replace(numeric("q", low="0", high="0"), otherwise_feedback="At the start it is 0.")
    assert hint(question, Typed("7")) == ""


# --- passed ----------------------------------------------------------------------------------------


def test_looking_back_shows_the_key_and_what_the_teacher_says() -> None:
    item = items(replace(single("q", right=1), general_feedback="Because of the scale."))[0]
    answered = replace(item, answer=Chosen((3,)), answered_at=NOW, credit=Fraction(0))
    back = look_back(ATTEMPT, [answered], 1)
    assert [back.asked.options[place] for place in back.right] == ["q option 1"]
    assert [back.asked.options[place] for place in back.asked.chosen] == ["q option 3"]
    assert back.feedback == "about q choice 3\nBecause of the scale."


def test_looking_back_tells_what_could_have_been_typed() -> None:
    answered = [
        replace(each, answer=Typed("x"), answered_at=NOW, credit=Fraction(0))
        for each in [
            items(numeric("a", low="3.2", high="3.3"))[0],
            items(numeric("b", low="5", high="5"))[0],
            items(short("c", accepted="mole*"))[0],
        ]
    ]
    told = [look_back(ATTEMPT, [each], 1).accepted for each in answered]
    assert told == [("3.2 to 3.3",), ("5",), ("mole…",)]
