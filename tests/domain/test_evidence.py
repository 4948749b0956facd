"""What counts as having done pre-work, and the reasons when it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evidence import (
    Credit,
    Evidence,
    LookAgain,
    NoCredit,
    NotStarted,
    Reason,
    SayMore,
    TooSoon,
    judge,
    ready_at,
)

STARTED = datetime(2026, 11, 23, 15, tzinfo=UTC)
LENGTH_S = 385
READY = STARTED + timedelta(seconds=192.5)
DEADLINE = STARTED + timedelta(days=1)
SUMMARY = "It showed how to read a scale to the right digit."
GOOD = Evidence(
    started_at=STARTED,
    handed_in_at=STARTED + timedelta(minutes=10),
    credits=(Fraction(1), Fraction(1)),
    feedback=("Right.", "Right."),
    summary=SUMMARY,
    question="Why not round up?",
)


def reasons(**changes: object) -> tuple[Reason, ...]:
    verdict = judge(replace(GOOD, **changes), LENGTH_S, DEADLINE)
    assert isinstance(verdict, NoCredit), verdict
    return verdict.reasons


def test_right_answers_a_summary_a_question_and_the_time_for_it_are_credited() -> None:
    assert judge(GOOD, LENGTH_S, DEADLINE) == Credit(late=False)


def test_a_unit_without_questions_asks_for_the_rest() -> None:
    assert judge(replace(GOOD, credits=(), feedback=()), LENGTH_S, DEADLINE) == Credit(late=False)


@pytest.mark.parametrize(("late_by", "late"), [(-1, False), (0, False), (1, True)])
def test_at_the_very_deadline_it_is_on_time_and_a_moment_later_it_is_late(late_by: int, late: bool) -> None:
    at = DEADLINE + timedelta(microseconds=late_by)
    assert judge(replace(GOOD, handed_in_at=at), LENGTH_S, DEADLINE) == Credit(late=late)


def test_half_the_length_after_start_it_counts_and_a_moment_before_it_does_not() -> None:
    assert ready_at(STARTED, LENGTH_S) == READY
    assert judge(replace(GOOD, handed_in_at=READY), LENGTH_S, DEADLINE) == Credit(late=False)
    too_soon = READY - timedelta(microseconds=1)
    assert reasons(handed_in_at=too_soon) == (TooSoon(READY, 192, LENGTH_S),)


def test_whoever_never_pressed_start_is_told_so_and_nothing_about_time() -> None:
    assert reasons(started_at=None) == (NotStarted(),)


def test_a_start_that_lies_after_the_hand_in_is_too_soon_and_took_no_time() -> None:
    assert reasons(handed_in_at=STARTED - timedelta(seconds=5)) == (TooSoon(READY, 0, LENGTH_S),)


def test_half_a_right_answer_is_not_right_yet_and_each_is_named_by_its_number() -> None:
    found = reasons(credits=(Fraction(1), Fraction(99, 100)), feedback=("Right.", "One is missing."))
    assert found == (LookAgain(2, "One is missing."),)


@pytest.mark.parametrize(
    ("text", "words"), [("", 0), (" \n ", 0), ("one", 1), ("one two three four five six seven", 7)]
)
def test_a_short_summary_is_counted_in_words(text: str, words: int) -> None:
    assert reasons(summary=text) == (SayMore("summary", words, 8),)


def test_eight_words_and_three_are_enough() -> None:
    enough = replace(GOOD, summary="one two three four five six seven eight", question="what is it")
    assert judge(enough, LENGTH_S, DEADLINE) == Credit(late=False)
    assert reasons(question="why so") == (SayMore("question", 2, 3),)


def test_everything_that_is_missing_is_told_at_once() -> None:
    found = reasons(started_at=None, credits=(Fraction(0), Fraction(0)), summary="", question="")
    assert [type(each) for each in found] == [LookAgain, LookAgain, SayMore, SayMore, NotStarted]


@given(
    st.integers(0, 20_000),
    st.integers(0, 40_000),
    st.lists(st.fractions(0, 1), max_size=3),
    st.text(max_size=80),
    st.text(max_size=40),
)
def test_credit_is_given_exactly_when_nothing_is_missing(
    length_s: int, taken_s: int, credits: list[Fraction], summary: str, question: str
) -> None:
    shown = replace(
        GOOD,
        handed_in_at=STARTED + timedelta(seconds=taken_s),
        credits=credits,
        feedback=["" for _ in credits],
        summary=summary,
        question=question,
    )
    complete = (
        all(each == 1 for each in credits)
        and len(summary.split()) >= 8
        and len(question.split()) >= 3
        and 2 * taken_s >= length_s
    )
    verdict = judge(shown, length_s, STARTED + timedelta(days=1))
    assert isinstance(verdict, Credit) is complete
    assert isinstance(verdict, Credit) or verdict.reasons
