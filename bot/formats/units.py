"""Units as students type them, converted exactly. Pint knows them; what is typed never reaches its parser."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from bot.domain.typed_numbers import upright
from bot.domain.units import Conversion

_MAX_LENGTH = 60
_MAX_PARTS = 8
_MAX_EXPONENT = 9
#: a name with its power: m, s^2, s^-1, m2; "°" and "%" are names too
_PART = re.compile(r"(?P<name>[^\W\d_]{1,24}|°[CFK]?|%|‰|'|\")(?:\^?\(?(?P<power>[+-]?\d{1,2})\)?)?")
_SIGN = re.compile(r"\s+(?P<per>per)\s+|\s*(?P<sign>[/*·×⋅.])\s*|\s+")
_SPELT = {
    "°C": "degC", "°F": "degF", "°K": "kelvin", "°": "degree", "%": "percent", "‰": "permille", "Ω": "ohm",
    "'": "arcminute", '"': "arcsecond", "l": "liter", "sec": "second", "Celsius": "degC", "Fahrenheit": "degF",
}  # fmt: skip
#: a difference of temperatures, as it stands in a unit such as J/(kg °C)
_DIFFERENCE = {
    "degC": "delta_degC",
    "degF": "delta_degF",
    "celsius": "delta_degC",
    "fahrenheit": "delta_degF",
}

#: names with their powers
Parts = tuple[tuple[str, int], ...]


class PintUnits:
    """The port that marking takes: from the unit that was typed to the one that is wanted.

    The first use builds pint's table, for half a second: ``warm_up`` does so beforehand, in a thread.
    """

    def __call__(self, typed: str, wanted: str) -> Conversion | None:
        return _conversion(typed, wanted)

    def warm_up(self) -> None:
        _registry()


@lru_cache(maxsize=4096)
def _conversion(typed: str, wanted: str) -> Conversion | None:
    """None for what is no unit, or no unit of that kind."""
    own, other = parts_of(typed), parts_of(wanted)
    if own is None or other is None:
        return None
    import pint

    registry = _registry()
    try:
        source, target = _unit(registry, own), _unit(registry, other)
        at_zero = registry.convert(Fraction(0), source, target)
        at_one = registry.convert(Fraction(1), source, target)
        return Conversion(Fraction(at_one) - Fraction(at_zero), Fraction(at_zero))
    except (pint.PintError, ArithmeticError, ValueError, AttributeError, TypeError):
        return None


def parts_of(text: str) -> Parts | None:
    """``m/s^2`` as (m, 1), (s, -2); None where it is not written so. Everything after a / is below it."""
    text = upright(text).replace("μ", "µ")
    if not text or len(text) > _MAX_LENGTH:
        return None
    found: list[tuple[str, int]] = []
    place, is_below = 0, False
    text = text.replace("(", " ").replace(")", " ").strip()
    text = re.sub(r"\s+(?=\^)|(?<=\^)\s+|(?<=/)\s+|\s+(?=/)", "", text)
    while place < len(text):
        part = _PART.match(text, place)
        if part is None or len(found) >= _MAX_PARTS:
            return None
        power = int(part["power"] or 1)
        if not 1 <= abs(power) <= _MAX_EXPONENT:
            return None
        found.append((part["name"], -power if is_below else power))
        place = part.end()
        if place < len(text):
            sign = _SIGN.match(text, place)
            if sign is None or sign.end() >= len(text):
                return None
            is_below = is_below or sign["sign"] == "/" or sign["per"] is not None
            place = sign.end()
    return tuple(found)


@cache
def _registry() -> Any:  # Any: pint's own types are unfinished
    import pint

    registry: Any = pint.UnitRegistry
    # its numbers are exact then, though it says that they are floats
    return registry(non_int_type=Fraction)


def _unit(registry: Any, parts: Parts) -> Any:
    unit = registry.Unit("")
    is_compound = len(parts) > 1 or any(power != 1 for _, power in parts)
    for name, power in parts:
        known = _SPELT.get(name, name)
        known = _DIFFERENCE.get(known, known) if is_compound else known
        unit *= registry.Unit(known) ** power
    return unit
