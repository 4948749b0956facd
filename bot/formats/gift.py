"""Reads GIFT, Moodle's plain-text question format: each question is read, or refused with line and reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from bot.domain import limits
from bot.domain.course import Fault
from bot.formats.gift_answers import (
    MalformedError,
    Stem,
    read_answers,
    read_feedback,
    split_general_feedback,
)
from bot.formats.gift_lexer import Block, Piece, blocks, reveal
from bot.formats.plain_text import UNNAMED, one_line, split_format, to_plain
from bot.formats.tags import Located, located
from bot.formats.text_file import too_long

#: three, since Discord's Markdown draws five underscores as one that is underlined
GAP = "___"


def read_gift(
    text: str, file: str, first_line: int = 1, most: int = limits.QUESTIONS
) -> tuple[list[Located], list[Fault]]:
    """The questions of a GIFT text, at most ``most``, and a fault for every one that cannot be read.

    ``first_line`` is the line of ``file`` on which the text begins. A question's slug is its ``[id:]``,
    else made from its title, else q1, q2 ... by its place; slugs are unique within the text.
    """
    found: list[Located] = []
    faults: list[Fault] = []
    questions = list(islice(blocks(text, first_line), most + 1))
    if len(questions) > most:
        line = questions.pop().body.line
        faults.append(Fault(file, line, "", f"more than {most:,} questions: the rest is not read"))
    slugs = Slugs({_marks(block.comments).id for block in questions})
    for block in questions:
        title = ""
        try:
            if not block.body.text:
                _refuse_stray_marks(block)
                continue
            title, rest = _split_title(block.body.strip())
            found.append(_question(block, title, rest, slugs))
        except MalformedError as malformed:
            field = title or _beginning(block.body)
            faults.append(Fault(file, malformed.line, field, malformed.problem))
    return found, faults


def _question(block: Block, title: str, rest: Piece, slugs: Slugs) -> Located:
    if len(block.body.text) > limits.LINE:
        raise MalformedError(block.body.line, too_long(len(block.body.text)))
    marks = _marks(block.comments)
    slug = slugs.next(marks.id, title, block.body.line)
    before, answers, after = _split_braces(rest)
    answers, general = split_general_feedback(answers)
    format, text = split_format(before + (f"{GAP}{after}" if after else ""), UNNAMED)
    prompt = to_plain(text, format)
    if not prompt:
        raise MalformedError(rest.line, "the question has no text before its answers")
    question = read_answers(answers, Stem(slug, prompt, format, read_feedback(general, format)))
    return located(question, block.body.line, title, marks.tags, block.category)


def _split_title(body: Piece) -> tuple[str, Piece]:
    if not body.text.startswith("::"):
        return "", body
    end = body.text.find("::", 2)
    if end < 0:
        raise MalformedError(body.line, "the title is opened with :: and never closed: write ::title::")
    return one_line(reveal(body.text[2:end])), body.cut(end + 2).strip()


def _split_braces(body: Piece) -> tuple[str, Piece, str]:
    """What stands before, within and after the braces."""
    start, end = body.text.find("{"), body.text.find("}")
    if start < 0 and end < 0:
        raise MalformedError(
            body.line,
            "there are no answers in braces { }: a text that asks nothing is not supported "
            "(an empty line ends a question; inside its text write \\n instead)",
        )
    if start < 0 or 0 <= end < start:
        raise MalformedError(body.cut(end).line, "a } without a { before it: write \\} for the sign itself")
    if end < 0:
        raise MalformedError(body.cut(start).line, "the { is never closed: put a } after the last answer")
    inner = body.text.find("{", start + 1)
    if 0 <= inner < end:
        raise MalformedError(
            body.cut(inner).line,
            "a { inside the answers: write \\{ for the sign itself, or close the answers before it with }",
        )
    after = body.cut(end + 1)
    if stray := re.search("[{}]", after.text):
        raise MalformedError(
            after.cut(stray.start()).line,
            f"a second {stray[0]} in one question: leave an empty line between two questions, "
            "and write \\{ and \\} for the signs themselves",
        )
    return body.text[:start], body.cut(start + 1, end).strip(), after.text.rstrip()


@dataclass(frozen=True, slots=True)
class _Marks:
    id: str
    tags: tuple[str, ...]


_MARK = re.compile(r"\[(id|tag):([^\[\]]*)\]")


def _marks(comments: Iterable[Piece]) -> _Marks:
    """The [id:] and [tag:] of a question's comment lines."""
    found = [mark.groups() for comment in comments for mark in _MARK.finditer(reveal(comment.text))]
    ids = [value.strip() for name, value in found if name == "id"]
    return _Marks(ids[-1] if ids else "", tuple(value.strip() for name, value in found if name == "tag"))


def _refuse_stray_marks(block: Block) -> None:
    for comment in block.comments:
        if _MARK.search(comment.text):
            raise MalformedError(
                comment.line, "[id:] and [tag:] stand directly before their question: take the empty line out"
            )


class Slugs:
    """Gives every question of a text a slug of its own; none is made up that an [id:] further on asks for."""

    def __init__(self, ids: Collection[str]) -> None:
        self._ids = ids
        self._taken: dict[str, int] = {}
        self._last_number: dict[str, int] = {}
        self._count = 0

    def next(self, id: str, title: str, line: int) -> str:
        self._count += 1
        slug = self._checked(id, line) if id else self._free(_slugified(title) or f"q{self._count}")
        self._taken[slug] = line
        return slug

    def _checked(self, id: str, line: int) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", id):
            raise MalformedError(line, f"[id:{id[:50]}] may have letters, digits, - _ and . only, 40 at most")
        if id in self._taken:
            raise MalformedError(line, f"[id:{id}] is already that of the question on line {self._taken[id]}")
        return id

    def _free(self, slug: str) -> str:
        candidate = slug
        while candidate in self._taken or candidate in self._ids:
            self._last_number[slug] = number = self._last_number.get(slug, 1) + 1
            candidate = f"{slug}-{number}"
        return candidate


def _slugified(title: str) -> str:
    """The title in small ASCII letters, digits and hyphens, 32 at most; may be empty in other scripts."""
    ascii_only = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:32].strip("-")


def _beginning(body: Piece) -> str:
    """Names a question without a title."""
    words = one_line(reveal(body.text[:200]))
    return words if len(words) <= 40 else words[:39] + "…"
