"""A short round of practice between two attempts: questions on what was missed, in one form."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from bot.domain.questions import (
    Answer,
    Chosen,
    Numeric,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
)

MOST_ASKED = 3


def draw_practice(
    bank: Sequence[Question], missed: Collection[str], just_asked: Collection[str], seed: str
) -> tuple[Question, ...]:
    """At most ``MOST_ASKED`` questions of the missed objectives, none of them in the form just taken.

    Everyone's first objective before anyone's second question; the same ones for the same seed.
    """
    dice = random.Random(seed)  # noqa: S311  # nobody gains by foreseeing practice
    fit = [each for each in bank if each.objective in missed and each.slug not in just_asked]
    fit = [each for each in fit if isinstance(each, _ASKED)]
    dice.shuffle(fit)
    place: dict[str, int] = {}
    turn: dict[str, int] = {}
    for each in fit:
        turn[each.slug] = place[each.objective] = place.get(each.objective, -1) + 1
    return tuple(sorted(fit, key=lambda each: turn[each.slug])[:MOST_ASKED])


#: what a form has a field for
_ASKED = (TrueFalse, SingleChoice, SeveralChoices, Numeric, ShortText)


def fits_a_form(question: Question, answer: Answer) -> bool:
    """Whether the answer is of the kind that the question asks for, with indices that it has."""
    match question, answer:
        case TrueFalse(), Chosen((0 | 1,)):
            return True
        case SingleChoice(options=options), Chosen((index,)):
            return 0 <= index < len(options)
        case SeveralChoices(options=options), Chosen(indices):
            return all(0 <= each < len(options) for each in indices)
        case ((Numeric() | ShortText()), Typed()):
            return True
        case _:
            return False
