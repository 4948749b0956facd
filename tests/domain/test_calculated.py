"""Calculated questions: what a formula gives, which numbers are drawn, and which answers are right."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from bot.domain.calculated import instantiate, problems, with_item, with_values
from bot.domain.formula import FormulaError, parse_formula
from bot.domain.grading import mark_at_once
from bot.domain.questions import (
    Calculated,
    CalculatedOption,
    Formula,
    Numeric,
    SingleChoice,
    Tolerance,
    Typed,
    UnitRule,
    Variable,
)

ONE = Fraction(1)


def value(text: str, **variables: str) -> Fraction:
    return parse_formula(text).value({name: Fraction(number) for name, number in variables.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2**2", -4),
        ("2^3^2", 512),
        ("2**-1", Fraction(1, 2)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("1/3*3", 1),
        ("7 % 3", 1),
        ("-7 % 3", -1),
        ("5 \u2212 2 \u00d7 2", 1),
        ("1.5e3", 1500),
        ("sqrt(9/16)", Fraction(3, 4)),
        ("round(2.5) + round(-2.5) + round(1.25, 1)", Fraction(13, 10)),
        ("max(1, 3, 2) - min(4, 2)", 1),
        ("floor(-1.5) + ceil(1.2) + abs(-3)", 3),
        ("fmod(7.5, 2)", Fraction(3, 2)),
        ("bindec(101) + octdec(17) + decbin(5) + decoct(8)", 5 + 15 + 101 + 10),
        ("pow(2, 10)", 1024),
    ],
)
def test_a_formula_is_worked_out_exactly(text: str, expected: Fraction | int):
    assert value(text) == expected


def test_a_variable_keeps_its_sign_to_itself():
    assert value("{a}**2", a="-3") == 9
    assert value("2-{a}", a="-3") == 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sin(pi()/2)", 1.0),
        ("exp(1)", math.e),
        ("log(100, 10)", 2.0),
        ("deg2rad(180)", math.pi),
        ("sqrt(2)", 2**0.5),
    ],
)
def test_angles_roots_and_logarithms_are_as_good_as_a_calculator_s(text: str, expected: float):
    assert math.isclose(float(value(text)), expected, rel_tol=1e-15)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1/0", "divides by 0"),
        ("sqrt(-1)", "no value"),
        ("log(0)", "no value"),
        ("exp(1000)", "no value"),
        ("9**9**9", "no value"),
        ("10**299 * 100", "too large"),
        ("1 +", "ends too soon"),
        ("(1", "ends too soon"),
        ("1 2", "column 3"),
        ("system(1)", "'system' (column 1) is none of the functions"),
        ("__import__", "none of the functions"),
        ("sin()", "cannot have 0"),
        ("sin(1, 2)", "cannot have 2"),
        ("1; 2", "column 2"),
        ("{b}", "no variable {b}"),
        ("", "ends too soon"),
        ("(" * 500, "nested too deeply"),
        ("-" * 900 + "(" * 60, "nested too deeply"),
        ("1+" * 600 + "1", "1000 is the most"),
        ("2**" * 300 + "2", "nested too deeply"),
    ],
)
def test_what_cannot_be_worked_out_is_told_in_words(text: str, words: str):
    with pytest.raises(FormulaError) as told:
        value(text, a="1")
    assert words in str(told.value)


def test_formulas_of_a_thousand_random_shapes_give_what_python_gives():
    dice = random.Random(7)

    def some(depth: int) -> str:
        if depth == 0 or dice.random() < 0.2:
            return dice.choice([str(dice.randint(1, 9)), f"{dice.randint(1, 99)}/7", "{a}"])
        return f"({some(depth - 1)} {dice.choice('+-*')} {some(depth - 1)})"

    for _ in range(1000):
        text = some(4)
        python = text.replace("{a}", "F(5, 3)")
        for number in "0123456789":
            python = python.replace(f"{number}/7", f"{number}*F(1, 7)")
        assert value(text, a="5/3") == eval(python, {"F": Fraction}), text  # noqa: S307  # made two lines above


SPEED = Calculated(
    "speed",
    "A car goes {v} m/s for {t} s, twice that is {=2*{t}} s. {Not a variable.}",
    (
        Variable("v", Decimal(5), Decimal(20), Decimal("0.5")),
        Variable("t", Decimal(2), Decimal(9), Decimal(1)),
    ),
    (Formula("{v}*{t}", ONE, "As far as {=2*{v}*{t}} halves.", Decimal("0.01")),),
    objective="1.1",
    difficulty=3,
    unit=UnitRule("m"),
)


def test_the_same_seed_gives_the_same_numbers_and_another_one_others():
    assert instantiate(SPEED, "ana 1") == instantiate(SPEED, "ana 1")
    assert len({instantiate(SPEED, f"ana {number}").prompt for number in range(20)}) > 15


def test_what_is_asked_has_its_numbers_and_the_right_answer_goes_with_them():
    made = with_values(SPEED, {"v": Decimal("7.5"), "t": Decimal(4)})
    assert isinstance(made, Numeric)
    assert made.prompt == "A car goes 7.5 m/s for 4 s, twice that is 8 s. {Not a variable.}"
    assert (made.objective, made.difficulty, made.unit) == ("1.1", 3, UnitRule("m"))
    assert [mark_at_once(made, Typed(text)).credit for text in ("30 m", "30.3 m", "30.31 m")] == [1, 1, 0]
    assert mark_at_once(made, Typed("30 m")).feedback == "As far as 60 halves."


@pytest.mark.parametrize(
    ("kind", "tolerance", "low", "high"),
    [
        (Tolerance.RELATIVE, "0.1", "-110", "-90"),
        (Tolerance.NOMINAL, "0.1", "-100.1", "-99.9"),
        (Tolerance.GEOMETRIC, "0.25", "-125", "-80"),
    ],
)
def test_each_tolerance_of_moodle_reaches_as_far_as_moodle_says(
    kind: Tolerance, tolerance: str, low: str, high: str
):
    formula = Formula("{a}", ONE, "", Decimal(tolerance), kind)
    made = with_values(Calculated("q", "?", (), (formula,)), {"a": Decimal(-100)})
    assert isinstance(made, Numeric)
    assert (made.accepted[0].low, made.accepted[0].high) == (Decimal(low), Decimal(high))


def test_items_of_a_data_set_go_together():
    variables = tuple(
        Variable(name, Decimal(0), Decimal(9), Decimal(1), tuple(map(Decimal, items)))
        for name, items in (("a", (1, 2, 3)), ("b", (10, 20, 30)))
    )
    question = Calculated("q", "{a} {b}", variables, (Formula("{a}+{b}", ONE),))
    assert with_item(question, 2).prompt == "2 20"
    assert {instantiate(question, str(seed)).prompt for seed in range(50)} == {"1 10", "2 20", "3 30"}
    with pytest.raises(FormulaError, match="no number 4"):
        with_item(question, 4)


def test_numbers_that_make_options_alike_or_divide_by_nothing_are_not_drawn():
    a = Variable("a", Decimal(0), Decimal(2), Decimal(1))
    options = (
        CalculatedOption("{={a}*2}", ONE, digits=0),
        CalculatedOption("{={a}**2}", Fraction(0), digits=0),
    )
    for seed in range(30):
        made = instantiate(Calculated("q", "Twice {a}?", (a,), options=options), str(seed))
        assert isinstance(made, SingleChoice)
        assert [each.text for each in made.options] == ["2", "1"]
        divided = instantiate(Calculated("q", "{a}", (a,), (Formula("1/{a}", ONE),)), str(seed))
        assert divided.prompt in ("1", "2")


def test_a_question_that_can_never_be_asked_says_why():
    zero = Variable("a", Decimal(0), Decimal(0), Decimal(1))
    assert list(problems(Calculated("q", "?", (zero,), (Formula("1/{a}", ONE),))))
    assert list(problems(Calculated("q", "?", (zero,), (Formula("1/{b}", ONE),)))) == [
        "the variable {b} is not defined"
    ]
    assert list(problems(SPEED)) == []
