"""When a summative check can begin, which answers a talk is about, and how many copiers two minutes find."""

from __future__ import annotations

import random
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mastery import Item
from bot.domain.questions import Chosen, Typed
from bot.domain.summative import OpensAt, Sitting, TimeNotSet, TimeOver, draw_talk, may_ask, shut
from tests.builders import NOW, numeric, single, true_false

HOUR = timedelta(hours=1)
SITTING = Sitting(NOW, NOW + HOUR, NOW + 2 * HOUR, oral=True)


def item(position: int, credit: int = 1, objective: str = "1.1") -> Item:
    return Item(position, numeric(f"q{position}", objective), (), Typed("3.2"), NOW, Fraction(credit))


# --- its hours -------------------------------------------------------------------------------------


def test_the_instant_of_the_press_decides_with_two_seconds_grace_at_the_end() -> None:
    assert shut(None, NOW) == TimeNotSet()
    assert shut(SITTING, NOW - timedelta(microseconds=1)) == OpensAt(NOW)
    assert shut(SITTING, NOW) is None
    assert shut(SITTING, NOW + HOUR + timedelta(seconds=2)) is None
    assert shut(SITTING, NOW + HOUR + timedelta(seconds=2, microseconds=1)) == TimeOver(NOW + HOUR)


# --- the talk --------------------------------------------------------------------------------------


@given(credits=st.lists(st.integers(0, 1), max_size=25), seed=st.text(max_size=8))
def test_a_talk_is_about_two_answers_that_were_right_the_same_for_the_same_seed(
    credits: list[int], seed: str
) -> None:
    items = [item(place, credit, f"1.{place % 3}") for place, credit in enumerate(credits, start=1)]
    asked = draw_talk(items, seed)
    assert asked == draw_talk(items, seed)
    assert len(set(asked)) == len(asked) == min(2, sum(credits))
    assert all(items[each - 1].credit == 1 for each in asked)
    if len({each.question.objective for each in items if each.credit == 1}) > 1:
        assert len({items[each - 1].question.objective for each in asked}) == 2


def test_a_true_or_false_is_asked_about_only_where_there_is_nothing_better() -> None:
    coin = Item(1, true_false("t"), (0, 1), Chosen((0,)), NOW, Fraction(1))
    for seed in range(50):
        assert 1 not in draw_talk([coin, item(2), item(3)], str(seed))
    assert draw_talk([coin], "") == (1,)


def test_a_teacher_asks_how_and_why_in_the_students_own_words() -> None:
    assert may_ask(item(1)) == "How did you get 3.2? What would change it?"
    choice = Item(1, single("s"), (0, 1, 2, 3), Chosen((0,)), NOW, Fraction(1))
    assert may_ask(choice) == "Why “s option 0”, and why none of the others?"


# --- how many copiers it finds (docs/decisions states the figures) ---------------------------------

#: who knows an answer explains it; who does not, bluffs through sometimes
EXPLAINS, BLUFFS = 0.95, 0.15
STUDENTS = 3_000


def doubted(knows: float, dice: random.Random) -> float:
    """The share whose teacher sees a mismatch in at least one of the answers, of students who know ``knows``
    of what they answered right: nine of ten, on three objectives."""
    found = 0
    for _ in range(STUDENTS):
        items = [item(place, int(place != 10), f"1.{place % 3}") for place in range(1, 11)]
        known = {each.position for each in items if dice.random() < knows}
        asked = draw_talk(items, str(dice.random()))
        explained = [dice.random() < (EXPLAINS if each in known else BLUFFS) for each in asked]
        found += not all(explained)
    return found / STUDENTS


@pytest.mark.parametrize(
    ("knows", "least", "most"),
    [(1.0, 0.08, 0.12), (0.75, 0.40, 0.47), (0.5, 0.67, 0.73), (0.25, 0.85, 0.90), (0.0, 0.96, 1.0)],
)
def test_two_minutes_find_most_of_those_who_know_half_of_what_they_handed_in(
    knows: float, least: float, most: float
) -> None:
    assert least <= doubted(knows, random.Random(16)) <= most
