"""Moodle's embedded answers ("cloze"): ``{1:SHORTANSWER:=right~%50%half#feedback}`` inside a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from bot.domain import limits
from bot.domain.questions import AcceptedNumber, AcceptedText, Gap, Option
from bot.domain.typed_numbers import parse_number
from bot.formats.gift_answers import MalformedError, as_fraction
from bot.formats.plain_text import UNNAMED, one_line, to_plain

_OPEN = re.compile(r"\{(\d{0,3}):([A-Z_]+):")
_TYPED = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
_CHOSEN = {
    "MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS",
    "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS",
}  # fmt: skip
_NUMBERS = {"NUMERICAL", "NM"}


def read_cloze(text: str, line: int) -> tuple[str, tuple[Gap, ...]]:
    """The text with ``[[1]]``, ``[[2]]`` ... in the place of its answers, and the gaps.

    Raises MalformedError for a gap that is not closed, of a kind that is not supported, or without a right answer.
    """
    gaps: list[Gap] = []
    parts: list[str] = []
    place = 0
    while opened := _OPEN.search(text, place):
        if len(gaps) >= limits.GAPS:
            raise MalformedError(line, f"it has more than {limits.GAPS} gaps, and that is the most")
        end = _end(text, opened.end())
        if end < 0:
            raise MalformedError(
                line, f"the gap {text[opened.start() : opened.start() + 30]}… is never closed"
            )
        gaps.append(_gap(opened, text[opened.end() : end], line))
        parts += [text[place : opened.start()], f"[[{len(gaps)}]]"]
        place = end + 1
    if not gaps:
        raise MalformedError(line, "there is no gap such as {1:SHORTANSWER:=answer} in its text")
    return "".join(parts) + text[place:], tuple(gaps)


def _end(text: str, start: int) -> int:
    """Where the brace closes that is not escaped; -1 if nowhere before the next gap opens."""
    end = _first(text, "}", start)
    again = _OPEN.search(text, start)
    return -1 if again is not None and again.start() < end else end


def _first(text: str, sign: str, start: int = 0) -> int:
    """Where the sign first stands without a backslash of its own before it; -1 if nowhere."""
    for found in re.compile(rf"\\.|{sign}", re.DOTALL).finditer(text, start):
        if found[0] == sign:
            return found.start()
    return -1


def _split(text: str) -> list[str]:
    """At every ~ that is not escaped."""
    parts: list[str] = []
    begin = 0
    while (place := _first(text, "~", begin)) >= 0:
        if len(parts) > limits.ACCEPTED:  # more than any gap may know: the rest is not gone through
            return [*parts, text[begin:]]
        parts.append(text[begin:place])
        begin = place + 1
    return [*parts, text[begin:]]


def _gap(opened: re.Match[str], body: str, line: int) -> Gap:
    weight, kind = int(opened[1] or 1), opened[2]
    answers = [_answer(each, line) for each in _split(body) if each.strip()]
    if not any(credit == 1 for credit, _, _ in answers):
        raise MalformedError(line, f"a gap has no right answer: {body[:30]}")
    if kind in _CHOSEN and len(answers) < 2:
        raise MalformedError(line, "a gap to choose from offers one option only")
    if kind in _CHOSEN:
        return Gap(options=tuple(Option(text, credit, said) for credit, text, said in answers), weight=weight)
    if kind in _NUMBERS:
        return Gap(numbers=tuple(_numbers(answers, line)), weight=weight)
    if kind in _TYPED:
        return Gap(
            texts=tuple(AcceptedText(text, credit, said) for credit, text, said in answers), weight=weight
        )
    raise MalformedError(line, f"gaps of the kind {kind[:30]} are not supported")


def _answer(written: str, line: int) -> tuple[Fraction, str, str]:
    written = written.strip()
    place = _first(written, "#")
    said, feedback = (written, "") if place < 0 else (written[:place], written[place + 1 :])
    said, feedback = _revealed(said), _revealed(feedback)
    credit = Fraction(0)
    if said.startswith("="):
        credit, said = Fraction(1), said[1:]
    elif found := re.match(r"%(-?\d{1,3}(?:\.\d{0,10})?)%", said):
        credit, said = as_fraction(found[1]), said[found.end() :]
    text = one_line(to_plain(said, UNNAMED))
    if not text:
        raise MalformedError(line, "an answer in a gap has no text")
    return credit, text, to_plain(feedback, UNNAMED)


def _revealed(text: str) -> str:
    return re.sub(r'\\([}#~/"\\])', r"\1", text)


def _numbers(answers: Sequence[tuple[Fraction, str, str]], line: int) -> list[AcceptedNumber]:
    found: list[AcceptedNumber] = []
    for credit, text, said in answers:
        if text == "*":
            continue
        middle, _, margin = text.partition(":")
        value, tolerance = parse_number(middle), parse_number(margin or "0")
        if value is None or tolerance is None:
            raise MalformedError(line, f"{text[:40]!r} is not a number: write 3.14 or 3.14:0.01")
        found.append(AcceptedNumber(value - abs(tolerance), value + abs(tolerance), credit, said))
    if not found:
        raise MalformedError(line, "a gap for a number has none")
    return found
