"""A number with its unit, as it is typed, and what it is worth to the question that asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from bot.domain.questions import NamedUnit, Numeric, UnitRule
from bot.domain.typed_numbers import readings_of, upright

_MAX_LENGTH = 120
#: the rest of a number that is none, such as 1e999, is no unit
_NO_UNIT = re.compile(r"[\d.,+\-^*/)\u00d7\u00b7\u22c5]|[ex] ?[+-]? ?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Conversion:
    """A number of one unit times ``factor`` plus ``offset`` is that of another (degrees have an offset)."""

    factor: Fraction
    offset: Fraction = Fraction(0)


#: from the unit that was typed to the one that is wanted; None where there is no way (or no such unit)
Units = Callable[[str, str], Conversion | None]


class Unreadable(StrEnum):
    """Why a typed answer cannot be marked yet; the student is to be asked again, and loses nothing."""

    NOT_A_NUMBER = "not_a_number"
    #: the number can be read, and has no unit
    NO_UNIT = "no_unit"
    #: the unit is not known, or measures something else
    OTHER_UNIT = "other_unit"


@dataclass(frozen=True, slots=True)
class Quantity:
    """The values that the typed number may mean, in the unit that is wanted, and as they stand."""

    values: tuple[Fraction, ...]
    bare: tuple[Fraction, ...]
    is_unit_right: bool


def read_quantity(question: Numeric, text: str, units: Units | None = None) -> Quantity | Unreadable:
    """What was typed, by the question's rule for units; without ``units`` only the wanted one itself is known."""
    rule = question.unit
    if rule is None:
        bare = _fractions(text)
        return Quantity(bare, bare, is_unit_right=True) if bare else Unreadable.NOT_A_NUMBER
    if len(text) > _MAX_LENGTH:
        return Unreadable.NOT_A_NUMBER
    number, unit = _split(upright(text), rule)
    bare = _fractions(number)
    if not bare:
        return Unreadable.NOT_A_NUMBER
    conversion = _conversion(rule, unit, units)
    if conversion is not None:
        values = tuple(each * conversion.factor + conversion.offset for each in bare)
        return Quantity(values, bare, is_unit_right=True)
    if rule.named:
        return Quantity(bare, bare, is_unit_right=False)
    return Unreadable.OTHER_UNIT if unit else Unreadable.NO_UNIT


def after_penalty(rule: UnitRule, credit: Fraction) -> Fraction:
    """What an answer earns whose number is right and whose unit is not."""
    lost = rule.penalty if rule.of_whole else rule.penalty * credit
    return max(Fraction(0), credit - lost)


def _conversion(rule: UnitRule, unit: str, units: Units | None) -> Conversion | None:
    if rule.named:
        named = next((each for each in rule.named if _same(each.name, unit)), None)
        return Conversion(1 / named.multiplier) if named is not None and unit else None
    if not unit:
        return None
    if _same(rule.wanted, unit):
        return Conversion(Fraction(1))
    return units(unit, upright(rule.wanted)) if units is not None else None


def _same(one: str, other: str) -> bool:
    """Capital letters tell units apart: mm is no Mm."""
    return upright(one).replace(" ", "") == upright(other).replace(" ", "")


def _split(text: str, rule: UnitRule) -> tuple[str, str]:
    """The longest beginning that is a number, and the rest; a unit of the question may stand in front ($ 5)."""
    for unit in _named_first(rule.named):
        rest = text.removeprefix(unit).strip()
        if rest != text and readings_of(rest):
            return rest, unit
    for end in range(len(text), 0, -1):
        unit = text[end:].strip()
        if not _NO_UNIT.match(unit) and readings_of(text[:end]):
            return text[:end], unit
    return "", text


def _named_first(named: tuple[NamedUnit, ...]) -> list[str]:
    return sorted((upright(each.name) for each in named if each.name.strip()), key=len, reverse=True)


def _fractions(text: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, readings_of(text)))
