"""Answers as they come back from where they were kept: half given, of another kind, or garbled.

A stored answer never raises: what does not fit its question is no answer, and earns nothing. Half an order or some
pairs are kept, so that the student goes on where they were; what they earn is for ``bot.domain.grading`` to say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import TypeGuard, cast

from bot.domain.questions import (
    Answer,
    Chosen,
    Essay,
    Filled,
    Gaps,
    Matched,
    Matching,
    Numeric,
    Ordered,
    Ordering,
    Posed,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
    Written,
)


def answer_in(text: object) -> Answer | None:
    """The answer in a column of JSON, as the text that stands there; None where it holds none."""
    try:
        return read_answer(json.loads(text)) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):  # whatever became of the text: nothing was answered
        return None


def read_answer(body: object) -> Answer | None:
    """The answer that was written as this JSON value; None where it is none."""
    if not isinstance(body, Mapping):
        return None
    match cast("Mapping[str, object]", body):
        case {"chosen": indices} if _are_numbers(indices):
            return Chosen(tuple(indices))
        case {"matched": rights} if _are_numbers_or_none(rights):
            return Matched(tuple(rights))
        case {"ordered": places} if _are_numbers(places):
            return Ordered(tuple(places))
        case {"filled": texts} if _are_texts(texts):
            return Filled(tuple(texts))
        case {"written": str(text), "files": files} if _are_texts(files):
            return Written(text, tuple(files))
        case {"typed": str(text)}:
            return Typed(text)
        case _:
            return None


def fitting(question: Posed, answer: Answer | None, shown: Collection[int] | None = None) -> Answer | None:
    """``answer`` where the question can have it, else None. ``shown`` are its options that this student sees."""
    match question, answer:
        case TrueFalse(), Chosen(indices):
            fits = len(indices) <= 1 and _are_among(indices, 2, shown)
        case SingleChoice(options=options), Chosen(indices):
            fits = len(indices) <= 1 and _are_among(indices, len(options), shown)
        case SeveralChoices(options=options), Chosen(indices):
            fits = _are_among(indices, len(options), shown)
        case Matching(pairs=pairs, rights=offered), Matched(rights):
            given = [each for each in rights if each is not None]
            fits = len(rights) == len(pairs) and _are_among(given, len(offered), shown)
        case Ordering(items=items), Ordered(places):
            fits = len(set(places)) == len(places) and _are_among(places, len(items), shown)
        case Gaps(gaps=gaps), Filled(texts):
            fits = len(texts) == len(gaps)
        case (ShortText() | Numeric(), Typed()) | (Essay(), Written() | Typed()):
            fits = True
        case _:
            fits = False
    return answer if fits else None


def _are_among(indices: Collection[int], count: int, shown: Collection[int] | None) -> bool:
    return all(0 <= each < count and (shown is None or each in shown) for each in indices)


def _are_numbers(found: object) -> TypeGuard[Sequence[int]]:
    return isinstance(found, list) and all(type(each) is int for each in cast("list[object]", found))


def _are_numbers_or_none(found: object) -> TypeGuard[Sequence[int | None]]:
    return isinstance(found, list) and all(
        each is None or type(each) is int for each in cast("list[object]", found)
    )


def _are_texts(found: object) -> TypeGuard[Sequence[str]]:
    return isinstance(found, list) and all(isinstance(each, str) for each in cast("list[object]", found))
