"""The right answers of a course, for who tries the sandbox and for the students who were here before."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.questions import (
    AcceptedNumber,
    Numeric,
    Option,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)


def right(question: Question) -> tuple[str, ...]:
    """What to choose or type, as the options or the fields show it."""
    match question:
        case TrueFalse(answer=answer):
            return ("True" if answer else "False",)
        case SingleChoice(options=options):
            return (max(options, key=lambda option: option.credit).text,)
        case SeveralChoices(options=options):
            return tuple(option.text for option in options if option.credit > 0)
        case ShortText(accepted=accepted):
            return (max(accepted, key=lambda each: each.credit).pattern.replace("*", ""),)
        case Numeric(accepted=accepted):
            return (_number(max(accepted, key=lambda each: each.credit)),)
        case _:
            return ()


def right_places(question: Question) -> tuple[int, ...]:
    """Which options to choose, counted from 0; none where the answer is typed."""
    match question:
        case TrueFalse(answer=answer):
            return (0 if answer else 1,)
        case SingleChoice(options=options) | SeveralChoices(options=options):
            return _places(options, right(question))
        case _:
            return ()


def _places(options: Sequence[Option], texts: Sequence[str]) -> tuple[int, ...]:
    return tuple(place for place, option in enumerate(options) if option.text in texts)


def _number(accepted: AcceptedNumber) -> str:
    """The middle of what is accepted, without zeros that say nothing."""
    middle = (accepted.low + accepted.high) / Decimal(2)
    return f"{middle.normalize():f}"
