"""When a look back comes again, and what it says of a unit."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rechecking import next_span, unit_again


@given(st.integers(1, 365), st.lists(st.booleans(), max_size=12))
def test_each_look_back_that_went_well_doubles_the_wait_and_one_that_faded_begins_anew(
    days: int, outcomes: list[bool]
) -> None:
    span = days
    for well in outcomes:
        span = next_span(days, span, still_there=well)
    in_a_row = next((place for place, well in enumerate(reversed(outcomes)) if not well), len(outcomes))
    assert span == days * 2**in_a_row


@given(st.lists(st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1)]), min_size=1, max_size=6))
def test_a_unit_is_still_there_as_long_as_no_more_questions_were_missed_than_not(
    credits: list[Fraction],
) -> None:
    missed = sum(each < 1 for each in credits)
    assert unit_again("Atoms", credits).still_there is (missed <= len(credits) - missed)
