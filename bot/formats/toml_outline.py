"""A first look at a TOML text, before tomllib: the line of each key, and whether it is safe to parse.

tomllib takes quadratic time over keys with many dots (cpython #149231) and overflows the stack on deep
brackets; this look is linear, knows no types, and stops at the first thing that it does not understand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

#: table names and array indices from the root: ("units", 0, "check", "draw")
Path = tuple[str | int, ...]

MAX_DOTS = 16
MAX_NESTING = 16
MAX_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Outline:
    """What the look found. Lines are 1-based."""

    #: the line on which a key's value (or a table's header) begins
    lines: dict[Path, int]
    #: the line on which the text within a multi-line string's quotes begins
    text_lines: dict[Path, int]
    #: the place and the reason that it stopped; None when it went through
    stopped: Stop | None

    def line_of(self, path: Path) -> int | None:
        """The line of the value at ``path``, else of the nearest table around it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


@dataclass(frozen=True, slots=True)
class Stop:
    line: int
    #: why the text must not be parsed; empty where it is only not understood, which tomllib tells better
    problem: str


def outline(text: str) -> Outline:
    """The outline of a text whose line ends are newlines."""
    look = _Look(text)
    try:
        look.document()
    except _StopError as stop:
        return Outline(look.lines, look.text_lines, Stop(text.count("\n", 0, stop.place) + 1, stop.problem))
    return Outline(look.lines, look.text_lines, None)


class _StopError(Exception):
    def __init__(self, place: int, problem: str = "") -> None:
        super().__init__(problem)
        self.place = place
        self.problem = problem


# no possessive quantifiers: Python 3.11 before 3.11.5 matches them wrongly (gh-106052); the alternatives below
# exclude each other by their first character, so nothing is gone over twice either way
_SPACE = re.compile(r"[ \t]*")
_SPACE_AND_COMMENTS = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^\s,\[\]{}#'\"=][^,\[\]{}#'\"=\n]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"' + r"|'[^'\n]*'")
_LONG_QUOTES = ('"""', "'''")
_LONG_STRING_END = {
    '"""': re.compile(r'(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}'),
    "'''": re.compile(r"(?:[^']|'(?!''))*'{3,5}"),
}


@dataclass(slots=True)
class _Look:
    text: str
    place: int = 0
    lines: dict[Path, int] = field(default_factory=dict[Path, int])
    text_lines: dict[Path, int] = field(default_factory=dict[Path, int])
    _line: int = 1
    _counted_to: int = 0
    _lengths: dict[Path, int] = field(default_factory=dict[Path, int])
    _keys: int = 0

    def document(self) -> None:
        table: Path = ()
        self._skip(_SPACE_AND_COMMENTS)
        while self.place < len(self.text):
            if self.text.startswith("[", self.place):
                table = self._header()
            else:
                self._pair(table, 0)
            self._line_end()
            self._skip(_SPACE_AND_COMMENTS)

    def _header(self) -> Path:
        bracket = "[[" if self.text.startswith("[[", self.place) else "["
        start = self.place
        self.place += len(bracket)
        *parents, name = self._key()
        self._expect("]" * len(bracket))
        path = (*self._resolved((), parents), name)
        if bracket == "[[":
            self._lengths[path] = self._lengths.get(path, 0) + 1
        path = self._resolved((), [*parents, name])
        self.lines[path] = self._line_at(start)
        return path

    def _resolved(self, path: Path, names: list[str]) -> Path:
        """A header's names as a path: the name of an array of tables means its last table."""
        for name in names:
            path = (*path, name)
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path

    def _pair(self, table: Path, depth: int) -> None:
        path = (*table, *self._key())
        self._expect("=")
        self._skip(_SPACE)
        self._value(path, depth)

    def _key(self) -> list[str]:
        """A dotted key; the place is left behind it and the spaces that follow."""
        self._keys += 1
        if self._keys > MAX_KEYS:
            raise _StopError(self.place, f"more than {MAX_KEYS:,} keys: this cannot be a course")
        names = [self._key_part()]
        while self.text.startswith(".", self.place):
            self.place += 1
            names.append(self._key_part())
            if len(names) > MAX_DOTS + 1:
                raise _StopError(self.place, f"a key with more than {MAX_DOTS} dots: this cannot be a course")
        return names

    def _key_part(self) -> str:
        self._skip(_SPACE)
        part = _BARE_KEY.match(self.text, self.place) or _STRING.match(self.text, self.place)
        if part is None:
            raise _StopError(self.place)
        self.place = part.end()
        self._skip(_SPACE)
        return part[0].strip("\"'")

    def _value(self, path: Path, depth: int) -> None:
        if depth > MAX_NESTING:
            raise _StopError(self.place, f"brackets more than {MAX_NESTING} deep: this cannot be a course")
        self.lines.setdefault(path, self._line_at(self.place))
        if self.text.startswith("[", self.place):
            self._array(path, depth)
        elif self.text.startswith("{", self.place):
            self._inline_table(path, depth)
        elif self.text.startswith(_LONG_QUOTES, self.place):
            self._long_string(path)
        else:
            self._match(_STRING, _BARE_VALUE)

    def _long_string(self, path: Path) -> None:
        quotes = self.text[self.place : self.place + 3]
        starts_below = self.text.startswith("\n", self.place + 3)
        self.text_lines[path] = self._line_at(self.place) + starts_below
        if (end := _LONG_STRING_END[quotes].match(self.text, self.place + 3)) is None:
            raise _StopError(self.place)
        self.place = end.end()

    def _array(self, path: Path, depth: int) -> None:
        self.place += 1
        self._skip(_SPACE_AND_COMMENTS)
        index = 0
        while not self.text.startswith("]", self.place):
            self._value((*path, index), depth + 1)
            index += 1
            self._separator("]")
        self.place += 1

    def _inline_table(self, path: Path, depth: int) -> None:
        self.place += 1
        self._skip(_SPACE_AND_COMMENTS)
        while not self.text.startswith("}", self.place):
            self._pair(path, depth + 1)
            self._separator("}")
        self.place += 1

    def _separator(self, closing: str) -> None:
        self._skip(_SPACE_AND_COMMENTS)
        if self.text.startswith(",", self.place):
            self.place += 1
            self._skip(_SPACE_AND_COMMENTS)
        elif not self.text.startswith(closing, self.place):
            raise _StopError(self.place)

    def _line_end(self) -> None:
        self._skip(_SPACE)
        if self.place < len(self.text) and self.text[self.place] not in "#\n":
            raise _StopError(self.place)

    def _expect(self, mark: str) -> None:
        if not self.text.startswith(mark, self.place):
            raise _StopError(self.place)
        self.place += len(mark)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._match(pattern)

    def _match(self, *patterns: re.Pattern[str]) -> None:
        for pattern in patterns:
            if found := pattern.match(self.text, self.place):
                self.place = found.end()
                return
        raise _StopError(self.place)

    def _line_at(self, place: int) -> int:
        """Counts on from the last call, so that all calls together read the text once."""
        self._line += self.text.count("\n", self._counted_to, place)
        self._counted_to = place
        return self._line
