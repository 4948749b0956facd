"""What every kind of question has in Moodle XML: texts, answers, credits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.formats.gift_answers import MalformedError, as_fraction
from bot.formats.plain_text import UNNAMED, one_line, to_plain
from bot.formats.xml_tree import Node

#: an exponent would be worked out in full
_FRACTION = re.compile(r"[+-]?(?:\d{1,6}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)
FORMATS = {"html": "html", "markdown": "markdown", "plain_text": "plain", "moodle_auto_format": UNNAMED}


def text_of(node: Node | None) -> str:
    return "" if node is None else to_plain(node.words("text"), format_of(node))


def format_of(node: Node) -> str:
    return FORMATS.get(node.attributes.get("format", ""), UNNAMED)


def answers_of(node: Node) -> Iterator[tuple[Node, str, Fraction, str]]:
    """Each answer with its text as it stands, its credit and what is said to it."""
    for answer in node.all("answer"):
        yield answer, answer.words("text"), _credit(answer), text_of(answer.first("feedback"))


def _credit(answer: Node) -> Fraction:
    written = answer.attributes.get("fraction", "0").strip().replace(",", ".") or "0"
    if not _FRACTION.fullmatch(written):
        raise MalformedError(answer.line, f"the fraction {written[:20]!r} is not a number")
    credit = as_fraction(written.rstrip("0").rstrip(".") if "." in written else written)
    if abs(credit) > 1:
        raise MalformedError(answer.line, f"the fraction {written[:20]} is not between -100 and 100")
    return credit


def label_of(answer: Node) -> str:
    label = one_line(text_of(answer))
    if not label:
        raise MalformedError(answer.line, "an answer has no text (a picture alone cannot be shown)")
    return label


#: answers, options and tags of one question
_MOST_PARTS = 500


def stop_early(parts: int, line: int) -> None:
    """No question has as many: they are not gone through one by one."""
    if parts > _MOST_PARTS:
        raise MalformedError(line, f"it has {parts:,} parts: make several questions of it")


def need_full_marks(credits: Sequence[Fraction], line: int) -> None:
    if not any(credit == 1 for credit in credits):
        raise MalformedError(line, "no answer earns 100 %")
