"""What a tag of a question can say in every format: ``difficulty:hard``, ``unit:m/s^2``; the rest name objectives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain.questions import EASY, HARD, MEDIUM, Calculated, Numeric, Question, UnitRule

DIFFICULTIES = {"easy": EASY, "medium": MEDIUM, "hard": HARD}
_NAMES = {value: name for name, value in DIFFICULTIES.items()}
_NUMBERS = {str(value): value for value in DIFFICULTIES.values()}
_TAG = re.compile(r"(difficulty|unit):\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Located:
    """A question and where it stands. ``tags`` are those of the file, not yet known to be objectives."""

    question: Question
    line: int
    title: str
    tags: tuple[str, ...]
    #: Moodle's path of categories, "" where the file names none
    category: str = ""


def located(question: Question, line: int, title: str, tags: Iterable[str], category: str = "") -> Located:
    """The question with what its tags say about it; those that say nothing of the kind are kept."""
    kept: list[str] = []
    for tag in tags:
        found = _TAG.fullmatch(tag.strip())
        said = _told(question, found[1].lower(), found[2].strip()) if found else None
        if said is None:
            kept.append(tag)
        else:
            question = said
    return Located(question, line, title, tuple(kept), category)


def tags_of(one: Located) -> tuple[str, ...]:
    """The tags to write, so that ``located`` gives the same question again."""
    question = one.question
    told: list[str] = []
    if question.difficulty != MEDIUM:
        told.append(f"difficulty:{_NAMES[question.difficulty]}")
    if isinstance(question, Numeric | Calculated) and question.unit is not None and not question.unit.named:
        told.append(f"unit:{question.unit.wanted}")
    return (*one.tags, *told)


def difficulty(word: str) -> int | None:
    """Of easy, medium and hard, or 1, 2 and 3; None for another word."""
    return (DIFFICULTIES | _NUMBERS).get(word.strip().lower())


def _told(question: Question, name: str, value: str) -> Question | None:
    if name == "difficulty":
        level = difficulty(value)
        return None if level is None else replace(question, difficulty=level)
    if isinstance(question, Numeric | Calculated) and value:
        return replace(question, unit=UnitRule(value))
    return None
