"""Open hours by the clock on the wall, against a walk along that clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quiet import OpenHours, last_open, next_open
from tests.domain.test_times import CHICAGO, ZONES

DAYTIME = OpenHours(time(7), time(21))
MINUTE = timedelta(minutes=1)

#: no clock changes between half past three and half past ten at night, so open hours lie on every day
HOURS = st.tuples(st.integers(4 * 60, 22 * 60), st.integers(1, 18 * 60)).map(
    lambda pair: OpenHours(at_minute(pair[0]), at_minute(min(pair[0] + pair[1], 22 * 60 + 30)))
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001  # UTC comes beside it
    lambda each: each.replace(second=0, microsecond=0, tzinfo=UTC)
)


def at_minute(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def is_open(at: datetime, zone: str, hours: OpenHours) -> bool:
    clock = at.astimezone(ZoneInfo(zone))
    return hours.opens <= time(clock.hour, clock.minute, clock.second) < hours.closes


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
