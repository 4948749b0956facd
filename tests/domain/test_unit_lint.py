"""What a teacher is told before a unit is opened: the causes for which mastery classes fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.course import Check, Course, Objective, PreWork, Unit, Video
from bot.domain.drawing import Share, draw_form
from bot.domain.questions import EASY, HARD, MEDIUM, Calculated, Essay, Formula, TrueFalse, Variable
from bot.domain.unit_lint import (
    TRIES,
    LongVideo,
    MarkingLoad,
    NoQuestions,
    NoReview,
    NoTimeToRetake,
    look_over,
    marking_load,
    repeats_by_try,
    thin_bank,
    vague_verb,
)
from bot.words.unit_lint import advice


def unit(
    *,
    text: str = "Convert a length.",
    review: str = "Watch again.",
    length_s: int = 400,
    bank: int = 12,
    draw: int = 4,
):
    questions = tuple(TrueFalse(f"q{n}", "Is it?", answer=True, objective="1.1") for n in range(bank))
    video = Video("Lengths", "https://video.example/1", length_s)
    return Unit(
        "u", "Lengths", (Objective("1.1", text, review),), PreWork((video,), ()), Check(draw, questions, 0)
    )


def found(one: Unit):
    return look_over(Course("c", "Course", (one,)))


def test_a_unit_in_order_brings_no_advice() -> None:
    assert found(unit()) == ()


def test_each_cause_is_found_where_it_was_planted() -> None:
    assert [type(each).__name__ for each in found(unit(text="Understand lengths."))] == ["VagueObjective"]
    assert found(unit(review=" ")) == (NoReview("Lengths", "1.1"),)
    assert found(unit(length_s=601)) == (LongVideo("Lengths", "Lengths", 601),)
    assert found(unit(length_s=600)) == ()
    assert found(unit(bank=0)) == (NoQuestions("Lengths", "1.1"),)
    assert [advice(each) for each in found(unit(bank=8, draw=4))] == [
        "Bank of 8, form of 4: try 3 repeats 100 %. Write 4 more on 1.1."
    ]


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("Understand moles", "understand"), ("You will be able to know the parts", "know"),
        ("students should learn about gases", "learn about"), ("Explain what you know", None),
        ("Solve for x", None), ("Knowledgeable reading", None),
    ],
)  # fmt: skip
def test_an_objective_is_vague_if_nobody_could_watch_it_being_done(text: str, verb: str | None) -> None:
    assert vague_verb(text) == verb


def essays(count: int, *, bank: int = 12, draw: int = 4) -> Unit:
    whole = unit(bank=bank, draw=draw)
    written = tuple(Essay(f"e{n}", "Explain it.", objective="1.1") for n in range(count))
    return replace(whole, check=replace(whole.check, bank=(*written, *whole.check.bank[count:])))


def test_marking_by_hand_is_counted_for_the_class_there_is() -> None:
    assert marking_load(essays(12, draw=1), 150) == MarkingLoad("Lengths", 150, 225, 675)
    assert marking_load(essays(12, draw=1), 26) is None, "39 answers are 117 minutes"
    assert marking_load(essays(12, draw=1), 27) is None, "40 answers are the two hours"
    assert marking_load(essays(12, draw=1), 28) == MarkingLoad("Lengths", 28, 42, 126)
    assert marking_load(unit(), 150) is None
    assert [advice(each) for each in found(essays(12, draw=1))] == [
        (
            "With 150 students about 225 answers are marked by hand in its week: 11 hours at 3 minutes each. "
            "Over 2 hours is hard to keep up: ask fewer essays."
        )
    ]


def test_three_tries_are_to_fit_into_the_week_of_a_unit() -> None:
    half = 7 * 12 * 3600
    whole = unit()
    assert found(replace(whole, check=replace(whole.check, cooldown_s=half))) == ()
    late = replace(whole, check=replace(whole.check, cooldown_s=half + 3600))
    assert found(late) == (NoTimeToRetake("Lengths", half + 3600),)


def test_calculated_questions_never_run_out() -> None:
    endless = tuple(
        Calculated(
            f"c{n}",
            "Twice {v}?",
            (Variable("v", Decimal(1), Decimal(10), Decimal(1)),),
            (Formula("2*{v}", Fraction(1)),),
            objective="1.1",
        )
        for n in range(2)
    )
    assert thin_bank("u", Check(2, endless, 0)) is None
    few = tuple(TrueFalse(f"q{n}", "Is it?", answer=True, objective="1.2") for n in range(2))
    thin = thin_bank("u", Check(2, (*endless, *few), 0))
    assert thin is not None
    assert thin.write_more == (Share("1.2", 1),)


def test_what_is_to_be_written_is_told_by_difficulty_where_the_blueprint_names_one() -> None:
    bank = [
        TrueFalse(f"q{n}", "Is it?", answer=True, objective="3.2", difficulty=HARD if n < 2 else EASY)
        for n in range(12)
    ]
    thin = thin_bank("u", Check(3, tuple(bank), 0, (Share("3.2", 2, HARD),)))
    assert thin is not None
    assert advice(thin) == "Bank of 12, form of 3: try 3 repeats 66 %. Write 4 more hard on 3.2."


objectives = st.sampled_from(["1.1", "1.2", "1.3", "1.4"])
cells = st.tuples(objectives, st.sampled_from([EASY, MEDIUM, HARD]))


@st.composite
def checks(draw: st.DrawFn) -> Check:
    pool = draw(st.lists(cells, min_size=1, max_size=24))
    bank = [
        TrueFalse(f"q{n}", "", answer=True, objective=objective, difficulty=difficulty)
        for n, (objective, difficulty) in enumerate(pool)
    ]
    form = draw(st.integers(1, 8))
    some = draw(st.lists(st.sampled_from(pool), max_size=min(form, 3), unique=True))
    return Check(form, tuple(bank), 0, tuple(Share(*each[:1], 1, each[1]) for each in some))


def enlarged(check: Check, more: Sequence[Share]) -> Check:
    new = [
        TrueFalse(
            f"n{place}.{n}", "", answer=True, objective=share.objective, difficulty=share.difficulty or MEDIUM
        )
        for place, share in enumerate(more)
        for n in range(share.count)
    ]
    return replace(check, bank=(*check.bank, *new))


def repeats_of_a_student(check: Check, student: int) -> list[int]:
    """What really happens to one: their forms one after the other."""
    met: set[str] = set()
    seen: dict[str, int] = {}
    counts: list[int] = []
    for number in range(1, TRIES + 1):
        form = draw_form(check.bank, check.draw, seen, f"{student}/{number}", blueprint=check.blueprint)
        slugs = {each.question.slug for each in form}
        counts.append(len(slugs & met))
        met |= slugs
        seen |= dict.fromkeys(slugs, number)
    return counts


@settings(max_examples=150, deadline=None)
@given(checks())
def test_what_is_foretold_of_repeats_happens_to_every_student(check: Check) -> None:
    """Whether anything comes again, exactly; how much, to within one question in the odd bank that is mixed."""
    foretold = [each.total() for each in repeats_by_try(check)]
    for student in range(4):
        happened = repeats_of_a_student(check, student)
        assert any(happened) == any(foretold)
        assert all(abs(one - other) <= 1 for one, other in zip(happened, foretold, strict=True))


@settings(max_examples=100, deadline=None)
@given(checks())
def test_with_what_it_asks_for_three_tries_bring_no_question_twice(check: Check) -> None:
    thin = thin_bank("u", check)
    if thin is None:
        assert repeats_of_a_student(check, 1) == [0] * TRIES
        return
    enough = enlarged(check, thin.write_more)
    assert repeats_of_a_student(enough, 1) == [0] * TRIES
    fewer = [replace(each, count=each.count - 1) for each in thin.write_more]
    assert any(repeats_of_a_student(enlarged(check, fewer), 1)), "one fewer of each would do"
