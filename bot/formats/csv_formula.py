"""A calculated question in a row of a sheet: ``{v}*{t}:1%`` as its answer, ``v=5..20 step 0.5`` in its options."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from bot.domain.calculated import numbers_of, problems
from bot.domain.questions import Calculated, Formula, Tolerance, Variable
from bot.domain.typed_numbers import parse_number
from bot.formats.gift_answers import MalformedError

#: different numbers of one variable
MAX_NUMBERS = 1_000_000
_VARIABLE = re.compile(r"([A-Za-z_]\w{0,30})\s*=\s*(.+?)\s*\.\.\s*(.+?)(?:\s+step\s+(.+))?", re.ASCII)


def read_formula(slug: str, prompt: str, answer: str, options: list[str], line: int) -> Calculated:
    expression, _, margin = answer.partition(":")
    tolerance, kind = _tolerance(margin, line)
    variables = tuple(_variable(each, line) for each in options)
    if not variables:
        raise MalformedError(line, "a formula has its variables in the option columns: v=5..20 step 0.5")
    formula = Formula(expression.strip(), Fraction(1), "", tolerance, kind)
    question = Calculated(slug, prompt, variables, (formula,))
    if problem := next(problems(question), ""):
        raise MalformedError(line, problem)
    return question


def formula_cells(question: Calculated) -> tuple[str, list[str]]:
    """The answer and the options of its row; what a row cannot hold (data sets) is lost."""
    formula = question.formulas[0]
    amount = formula.tolerance
    is_share = formula.tolerance_kind is Tolerance.RELATIVE
    margin = f"{(amount * 100).normalize():f}%" if is_share else f"{amount:f}"
    variables = [f"{each.name}={each.low:f}..{each.high:f} step {each.step:f}" for each in question.variables]
    return f"{formula.expression}:{margin}", variables


def _tolerance(margin: str, line: int) -> tuple[Decimal, Tolerance]:
    """A number, or percent of the value; 1 % where nothing is said."""
    words = margin.strip() or "1%"
    amount = parse_number(words.removesuffix("%"))
    if amount is None or amount < 0:
        raise MalformedError(line, f"the margin {words[:20]!r} is neither a number nor so much %")
    return (amount / 100, Tolerance.RELATIVE) if words.endswith("%") else (amount, Tolerance.NOMINAL)


def _variable(text: str, line: int) -> Variable:
    found = _VARIABLE.fullmatch(text.strip())
    numbers = [parse_number(each) for each in found.groups(default="1")[1:]] if found else []
    if found is None or None in numbers:
        raise MalformedError(line, f"{text[:40]!r} is no variable: write v=5..20, or v=5..20 step 0.5")
    low, high, step = (each for each in numbers if each is not None)
    if low > high or step <= 0:
        raise MalformedError(line, f"{text[:40]!r} goes from less to more, by steps above 0")
    variable = Variable(found[1], low, high, step)
    if numbers_of(variable) > MAX_NUMBERS:
        raise MalformedError(line, f"{text[:40]!r} has more than {MAX_NUMBERS:,} numbers: take a larger step")
    return variable
