"""The mastery check: its attempts, whether one passes, and what a pass opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from bot.domain.askable import too_many
from bot.domain.course import Objective
from bot.domain.questions import Answer, Posed
from bot.domain.records import ProgressRecord, UnitRecord


@dataclass(frozen=True, slots=True)
class Item:
    """A question of an attempt. An ``answer`` without ``answered_at`` was typed but could not be read."""

    #: from 1
    position: int
    #: a calculated one with the numbers that it was drawn with (RF6)
    question: Posed
    shown: tuple[int, ...]
    #: its indices are the question's own, not those shown
    answer: Answer | None = None
    #: None while something is missing
    answered_at: datetime | None = None
    #: None until the attempt is handed in, and then until the teacher has marked what only they can
    credit: Fraction | None = None
    #: what the teacher said to it, "" for nothing
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a unit's check. It keeps the revision (by ``unit``) and the bar with which it began."""

    id: int
    handle: str
    person: int
    section: int
    course: int
    unit: int
    unit_slug: str
    unit_title: str
    #: from 1, over all revisions of the unit
    number: int
    #: percent
    bar: int
    began_at: datetime
    submitted_at: datetime | None
    #: 0 to 1, exact
    score: Fraction | None
    passed: bool | None
    retake_at: datetime | None
    #: id of the contract from which the bar came; None for the class's own
    contract: int | None = None
    #: "check", "test_out" (before the unit's work), "recheck" (long after), "hand" (the teacher's tap) or DROPPED
    purpose: str = "check"
    #: when its time is up, None without a time limit
    ends_at: datetime | None = None


#: the purpose of an attempt that its teacher ended without counting it: it is no try
DROPPED = "dropped"
#: the job that hands in what is open when its time is up
CLOSE = "close"
#: on top of a time limit: how much later a press may have been made and still counts (RF5)
GRACE = timedelta(seconds=2)


def is_over(attempt: Attempt, at: datetime) -> bool:
    """Whether an answer that was given at that instant comes too late."""
    return attempt.ends_at is not None and at > attempt.ends_at + GRACE


# --- the bar, and what follows ---------------------------------------------------------------------


def passed(score: Fraction, bar: int) -> bool:
    """Whether ``score`` (0 to 1) reaches ``bar`` (percent). Exact: 79.99 does not reach 80, and 80 does."""
    return score * 100 >= bar


def opened_by(
    slug: str, order: Sequence[UnitRecord], progress: Mapping[str, ProgressRecord], at: datetime
) -> UnitRecord | None:
    """The unit that mastering ``slug`` at that instant opens: the next one not mastered before.

    A unit that the course no longer has opens the first one not mastered. None when nothing is left.
    """
    slugs = [each.unit.slug for each in order]
    rest = order[slugs.index(slug) + 1 :] if slug in slugs else order
    return next((each for each in rest if not _mastered_before(progress.get(each.unit.slug), at)), None)


def _mastered_before(record: ProgressRecord | None, at: datetime) -> bool:
    return record is not None and record.mastered_at is not None and record.mastered_at < at


def current_unit(order: Sequence[UnitRecord], progress: Mapping[str, ProgressRecord]) -> UnitRecord | None:
    """The first unit that is open and not mastered."""
    for each in order:
        record = progress.get(each.unit.slug)
        if record is not None and record.mastered_at is None:
            return each
    return None


def unit_named(units: Sequence[UnitRecord], typed: str) -> UnitRecord | None:
    """The unit that a person means, by slug, title or number."""
    wanted = typed.strip().casefold()
    for each in units:
        if wanted in (each.unit.slug, each.unit.title.casefold(), str(each.position + 1)):
            return each
    return None


def next_open(items: Sequence[Item], after: int = 0) -> int | None:
    """The position of the next unanswered item, from the start again after the last; None when all are.

    What Discord cannot ask keeps nobody from handing in.
    """
    unanswered = [each.position for each in items if each.answered_at is None and not too_many(each.question)]
    return next((each for each in unanswered if each > after), unanswered[0] if unanswered else None)


def review(objectives: Sequence[Objective], items: Sequence[Item]) -> tuple[Objective, ...]:
    """The objectives of questions that did not earn full credit, in the unit's order."""
    missed = {each.question.objective for each in items if each.credit != 1}
    return tuple(each for each in objectives if each.slug in missed)


@dataclass(frozen=True, slots=True)
class ObjectiveResult:
    """What the questions of one objective earned together: ``earned`` of ``asked``."""

    objective: Objective
    earned: Fraction
    asked: int


def by_objective(objectives: Sequence[Objective], items: Sequence[Item]) -> tuple[ObjectiveResult, ...]:
    """Those that were asked, in the unit's order."""
    found: list[ObjectiveResult] = []
    for each in objectives:
        credits = [item.credit or Fraction(0) for item in items if item.question.objective == each.slug]
        if credits:
            found.append(ObjectiveResult(each, max(sum(credits, Fraction(0)), Fraction(0)), len(credits)))
    return tuple(found)
