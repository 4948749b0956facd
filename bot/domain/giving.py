"""What a student gives in one press or form, and what becomes of their answer by it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.grading import unreadable
from bot.domain.mastery import Item
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
    Typed,
    Written,
)
from bot.domain.showing import Asks, asks_of, gap_options
from bot.domain.units import Units, Unreadable

#: characters of a typed answer
LONGEST_TYPED = 200
#: characters of an essay: what a field of Discord's forms takes
LONGEST_ESSAY = 4000


@dataclass(frozen=True, slots=True)
class Paired:
    """The right side at ``place``, as shown, for the left side ``side``, from 0."""

    side: int
    place: int


@dataclass(frozen=True, slots=True)
class Placed:
    """The option at ``place``, as shown, comes next in order."""

    place: int


@dataclass(frozen=True, slots=True)
class StartOver:
    """Nothing is in order any more."""


@dataclass(frozen=True, slots=True)
class FilledIn:
    """For the gaps from ``first`` on, from 0: what was typed, or the number of the option among those shown.

    "" leaves a gap as it was.
    """

    first: int
    texts: tuple[str | int, ...]


#: ``Chosen`` has indices of the options as shown
Given = Chosen | Typed | Paired | Placed | StartOver | FilledIn | Written


def fit(item: Item, given: Given) -> Answer | None:  # one arm for each kind
    """The whole answer after ``given``, in the question's own indices; None if the question has no such answer.

    What was given to its other parts is kept, so that the same press twice is as good as once.
    """
    match item.question, given:
        case Matching(), Paired(side, place):
            return _paired(item, item.question, side, place)
        case Ordering(), Placed(place):
            return _placed(item, place)
        case Ordering(), StartOver():
            return Ordered(())
        case Gaps(), FilledIn(first, texts):
            return _filled(item, item.question, first, texts)
        case Essay(), Written(text):
            files = item.answer.files if isinstance(item.answer, Written) else ()
            return Written(text, files) if len(text) <= LONGEST_ESSAY else None
        case question, Typed(text) if asks_of(question) in (Asks.NUMBER, Asks.TEXT):
            return given if len(text) <= LONGEST_TYPED else None
        case question, Chosen(indices) if asks_of(question) in (Asks.ONE, Asks.SEVERAL):
            is_known = all(0 <= each < len(item.shown) for each in indices)
            if not is_known or (len(indices) > 1 and not isinstance(question, SeveralChoices)):
                return None
            return Chosen(tuple(sorted({item.shown[each] for each in indices})))
        case _:
            return None


def is_whole(question: Posed, answer: Answer) -> bool:
    """Whether every part of the question has something."""
    match question, answer:
        case Matching(), Matched(rights):
            return all(each is not None for each in rights)
        case Ordering(items=items), Ordered(places):
            return len(places) == len(items)
        case Gaps(), Filled(texts):
            return all(each.strip() for each in texts)
        case Essay(wants_file=True), Written(_, files):
            return bool(files)
        case _:
            return True


def why_unreadable(question: Posed, answer: Answer, units: Units | None = None) -> Unreadable | None:
    """Why something of the answer cannot be marked as it was typed, in a gap too; None where all of it can."""
    match question, answer:
        case Gaps(gaps=gaps), Filled(texts):
            typed = [
                (gap, text) for gap, text in zip(gaps, texts, strict=True) if gap.numbers and text.strip()
            ]
            found = (unreadable(Numeric("gap", "", gap.numbers), Typed(text)) for gap, text in typed)
            return next((each for each in found if each is not None), None)
        case _:
            return unreadable(question, answer, units)


def _paired(item: Item, question: Matching, side: int, place: int) -> Matched | None:
    if not 0 <= side < len(question.pairs) or not 0 <= place < len(item.shown):
        return None
    rights = list(item.answer.rights if isinstance(item.answer, Matched) else (None,) * len(question.pairs))
    rights[side] = item.shown[place]
    return Matched(tuple(rights))


def _placed(item: Item, place: int) -> Ordered | None:
    if not 0 <= place < len(item.shown):
        return None
    before = item.answer.places if isinstance(item.answer, Ordered) else ()
    own = item.shown[place]
    return Ordered(before if own in before else (*before, own))


def _filled(item: Item, question: Gaps, first: int, texts: tuple[str | int, ...]) -> Filled | None:
    if first < 0 or not texts or first + len(texts) > len(question.gaps):
        return None
    whole = list(item.answer.texts if isinstance(item.answer, Filled) else ("",) * len(question.gaps))
    for place, text in enumerate(texts, start=first):
        options = gap_options(question.gaps[place])
        if isinstance(text, int):
            if not 0 <= text < len(options):
                return None
            whole[place] = options[text]
        elif len(text) > LONGEST_TYPED or (text and options):
            return None
        else:
            whole[place] = text or whole[place]
    return Filled(tuple(whole))
