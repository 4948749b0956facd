"""Intervals as question formats write them: from..to, or a middle with its margin."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact

#: more is no number to most readers
LONGEST = 90
_EXACT = Context(prec=1400, traps=[Inexact])


def interval(low: Decimal, high: Decimal) -> str:
    """``3``, ``3..4`` or, where the ends have too many digits, ``3:0.1``; it reads back as the same interval."""
    if low == high:
        return _number(low)
    written = f"{_number(low)}..{_number(high)}"
    if max(map(len, written.split(".."))) <= LONGEST:
        return written
    middle, margin = middle_and_margin(low, high)
    return f"{_number(middle)}:{_number(margin)}"


def middle_and_margin(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """Exactly: half of a decimal is a decimal."""
    half = Decimal("0.5")
    middle = _EXACT.multiply(_EXACT.add(low, high), half)
    margin = _EXACT.multiply(_EXACT.subtract(high, low), half)
    return middle, margin


def _number(value: Decimal) -> str:
    plain = f"{value:f}"
    return plain if len(plain) <= 30 else f"{value:E}"
