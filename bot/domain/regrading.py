"""Marking a faulty question anew: what is right instead, and what an attempt comes to under it (RF6).

A question of a revision never changes. A regrade says beside it how it is marked instead, and is laid over the
question whenever it is read, for old and for coming attempts alike; undoing it takes it off again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from bot.domain.grading import mark_at_once, score
from bot.domain.mastery import passed
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Answer,
    Essay,
    Numeric,
    Option,
    Question,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.domain.typed_numbers import parse_number

ALL, NOTHING = Fraction(1), Fraction(0)


class Right(StrEnum):
    """What is right after all."""

    #: this answer, too
    ALSO = "also"
    #: this option, and no other
    INSTEAD = "instead"
    #: whatever was answered
    EVERYTHING = "all"
    #: nothing can be: the question does not count
    DROPPED = "drop"


@dataclass(frozen=True, slots=True)
class Change:
    """``value`` is an option's index in the question's own order, or what may be typed; "" for all and drop."""

    right: Right
    value: str = ""


@dataclass(frozen=True, slots=True)
class Regrade:
    id: int
    handle: str
    section: int
    #: id of the question
    question: int
    change: Change
    #: by attempt that was handed in before: the item's position and what it had earned
    earned: Mapping[int, tuple[int, Fraction]]
    #: by person: unit, and the instants of its progress, None where it was locked
    rows: Mapping[int, tuple[tuple[str, datetime | None, datetime | None], ...]]
    reason: str
    takes_back: bool
    made_at: datetime
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in an attempt that was handed in and marked."""

    attempt: int
    section: int
    person: int
    position: int
    answer: Answer | None
    credit: Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """One regrade as it bears on one attempt that was handed in before it."""

    position: int
    #: credit of that item without it, and with it; None: the question does not count
    before: Fraction
    after: Fraction | None
    takes_back: bool


@dataclass(frozen=True, slots=True)
class Result:
    score: Fraction
    passed: bool


def corrected(question: Question, change: Change) -> Question | None:
    """The question with its mended key; None where the change does not fit it."""
    match question, change.right:
        case _, Right.EVERYTHING | Right.DROPPED:
            return question
        case SingleChoice(options=options), _ if change.value.isdecimal() and int(change.value) < len(
            options
        ):
            return replace(question, options=_options(options, int(change.value), change.right))
        case TrueFalse(), Right.INSTEAD if change.value in ("0", "1"):
            return replace(question, answer=change.value == "0")
        case ShortText(accepted=accepted), Right.ALSO if change.value.strip():
            # typed as it is to be accepted: a star in it is a star
            return replace(
                question, accepted=(AcceptedText(change.value.strip().replace("*", r"\*"), ALL), *accepted)
            )
        case Numeric(accepted=accepted), Right.ALSO:
            number = parse_number(change.value)
            if number is None:
                return None
            return replace(question, accepted=(AcceptedNumber(number, number, ALL), *accepted))
        case _:
            return None


def _options(options: Sequence[Option], place: int, right: Right) -> tuple[Option, ...]:
    def mended(each: Option, at: int) -> Option:
        if at == place:
            return replace(each, credit=ALL)
        return replace(each, credit=NOTHING) if right is Right.INSTEAD and each.credit > 0 else each

    return tuple(mended(each, at) for at, each in enumerate(options))


def credit_under(
    question: Question, answer: Answer | None, credit: Fraction, change: Change
) -> Fraction | None:
    """What an item earns under a change; None where it does not count. ``credit`` is what it earned without.

    ``question`` is as it stands without the change, which fits it.
    """
    match change.right:
        case Right.DROPPED:
            return None
        case Right.EVERYTHING:
            return ALL
        case Right.ALSO | Right.INSTEAD:
            mended = corrected(question, change)
            if mended is None or answer is None or isinstance(mended, Essay):
                return credit
            return mark_at_once(mended, answer).credit


def result_under(credits: Mapping[int, Fraction], bar: int, steps: Sequence[Step]) -> Result:
    """What an attempt comes to: its own result, then each regrade in the order in which they were made.

    ``credits`` are by position, of the items that count, without ``steps``. A pass is kept through a regrade
    that does not take back, however low the score is then. Whatever is undone is left out of ``steps``, so that
    applying and undoing, in any order, ends where it began.
    """
    counted = dict(credits)
    total = _score(counted)
    is_pass = passed(total, bar)
    for step in steps:
        if step.after is None:
            counted.pop(step.position, None)
        else:
            counted[step.position] = step.after
        total = _score(counted)
        is_pass = passed(total, bar) or (is_pass and not step.takes_back)
    return Result(total, is_pass)


def _score(counted: Mapping[int, Fraction]) -> Fraction:
    """Where every question was faulty, nothing is held against the student."""
    return score(list(counted.values())) if counted else ALL


def change_to_json(change: Change) -> dict[str, str]:
    return {"right": change.right, "value": change.value}


def change_from_json(body: Mapping[str, str]) -> Change:
    return Change(Right(body["right"]), body["value"])
