"""The pieces of Moodle XML that every kind of question is written with, and those of numbers and their units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from xml.sax.saxutils import escape

from bot.domain.calculated import with_items
from bot.domain.questions import Calculated, Formula, Tolerance, UnitRule, Variable
from bot.formats.gift_writer import percentage


def answer_line(text: str, credit: Fraction, feedback: str, more: str = "") -> str:
    said = formatted("feedback", feedback)
    return (
        f'<answer fraction="{percentage(credit)}" format="plain_text">{words_line(text)}{more}{said}</answer>'
    )


def formatted(tag: str, text: str) -> str:
    return f'<{tag} format="plain_text">{words_line(text)}</{tag}>'


def words_line(text: str) -> str:
    return f"<text>{escape(text)}</text>"


# --- units -----------------------------------------------------------------------------------------


def unit_lines(rule: UnitRule | None) -> Iterator[str]:
    """Moodle's table of units. A wanted unit without one costs everything there, as Moodle cannot ask again."""
    if rule is None:
        return
    graded = 0 if rule.named and not rule.penalty else 2 if rule.of_whole else 1
    penalty = rule.penalty if rule.named else Fraction(1)
    yield f"<unitgradingtype>{graded}</unitgradingtype>"
    yield f"<unitpenalty>{_number(penalty)}</unitpenalty>"
    yield "<showunits>0</showunits>"
    named = [(each.name, each.multiplier) for each in rule.named] or [(rule.wanted, Fraction(1))]
    listed = "".join(
        f"<unit><multiplier>{_number(multiplier)}</multiplier><unit_name>{escape(name)}</unit_name></unit>"
        for name, multiplier in named
    )
    yield f"<units>{listed}</units>"


def _number(value: Fraction) -> str:
    """Exact where it came from a decimal, as every file's does."""
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


# --- calculated questions --------------------------------------------------------------------------

_TOLERANCES = {Tolerance.RELATIVE: 1, Tolerance.NOMINAL: 2, Tolerance.GEOMETRIC: 3}


def calculated_answers(question: Calculated) -> Iterator[str]:
    """With items for every variable, drawn where there are none: Moodle asks with nothing else."""
    question = with_items(question)
    yield "<synchronize>0</synchronize>"
    if question.options:
        yield f"<single>{str(not question.several).lower()}</single>"
        yield "<shuffleanswers>true</shuffleanswers>"
    for option in question.options:
        more = _digits(option.digits, significant=option.significant)
        yield answer_line(option.text, option.credit, option.feedback, more)
    for formula in question.formulas:
        yield answer_line(formula.expression, formula.credit, formula.feedback, _tolerance(formula))
    if question.otherwise_feedback:
        yield answer_line("*", Fraction(0), question.otherwise_feedback)
    yield from unit_lines(question.unit)
    yield "<dataset_definitions>"
    for variable in question.variables:
        yield from _definition(variable)
    yield "</dataset_definitions>"


def _tolerance(formula: Formula) -> str:
    kind = _TOLERANCES[formula.tolerance_kind]
    digits = _digits(formula.digits, significant=formula.significant)
    return f"<tolerance>{formula.tolerance:f}</tolerance><tolerancetype>{kind}</tolerancetype>{digits}"


def _digits(digits: int, *, significant: bool) -> str:
    kind = 2 if significant else 1
    return f"<correctanswerformat>{kind}</correctanswerformat><correctanswerlength>{digits}</correctanswerlength>"


def _definition(variable: Variable) -> Iterator[str]:
    count = len(variable.items)
    decimals = max(0, -int(variable.step.normalize().as_tuple().exponent))
    yield "<dataset_definition><status><text>private</text></status>"
    yield f"  <name>{words_line(variable.name)}</name><type>calculated</type>"
    yield "  <distribution><text>uniform</text></distribution>"
    yield f"  <minimum><text>{variable.low:f}</text></minimum><maximum><text>{variable.high:f}</text></maximum>"
    yield f"  <decimals><text>{decimals}</text></decimals><itemcount>{count}</itemcount>"
    if variable.step != Decimal(1).scaleb(-decimals):
        yield f"  <step><text>{variable.step:f}</text></step>"
    yield "  <dataset_items>"
    for number, item in enumerate(variable.items, start=1):
        yield f"    <dataset_item><number>{number}</number><value>{item:f}</value></dataset_item>"
    yield f"  </dataset_items><number_of_items>{count}</number_of_items>"
    yield "</dataset_definition>"
