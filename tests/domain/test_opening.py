"""Which units are open: by joining, by what is mastered, in whatever order that came."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.opening import Event, Why, units_of
from tests.builders import NOW

ORDER = ("a", "b", "c", "d")
EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from((*ORDER, "gone")),
        st.integers(1, 9).map(lambda hours: NOW + timedelta(hours=hours)),
        st.sampled_from(Why),
        st.integers(1, 5),
    ),
    max_size=8,
)


def walked(order: tuple[str, ...], done: set[str]) -> set[str]:
    """The oracle: a student walks the course; a door opens behind each unit that is done."""
    doors = {order[0]} | done
    for place, slug in enumerate(order):
        if slug in done and place + 1 < len(order):
            doors.add(order[place + 1])
    if done - set(order):
        left = [each for each in order if each not in done]
        doors |= set(left[:1])
    return doors


@given(EVENTS)
def test_joining_opens_the_first_and_each_unit_done_opens_the_next(events: list[Event]) -> None:
    units = units_of(ORDER, NOW, events)
    assert set(units.opened) == walked(ORDER, {each.slug for each in events})
    assert set(units.mastered) == {each.slug for each in events}


@given(EVENTS)
def test_the_order_in_which_it_is_told_changes_nothing(events: list[Event]) -> None:
    assert units_of(ORDER, NOW, events[::-1]) == units_of(ORDER, NOW, events)


@given(EVENTS.filter(lambda events: all(each.slug != "gone" for each in events)))
def test_since_when_is_the_earliest_that_opened_it(events: list[Event]) -> None:
    opened = units_of(ORDER, NOW, events).opened
    for before, slug in pairwise(ORDER):
        causes = [each.at for each in events if each.slug in (slug, before)]
        assert (slug in opened) == bool(causes)
        if causes:
            assert opened[slug].since == min(causes)
