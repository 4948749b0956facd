"""How an attempt ends: handed in by the student or by the clock, marked at once as far as that goes, then by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bot.domain.check_results import CheckResult
from bot.domain.grading import Mark, mark, score
from bot.domain.mastery import Attempt, Item
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.summative import ResultsAt
from bot.domain.units import Units
from bot.services.held_results import held_of, is_sealed, sitting_of
from bot.services.ports import Ids, Tx
from bot.services.remarking import marks_of
from bot.services.retakes import cooldown_after, kept_items, reaches_bar
from bot.services.talks import needs_talk
from bot.services.unlocking import Result, pass_unit, result_of


@dataclass(frozen=True, slots=True)
class Outcome:
    #: of each item, by position
    credits: Sequence[Fraction]
    score: Fraction
    is_pass: bool
    retake_at: datetime | None


def hand_in(
    tx: Tx, attempt: Attempt, items: Sequence[Item], at: datetime, ids: Ids, units: Units | None = None
) -> bool:
    """Ends the attempt at that instant and marks it; blank items earn nothing. False when it had ended before."""
    credits = [credit_of(each, units) for each in items]
    outcome = None if sitting_of(tx, attempt) else _outcome(tx, attempt, credits, at)
    is_first = tx.attempts.submit(
        attempt.id,
        credits=outcome.credits if outcome else credits,
        score=outcome.score if outcome else None,
        passed=outcome.is_pass if outcome else None,
        retake_at=outcome.retake_at if outcome else None,
        at=at,
    )
    if is_first and outcome is not None and outcome.is_pass:
        pass_unit(tx, tx.attempts.get(attempt.id), at, ids)
    return is_first


def finish_marking(tx: Tx, attempt: Attempt, now: datetime, ids: Ids, why: str = "marked") -> Result:
    """Gives a handed-in attempt its result as soon as every item has a credit, and tells the student, once.

    A summative check keeps its result back until its hour, and a pass until the talk that confirms it.
    As long as something is left to mark, and for an attempt that has its result, nothing is changed. The wait
    for the next attempt counts from when the work was handed in, not from when it was marked (K19).
    """
    credits = [each.credit for each in tx.attempts.items(attempt.id)]
    outcome = _outcome(tx, attempt, credits, attempt.submitted_at or now)
    if outcome is not None and (
        is_sealed(tx, attempt, now) or (outcome.is_pass and needs_talk(tx, attempt, now, ids))
    ):
        return result_of(tx, attempt)
    if outcome is not None and tx.attempts.settle(
        attempt.id, score=outcome.score, passed=outcome.is_pass, retake_at=outcome.retake_at
    ):
        if outcome.is_pass:
            pass_unit(tx, tx.attempts.get(attempt.id), now, ids)
        tell_result(tx, attempt, why, now, ids)
    return result_of(tx, tx.attempts.get(attempt.id))


def take_again(tx: Tx, attempt: Attempt) -> None:
    """Ends an attempt that was held back without a pass, whatever its score: it may be taken again."""
    credits = [each.credit or Fraction(0) for each in tx.attempts.items(attempt.id)]
    again_at = (attempt.submitted_at or attempt.began_at) + cooldown_after(tx, attempt)
    tx.attempts.settle(attempt.id, score=score(credits), passed=False, retake_at=again_at)


def tell_result(tx: Tx, attempt: Attempt, why: str, now: datetime, ids: Ids) -> None:
    """A result that came while nobody looked.

    ``why``: its time was up ("time"), it was "marked", or of a summative check "results", "talk" or "again".
    """
    told = Effect(
        key=f"result:{attempt.id}:{why}",
        kind=Kind.CHECK_RESULT,
        way=Way.DM,
        due_at=now,
        person=attempt.person,
        section=attempt.section,
        about=attempt.id,
    )
    tx.outbox.add([told], now, ids)


def check_result(tx: Tx, delivery: Delivery, now: datetime) -> CheckResult | str:
    """What is told of it, as it stands when the message goes out."""
    attempt = tx.attempts.get(delivery.about or 0)
    section = tx.sections.get(attempt.section)
    if tx.sections.enrolment(section.id, attempt.person) is None:
        return "no longer in the class"
    held = held_of(tx, attempt)
    return CheckResult(
        section.name,
        attempt.unit_title,
        attempt.handle,
        attempt.passed,
        attempt.score,
        attempt.bar,
        why=delivery.key.rpartition(":")[2],
        results_at=held.at if isinstance(held, ResultsAt) else None,
    )


def credit_of(item: Item, units: Units | None) -> Fraction | None:
    """None where the teacher has to mark."""
    if item.answer is None:
        return Fraction(0)
    made = mark(item.question, item.answer, units)
    return made.credit if isinstance(made, Mark) else None


def _outcome(tx: Tx, attempt: Attempt, credits: Sequence[Fraction | None], at: datetime) -> Outcome | None:
    """None while something is left to mark. ``at`` is when the work was handed in."""
    marked = [each for each in credits if each is not None]
    if len(marked) < len(credits):
        return None
    marks, counting = marks_of(tx, attempt.id, marked)
    kept = [each.credit or Fraction(0) for each in kept_items(tx, attempt, tx.attempts.items(attempt.id))]
    # where every question was dropped there is nothing that could be missed
    total = score([*counting, *kept]) if counting or kept else Fraction(1)
    is_pass = reaches_bar(tx, attempt, total)
    costs = not is_pass and attempt.purpose != "test_out"
    return Outcome(marks, total, is_pass, at + cooldown_after(tx, attempt) if costs else None)
