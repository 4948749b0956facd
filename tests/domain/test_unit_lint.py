"""What a teacher is told before a unit is opened: the causes for which mastery classes fail."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.course import Check, Course, Objective, PreWork, Unit, Video
from bot.domain.questions import TrueFalse
from bot.domain.unit_lint import (
    TRIES,
    LongVideo,
    NoQuestions,
    NoReview,
    look_over,
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


pools = st.dictionaries(st.sampled_from(["1.1", "1.2", "1.3", "1.4"]), st.integers(0, 14), min_size=1)


@settings(max_examples=200, deadline=None)
@given(pools, st.integers(1, 8))
def test_with_what_it_asks_for_three_tries_bring_no_question_twice(pool: dict[str, int], form: int) -> None:
    pool = {objective: count for objective, count in pool.items() if count}
    thin = thin_bank("u", Counter(pool), form)
    if thin is None:
        assert not pool or all(each.total() == 0 for each in repeats_by_try(pool, form))
        return
    enough = Counter(pool)
    for objective, count in thin.write_more:
        enough[objective] += count
    assert all(each.total() == 0 for each in repeats_by_try(enough, form))
    assert enough.total() >= min(form * TRIES, enough.total())
    for objective, _ in thin.write_more:
        enough[objective] -= 1
    assert any(each.total() for each in repeats_by_try(enough, form)), "one fewer of each would do"
