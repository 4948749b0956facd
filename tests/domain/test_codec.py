"""Courses, questions and answers come back from JSON exactly as they went in."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import codec
from bot.domain.course import Check, Course, Objective, PreWork, Reading, Unit, Video
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Chosen,
    Numeric,
    Option,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
)

#: a busy machine is no failure
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
credits = st.fractions(-1, 1)
decimals = st.decimals(allow_nan=False, allow_infinity=False)
options = st.lists(st.builds(Option, texts, credits, texts), min_size=2, max_size=3).map(tuple)
accepted_texts = st.lists(st.builds(AcceptedText, texts, credits, texts), min_size=1, max_size=3).map(tuple)
accepted_numbers = st.lists(
    st.builds(AcceptedNumber, decimals, decimals, credits, texts), min_size=1, max_size=3
).map(tuple)
questions = st.one_of(
    st.builds(TrueFalse, texts, texts, st.booleans(), texts, texts, texts, texts),
    st.builds(SingleChoice, texts, texts, options, texts, texts),
    st.builds(SeveralChoices, texts, texts, options, texts, texts),
    st.builds(ShortText, texts, texts, accepted_texts, texts, texts),
    st.builds(Numeric, texts, texts, accepted_numbers, texts, texts, texts),
)
seconds = st.integers(0, 10**6)


def tuples(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(of, max_size=2).map(tuple)


materials = st.one_of(st.builds(Video, texts, texts, seconds), st.builds(Reading, texts, texts, seconds))
units = st.builds(
    Unit,
    texts,
    texts,
    tuples(st.builds(Objective, texts, texts, texts)),
    st.builds(PreWork, tuples(materials), tuples(questions)),
    st.builds(Check, seconds, tuples(questions), seconds),
)
courses = st.builds(Course, texts, texts, tuples(units))
answers = st.one_of(st.lists(st.integers(0, 9)).map(tuple).map(Chosen), st.builds(Typed, texts))


def through_json(body: codec.Json) -> codec.Json:
    return json.loads(json.dumps(body))


@unhurried
@given(questions)
def test_a_question_comes_back_as_it_went(question):
    back = codec.question_from_json(through_json(codec.question_to_json(question)))
    assert back == question
    # equal is not enough: Decimal("1.0") equals Decimal("1"), and True equals 1
    assert repr(back) == repr(question)


@unhurried
@given(courses)
def test_a_course_comes_back_as_it_went(course):
    back = codec.course_from_json(through_json(codec.course_to_json(course)))
    assert repr(back) == repr(course)


@unhurried
@given(units)
def test_a_unit_is_kept_without_its_bank_and_given_it_back(unit):
    body = through_json(codec.unit_to_json(unit))
    assert "bank" not in body
    assert codec.unit_from_json(body, iter(unit.check.bank)) == unit


@unhurried
@given(answers)
def test_an_answer_comes_back_as_it_went(answer):
    assert codec.answer_from_json(through_json(codec.answer_to_json(answer))) == answer


def test_a_third_and_a_tenth_stay_exact():
    number = AcceptedNumber(Decimal("0.1"), Decimal("1E-30"), Fraction(1, 3))
    body = codec.question_to_json(Numeric("q", "?", (number,)))
    assert body["accepted"] == [{"low": "0.1", "high": "1E-30", "credit": "1/3", "feedback": ""}]


def test_a_kind_that_nobody_knows_is_refused():
    body = codec.question_to_json(TrueFalse("q", "?", answer=True)) | {"kind": "essay"}
    with pytest.raises(ValueError, match="essay"):
        codec.question_from_json(body)
