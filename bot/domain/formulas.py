r"""Formulas in questions: LaTeX between ``\( \)``, ``\[ \]`` or ``$$ $$``, read as one line of Unicode.

The line is what is shown where it says all that the formula says (x², H₂O, ½ as 1/2), and else the alternative
text of the formula's picture. Reading is bounded: by length, by depth, and to the commands that are known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from bot.domain.chemistry import chemistry
from bot.domain.formula_signs import (
    ACCENTS,
    BIG,
    BLACKBOARD,
    LINES,
    NAMES,
    OPERATORS,
    SIGNS,
    SILENT,
    SPACES,
    STYLES,
    WORDS,
    lowered,
    raised,
)

V = TypeVar("V")

LONGEST = 500
#: groups within groups; what draws formulas needs twice the time for each further one
DEEPEST = 6

_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]|\$\$(.+?)\$\$", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_TABLES = {
    "matrix": ("[", "]"), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "cases": ("{", ""),
    "array": ("[", "]"), "align": ("", ""), "aligned": ("", ""), "align*": ("", ""),
}  # fmt: skip


class UnreadableFormula(ValueError):
    """Says in words for the teacher what is in the way."""


@dataclass(frozen=True, slots=True)
class Formula:
    source: str
    #: one line of Unicode
    text: str
    #: nothing is lost by showing the text in the formula's place
    is_plain: bool
    #: what is drawn: the source without commands of packages
    latex: str


def formulas(text: str) -> tuple[tuple[str, str], ...]:
    """All formulas in a text, in order: the source, and the same with its marks as it was typed."""
    if "\\" not in text and "$$" not in text:
        return ()
    return tuple((_source(found), found[0]) for found in _FORMULA.finditer(text))


def with_formulas(text: str, shown: Sequence[str]) -> str:
    """The text with each of its formulas replaced by what is shown for it."""
    if not shown:
        return text
    left = iter(shown)
    return _FORMULA.sub(lambda _: next(left), text)


def _source(found: re.Match[str]) -> str:
    return next(each for each in found.groups() if each is not None).strip()


def read_formula(source: str) -> Formula:
    """Raises UnreadableFormula."""
    if len(source) > LONGEST:
        raise UnreadableFormula(f"it has {len(source):,} characters, and {LONGEST} is the most")
    reader = _Reader(_TOKEN.findall(source))
    text = " ".join(reader.row((), 0).split())
    if not text:
        raise UnreadableFormula("it is empty")
    return Formula(source, text, reader.is_plain, "".join(reader.latex))


def formula_in(source: str) -> Formula | None:
    """None where it cannot be read."""
    try:
        return read_formula(source)
    except UnreadableFormula:
        return None


def read_out(text: str) -> str:
    """With every formula in it as one line of Unicode; one that cannot be read stays as it was typed."""
    found = [(formula_in(source), typed) for source, typed in formulas(text)]
    return with_formulas(text, [each.text if each else typed for each, typed in found])


#: fields of questions that are no text for people, or that answers are compared with
_AS_TYPED = frozenset(
    {"slug", "objective", "pattern", "rule", "picture", "alt", "expression", "name", "wanted"}
)


def in_words(value: V) -> V:
    """A question, or what it is made of, with every text ``read_out``."""
    if isinstance(value, str):
        return cast("V", read_out(value))
    if isinstance(value, tuple):
        return cast("V", tuple(in_words(each) for each in cast("tuple[Any, ...]", value)))
    if is_dataclass(value) and not isinstance(value, type):
        texts = [each.name for each in fields(value) if each.name not in _AS_TYPED]
        changed = {name: in_words(getattr(value, name)) for name in texts}
        return cast("V", replace(cast("Any", value), **changed))
    return value


def formula_problem(text: str) -> str | None:
    """Why the first formula of a text that cannot be read cannot; None where there is none."""
    for source, _ in formulas(text):
        try:
            read_formula(source)
        except UnreadableFormula as problem:
            return str(problem)
    return None


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._place = tokens, 0
        self.is_plain = True
        self.latex: list[str] = []

    # --- tokens ------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _next(self) -> str:
        part = self._peek()
        self._place += 1
        # a percent sign is no comment to who writes questions
        self.latex.append(r"\%" if part == "%" else part)
        return part

    def _skip_spaces(self) -> None:
        while self._peek().isspace():
            self._next()

    def _raw_group(self) -> str:
        """A group's source as it stands, for words and names; without braces in it."""
        self._skip_spaces()
        if self._next() != "{":
            raise UnreadableFormula("a { is missing after a command")
        inside: list[str] = []
        while (part := self._next()) != "}":
            if part in ("", "{"):
                raise UnreadableFormula("a { is never closed")
            inside.append(part)
        return "".join(inside)

    # --- rows --------------------------------------------------------------------------------------

    def row(self, ends: tuple[str, ...], depth: int) -> str:
        """Up to one of ``ends``, which is taken too; up to the end of all where there are none."""
        out = ""
        while part := self._peek():
            if part in ends:
                self._next()
                return out
            if part in ("}", r"\right", r"\end") or (part == "&" and "&" not in ends):
                raise UnreadableFormula(f"a {part} stands where nothing was opened")
            text = self._scripted(depth)
            if text in _BINARY:
                is_sign = not out.strip() or out.rstrip()[-1] in "([{=<>≤≥≈→⇌+−×·,;|/"
                text = text if is_sign else f" {text} "
            out += text
        if ends:
            raise UnreadableFormula(f"a {'{' if '}' in ends else 'part'} is never closed")
        return out

    def _scripted(self, depth: int) -> str:
        part = self._peek()
        is_big = part.startswith("\\") and part[1:] in BIG
        base = "" if part in ("^", "_") else self._atom(depth)
        low = high = None
        while True:
            while self._peek().isspace() and self._after_spaces() in ("^", "_"):
                self._next()
            match self._peek():
                case "^" if high is None:
                    self._next()
                    high = self._argument(depth)
                case "_" if low is None:
                    self._next()
                    low = self._argument(depth)
                case "^" | "_" as again:
                    raise UnreadableFormula(f"a second {again} on the same letter: write braces")
                case _:
                    break
        if low is None and high is None:
            return base
        if is_big:
            return self._limits(base, low, high)
        moved = self._moved(low, lowered(low or ""), "_") + self._moved(high, raised(high or ""), "^")
        # a function's name keeps its room behind what it carries
        return f" {base.strip()}{moved} " if base.strip() in NAMES else base + moved

    def _after_spaces(self) -> str:
        return next((each for each in self._tokens[self._place :] if not each.isspace()), "")

    def _limits(self, sign: str, low: str | None, high: str | None) -> str:
        self.is_plain = False
        if high is None:
            return f"{sign.strip()} for {(low or '').strip()} of "
        begins = f" from {low.strip()}" if low is not None else ""
        return f"{sign.strip()}{begins} to {high.strip()} of "

    def _moved(self, text: str | None, letters: str | None, mark: str) -> str:
        if text is None:
            return ""
        if letters is not None:
            return letters
        self.is_plain = False
        text = text.strip()
        return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"

    def _argument(self, depth: int) -> str:
        self._skip_spaces()
        if not self._peek() or self._peek() in ("^", "_", "}", "&"):
            raise UnreadableFormula("something is missing after a command or after ^ or _")
        return self._atom(depth if self._peek() == "{" else depth + 1).strip()

    # --- atoms -------------------------------------------------------------------------------------

    def _atom(self, depth: int) -> str:
        if depth > DEEPEST:
            raise UnreadableFormula(f"it is nested more than {DEEPEST} deep")
        part = self._next()
        if part == "{":
            return self.row(("}",), depth + 1)
        if part.startswith("\\"):
            return self._command(part[1:], depth)
        if part.isspace() or part == "~":
            return " " if part == "~" else ""
        if part == "$" or not part.isprintable():
            raise UnreadableFormula(f"a {part!r} stands in it")
        return _CHARACTERS.get(part, part)

    def _command(self, name: str, depth: int) -> str:
        for table, form in ((SIGNS, "{}"), (OPERATORS, " {} "), (SPACES, "{}"), (BIG, " {} ")):
            if name in table:
                return form.format(table[name])
        if name in NAMES:
            return f" {name} "
        if name in SILENT:
            return ""
        if name in WORDS:
            return self._raw_group()
        if name in STYLES or name == "mathbb":
            inside = self._argument(depth)
            return BLACKBOARD.get(inside, inside) if name == "mathbb" else inside
        if name in ACCENTS or name in LINES:
            return self._accented(name, self._argument(depth))
        return self._built(name, depth)

    def _accented(self, name: str, inside: str) -> str:
        mark = ACCENTS.get(name) or LINES[name]
        if name in ACCENTS and len(inside) > 1:
            self.is_plain = False
            return f"({inside}){mark}"
        return "".join(each + mark for each in inside)

    def _built(self, name: str, depth: int) -> str:
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac":
                return self._fraction(self._argument(depth), self._argument(depth))
            case "binom":
                self.is_plain = False
                return f"({self._argument(depth)} over {self._argument(depth)})"
            case "sqrt":
                return self._root(depth)
            case "ce":
                return self._chemistry()
            case "overset" | "stackrel" | "underset":
                self.is_plain = False
                small, base = self._argument(depth), self._argument(depth)
                return f" {base} ({small} {'below' if name == 'underset' else 'above'}) "
            case "xrightarrow" | "xleftarrow":
                over = self._argument(depth)
                return f" —{over}→ " if name == "xrightarrow" else f" ←{over}— "
            case "left":
                return self._delimiter() + self.row((r"\right",), depth + 1) + self._delimiter()
            case "begin":
                return self._table(depth)
            case _:
                raise UnreadableFormula(rf"\{name} is not known here")

    def _delimiter(self) -> str:
        self._skip_spaces()
        part = self._next()
        if part == ".":
            return ""
        sign = SIGNS.get(part[1:], "") if part.startswith("\\") else part
        if len(sign) != 1 or sign not in "()[]{}|‖⟨⟩⌊⌋⌈⌉/":
            raise UnreadableFormula(r"after \left and \right stands a bracket, or a point for none")
        return sign

    def _fraction(self, top: str, bottom: str) -> str:
        if _is_single(top) and _is_single(bottom):
            return f"{top}/{bottom}"
        self.is_plain = False
        return "/".join(each if _is_single(each) else f"({each})" for each in (top, bottom))

    def _root(self, depth: int) -> str:
        self._skip_spaces()
        index = ""
        if self._peek() == "[":
            self._next()
            index = self.row(("]",), depth + 1).strip()
        inside = self._argument(depth)
        sign = "√" if not index else f"{self._moved(index, raised(index), '^')}√"
        if "/" in inside or "√" in inside:
            self.is_plain = False
        return f"{sign}{inside}" if _is_single(inside) else f"{sign}({inside})"

    def _chemistry(self) -> str:
        self._skip_spaces()
        kept, depth, inside = len(self.latex) - 1, 0, ""
        while True:
            part = self._next()
            depth += (part == "{") - (part == "}")
            if not part or (not inside and part != "{"):
                raise UnreadableFormula(r"a { is missing or never closed after \ce")
            inside += part
            if not depth:
                break
        try:
            text, latex = chemistry(inside[1:-1])
        except ValueError as error:
            raise UnreadableFormula(str(error)) from error
        self.latex[kept:] = [f"{{{latex}}}"]
        return text

    def _table(self, depth: int) -> str:
        name = self._raw_group()
        if name not in _TABLES:
            raise UnreadableFormula(rf"\begin{{{name[:20]}}} is not known here")
        if name == "array":
            self._raw_group()
        self.is_plain = False
        rows: list[list[str]] = [[]]
        while True:
            rows[-1].append(self.row((r"\\", "&", r"\end"), depth + 1).strip())
            match self._tokens[self._place - 1]:
                case r"\\":
                    rows.append([])
                case "&":
                    pass
                case _:
                    break
        if self._raw_group() != name:
            raise UnreadableFormula(rf"\begin{{{name}}} is ended by another \end")
        between = " " if name.startswith("align") else ", "
        opens, closes = _TABLES[name]
        return opens + "; ".join(between.join(filter(None, row)) for row in rows if any(row)) + closes


_CHARACTERS = {"-": "−", "'": "′", "*": "∗", "=": " = ", "<": " < ", ">": " > ", "/": "/"}
_BINARY = frozenset({"+", "−", " ± ", " ∓ "})


def _is_single(text: str) -> bool:
    """A number, or one letter with what belongs to it: no bracket is needed around it."""
    return bool(re.fullmatch(r"[0-9.]+|[^\W\d_][⁰¹²³⁴-⁹₀-₉ⁿ′\u0300-\u036f\u20d7]*", text))
