"""What keeps back the result of a summative check that was handed in: its hour, then the talk."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from bot.domain.grading import score
from bot.domain.mastery import Attempt
from bot.domain.summative import Held, ResultsAt, Sitting, TalkFirst
from bot.services.ports import Tx


def sitting_of(tx: Tx, attempt: Attempt) -> Sitting | None:
    """The hours in which that attempt is taken; None for one that is not summative."""
    if attempt.purpose != "check" or not tx.courses.unit(attempt.unit).unit.check.summative:
        return None
    return tx.summatives.of(attempt.section, attempt.unit_slug)


def is_sealed(tx: Tx, attempt: Attempt, at: datetime) -> bool:
    """Whether nobody may see the result at that instant."""
    sitting = sitting_of(tx, attempt)
    return sitting is not None and at < sitting.result_at


def held_of(tx: Tx, attempt: Attempt) -> Held | None:
    """What an attempt without a result waits for, as its student sees it; None where it waits for marking."""
    if attempt.passed is not None or attempt.submitted_at is None:
        return None
    talk = tx.talks.of_attempt(attempt.id)
    if talk is None:
        sitting = sitting_of(tx, attempt)
        return ResultsAt(sitting.result_at) if sitting else None
    booking = tx.bookings.get(talk.booking) if talk.booking is not None else None
    stands = booking is not None and booking.cancelled_at is None
    return TalkFirst(
        score([each.credit or Fraction(0) for each in tx.attempts.items(attempt.id)]),
        attempt.bar,
        booking.slot.starts_at if booking is not None and stands else None,
        talk.outcome == "mismatch",
        booking.handle if booking is not None and stands else "",
    )
