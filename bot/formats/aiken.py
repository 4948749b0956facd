"""Reads Aiken: a question, its options A to Z, and ANSWER: with a letter. Every line is checked, as Moodle does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from bot.domain import limits
from bot.domain.course import Fault
from bot.domain.questions import Option, SingleChoice
from bot.formats.gift import Slugs
from bot.formats.plain_text import one_line
from bot.formats.tags import Located
from bot.formats.text_file import too_long

_OPTION = re.compile(r"([A-Z])[.)]\s*(\S.*)")
_ANSWER = re.compile(r"ANSWER:\s*([A-Z])")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def looks_like_aiken(text: str) -> bool:
    return re.search(r"^ANSWER:\s*[A-Z]\s*$", text, re.MULTILINE) is not None and "{" not in text


def read_aiken(text: str, file: str) -> tuple[list[Located], list[Fault]]:
    """The questions, and a fault with its line for all that belongs to none."""
    found: list[Located] = []
    faults: list[Fault] = []
    slugs = Slugs(())
    for one in _cut(text, file, faults):
        if len(found) == limits.QUESTIONS or len(faults) > limits.FAULTS:
            faults.append(
                Fault(file, one.line, "", f"more than {limits.QUESTIONS:,} questions: the rest is not read")
            )
            break
        letters = "".join(letter for letter, _ in one.options)
        if letters != _LETTERS[: len(letters)]:
            faults.append(Fault(file, one.line, one.name, f"its options go {letters}: they go A, B, C …"))
        elif one.answer not in letters:
            problem = f"ANSWER: {one.answer} names no option: it has {letters[0]} to {letters[-1]}"
            faults.append(Fault(file, one.answer_line, one.name, problem))
        else:
            found.append(Located(_question(one, slugs), one.line, "", ()))
    return found, sorted(faults, key=lambda fault: fault.line or 0)


@dataclass(slots=True)
class _Open:
    prompt: str
    line: int
    options: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    answer: str = ""
    answer_line: int = 0

    @property
    def name(self) -> str:
        """The beginning of its first line."""
        return self.prompt.partition("\n")[0][:40]


def _cut(text: str, file: str, faults: list[Fault]) -> Iterator[_Open]:
    """The questions with two options or more and an answer; what is not one is told."""
    open_now: _Open | None = None
    number = 0
    for number, line in enumerate(text.split("\n"), start=1):
        words = one_line(line)
        if not words:
            continue
        if found := _ANSWER.fullmatch(words):
            yield from _closed(open_now, found[1], number, file, faults)
            open_now = None
        elif (found := _OPTION.fullmatch(words)) and open_now is not None:
            open_now.options.append((found[1], found[2]))
        elif found:
            faults.append(Fault(file, number, "", f"an option before any question: {words[:40]}"))
        elif open_now is None:
            open_now = _Open(words, number)
        elif open_now.options:
            faults.append(Fault(file, number, open_now.name, _UNFINISHED))
            open_now = _Open(words, number)
        elif len(open_now.prompt) > limits.RAW:
            faults.append(Fault(file, open_now.line, open_now.name, too_long(len(open_now.prompt))))
            return
        else:
            open_now.prompt += f"\n{words}"
    if open_now is not None:
        faults.append(Fault(file, number, open_now.name, _UNFINISHED))


_UNFINISHED = (
    "the question before has no ANSWER: line: write ANSWER: and its letter, a capital, after the options"
)


def _closed(
    open_now: _Open | None, letter: str, number: int, file: str, faults: list[Fault]
) -> Iterator[_Open]:
    if open_now is None:
        faults.append(Fault(file, number, "", "an ANSWER: without a question before it"))
    elif len(open_now.options) < 2:
        problem = f"a question needs two options or more, and this has {len(open_now.options)}: each begins with A) or A."
        faults.append(Fault(file, number, open_now.name, problem))
    else:
        open_now.answer, open_now.answer_line = letter, number
        yield open_now


def _question(one: _Open, slugs: Slugs) -> SingleChoice:
    options = tuple(Option(text, Fraction(letter == one.answer)) for letter, text in one.options)
    return SingleChoice(slugs.next("", "", one.line), one.prompt, options)
