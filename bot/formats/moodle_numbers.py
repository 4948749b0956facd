"""Moodle XML's questions about numbers: numerical ones with their units, and calculated ones with their data sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from bot.domain import limits
from bot.domain.calculated import problems
from bot.domain.questions import (
    AcceptedNumber,
    Calculated,
    CalculatedOption,
    Formula,
    NamedUnit,
    Numeric,
    Tolerance,
    UnitRule,
    Variable,
)
from bot.domain.typed_numbers import parse_number
from bot.formats.gift_answers import MalformedError, Stem
from bot.formats.moodle_nodes import answers_of, label_of, need_full_marks
from bot.formats.plain_text import one_line
from bot.formats.xml_tree import Node

_TOLERANCES = {"1": Tolerance.RELATIVE, "2": Tolerance.NOMINAL, "3": Tolerance.GEOMETRIC} | {
    each.value: each for each in Tolerance
}
#: showunits: no unit is asked for
_NO_UNITS = "3"


def read_numeric(node: Node, stem: Stem) -> Numeric:
    accepted: list[AcceptedNumber] = []
    otherwise = ""
    for answer, text, credit, said in answers_of(node):
        if text.strip() == "*":
            otherwise = _otherwise(answer, credit, said)
            continue
        value = number_in(text, answer.line)
        margin = abs(number_in(answer.words("tolerance") or "0", answer.line))
        accepted.append(AcceptedNumber(value - margin, value + margin, credit, said))
    need_full_marks([each.credit for each in accepted], node.line)
    return Numeric(
        stem.slug, stem.prompt, tuple(accepted), general_feedback=stem.general_feedback,
        otherwise_feedback=otherwise, unit=_units(node),
    )  # fmt: skip


def _otherwise(answer: Node, credit: Fraction, said: str) -> str:
    if credit:
        raise MalformedError(answer.line, "* stands for every other number and earns nothing")
    return said


def number_in(text: str, line: int) -> Decimal:
    number = parse_number(text)
    if number is None:
        raise MalformedError(line, f"{text.strip()[:40]!r} is not a number")
    return number


def _units(node: Node) -> UnitRule | None:
    """Moodle's table of units, and what a wrong one costs."""
    listed = list(node.all("units", "unit"))
    if not listed or node.words("showunits").strip() == _NO_UNITS:
        return None
    if len(listed) > limits.UNITS_NAMED:
        raise MalformedError(node.line, f"{len(listed)} units, and {limits.UNITS_NAMED} is the most")
    named: list[NamedUnit] = []
    for each in listed:
        name = one_line(each.words("unit_name"))
        multiplier = Fraction(number_in(each.words("multiplier"), each.line))
        if not name or multiplier <= 0:
            raise MalformedError(each.line, "a unit has a name, and a multiplier above 0")
        named.append(NamedUnit(name, multiplier))
    wanted = next((each.name for each in named if each.multiplier == 1), named[0].name)
    graded = node.words("unitgradingtype").strip()
    if graded in ("", "0"):
        return UnitRule(wanted, tuple(named))
    penalty = Fraction(number_in(node.words("unitpenalty") or "0.1", node.line))
    return UnitRule(wanted, tuple(named), min(Fraction(1), max(Fraction(0), penalty)), of_whole=graded == "2")


# --- calculated ------------------------------------------------------------------------------------


def read_calculated(node: Node, stem: Stem, *, is_choice: bool) -> Calculated:
    variables = tuple(_variables(node))
    question = Calculated(stem.slug, stem.prompt, variables, general_feedback=stem.general_feedback)
    if is_choice:
        several = node.words("single").strip() in ("false", "0")
        question = replace(question, options=tuple(_options(node)), several=several)
        if len(question.options) < 2:
            raise MalformedError(node.line, "a choice needs 2 options or more")
        if not any(each.credit > 0 for each in question.options):
            raise MalformedError(node.line, "no option is right")
    else:
        formulas, otherwise = _formulas(node)
        question = replace(question, formulas=formulas, otherwise_feedback=otherwise, unit=_units(node))
    if problem := next(problems(question), ""):
        raise MalformedError(node.line, problem)
    return question


def _formulas(node: Node) -> tuple[tuple[Formula, ...], str]:
    found: list[Formula] = []
    otherwise = ""
    for answer, text, credit, said in answers_of(node):
        if text.strip() == "*":
            otherwise = _otherwise(answer, credit, said)
            continue
        tolerance = number_in(answer.words("tolerance") or "0", answer.line)
        kind = answer.words("tolerancetype").strip() or "1"
        if kind not in _TOLERANCES:
            raise MalformedError(answer.line, f"the kind of tolerance {kind[:20]!r} is not one of Moodle's")
        digits, significant = _digits(answer)
        expression = one_line(text)
        found.append(
            Formula(expression, credit, said, abs(tolerance), _TOLERANCES[kind], digits, significant)
        )
    need_full_marks([each.credit for each in found], node.line)
    return tuple(found), otherwise


def _options(node: Node) -> Iterator[CalculatedOption]:
    for answer, _, credit, said in answers_of(node):
        digits, significant = _digits(answer)
        yield CalculatedOption(label_of(answer), credit, said, digits, significant)


def _digits(answer: Node) -> tuple[int, bool]:
    digits = number_in(answer.words("correctanswerlength") or "2", answer.line)
    return int(min(digits, 15)), answer.words("correctanswerformat").strip() == "2"


def _variables(node: Node) -> Iterator[Variable]:
    definitions = list(node.all("dataset_definitions", "dataset_definition"))
    if len(definitions) > limits.VARIABLES:
        raise MalformedError(node.line, f"{len(definitions)} variables, and {limits.VARIABLES} is the most")
    for each in definitions:
        name = each.words("name", "text").strip()
        low, high = (number_in(each.words(end, "text") or "0", each.line) for end in ("minimum", "maximum"))
        decimals = number_in(each.words("decimals", "text") or "0", each.line)
        if not name or low > high or not 0 <= decimals <= 15:
            raise MalformedError(each.line, "a variable has a name, and a range from less to more")
        items = sorted(_items(each))
        step = Decimal(1).scaleb(-int(decimals))
        written = each.words("step", "text").strip()
        if written:  # of our own writer: Moodle has none
            step = number_in(written, each.line)
        if step <= 0:
            raise MalformedError(each.line, "a variable goes by steps above 0")
        yield Variable(name, low, high, step, tuple(value for _, value in items))


def _items(definition: Node) -> Iterator[tuple[int, Decimal]]:
    for each in islice(definition.all("dataset_items", "dataset_item"), limits.VALUES):
        yield (
            int(number_in(each.words("number"), each.line)),
            number_in(each.words("value"), each.line),
        )
