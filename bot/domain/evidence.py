"""What shows that pre-work was done, and the judgement on it, with reasons a student can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

#: A video can be watched at double speed and no faster: credit needs half its length since [Start].
FASTEST = 2
#: A summary is a sentence or two, not a word.
SUMMARY_WORDS = 8
QUESTION_WORDS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One hand-in: the credit of each chunk answer, the summary, and the question for class."""

    started_at: datetime | None
    handed_in_at: datetime
    credits: Sequence[Fraction]
    feedback: Sequence[str]
    summary: str
    question: str


@dataclass(frozen=True, slots=True)
class NotStarted:
    """[Start] was never pressed, so no time has been taken yet."""


@dataclass(frozen=True, slots=True)
class TooSoon:
    """The time floor is not reached; handing in again from ``ready_at`` on counts."""

    ready_at: datetime
    taken_s: int
    length_s: int


@dataclass(frozen=True, slots=True)
class LookAgain:
    """An answer is not right yet; ``number`` counts from 1."""

    number: int
    feedback: str


@dataclass(frozen=True, slots=True)
class SayMore:
    """The summary or the question is shorter than asked for."""

    field: str
    words: int
    least: int


Reason = NotStarted | TooSoon | LookAgain | SayMore


@dataclass(frozen=True, slots=True)
class Credit:
    late: bool


@dataclass(frozen=True, slots=True)
class NoCredit:
    reasons: tuple[Reason, ...]


def judge(evidence: Evidence, length_s: int, deadline: datetime) -> Credit | NoCredit:
    """Credit needs every chunk answer right, a summary, a question, and the time floor (V6, V18, V30)."""
    reasons = (*_answers(evidence), *_texts(evidence), *_time(evidence, length_s))
    return NoCredit(reasons) if reasons else Credit(late=evidence.handed_in_at > deadline)


def ready_at(started_at: datetime, length_s: int) -> datetime:
    """The earliest instant at which a hand-in can be credited."""
    return started_at + timedelta(seconds=length_s / FASTEST)


def _answers(evidence: Evidence) -> list[Reason]:
    return [
        LookAgain(number, feedback)
        for number, (credit, feedback) in enumerate(
            zip(evidence.credits, evidence.feedback, strict=True), start=1
        )
        if credit < 1
    ]


def _texts(evidence: Evidence) -> list[Reason]:
    wanted = (("summary", evidence.summary, SUMMARY_WORDS), ("question", evidence.question, QUESTION_WORDS))
    return [
        SayMore(field, len(text.split()), least) for field, text, least in wanted if len(text.split()) < least
    ]


def _time(evidence: Evidence, length_s: int) -> list[Reason]:
    if evidence.started_at is None:
        return [NotStarted()]
    ready = ready_at(evidence.started_at, length_s)
    if evidence.handed_in_at >= ready:
        return []
    taken = evidence.handed_in_at - evidence.started_at
    return [TooSoon(ready, max(0, int(taken.total_seconds())), length_s)]
