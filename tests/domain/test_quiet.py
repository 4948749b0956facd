"""Open hours by the clock on the wall, against a walk along that clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.quiet import Days, OpenHours, last_open, next_open
from tests.domain.test_times import CHICAGO, ZONES

DAYTIME = OpenHours(time(7), time(21))
MINUTE = timedelta(minutes=1)

#: no clock changes between half past three and half past ten at night, so open hours lie on every day
HOURS = st.tuples(st.integers(4 * 60, 22 * 60), st.integers(1, 18 * 60)).map(
    lambda pair: OpenHours(at_minute(pair[0]), at_minute(min(pair[0] + pair[1], 22 * 60 + 30)))
)
#: weekends of every kind, and holidays around the days on which clocks change
DAYS_OFF = st.tuples(
    st.frozensets(st.integers(1, 7), max_size=3),
    st.lists(
        st.tuples(st.dates(date(2024, 1, 1), date(2037, 12, 31)), st.integers(0, 6)).map(
            lambda pair: Days(pair[0], pair[0] + timedelta(days=pair[1]))
        ),
        max_size=2,
    ),
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001  # UTC comes beside it
    lambda each: each.replace(second=0, microsecond=0, tzinfo=UTC)
)


def at_minute(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def is_open(at: datetime, zone: str, hours: OpenHours) -> bool:
    clock = at.astimezone(ZoneInfo(zone))
    is_off = clock.isoweekday() in hours.weekdays_off or any(
        each.first <= clock.date() <= each.last for each in hours.holidays
    )
    return hours.opens <= time(clock.hour, clock.minute, clock.second) < hours.closes and not is_off


def walk(at: datetime, step: timedelta, zone: str, hours: OpenHours) -> datetime:
    """The first open minute at or after ``at``, or at or before it."""
    while not is_open(at, zone, hours):
        at += step
    return at


@given(INSTANTS, st.sampled_from(ZONES), HOURS)
def test_next_open_is_the_first_open_minute_that_a_walk_along_the_clock_finds(
    at: datetime, zone: str, hours: OpenHours
) -> None:
    assert next_open(at, zone, hours) == walk(at, MINUTE, zone, hours)


@given(INSTANTS, st.sampled_from(ZONES), HOURS)
def test_last_open_is_the_last_open_minute_that_a_walk_back_finds(
    at: datetime, zone: str, hours: OpenHours
) -> None:
    assert last_open(at, zone, hours) == walk(at, -MINUTE, zone, hours)


@pytest.mark.parametrize(
    ("clock", "hold"),
    [("06:59:59", False), ("07:00:00", True), ("20:59:59", True), ("21:00:00", False), ("00:00:00", False)],
)
def test_hours_hold_from_their_opening_up_to_but_not_at_their_closing(clock: str, hold: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-20T{clock}-06:00")
    assert DAYTIME.hold(at, CHICAGO) is hold


@pytest.mark.parametrize(
    ("at", "following", "last"),
    [
        # the night in which the clocks go forward, and the one in which they go back, in Chicago
        ("2027-03-14T09:30:00+00:00", "2027-03-14T12:00:00+00:00", "2027-03-14T02:59:00+00:00"),
        ("2026-11-01T07:30:00+00:00", "2026-11-01T13:00:00+00:00", "2026-11-01T01:59:00+00:00"),
    ],
)
def test_over_a_change_of_the_clocks_seven_stays_seven_on_the_wall(
    at: str, following: str, last: str
) -> None:
    night = datetime.fromisoformat(at)
    assert next_open(night, CHICAGO, DAYTIME) == datetime.fromisoformat(following)
    assert last_open(night, CHICAGO, DAYTIME) == datetime.fromisoformat(last)


@given(st.integers(0, 10 * 1440), st.sampled_from(ZONES), HOURS, DAYS_OFF)
@settings(max_examples=60, deadline=None)
def test_days_off_are_passed_over_as_by_a_walk_along_the_clock(
    minutes: int, zone: str, hours: OpenHours, off: tuple[frozenset[int], list[Days]]
) -> None:
    at = datetime(2027, 3, 8, tzinfo=UTC) + timedelta(minutes=minutes)  # around changes of the clocks
    with_off = replace(hours, weekdays_off=off[0], holidays=tuple(off[1]))
    assert next_open(at, zone, with_off) == walk(at, MINUTE, zone, with_off)
    assert last_open(at, zone, with_off) == walk(at, -MINUTE, zone, with_off)


def test_with_every_day_off_there_is_no_open_instant() -> None:
    never = replace(DAYTIME, weekdays_off=frozenset(range(1, 8)))
    at = datetime(2027, 1, 11, 16, tzinfo=UTC)
    assert next_open(at, CHICAGO, never) is None
    assert last_open(at, CHICAGO, never) is None
    assert next_open(at, CHICAGO, never.on_every_day()) == at
