"""Formulas of calculated questions, by a small parser of our own: nothing that a teacher brings is ever run.

The language is that of Moodle's calculated questions: ``+ - * / %``, ``**`` or ``^`` for powers, ``{name}`` for
a variable, and its functions. Sums, products and whole powers are exact; roots and the like have 40 digits,
angles and logarithms those of a float.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction

MAX_LENGTH = 1000
_MAX_DEPTH = 40
#: bits of a numerator or denominator; beyond, 60 digits are kept
_MAX_BITS = 2000
_LARGEST = Fraction(10) ** 300
_ROUGH = Context(prec=60)


class FormulaError(ValueError):
    """What is wrong with a formula, in words for its teacher."""


@dataclass(frozen=True, slots=True)
class _Number:
    value: Fraction


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str


@dataclass(frozen=True, slots=True)
class _Call:
    """An operation on the last ``count`` results."""

    name: str
    count: int


_Step = _Number | _Variable | _Call


@dataclass(frozen=True, slots=True)
class Program:
    """A formula that was understood, as steps on a stack."""

    steps: tuple[_Step, ...]

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(each.name for each in self.steps if isinstance(each, _Variable))

    def value(self, variables: Mapping[str, Fraction]) -> Fraction:
        """Raises FormulaError where there is no value: a division by 0, the root of a negative number."""
        stack: list[Fraction] = []
        for step in self.steps:
            match step:
                case _Number(value):
                    stack.append(value)
                case _Variable(name):
                    if name not in variables:
                        raise FormulaError(f"there is no variable {{{name}}}")
                    stack.append(variables[name])
                case _Call(name, count):
                    given = [stack.pop() for _ in range(count)][::-1]
                    stack.append(_applied(name, given))
        return stack[-1]


def parse_formula(text: str) -> Program:
    """The formula; FormulaError says what cannot be understood and where."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(text)} characters, and {MAX_LENGTH} is the most")
    parser = _Parser(list(_tokens(text)))
    return Program(tuple(parser.whole()))


# --- reading ---------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)|\{(?P<variable>[^{}]{1,60})\}"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>\*\*|[-+*/%^(),\u2212\u00d7\u00b7]))",
    re.ASCII,
)
_SPELT = {"\u2212": "-", "\u00d7": "*", "\u00b7": "*", "^": "**"}


@dataclass(frozen=True, slots=True)
class _Token:
    #: "number", "variable", "name", "sign"; "end"
    kind: str
    text: str
    #: from 1
    column: int


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            rest = text[place:].strip()
            raise FormulaError(
                f"{rest[:20]!r} (column {len(text) - len(text[place:].lstrip()) + 1}) is no part of a formula"
            )
        words = found[found.lastgroup]
        yield _Token(found.lastgroup, _SPELT.get(words, words.strip()), found.start(found.lastgroup) + 1)
        place = found.end()
    yield _Token("end", "", len(text) + 1)


class _Parser:
    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._steps: list[_Step] = []

    def whole(self) -> list[_Step]:
        self._sum()
        if self._next.kind != "end":
            raise self._unexpected()
        return self._steps

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self, *signs: str) -> str:
        """The sign, if it is one of these and comes next; else ""."""
        token = self._next
        if token.kind == "sign" and token.text in signs:
            self._place += 1
            return token.text
        return ""

    def _unexpected(self) -> FormulaError:
        token = self._next
        if token.kind == "end":
            return FormulaError("the formula ends too soon")
        return FormulaError(f"{token.text[:20]!r} (column {token.column}) does not fit there")

    def _sum(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise FormulaError("the formula is nested too deeply")
        self._product()
        while sign := self._take("+", "-"):
            self._product()
            self._steps.append(_Call(sign, 2))
        self._depth -= 1

    def _product(self) -> None:
        self._signed()
        while sign := self._take("*", "/", "%"):
            self._signed()
            self._steps.append(_Call(sign, 2))

    def _signed(self) -> None:
        """A power binds more than the sign before it: -2**2 is -4."""
        signs = 0
        while sign := self._take("+", "-"):
            signs += sign == "-"
        self._power()
        if signs % 2:
            self._steps.append(_Call("negative", 1))

    def _power(self) -> None:
        self._atom()
        if self._take("**"):
            self._depth += 1
            if self._depth > _MAX_DEPTH:
                raise FormulaError("the formula is nested too deeply")
            self._signed()
            self._depth -= 1
            self._steps.append(_Call("pow", 2))

    def _atom(self) -> None:
        token = self._next
        if self._take("("):
            self._sum()
            if not self._take(")"):
                raise self._unexpected()
            return
        self._place += 1
        match token.kind:
            case "number":
                self._steps.append(_Number(Fraction(token.text)))
            case "variable":
                self._steps.append(_Variable(token.text))
            case "name":
                self._call(token)
            case _:
                self._place -= 1
                raise self._unexpected()

    def _call(self, token: _Token) -> None:
        name = token.text.lower()
        if name not in FUNCTIONS:
            raise FormulaError(
                f"{token.text[:20]!r} (column {token.column}) is none of the functions: {', '.join(sorted(FUNCTIONS))}"
            )
        count = 0
        if not self._take("("):
            raise self._unexpected()
        if not self._take(")"):
            while True:
                self._sum()
                count += 1
                if not self._take(","):
                    break
            if not self._take(")"):
                raise self._unexpected()
        least, most = FUNCTIONS[name].takes
        if not least <= count <= most:
            raise FormulaError(f"{name} (column {token.column}) cannot have {count} numbers in its brackets")
        self._steps.append(_Call(name, count))


# --- working out -----------------------------------------------------------------------------------


def _applied(name: str, given: Sequence[Fraction]) -> Fraction:
    function = _OPERATORS.get(name) or FUNCTIONS[name].does
    try:
        return _bounded(function(*given))
    except ZeroDivisionError:
        raise FormulaError("the formula divides by 0") from None
    except (OverflowError, ArithmeticError, ValueError) as error:
        if isinstance(error, FormulaError):
            raise
        words = ", ".join(f"{float(each):.6g}" for each in given)
        raise FormulaError(f"{name}({words}) has no value") from None


def _bounded(value: Fraction) -> Fraction:
    if abs(value) > _LARGEST:
        raise FormulaError("the value is too large")
    if max(value.numerator.bit_length(), value.denominator.bit_length()) <= _MAX_BITS:
        return value
    return Fraction(_ROUGH.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1 and abs(exponent) <= 1000:
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size * abs(exponent) <= 20_000:
            return base**exponent.numerator
    if exponent == Fraction(1, 2):
        return _root(base)
    return Fraction(math.pow(float(base), float(exponent)))


def _root(value: Fraction) -> Fraction:
    """Exact for squares."""
    if value < 0:
        raise ValueError
    above, below = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if above * above == value.numerator and below * below == value.denominator:
        return Fraction(above, below)
    with localcontext(Context(prec=40)):
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def _remainder(one: Fraction, other: Fraction) -> Fraction:
    """Of the whole parts, with the sign of the first, as PHP's ``%``."""
    return _float_remainder(Fraction(math.trunc(one)), Fraction(math.trunc(other)))


def _float_remainder(one: Fraction, other: Fraction) -> Fraction:
    return one - other * math.trunc(one / other)


def _rounded(value: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    """Halves away from 0."""
    scale = Fraction(10) ** _whole(places)
    size = math.floor(abs(value) * scale + Fraction(1, 2)) / scale
    return size if value >= 0 else -size


def _whole(value: Fraction) -> int:
    if value.denominator != 1 or abs(value) > 300:
        raise ValueError
    return value.numerator


def _in_base(value: Fraction, base: int) -> Fraction:
    """The digits of ``value``, read in that base."""
    return Fraction(int(str(value.numerator if value.denominator == 1 else ""), base))


def _to_base(value: Fraction, base: str) -> Fraction:
    return Fraction(int(format(math.trunc(value), base)))


def _by_float(function: Callable[..., float]) -> Callable[..., Fraction]:
    def exactly(*given: Fraction) -> Fraction:
        return Fraction(function(*map(float, given)))

    return exactly


def _ceil(value: Fraction) -> Fraction:
    return Fraction(math.ceil(value))


def _floor(value: Fraction) -> Fraction:
    return Fraction(math.floor(value))


def _yes(_value: Fraction) -> Fraction:
    return Fraction(1)


def _no(_value: Fraction) -> Fraction:
    return Fraction(0)


def _pi() -> Fraction:
    return Fraction(math.pi)


def _bindec(value: Fraction) -> Fraction:
    return _in_base(value, 2)


def _octdec(value: Fraction) -> Fraction:
    return _in_base(value, 8)


def _decbin(value: Fraction) -> Fraction:
    return _to_base(value, "b")


def _decoct(value: Fraction) -> Fraction:
    return _to_base(value, "o")


@dataclass(frozen=True, slots=True)
class _Function:
    does: Callable[..., Fraction]
    #: how many numbers, at least and at most
    takes: tuple[int, int] = (1, 1)


_OPERATORS: dict[str, Callable[..., Fraction]] = {
    "+": Fraction.__add__,
    "-": Fraction.__sub__,
    "*": Fraction.__mul__,
    "/": Fraction.__truediv__,
    "%": _remainder,
    "negative": Fraction.__neg__,
}

_FLOATS: dict[str, Callable[..., float]] = {
    "acos": math.acos, "acosh": math.acosh, "asin": math.asin, "asinh": math.asinh, "atan": math.atan,
    "atanh": math.atanh, "cos": math.cos, "cosh": math.cosh, "deg2rad": math.radians, "exp": math.exp,
    "expm1": math.expm1, "ln": math.log, "log10": math.log10, "log1p": math.log1p, "rad2deg": math.degrees,
    "sin": math.sin, "sinh": math.sinh, "tan": math.tan, "tanh": math.tanh,
}  # fmt: skip

FUNCTIONS: dict[str, _Function] = {
    **{name: _Function(_by_float(function)) for name, function in _FLOATS.items()},
    "abs": _Function(Fraction.__abs__),
    "atan2": _Function(_by_float(math.atan2), (2, 2)),
    "bindec": _Function(_bindec),
    "ceil": _Function(_ceil),
    "decbin": _Function(_decbin),
    "decoct": _Function(_decoct),
    "floor": _Function(_floor),
    "fmod": _Function(_float_remainder, (2, 2)),
    "is_finite": _Function(_yes),
    "is_infinite": _Function(_no),
    "is_nan": _Function(_no),
    "log": _Function(_by_float(math.log), (1, 2)),
    "max": _Function(max, (2, 20)),
    "min": _Function(min, (2, 20)),
    "octdec": _Function(_octdec),
    "pi": _Function(_pi, (0, 0)),
    "pow": _Function(_power, (2, 2)),
    "round": _Function(_rounded, (1, 2)),
    "sqrt": _Function(_root),
}
