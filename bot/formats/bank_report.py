"""What a bank holds, for people and programs: its questions in words or JSON, and the mark of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any

from bot.domain.calculated import instantiate, with_item
from bot.domain.course import Fault
from bot.domain.grading import NeedsMarking, mark, same, unreadable
from bot.domain.questions import (
    Answer,
    Calculated,
    Chosen,
    Essay,
    Filled,
    Gaps,
    Matched,
    Matching,
    Numeric,
    Ordered,
    Ordering,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
    Written,
)
from bot.domain.units import Unreadable
from bot.formats.bank_csv import write_csv
from bot.formats.gift_writer import write_gift
from bot.formats.moodle_xml_writer import write_moodle_xml
from bot.formats.tags import Located
from bot.formats.units import PintUnits

TYPES: dict[type[Question], str] = {
    TrueFalse: "true_false",
    SingleChoice: "single_choice",
    SeveralChoices: "several_choices",
    ShortText: "short_text",
    Numeric: "numeric",
    Matching: "matching",
    Ordering: "ordering",
    Gaps: "gaps",
    Essay: "essay",
    Calculated: "calculated",
}


def name_of(one: Located) -> str:
    return one.title or one.question.slug


# --- what was read ---------------------------------------------------------------------------------


def as_text(questions: Sequence[Located], faults: Sequence[Fault]) -> str:
    lines = [
        f"{number}. line {one.line}: {name_of(one)} ({TYPES[type(one.question)].replace('_', ' ')})"
        for number, one in enumerate(questions, start=1)
    ]
    told = "Nothing to mend." if not faults else f"{len(faults)} to mend:"
    return "\n".join([*lines, f"{len(questions)} questions read. {told}", *map(str, faults)])


def as_json(questions: Sequence[Located], faults: Sequence[Fault]) -> dict[str, Any]:
    return {"questions": [_json(one) for one in questions], "faults": [asdict(fault) for fault in faults]}


def _json(one: Located) -> dict[str, Any]:
    """Credits as exact fractions ("1/3"), bounds as decimals in strings."""
    body = {key: _plain(value) for key, value in asdict(one.question).items()}
    return {
        "name": name_of(one),
        "type": TYPES[type(one.question)],
        **body,
        "line": one.line,
        "tags": list(one.tags),
        "category": one.category,
    }


def _plain(value: Any) -> Any:
    match value:
        case bool() | int() | str() | None:
            return value
        case dict():
            return {key: _plain(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list() | tuple():
            return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return str(value)


# --- marks -----------------------------------------------------------------------------------------


def find(questions: Sequence[Located], wanted: str) -> Located | None:
    """By its name or slug, whatever the case; else by its number from 1."""
    for one in questions:
        if wanted.strip().casefold() in (one.title.casefold(), one.question.slug.casefold()):
            return one
    if wanted.isdecimal() and 1 <= int(wanted) <= len(questions):
        return questions[int(wanted) - 1]
    return None


def mark_of(one: Located, answer: str) -> Fraction:
    """The exact mark from 0 to 1. Raises ValueError, with words for people, for an answer that fits not."""
    given = read_answer(one.question, answer)
    units = PintUnits()
    if reason := unreadable(one.question, given, units):
        raise ValueError(_ASK_AGAIN[reason])
    result = mark(one.question, given, units)
    if isinstance(result, NeedsMarking):
        raise ValueError(f"{name_of(one)} is an essay: its teacher marks it.")  # noqa: TRY004  # a fit answer that has no mark
    return min(Fraction(1), max(Fraction(0), result.credit))


_ASK_AGAIN = {
    Unreadable.NOT_A_NUMBER: "That is not a number: write 3.14, or 3e8, and its unit where one is asked.",
    Unreadable.NO_UNIT: "The number has no unit: write it with one.",
    Unreadable.OTHER_UNIT: "That unit is not known, or measures something else.",
}


def asked_with(one: Located, seed: str, item: int | None) -> Located:
    """The question as it can be asked: a calculated one with the numbers of a seed, or those of an item.

    Raises ValueError, with words for people, where there are none.
    """
    if not isinstance(one.question, Calculated):
        return one
    made = instantiate(one.question, seed) if item is None else with_item(one.question, item)
    return replace(one, question=made)


def read_answer(question: Question, text: str) -> Answer:
    match question:
        case TrueFalse():
            return Chosen((_place(["true", "false"], text, {"t": 0, "f": 1}),))
        case SingleChoice(options=options):
            return Chosen((_place([each.text for each in options], text, {}),))
        case SeveralChoices(options=options):
            texts = [each.text for each in options]
            return Chosen(tuple(_place(texts, each, {}) for each in _parts(text, texts)))
        case Ordering(items=items):
            return Ordered(_order(items, text))
        case Matching():
            return _matched(question, text)
        case Gaps(gaps=gaps):
            return Filled(
                tuple(each.strip() for each in text.split("|")) + ("",) * (len(gaps) - text.count("|") - 1)
            )
        case Essay():
            return Written(text)
        case ShortText() | Numeric() | Calculated():
            return Typed(text)


def _parts(text: str, known: Sequence[str]) -> list[str]:
    """Split at |, unless the whole is one of the options itself."""
    if any(same(text, each) for each in known):
        return [text]
    return [each.strip() for each in text.split("|") if each.strip()]


def _place(texts: Sequence[str], wanted: str, short: dict[str, int]) -> int:
    """Of the option with these words, else of the letter A, B ...; ValueError when it is none."""
    for place, text in enumerate(texts):
        if same(text, wanted):
            return place
    letter = wanted.strip().casefold()
    if letter in short:
        return short[letter]
    if re.fullmatch(r"[a-z]", letter) and ord(letter) - ord("a") < len(texts):
        return ord(letter) - ord("a")
    raise ValueError(f"{wanted!r} is none of the options: {' | '.join(texts)}")


def _order(items: Sequence[str], text: str) -> tuple[int, ...]:
    """Items of the same words are told apart by where they first stand."""
    left = list(range(len(items)))
    order: list[int] = []
    for each in _parts(text, ()):
        place = next((place for place in left if same(items[place], each)), None)
        if place is None:
            raise ValueError(f"{each!r} is none of the items that are left: {' | '.join(items)}")
        left.remove(place)
        order.append(place)
    if left:
        raise ValueError(f"put all {len(items)} items in order, joined by |: {' | '.join(items)}")
    return tuple(order)


def _matched(question: Matching, text: str) -> Matched:
    chosen: dict[int, int] = {}
    lefts = [pair.left for pair in question.pairs]
    for part in _parts(text, ()):
        left, right = _sides(part, lefts)
        chosen[_place(lefts, left, {})] = _place(question.rights, right, {})
    return Matched(tuple(chosen.get(place) for place in range(len(lefts))))


def _sides(part: str, lefts: Sequence[str]) -> tuple[str, str]:
    """Cut at the = after which the left side is a known one: a side may hold the sign itself."""
    cuts = [place for place, sign in enumerate(part) if sign == "="]
    for place in cuts:
        if any(same(part[:place], left) for left in lefts):
            return part[:place], part[place + 1 :]
    if not cuts:
        raise ValueError(f"{part!r} is no pair: write left=right, and join pairs by |")
    return part[: cuts[0]], part[cuts[0] + 1 :]


# --- writing ---------------------------------------------------------------------------------------


def write_as(
    suffix: str, questions: Sequence[Located], pictures: Mapping[str, bytes]
) -> tuple[str, list[Located]]:
    """The bank as text, and what that format cannot hold; ValueError for an ending that is none of ours."""
    writers: dict[str, Callable[[Sequence[Located]], tuple[str, list[Located]]]] = {
        ".gift": write_gift,
        ".txt": write_gift,
        ".csv": write_csv,
        ".xml": lambda all_of_them: (write_moodle_xml(all_of_them, pictures), []),
    }
    if suffix.lower() not in writers:
        raise ValueError(f"{suffix or 'no ending'} is none of .gift, .xml and .csv")
    return writers[suffix.lower()](questions)
