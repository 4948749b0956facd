"""Which attempt counts, against an oracle that does it by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.counting import counted, counted_of
from bot.domain.mastery_rules import Counts
from tests.builders import NOW
from tests.domain.test_retaking import failed

SCORES = st.lists(st.fractions(0, 1, max_denominator=12), min_size=1, max_size=8)


@given(SCORES)
def test_best_latest_mean_mode_and_decaying_are_exact(scores: list[Fraction]) -> None:
    best = counted(scores, Counts.BEST)
    assert best is not None
    assert best in scores
    assert all(best >= each for each in scores)
    assert counted(scores, Counts.LATEST) == scores[-1]
    common = Fraction(1)
    for each in scores:
        common *= each.denominator
    wholes = [int(each * common) for each in scores]
    assert counted(scores, Counts.MEAN) == Fraction(sum(wholes), len(wholes) * int(common))
    mode = counted(scores, Counts.MODE)
    most = max(scores.count(each) for each in scores)
    (last_place,) = [max(i for i, each in enumerate(scores) if scores.count(each) == most)]
    assert mode == scores[last_place]
    before, latest = scores[:-1], scores[-1]
    expected = Fraction(13 * latest * len(before) + 7 * sum(before), 20 * len(before)) if before else latest
    assert counted(scores, Counts.DECAYING) == expected


def test_no_attempt_no_score() -> None:
    assert all(counted([], rule) is None for rule in Counts)


@given(SCORES, st.randoms())
def test_attempts_count_in_the_order_of_the_work_however_they_were_marked(
    scores: list[Fraction], dice: random.Random
) -> None:
    made = [
        replace(failed(number, NOW + timedelta(days=number)), score=score)
        for number, score in enumerate(scores, start=1)
    ]
    shuffled = list(made)
    dice.shuffle(shuffled)
    for rule in Counts:
        assert counted_of(shuffled, rule) == counted(scores, rule)


def test_a_try_that_waits_for_its_mark_does_not_count_yet() -> None:
    marked = replace(failed(1, NOW), score=Fraction(1, 2))
    waiting = failed(2, NOW + timedelta(days=1), passed=None)
    assert counted_of([marked, waiting], Counts.MEAN) == Fraction(1, 2)
