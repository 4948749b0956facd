"""What a student may see of an attempt: nothing of the key before grading (RF1), all of it once passed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from bot.domain.askable import too_many
from bot.domain.grading import Mark, mark, mark_at_once
from bot.domain.mastery import Attempt, Item, next_open
from bot.domain.near_misses import is_near
from bot.domain.questions import (
    AcceptedNumber,
    Answer,
    Calculated,
    Chosen,
    Essay,
    Filled,
    Gap,
    Gaps,
    Matched,
    Matching,
    Numeric,
    Ordered,
    Ordering,
    Posed,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
    Written,
)
from bot.domain.typed_numbers import parse_number
from bot.domain.typed_texts import text_matches
from bot.domain.units import Units


class Asks(StrEnum):
    """What a question wants from the student."""

    ONE = "one"
    SEVERAL = "several"
    NUMBER = "number"
    TEXT = "text"
    #: for each left side one of the options
    MATCH = "match"
    #: the options, one after the other
    ORDER = "order"
    GAPS = "gaps"
    ESSAY = "essay"


@dataclass(frozen=True, slots=True)
class GapAsked:
    """``options`` are empty where something is typed; ``given`` is "" as long as nothing is."""

    options: tuple[str, ...]
    given: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the student may see it. Nothing in it depends on which answer is right (RF1)."""

    #: handle of the attempt
    attempt: str
    #: "" in a look back, which asks about several units
    unit_title: str
    #: from 1
    position: int
    total: int
    prompt: str
    asks: Asks
    #: in the order of this attempt
    options: tuple[str, ...]
    #: indices into ``options``
    chosen: tuple[int, ...]
    typed: str
    is_answered: bool
    #: digest of the question's picture, "" for none
    picture: str = ""
    alt: str = ""
    #: the picture itself, where it is about to be shown
    png: bytes = field(default=b"", repr=False)
    #: a number is asked with its unit
    with_unit: bool = False
    #: left sides of a matching question
    sides: tuple[str, ...] = ()
    #: for each left side an index into ``options``, None while it has none; or the options put in order so far
    placed: tuple[int | None, ...] = ()
    gaps: tuple[GapAsked, ...] = ()
    wants_file: bool = False
    #: how many were handed in
    files: int = 0
    #: when the attempt's time is up, None without a time limit
    ends_at: datetime | None = None
    #: False where it has more parts than Discord can offer
    is_askable: bool = True


@dataclass(frozen=True, slots=True)
class LookOver:
    """Every question of the attempt before it is handed in."""

    attempt: str
    #: "" in a look back
    unit_title: str
    bar: int
    questions: tuple[Asked, ...]
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LookedBack:
    """A question of a passed attempt, with the key."""

    asked: Asked
    credit: Fraction
    feedback: str
    #: indices into ``asked.options``
    right: tuple[int, ...]
    #: where something is typed, what would have been right
    accepted: tuple[str, ...]
    #: what the teacher said who marked it by hand
    comment: str = ""


# --- before it is handed in ------------------------------------------------------------------------


def show(attempt: Attempt, items: Sequence[Item], position: int) -> Asked:
    """The question at that position, which the attempt must have."""
    item = items[position - 1]
    texts = option_texts(item.question)
    asked = Asked(
        attempt=attempt.handle,
        unit_title=_title(attempt),
        position=position,
        total=len(items),
        prompt=item.question.prompt,
        asks=asks_of(item.question),
        options=tuple(texts[each] for each in item.shown),
        chosen=_as_shown(item, item.answer.indices) if isinstance(item.answer, Chosen) else (),
        typed=item.answer.text if isinstance(item.answer, Typed | Written) else "",
        is_answered=item.answered_at is not None,
        picture=item.question.picture,
        alt=item.question.alt,
        ends_at=attempt.ends_at,
        is_askable=not too_many(item.question),
    )
    return _with_parts(asked, item)


def _title(attempt: Attempt) -> str:
    return "" if attempt.purpose == "recheck" else attempt.unit_title


def _with_parts(asked: Asked, item: Item) -> Asked:
    """What a question of several parts asks, and what was given to each so far."""
    match item.question, item.answer:
        case Numeric(unit=unit), _:
            return replace(asked, with_unit=unit is not None)
        case Matching(pairs=pairs), given:
            own = given.rights if isinstance(given, Matched) else (None,) * len(pairs)
            placed = tuple(None if each is None else item.shown.index(each) for each in own)
            return replace(asked, sides=tuple(each.left for each in pairs), placed=placed)
        case Ordering(), Ordered(places):
            return replace(asked, placed=tuple(item.shown.index(each) for each in places))
        case Gaps(gaps=gaps), given:
            texts = given.texts if isinstance(given, Filled) else ("",) * len(gaps)
            parts = (GapAsked(gap_options(gap), text) for gap, text in zip(gaps, texts, strict=True))
            return replace(asked, gaps=tuple(parts))
        case Essay(wants_file=wants_file), given:
            files = len(given.files) if isinstance(given, Written) else 0
            return replace(asked, wants_file=wants_file, files=files)
        case _:
            return asked


def gap_options(gap: Gap) -> tuple[str, ...]:
    """What can be chosen for a gap, in the order of the alphabet, which knows nothing of the key (RF1)."""
    return tuple(sorted((each.text for each in gap.options), key=lambda text: (text.casefold(), text)))


def show_all(attempt: Attempt, items: Sequence[Item]) -> LookOver:
    questions = tuple(show(attempt, items, each.position) for each in items)
    return LookOver(attempt.handle, _title(attempt), attempt.bar, questions, attempt.ends_at)


def show_next(attempt: Attempt, items: Sequence[Item], after: int = 0) -> Asked | LookOver:
    """The next question without an answer; all of them once there is none."""
    position = next_open(items, after)
    return show_all(attempt, items) if position is None else show(attempt, items, position)


def asks_of(question: Posed) -> Asks:
    match question:
        case TrueFalse() | SingleChoice():
            return Asks.ONE
        case SeveralChoices():
            return Asks.SEVERAL
        case Numeric():
            return Asks.NUMBER
        case ShortText():
            return Asks.TEXT
        case Matching():
            return Asks.MATCH
        case Ordering():
            return Asks.ORDER
        case Gaps():
            return Asks.GAPS
        case Essay():
            return Asks.ESSAY


def _as_shown(item: Item, own: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(item.shown.index(each) for each in own))


def option_texts(question: Question) -> tuple[str, ...]:
    """What can be chosen, in the question's own order; empty where something is typed."""
    match question:
        case TrueFalse():
            return ("True", "False")
        case SingleChoice(options=options) | SeveralChoices(options=options):
            return tuple(option.text for option in options)
        case Matching(rights=rights):
            return rights
        case Ordering(items=items):
            return items
        case _:
            return ()


# --- not yet passed --------------------------------------------------------------------------------


def hint(question: Question, answer: Answer) -> str:
    """What the teacher says to this answer, if it may be said while the key is kept (K12), else nothing.

    Not about a right answer, nor where only one other answer is left, nor words that hold the right answer.
    """
    said = _said_to_wrong(question, answer)
    return "" if _holds_key(question, said) else said


def _said_to_wrong(question: Question, answer: Answer) -> str:
    match question, answer:
        case ShortText(), Typed(text):
            made = mark_at_once(question, answer)
            if not made.credit and not made.feedback and is_near(question, text):
                return NEARLY
            return "" if made.credit == 1 else made.feedback
        case SeveralChoices(options=options), Chosen(indices) if len(options) > 2:
            wrong = [options[each] for each in indices if options[each].credit <= 0]
            return "\n".join(option.feedback for option in wrong if option.feedback)
        case (SingleChoice(options=options), _) if len(options) <= 2:
            return ""
        case ((SingleChoice() | Numeric()), _):
            result = mark_at_once(question, answer)
            return "" if result.credit == 1 else result.feedback
        case _:
            return ""


def _holds_key(question: Question, said: str) -> bool:
    match question:
        case SingleChoice(options=options):
            return any(option.text.casefold() in said.casefold() for option in options if option.credit == 1)
        case SeveralChoices(options=options):
            return any(option.text.casefold() in said.casefold() for option in options if option.credit > 0)
        case ShortText(accepted=accepted):
            return any(text_matches(f"*{each.pattern}*", said) for each in accepted if each.credit == 1)
        case Numeric(accepted=accepted):
            found = [parse_number(each.rstrip(".,")) for each in _NUMBER_LIKE.findall(said)]
            numbers = [each for each in found if each is not None]
            return any(one.low <= each <= one.high for one in accepted if one.credit == 1 for each in numbers)
        case _:
            return False


#: told only once the check is not passed: before that it would say how near an answer is (RF1)
NEARLY = "Nearly: look at the spelling."

_NUMBER_LIKE = re.compile(r"[+\-\u2212]?\d[\d.,]*(?:e[+-]?\d+|\s?[x*\u00d7\u00b7]\s?10\S+)?", re.IGNORECASE)


# --- passed ----------------------------------------------------------------------------------------


def look_back(
    attempt: Attempt, items: Sequence[Item], position: int, units: Units | None = None
) -> LookedBack:
    """The question at that position with the key and everything the teacher says about it."""
    item = items[position - 1]
    made = mark(item.question, item.answer, units) if item.answer is not None else None
    said = made.feedback if isinstance(made, Mark) else ""
    key = _key(item.question)
    return LookedBack(
        asked=show(attempt, items, position),
        credit=item.credit or Fraction(0),
        feedback="\n".join(text for text in (said, item.question.general_feedback) if text),
        right=_as_shown(item, key.indices) if isinstance(key, Chosen) else (),
        accepted=() if isinstance(key, Chosen) else key,
        comment=item.comment,
    )


def _key(question: Question) -> Chosen | tuple[str, ...]:
    """What is right: options, or in words what could be typed."""
    match question:
        case TrueFalse(answer=is_true):
            return Chosen((0 if is_true else 1,))
        case SingleChoice(options=options):
            return Chosen(tuple(place for place, option in enumerate(options) if option.credit == 1))
        case SeveralChoices(options=options):
            return Chosen(tuple(place for place, option in enumerate(options) if option.credit > 0))
        case ShortText(accepted=accepted):
            return tuple(each.pattern.replace("*", "…") for each in accepted if each.credit == 1)
        case Numeric(accepted=accepted):
            return tuple(_span(each) for each in accepted if each.credit == 1)
        case Matching(pairs=pairs):
            return ("; ".join(f"{each.left} → {each.right}" for each in pairs),)
        case Ordering(items=items):
            return ("; ".join(items),)
        case Gaps(gaps=gaps):
            return ("; ".join(f"({place}) {_gap_key(each)}" for place, each in enumerate(gaps, start=1)),)
        case Essay() | Calculated():
            return ()


def _gap_key(gap: Gap) -> str:
    texts = [each.pattern.replace("*", "…") for each in gap.texts if each.credit == 1]
    texts += [_span(each) for each in gap.numbers if each.credit == 1]
    texts += [each.text for each in gap.options if each.credit == 1]
    return " or ".join(texts)


def _span(accepted: AcceptedNumber) -> str:
    return f"{accepted.low}" if accepted.low == accepted.high else f"{accepted.low} to {accepted.high}"
