"""What a check draws, when it is passed, and what a pass opens."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.course import Objective
from bot.domain.mastery import (
    Item,
    current_unit,
    next_open,
    opened_by,
    passed,
    review,
)
from bot.domain.records import ProgressRecord, UnitRecord
from tests.builders import NOW, a_unit, single

# --- the bar ---------------------------------------------------------------------------------------


@given(right=st.integers(0, 1000), total=st.integers(1, 1000), bar=st.integers(1, 100))
def test_a_student_passes_exactly_when_whole_numbers_say_so(right: int, total: int, bar: int) -> None:
    assert passed(Fraction(right, total), bar) == (right * 100 >= bar * total)


def test_a_score_that_rounds_up_to_the_bar_does_not_pass() -> None:
    assert passed(Fraction(4, 5), 80)
    assert not passed(Fraction(7999, 10000), 80)
    assert not passed(Fraction(79999999999, 10**11), 80)


def test_eight_of_ten_reaches_eighty_where_floats_would_miss_it() -> None:
    tenths = sum([Fraction(1, 10)] * 8, Fraction(0))
    assert reduce(operator.add, [0.1] * 8) < 0.8  # sum() is cleverer since Python 3.12
    assert passed(tenths, 80)


# --- what follows ----------------------------------------------------------------------------------


def units(*names: str) -> list[UnitRecord]:
    return [UnitRecord(place, 1, place, a_unit(name, name)) for place, name in enumerate(names)]


def progress(**mastered: datetime | None) -> dict[str, ProgressRecord]:
    return {slug: ProgressRecord(slug, NOW, at) for slug, at in mastered.items()}


YESTERDAY = datetime(2026, 11, 22, tzinfo=UTC)


def name_of(unit: UnitRecord | None) -> str | None:
    return unit.unit.slug if unit else None


def test_mastering_a_unit_opens_the_next_one() -> None:
    assert name_of(opened_by("a", units("a", "b", "c"), progress(a=NOW), NOW)) == "b"


def test_after_the_last_unit_nothing_opens() -> None:
    assert opened_by("c", units("a", "b", "c"), progress(a=YESTERDAY, b=YESTERDAY, c=NOW), NOW) is None


def test_a_unit_mastered_before_is_passed_over_when_the_order_was_changed() -> None:
    assert name_of(opened_by("c", units("a", "c", "b", "d"), progress(a=YESTERDAY, b=YESTERDAY), NOW)) == "d"


def test_a_unit_that_the_course_dropped_opens_the_first_one_not_mastered() -> None:
    assert name_of(opened_by("old", units("a", "b"), progress(a=YESTERDAY, old=NOW), NOW)) == "b"


def test_what_an_attempt_opened_is_the_same_when_asked_later() -> None:
    later = progress(a=NOW, b=NOW + timedelta(days=3))
    assert name_of(opened_by("a", units("a", "b", "c"), later, NOW)) == "b"


def test_the_current_unit_is_the_first_that_is_open_and_not_mastered() -> None:
    course = units("a", "b", "c")
    assert name_of(current_unit(course, progress(a=YESTERDAY, b=None))) == "b"
    assert current_unit(course, progress(a=YESTERDAY)) is None


def item(
    place: int, *, answered: bool = False, credit: Fraction | None = None, objective: str = "1.1"
) -> Item:
    return Item(place, single(f"q{place}", objective), (), None, NOW if answered else None, credit)


def test_going_on_leads_to_the_next_open_question_and_around_to_skipped_ones() -> None:
    items = [item(1), item(2, answered=True), item(3), item(4, answered=True)]
    assert next_open(items) == 1
    assert next_open(items, after=1) == 3
    assert next_open(items, after=3) == 1
    assert next_open([item(1, answered=True)]) is None


def test_the_review_names_each_missed_objective_once_in_the_order_of_the_unit() -> None:
    objectives = [Objective("1.1", "one"), Objective("1.2", "two"), Objective("1.3", "three")]
    items = [
        item(1, objective="1.3", credit=Fraction(1, 2)),
        item(2, objective="1.1", credit=Fraction(0)),
        item(3, objective="1.2", credit=Fraction(1)),
        item(4, objective="1.1", credit=Fraction(0)),
    ]
    assert [each.slug for each in review(objectives, items)] == ["1.1", "1.3"]
