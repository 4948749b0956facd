"""Courses, questions and answers come back from JSON exactly as they went in."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import codec, question_codec
from bot.domain.course import Check, Course, Objective, PreWork, Reading, Unit, Video
from bot.domain.drawing import Share
from bot.domain.kept_answers import read_answer
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Calculated,
    CalculatedOption,
    Chosen,
    Essay,
    Filled,
    Formula,
    Gap,
    Gaps,
    Matched,
    Matching,
    NamedUnit,
    Numeric,
    Option,
    Ordered,
    Ordering,
    Pair,
    SeveralChoices,
    ShortText,
    SingleChoice,
    Tolerance,
    TrueFalse,
    Typed,
    UnitRule,
    Variable,
    Written,
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


def tuples(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(of, max_size=2).map(tuple)


named_units = st.builds(NamedUnit, texts, st.fractions(Fraction(1, 1000), 1000))
unit_rules = st.none() | st.builds(
    UnitRule, texts, tuples(named_units), st.fractions(0, 1), of_whole=st.booleans()
)
gaps = st.builds(Gap, tuples(accepted_texts.map(lambda of: of[0])), weight=st.integers(1, 9))
gaps |= st.builds(Gap, numbers=accepted_numbers) | st.builds(Gap, options=options)
variables = st.builds(Variable, texts, decimals, decimals, decimals, tuples(decimals))
formulas = st.builds(
    Formula,
    texts,
    credits,
    texts,
    decimals,
    st.sampled_from(Tolerance),
    st.integers(0, 9),
    significant=st.booleans(),
)
calculated_options = st.builds(
    CalculatedOption, texts, credits, texts, st.integers(0, 9), significant=st.booleans()
)
shared = {
    "objective": texts,
    "general_feedback": texts,
    "difficulty": st.integers(1, 3),
    "picture": texts,
    "alt": texts,
}
questions = st.one_of(
    st.builds(TrueFalse, texts, texts, st.booleans(), wrong_feedback=texts, right_feedback=texts, **shared),
    st.builds(SingleChoice, texts, texts, options, **shared),
    st.builds(SeveralChoices, texts, texts, options, **shared),
    st.builds(ShortText, texts, texts, accepted_texts, case_matters=st.booleans(), **shared),
    st.builds(Numeric, texts, texts, accepted_numbers, otherwise_feedback=texts, unit=unit_rules, **shared),
    st.builds(Matching, texts, texts, tuples(st.builds(Pair, texts, texts)), tuples(texts), **shared),
    st.builds(Ordering, texts, texts, tuples(texts), texts, **shared),
    st.builds(Gaps, texts, texts, tuples(gaps), **shared),
    st.builds(Essay, texts, texts, st.booleans(), **shared),
    st.builds(
        Calculated,
        texts,
        texts,
        tuples(variables),
        tuples(formulas),
        tuples(calculated_options),
        several=st.booleans(),
        otherwise_feedback=texts,
        unit=unit_rules,
        **shared,
    ),
)
seconds = st.integers(0, 10**6)


materials = st.one_of(st.builds(Video, texts, texts, seconds), st.builds(Reading, texts, texts, seconds))
shares = st.builds(Share, texts, seconds, st.sampled_from([None, 1, 2, 3]))
units = st.builds(
    Unit,
    texts,
    texts,
    tuples(st.builds(Objective, texts, texts, texts)),
    st.builds(PreWork, tuples(materials), tuples(questions)),
    st.builds(Check, seconds, tuples(questions), seconds, tuples(shares)),
)
courses = st.builds(Course, texts, texts, tuples(units))
places = st.lists(st.integers(0, 9)).map(tuple)
answers = st.one_of(
    places.map(Chosen),
    st.builds(Typed, texts),
    st.builds(Matched, tuples(st.none() | st.integers(0, 9))),
    places.map(Ordered),
    st.builds(Filled, tuples(texts)),
    st.builds(Written, texts, tuples(texts)),
)


def through_json(body: question_codec.Json) -> question_codec.Json:
    return json.loads(json.dumps(body))


@unhurried
@given(questions)
def test_a_question_comes_back_as_it_went(question):
    back = question_codec.question_from_json(through_json(question_codec.question_to_json(question)))
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
    assert read_answer(through_json(question_codec.answer_to_json(answer))) == answer


def test_a_third_and_a_tenth_stay_exact():
    number = AcceptedNumber(Decimal("0.1"), Decimal("1E-30"), Fraction(1, 3))
    body = question_codec.question_to_json(Numeric("q", "?", (number,)))
    assert body["accepted"] == [{"low": "0.1", "high": "1E-30", "credit": "1/3", "feedback": ""}]


def test_a_kind_that_nobody_knows_is_refused():
    body = question_codec.question_to_json(TrueFalse("q", "?", answer=True)) | {"kind": "riddle"}
    with pytest.raises(ValueError, match="riddle"):
        question_codec.question_from_json(body)


def test_a_question_that_says_nothing_new_is_kept_as_the_first_version_kept_it():
    body = question_codec.question_to_json(
        Numeric("q", "?", (AcceptedNumber(Decimal(1), Decimal(2), Fraction(1)),))
    )
    assert set(body) == {
        "slug", "prompt", "objective", "general_feedback", "kind", "accepted", "otherwise_feedback"
    }  # fmt: skip
