"""Makes a question that can be asked out of a calculated one: numbers drawn, answers worked out (K13)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from bot.domain.formula import FormulaError, parse_formula
from bot.domain.questions import (
    AcceptedNumber,
    Calculated,
    Formula,
    Numeric,
    Option,
    Posed,
    Question,
    SeveralChoices,
    SingleChoice,
    Tolerance,
    Variable,
)

#: draws until every formula has a value and no two options say the same
_TRIES = 40
_EXACT = Context(prec=400)
#: a value that no decimal can be (1/3) is given with so many digits
_DIGITS = Context(prec=40)

Values = Mapping[str, Decimal]


def instantiate(question: Calculated, seed: str) -> Numeric | SingleChoice | SeveralChoices:
    """The question with numbers of its own, the same ones for the same seed.

    Raises FormulaError where no numbers that were tried give every formula a value.
    """
    problem = "its options say the same"
    dice = random.Random(f"{seed}/{question.slug}")  # noqa: S311  # a draw that can be repeated, no secret
    for _ in range(_TRIES):
        try:
            made = with_values(question, _drawn(question, dice))
        except FormulaError as error:
            problem = str(error)
            continue
        if isinstance(made, Numeric) or len({each.text for each in made.options}) == len(made.options):
            return made
    raise FormulaError(f"no numbers were found for {question.slug!r}: {problem}")


def posed(question: Question, seed: str) -> Posed:
    """The question as it can be put before a student: a calculated one with its numbers."""
    return instantiate(question, seed) if isinstance(question, Calculated) else question


def with_item(question: Calculated, number: int) -> Numeric | SingleChoice | SeveralChoices:
    """The question with the items of that number, from 1; FormulaError where it has none."""
    items = _items(question)
    if not 1 <= number <= items:
        raise FormulaError(f"{question.slug!r} has {items} items, and no number {number}")
    return with_values(question, {each.name: each.items[number - 1] for each in question.variables})


def with_values(question: Calculated, values: Values) -> Numeric | SingleChoice | SeveralChoices:
    """The question with these numbers for its variables."""
    filler = _Filler(values)
    return replace(
        _with_answers(question, filler),
        objective=question.objective,
        general_feedback=filler.text(question.general_feedback),
        difficulty=question.difficulty,
        picture=question.picture,
        alt=question.alt,
    )


def _with_answers(question: Calculated, filler: _Filler) -> Numeric | SingleChoice | SeveralChoices:
    prompt = filler.text(question.prompt)
    if question.formulas:
        accepted = tuple(_accepted(each, filler.value(each.expression), filler) for each in question.formulas)
        said = filler.text(question.otherwise_feedback)
        return Numeric(question.slug, prompt, accepted, otherwise_feedback=said, unit=question.unit)
    options = tuple(
        Option(
            filler.text(each.text, each.digits, significant=each.significant),
            each.credit,
            filler.text(each.feedback),
        )
        for each in question.options
    )
    kind = SeveralChoices if question.several else SingleChoice
    return kind(question.slug, prompt, options)


def with_items(question: Calculated, count: int = 20) -> Calculated:
    """The question with ``count`` items for every variable, drawn once and for all, unless it has some."""
    if _items(question):
        return question
    dice = random.Random(question.slug)  # noqa: S311  # as above
    rows: list[Values] = []
    for _ in range(count * _TRIES):
        values = _drawn(question, dice)
        with suppress(FormulaError):
            with_values(question, values)
            rows.append(values)
        if len(rows) == count:
            break
    variables = (replace(each, items=tuple(row[each.name] for row in rows)) for each in question.variables)
    return replace(question, variables=tuple(variables))


def problems(question: Calculated) -> Iterator[str]:
    """What keeps the question from being asked, in words for its teacher."""
    names = {each.name for each in question.variables}
    texts = [question.prompt, *(each.text for each in question.options)]
    try:
        programs = [parse_formula(each.expression) for each in question.formulas]
        programs += [parse_formula(each) for text in texts for each in _expressions(text)]
    except FormulaError as error:
        yield str(error)
        return
    unknown = sorted(name for program in programs for name in program.variables - names)
    if unknown:
        yield f"the variable {{{unknown[0][:40]}}} is not defined"
        return
    try:
        instantiate(question, "try")
    except FormulaError as error:
        yield str(error)


def numbers_of(variable: Variable) -> int:
    """How many different ones it can be."""
    low, high, step = map(Fraction, (variable.low, variable.high, variable.step))
    return len(variable.items) or 1 + (high - low) // step


def _items(question: Calculated) -> int:
    return min((len(each.items) for each in question.variables), default=0)


def _drawn(question: Calculated, dice: random.Random) -> Values:
    place = dice.randrange(10**9)
    return {
        each.name: each.items[place % max(1, _items(question))] if each.items else _between(each, dice)
        for each in question.variables
    }


def _between(variable: Variable, dice: random.Random) -> Decimal:
    steps = dice.randrange(numbers_of(variable))
    return _EXACT.add(variable.low, _EXACT.multiply(variable.step, Decimal(steps)))


# --- answers ---------------------------------------------------------------------------------------


def _accepted(formula: Formula, value: Fraction, filler: _Filler) -> AcceptedNumber:
    """Moodle's three tolerances (the hair that it adds to each is that of every number)."""
    tolerance = Fraction(abs(formula.tolerance))
    match formula.tolerance_kind:
        case Tolerance.RELATIVE:
            low, high = value - abs(value) * tolerance, value + abs(value) * tolerance
        case Tolerance.NOMINAL:
            low, high = value - tolerance, value + tolerance
        case Tolerance.GEOMETRIC:
            low, high = sorted((value / (1 + tolerance), value * (1 + tolerance)))
    return AcceptedNumber(_decimal(low), _decimal(high), formula.credit, filler.text(formula.feedback))


def _decimal(value: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


# --- texts -----------------------------------------------------------------------------------------

#: {v}, or {=2*{v}} with braces in it
_PLACE = re.compile(r"\{=((?:[^{}]|\{[^{}]*\})+)\}|\{([^{}=][^{}]*)\}")


def _expressions(text: str) -> list[str]:
    return [found[1] for found in _PLACE.finditer(text) if found[1]]


@dataclass(frozen=True, slots=True)
class _Filler:
    values: Values

    def value(self, expression: str) -> Fraction:
        exact = {name: Fraction(value) for name, value in self.values.items()}
        return parse_formula(expression).value(exact)

    def text(self, text: str, digits: int | None = None, *, significant: bool = False) -> str:
        """With numbers in the place of variables and expressions; other braces stay as they are."""

        def number(found: re.Match[str]) -> str:
            if found[1]:
                return shown(self.value(found[1]), digits, significant=significant)
            value = self.values.get(found[2])
            return found[0] if value is None else f"{value:f}"

        return _PLACE.sub(number, text)


def shown(value: Fraction, digits: int | None, *, significant: bool = False) -> str:
    """With so many decimals or significant digits; without ``digits`` as short as 14 of them allow."""
    if digits is None:
        rounded = Context(prec=14).divide(Decimal(value.numerator), Decimal(value.denominator)).normalize()
        return f"{rounded:f}" if -8 <= rounded.adjusted() <= 14 else f"{rounded:E}"
    exact = Context(prec=400).divide(Decimal(value.numerator), Decimal(value.denominator))
    if significant and value:
        digits = max(digits, 1) - 1 - exact.adjusted()
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_EXACT)
    return f"{rounded:f}" if digits >= 0 or rounded.adjusted() < 15 else f"{rounded:E}"
