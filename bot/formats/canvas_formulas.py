"""Canvas's formula questions: variables by their bare names, lines that may name what they work out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from bot.domain import limits
from bot.domain.calculated import problems
from bot.domain.questions import Calculated, Formula, Tolerance, Variable
from bot.domain.typed_numbers import parse_number
from bot.formats.gift_answers import MalformedError, Stem
from bot.formats.xml_tree import Node

_NAME = re.compile(r"(?<![\w.{])([A-Za-z_]\w*)(?!\s*\(|[\w}])")
_ASSIGNED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)(.*)")
_CONSTANTS = {"pi": "pi()", "e": "exp(1)"}


def read_formula_question(item: Node, stem: Stem) -> Calculated:
    """Raises MalformedError for a formula that cannot be worked out."""
    told = next((each for each in item.walk() if each.name == "calculated"), None)
    if told is None:
        raise MalformedError(item.line, "its formula is missing")
    variables = tuple(_variables(told))
    names = {each.name for each in variables}
    formulas = told.first("formulas")
    lines = [each.text for each in formulas.all("formula")] if formulas is not None else []
    expression = _joined(lines, names, item.line)
    kind, tolerance = _tolerance(told.words("answer_tolerance"), item.line)
    places = parse_number(formulas.attributes.get("decimal_places", "")) if formulas is not None else None
    digits = int(min(max(places, Decimal(0)), Decimal(15))) if places is not None else 2
    prompt = re.sub(r"\[([^\[\]\s]{1,40})\]", lambda found: _placed(found, names), stem.prompt)
    formula = Formula(expression, Fraction(1), "", tolerance, kind, digits)
    question = Calculated(stem.slug, prompt, variables, (formula,), general_feedback=stem.general_feedback)
    if problem := next(problems(question), ""):
        raise MalformedError(item.line, problem)
    return question


def _placed(found: re.Match[str], names: set[str]) -> str:
    return f"{{{found[1]}}}" if found[1] in names else found[0]


def _joined(lines: list[str], names: set[str], line: int) -> str:
    """The last line, with what the lines before it work out put in its place."""
    known: dict[str, str] = {}
    expression = ""
    for each in lines:
        assigned = _ASSIGNED.fullmatch(each)
        expression = _NAME.sub(
            lambda found: _meant(found[1], names, known), assigned[2] if assigned else each
        ).strip()
        if len(expression) > limits.EXPRESSION:
            raise MalformedError(line, f"its formulas have more than {limits.EXPRESSION} characters together")
        if assigned:
            known[assigned[1]] = f"({expression})"
    if not expression:
        raise MalformedError(line, "its formula is missing")
    return expression


def _meant(name: str, names: set[str], known: Mapping[str, str]) -> str:
    if name in known:
        return known[name]
    return f"{{{name}}}" if name in names else _CONSTANTS.get(name, name)


def _tolerance(text: str, line: int) -> tuple[Tolerance, Decimal]:
    """``0.01``, or ``5%`` of the value."""
    words = text.strip() or "0"
    number = parse_number(words.removesuffix("%"))
    if number is None:
        raise MalformedError(line, f"the tolerance {words[:20]!r} is not a number")
    return (
        (Tolerance.RELATIVE, abs(number) / 100) if words.endswith("%") else (Tolerance.NOMINAL, abs(number))
    )


def _variables(told: Node) -> Iterator[Variable]:
    definitions = list(told.all("vars", "var"))
    if len(definitions) > limits.VARIABLES:
        raise MalformedError(told.line, f"{len(definitions)} variables, and {limits.VARIABLES} is the most")
    sets = list(told.all("var_sets", "var_set"))[: limits.VALUES]
    items = [
        {each.attributes.get("name", ""): _number(each.text, each.line) for each in one.all("var")}
        for one in sets
    ]
    for each in definitions:
        name = each.attributes.get("name", "").strip()
        low, high = _number(each.words("min") or "0", each.line), _number(each.words("max") or "0", each.line)
        scale = _number(each.attributes.get("scale", "0") or "0", each.line)
        if not name or low > high or not 0 <= scale <= 15:
            raise MalformedError(each.line, "a variable has a name, and a range from less to more")
        own = tuple(one[name] for one in items if name in one)
        yield Variable(name, low, high, Decimal(1).scaleb(-int(scale)), own if len(own) == len(items) else ())


def _number(text: str, line: int) -> Decimal:
    number = parse_number(text)
    if number is None:
        raise MalformedError(line, f"{text.strip()[:40]!r} is not a number")
    return number
