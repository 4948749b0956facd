"""Which attempt counts for a unit's score (K18), in exact fractions and in the order of the work (K19)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from bot.domain.mastery import Attempt
from bot.domain.mastery_rules import Counts

#: what the latest weighs in a decaying average; all before it weigh the rest together
LATEST_WEIGHS = Fraction(65, 100)


def counted(scores: Sequence[Fraction], rule: Counts) -> Fraction | None:
    """The score that counts, 0 to 1, of ``scores`` in the order in which the work was done; None without any.

    MODE is the score that came most often, of several such the one that came last. DECAYING weighs the latest
    with 65 % and the mean of all before it with 35 %.
    """
    if not scores:
        return None
    match rule:
        case Counts.BEST:
            return max(scores)
        case Counts.LATEST:
            return scores[-1]
        case Counts.MEAN:
            return _mean(scores)
        case Counts.MODE:
            often = Counter(scores)
            return max(reversed(scores), key=lambda each: often[each])
        case Counts.DECAYING:
            *before, latest = scores
            if not before:
                return latest
            return latest * LATEST_WEIGHS + _mean(before) * (1 - LATEST_WEIGHS)


def _mean(scores: Sequence[Fraction]) -> Fraction:
    return sum(scores, Fraction(0)) / len(scores)


def counted_of(attempts: Sequence[Attempt], rule: Counts) -> Fraction | None:
    """As ``counted``, of one unit's attempts that have a score, whenever they were marked."""
    done = [(each.submitted_at, each.number, each.score) for each in attempts if each.submitted_at]
    ordered = sorted((at, number, score) for at, number, score in done if score is not None)
    return counted([score for _, _, score in ordered], rule)
