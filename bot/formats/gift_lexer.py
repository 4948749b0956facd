"""GIFT cut into questions, each still knowing its lines; escapes are hidden so that marks can be sought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: escaped characters travel as noncharacters, which no text may hold (Unicode 23.7), until ``reveal``
_ESCAPED = "~=#{}:n\\"
_HIDDEN = "\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5\ufdd6\ufdd7"
_HIDE = {f"\\{char}": hidden for char, hidden in zip(_ESCAPED, _HIDDEN, strict=True)}
_REVEAL = str.maketrans(dict(zip(_HIDDEN, _ESCAPED.replace("n", "\n"), strict=True)))

#: a hidden ``\n``: a line break that the author asked for, unlike one where the file wraps
HARD_BREAK = _HIDDEN[_ESCAPED.index("n")]


def reveal(text: str) -> str:
    """The text with its escapes replaced by what they stand for."""
    return text.translate(_REVEAL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the file, escapes hidden, and the line on which it begins."""

    text: str
    line: int

    def cut(self, start: int, end: int | None = None) -> Piece:
        return Piece(self.text[start:end], self.line + self.text.count("\n", 0, start))

    def strip(self) -> Piece:
        text = self.text.strip()
        return Piece(text, self.line + self.text.count("\n", 0, self.text.find(text)))

    def split_at(self, mark: str) -> tuple[Piece, Piece | None]:
        """What stands before and after the first ``mark``, both stripped; None when there is no mark."""
        place = self.text.find(mark)
        if place < 0:
            return self.strip(), None
        return self.cut(0, place).strip(), self.cut(place + len(mark)).strip()


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one question; ``comments`` are the comment lines among or directly before them."""

    body: Piece
    comments: tuple[Piece, ...]
    #: of the last $CATEGORY line before it
    category: str = ""


def blocks(text: str, first_line: int = 1) -> Iterator[Block]:
    """The questions of a file: stretches between empty lines, where an empty line inside braces counts not.

    Comments and $CATEGORY lines are taken out. A block of comments alone is given too, with an empty body.
    """
    block = _Open()
    for number, line in enumerate(_hidden(text).split("\n"), start=first_line):
        words = line.strip()
        if block.ends_before(words):
            yield from block.taken()
        if words.startswith("$CATEGORY:") and not block.in_braces:
            yield from block.taken()
            block.category = reveal(words.removeprefix("$CATEGORY:")).strip()
        else:
            block.add(line, number)
    yield from block.taken()


def _hidden(text: str) -> str:
    text = re.sub("[\ufdd0-\ufdef]", "", text.removeprefix("\ufeff"))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\\[~=#{}:n\\]", lambda escape: _HIDE[escape[0]], text)


@dataclass(slots=True)
class _Open:
    """The block that is being collected."""

    lines: list[str] = field(default_factory=list[str])
    first_line: int = 0
    comments: list[Piece] = field(default_factory=list[Piece])
    in_braces: bool = False
    after_blank: bool = False
    category: str = ""

    def ends_before(self, words: str) -> bool:
        if self.in_braces:
            # a brace that was never closed must not swallow the rest of the file
            return self.after_blank and words.startswith("::")
        return not words

    def add(self, line: str, number: int) -> None:
        words = line.strip()
        self.after_blank = not words
        if words.startswith("//"):
            self.comments.append(Piece(words[2:].strip(), number))
            line = ""
        elif words and not self.lines:
            self.first_line = number
        if self.first_line:
            self.lines.append(line)
        self._follow_braces(line)

    def _follow_braces(self, line: str) -> None:
        last_open, last_close = line.rfind("{"), line.rfind("}")
        if last_open != last_close:
            self.in_braces = last_open > last_close

    def taken(self) -> Iterator[Block]:
        """The block, if it holds anything; a new one is begun."""
        if self.lines or self.comments:
            body = Piece("\n".join(self.lines), self.first_line)
            yield Block(body, tuple(self.comments), self.category)
        self.lines, self.first_line, self.comments = [], 0, []
        self.in_braces = self.after_blank = False
