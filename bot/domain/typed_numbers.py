"""Numbers as students type them, and the intervals in which they are right."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from bot.domain.questions import AcceptedNumber
from bot.domain.typed_texts import plain

#: Moodle lets a number off by the last digits of a float, so that 0.1 + 0.2 is 0.3 (MDL-3225). Its least
#: slack of 1e-28, which would take 0 for Planck's constant, is left out.
_SLACK = Fraction(1, 10**14)


def holds(accepted: AcceptedNumber, value: Decimal | Fraction) -> bool:
    """Whether the interval holds it, give or take 1e-14 of its middle or, if that is more, its margin."""
    low, high, given = Fraction(accepted.low), Fraction(accepted.high), Fraction(value)
    slack = _SLACK * max(abs(low + high) / 2, (high - low) / 2)
    return low - slack <= given <= high + slack


#: longer than anybody types; Python itself refuses integers of more than 4,300 digits
_MAX_NUMBER_LENGTH = 100
#: the reach of a calculator and then some; "1e999" is infinite to most programs
_MAX_EXPONENT = 308

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?"
    r"(?P<digits>[\d., ]*?) ?"
    r"(?:(?P<power>e|[x*\u00d7\u00b7\u22c5]? ?10 ?(?:\^|\*\*)) ?(?P<exponent>[+-]? ?\d{1,4}))?",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"\d+[.,]?\d*|[.,]\d+")
_GROUPED_BY_SPACES = re.compile(r"[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d*)?")
_GROUPED_BY_COMMAS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
_GROUPED_BY_POINTS = re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})+,\d*|(?:\.\d{3}){2,})")


def parse_number(text: str) -> Decimal | None:
    """The number that was typed, None where it is none (words, units, infinity, over 100 characters).

    A comma may be the decimal sign; "1,234" is therefore 1.234. Minus signs and spaces of every kind,
    "3x10^8", "3·10⁸" and "3e8" are read.
    """
    readings = readings_of(text)
    return readings[0] if readings else None


def readings_of(text: str) -> tuple[Decimal, ...]:
    """What the text may mean: "1,234" is 1.234 to some and 1234 to others, and either may be right."""
    if len(text) > _MAX_NUMBER_LENGTH:
        return ()
    found = _NUMBER.fullmatch(upright(text))
    if found is None:
        return ()
    exponent = (found["exponent"] or "0").replace(" ", "")
    mantissas = _mantissas(found["digits"], bare_power=(found["power"] or "").startswith("10"))
    values = (Decimal(f"{found['sign']}{digits}e{exponent}") for digits in mantissas)
    return tuple(value for value in values if abs(value.adjusted()) <= _MAX_EXPONENT)


def upright(text: str) -> str:
    """In one spelling, and powers as "^8"."""
    return plain(_raise_superscripts(text))


def _raise_superscripts(text: str) -> str:
    """Ten to the power of eight as "10^8": compatibility spelling would make "10⁸" 108."""
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+", lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text)


def _mantissas(digits: str, *, bare_power: bool) -> list[str]:
    if bare_power:
        return [] if digits else ["1"]
    found: list[str] = []
    if _GROUPED_BY_SPACES.fullmatch(digits):
        digits = digits.replace(" ", "")
    if _DECIMAL.fullmatch(digits):
        found.append(digits.replace(",", "."))
    if _GROUPED_BY_COMMAS.fullmatch(digits):
        found.append(digits.replace(",", ""))
    if _GROUPED_BY_POINTS.fullmatch(digits):
        found.append(digits.replace(".", "").replace(",", "."))
    return found
