"""Which questions can be put before a student on Discord, and why others cannot."""

from __future__ import annotations

from bot.domain.questions import (
    Calculated,
    Essay,
    Gaps,
    Matching,
    Numeric,
    Ordering,
    Question,
    SeveralChoices,
    SingleChoice,
)

#: what a menu of Discord's holds
MAX_OPTIONS = 25
#: each has a menu of its own, and a message has 40 parts
MAX_PAIRS = 10
#: each has a field in a form
MAX_GAPS = 25


def why_not_asked(question: Question, *, in_check: bool) -> str:
    """What keeps it out of a check, or of the pre-work's form; "" where nothing does."""
    return _too_large(question) if in_check else _not_in_a_form(question)


def _too_large(question: Question) -> str:
    match question:
        case SingleChoice(options=options) | SeveralChoices(options=options) | Calculated(options=options):
            return _more_than(len(options), MAX_OPTIONS, "options")
        case Matching(pairs=pairs, rights=rights):
            return _more_than(len(pairs), MAX_PAIRS, "pairs") or _more_than(
                len(rights), MAX_OPTIONS, "right sides"
            )
        case Ordering(items=items):
            return _more_than(len(items), MAX_OPTIONS, "items to put in order")
        case Gaps(gaps=gaps):
            widest = max((len(each.options) for each in gaps), default=0)
            return _more_than(len(gaps), MAX_GAPS, "gaps") or _more_than(
                widest, MAX_OPTIONS, "options in one gap"
            )
        case _:
            return ""


def _more_than(count: int, most: int, what: str) -> str:
    return f"it has {count} {what}, and {most} is the most: make two questions of it" if count > most else ""


def _not_in_a_form(question: Question) -> str:
    match question:
        case Matching() | Ordering() | Gaps() | Essay() | Calculated():
            return "the hand-in form asks for one choice, word or number: ask this in the check"
        case Numeric(unit=unit) if unit is not None:
            return "the hand-in form asks for a number without a unit: ask this in the check"
        case _:
            return _too_large(question)
