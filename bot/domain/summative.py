"""Summative checks: when one may be taken, until when its result is kept back, and the talk that confirms it.

Everyone takes it in the same hours, so whoever is done early must learn nothing that others could use (RF11). The
talk is two minutes about two answers of one's own (P28, K36).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from bot.domain.mastery import GRACE, Item
from bot.domain.questions import (
    Chosen,
    Essay,
    Matching,
    Numeric,
    Ordering,
    SeveralChoices,
    SingleChoice,
    TrueFalse,
    Typed,
)

#: answers that a talk is about
ASKED_ABOUT = 2
#: the job that lets go of results
RELEASE = "release"
#: after the promised instant: what was open at its end has been handed in by then
RELEASED_AFTER = timedelta(seconds=35)


@dataclass(frozen=True, slots=True)
class Sitting:
    """The hours of a class in which a unit's summative check is taken; ``closes_at`` is its last instant."""

    opens_at: datetime
    closes_at: datetime
    #: before it nobody sees a result, a hint or a key; not before ``closes_at``
    result_at: datetime
    #: a pass opens the next unit only after two minutes of talk
    oral: bool


@dataclass(frozen=True, slots=True)
class TimeNotSet:
    """The teacher has not said yet when the check can be taken."""


@dataclass(frozen=True, slots=True)
class OpensAt:
    at: datetime


@dataclass(frozen=True, slots=True)
class TimeOver:
    closed_at: datetime


Shut = TimeNotSet | OpensAt | TimeOver


def shut(sitting: Sitting | None, at: datetime) -> Shut | None:
    """Why the check cannot begin at that instant, which is when the button was pressed; None when it can."""
    if sitting is None:
        return TimeNotSet()
    if at < sitting.opens_at:
        return OpensAt(sitting.opens_at)
    return TimeOver(sitting.closes_at) if at > sitting.closes_at + GRACE else None


# --- what keeps a result back ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResultsAt:
    """Handed in; nobody sees more before that instant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TalkFirst:
    """The score reaches the bar; the talk that confirms it is still to come."""

    #: 0 to 1
    score: Fraction
    #: percent
    bar: int
    #: None while no slot is booked
    starts_at: datetime | None
    #: the talk was held, and the teacher wants to look at it again
    is_looked_at: bool
    #: handle of the booking, "" while no slot is booked
    booking: str = ""


Held = ResultsAt | TalkFirst


@dataclass(frozen=True, slots=True)
class Talk:
    """Two minutes about some answers of one attempt."""

    id: int
    handle: str
    #: id
    attempt: int
    person: int
    section: int
    unit_title: str
    #: of the attempt's questions, from 1
    positions: tuple[int, ...]
    #: id; None while no slot is booked
    booking: int | None
    #: "confirmed", "mismatch" or "missed" (twice); None until then
    outcome: str | None
    #: when the student did not come for the first time
    missed_at: datetime | None


def draw_talk(items: Sequence[Item], seed: str) -> tuple[int, ...]:
    """Positions of up to two answers that earned everything, the same ones for the same seed.

    Of different objectives where there are such, and answers that take some thought before a true or false, which
    a coin gets right. Essays are left out: the teacher has read those.
    """
    dice = random.Random(seed)  # noqa: S311  # nobody gains by foreseeing it without the seed
    right = [each for each in items if each.credit == 1 and not isinstance(each.question, Essay)]
    dice.shuffle(right)
    right.sort(key=lambda each: isinstance(each.question, TrueFalse))
    first = right[:1]
    others = [each for each in right[1:] if each.question.objective != first[0].question.objective]
    rest = others + [each for each in right[1:] if each not in others]
    return tuple(sorted(each.position for each in (first + rest)[:ASKED_ABOUT]))


def may_ask(item: Item) -> str:
    """What a teacher may ask about that answer: how the student got there, never only what it was."""
    match item.question, item.answer:
        case Numeric(), Typed(text):
            return f"How did you get {text}? What would change it?"
        case TrueFalse(), Chosen((place,)):
            return f"Why is that {'not ' if place else ''}true? Give me an example."
        case SingleChoice(options=options), Chosen((own,)):
            return f"Why “{options[own].text}”, and why none of the others?"
        case SeveralChoices(), _:
            return "Why these, and why not the others?"
        case Matching() | Ordering(), _:
            return "Explain one of these to me: why does it belong there?"
        case _, Typed(text):
            return f"How would you explain “{text}” to a friend?"
        case _:
            return "How did you get there?"
