"""Wall times: what a teacher may type, and the one instant that each stands for, over clock changes too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.times import (
    BadTime,
    Promise,
    instant,
    known_zone,
    local_day,
    local_text,
    parse_clock,
    parse_day,
    parse_when,
    promise,
)

CHICAGO = "America/Chicago"
#: a Friday, six in the morning in Chicago
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

#: every kind of clock change: an hour and half an hour, at two, at one and at midnight, three hours, never,
#: a zone of half an hour, and one whose summer time is below its standard
ZONES = (
    CHICAGO,
    "Europe/Berlin",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Nuuk",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Pacific/Chatham",
)

MINUTE = timedelta(minutes=1)


# --- the oracle: it walks along the clock on the wall, minute by minute ------------------------------


@cache
def days_of_change(zone: str) -> tuple[date, ...]:
    """Days of 2026 and 2027 on which the clocks of that zone change."""
    place, found = ZoneInfo(zone), []
    for number in range(730):
        noon = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)
        if noon.astimezone(place).utcoffset() != (noon - timedelta(days=1)).astimezone(place).utcoffset():
            found += [noon.date() - timedelta(days=1), noon.date()]
    return tuple(found)


@cache
def walk(zone: str, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """(instant, what the clock shows) for every minute around that day."""
    place = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    return tuple(
        (at, at.astimezone(place).replace(tzinfo=None)) for at in (start + n * MINUTE for n in range(56 * 60))
    )


def oracle(wall: datetime, zone: str) -> datetime:
    """The first minute whose clock shows that; if none does, the first after the clock jumped over it."""
    steps = walk(zone, wall.date())
    shown = [at for at, clock in steps if clock == wall]
    if shown:
        return shown[0]
    return next(after for (_, before), (after, clock) in pairwise(steps) if before < wall < clock)


@pytest.mark.parametrize("zone", ZONES)
def test_every_wall_time_on_days_of_change_is_the_instant_at_which_the_clock_shows_it(zone: str) -> None:
    for day in days_of_change(zone):
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # a wall time
        for minutes in range(0, 24 * 60, 15):
            wall = midnight + minutes * MINUTE
            assert instant(wall, zone) == oracle(wall, zone), wall


def test_the_oracle_saw_both_kinds_of_change() -> None:
    changed = [zone for zone in ZONES if days_of_change(zone)]
    assert len(changed) >= 12
    skipped = datetime(2027, 3, 14, 2, 30)  # noqa: DTZ001  # a wall time
    repeated = datetime(2026, 11, 1, 1, 30)  # noqa: DTZ001  # the same
    assert oracle(skipped, CHICAGO) == datetime(2027, 3, 14, 8, tzinfo=UTC)
    assert oracle(repeated, CHICAGO) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2037, 12, 31)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_a_promise_shows_the_wall_time_that_was_promised_unless_the_clocks_skip_it(
    wall: datetime, zone: str
) -> None:
    wall = wall.replace(second=0, microsecond=0)
    made = promise(wall, zone)
    shown = made.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert made.wall == f"{wall:%Y-%m-%dT%H:%M}"
    assert shown >= wall
    assert shown == wall or instant(wall - MINUTE, zone) <= made.at
    assert made.at.second == made.at.microsecond == 0


def test_a_whole_day_that_a_zone_left_out_is_the_next_day() -> None:
    left_out = datetime(2011, 12, 30, 12)  # noqa: DTZ001  # a wall time
    assert instant(left_out, "Pacific/Apia") == datetime(2011, 12, 30, 10, tzinfo=UTC)


# --- what a teacher may type -------------------------------------------------------------------------


def typed(text: str, now: datetime = NOW, zone: str = CHICAGO) -> str:
    """The wall time that was understood."""
    made = parse_when(text, now, zone)
    assert isinstance(made, Promise), (text, made)
    assert made.zone == zone
    assert made.at.tzinfo is UTC
    return made.wall


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("tomorrow 8:00", "2026-11-21T08:00"),
        ("Tomorrow at 8", None),
        ("tomorrow 8am", "2026-11-21T08:00"),
        ("tomorrow at 8:00", "2026-11-21T08:00"),
        ("  TOMORROW,   8:00 ", "2026-11-21T08:00"),
        ("today 23:59", "2026-11-20T23:59"),
        ("tonight 8pm", "2026-11-20T20:00"),
        ("8:00", "2026-11-20T08:00"),
        ("at 8:00", "2026-11-20T08:00"),
        ("5:30", "2026-11-21T05:30"),
        ("12am", "2026-11-21T00:00"),
        ("12pm", "2026-11-20T12:00"),
        ("12:30 am", "2026-11-21T00:30"),
        ("8.15", "2026-11-20T08:15"),
        ("fri 8am", "2026-11-20T08:00"),
        ("fri 5am", "2026-11-27T05:00"),
        ("on Friday 8:00", "2026-11-20T08:00"),
        ("next tue 8:00", "2026-11-24T08:00"),
        ("this sat 8:00", "2026-11-21T08:00"),
        ("thurs 8:00", "2026-11-26T08:00"),
        ("24 Nov 14:30", "2026-11-24T14:30"),
        ("24. november 14:30", "2026-11-24T14:30"),
        ("Nov 24 2:30pm", "2026-11-24T14:30"),
        ("24 nov 2027 14:30", "2027-11-24T14:30"),
        ("19 nov 14:30", "2027-11-19T14:30"),
        ("20 nov 5:00", "2026-11-20T05:00"),
        ("2026-11-24 08:00", "2026-11-24T08:00"),
        ("2026-11-24T08:00", "2026-11-24T08:00"),
        ("2020-01-01 08:00", "2020-01-01T08:00"),
        ("in 2 hours", "2026-11-20T08:00"),
        ("in 90 min", "2026-11-20T07:30"),
        ("in 3 days", "2026-11-23T06:00"),
        ("tomorrow", None),
        ("8", None),
        ("", None),
        ("soon", None),
        ("fr 8:00", None),
        ("tomorrow 25:00", None),
        ("tomorrow 8:60", None),
        ("tomorrow 13pm", None),
        ("tomorrow 0am", None),
        ("tomorrow 8:00 sharp", None),
        ("30 feb 8:00", None),
        ("2026-02-30 8:00", None),
        ("24 movember 8:00", None),
        ("9999-12-31 23:00", None),
        ("0001-01-01 00:00", None),
        ("31 dec 9999 23:59", None),
        ("in 0.5 hours", None),
        ("in 99999 days", None),
    ],
)
def test_what_a_teacher_types_is_understood_or_not_guessed(text: str, wall: str | None) -> None:
    if wall is None:
        made = parse_when(text, NOW, CHICAGO)
        assert isinstance(made, BadTime), made
        assert "tomorrow 8:00" in made.problem
    else:
        assert typed(text) == wall


@pytest.mark.parametrize(
    ("text", "at"),
    [
        # skipped: the first instant after the gap; repeated: its first occurrence
        ("2027-03-14 02:30", datetime(2027, 3, 14, 8, 0, tzinfo=UTC)),
        ("2027-11-07 01:30", datetime(2027, 11, 7, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_typed_time_that_the_clocks_skip_or_repeat_is_one_instant(text: str, at: datetime) -> None:
    made = parse_when(text, NOW, CHICAGO)
    assert isinstance(made, Promise)
    assert made.at == at


def test_in_two_hours_is_two_hours_even_while_the_clocks_change() -> None:
    before_spring = datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    assert typed("in 2 hours", before_spring) == "2027-03-14T04:30"


def test_today_is_the_day_of_the_class_and_not_of_the_machine() -> None:
    late = datetime(2026, 11, 21, 3, tzinfo=UTC)
    assert local_day(late, CHICAGO) == date(2026, 11, 20)
    assert typed("tomorrow 8:00", late) == "2026-11-21T08:00"
    assert typed("tomorrow 8:00", late, "Asia/Tokyo") == "2026-11-22T08:00"


def test_a_time_of_today_that_is_past_is_tomorrows_and_a_past_date_is_left_to_the_caller() -> None:
    assert typed("5:00") == "2026-11-21T05:00"
    made = parse_when("2026-11-01 8:00", NOW, CHICAGO)
    assert isinstance(made, Promise)
    assert made.at < NOW


@given(st.text(max_size=60), st.sampled_from(ZONES))
def test_no_text_breaks_it(text: str, zone: str) -> None:
    assert isinstance(parse_when(text, NOW, zone), Promise | BadTime)


WORDS = (
    "tomorrow",
    "fri",
    "at",
    "on",
    "in",
    "24",
    "nov",
    "2026-11-24",
    "8",
    ":",
    "00",
    "am",
    "9999",
    "-",
    "t",
    "feb",
)


@given(st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), st.sampled_from(ZONES))
def test_no_heap_of_the_right_words_breaks_it(text: str, zone: str) -> None:
    made = parse_when(text, NOW, zone)
    if isinstance(made, Promise):
        assert datetime(1999, 12, 30, tzinfo=UTC) < made.at < datetime(2201, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed_zone", "zone"),
    [
        ("america/chicago", CHICAGO),
        (" America/Chicago ", CHICAGO),
        ("America/New York", "America/New_York"),
        ("utc", "UTC"),
        ("Chicago", None),
        ("", None),
        ("Mars/Olympus", None),
        ("../etc/passwd", None),
    ],
)
def test_a_zone_is_known_however_it_is_spelled_or_not_at_all(typed_zone: str, zone: str | None) -> None:
    assert known_zone(typed_zone) == zone


def test_a_text_message_names_day_and_time_as_the_class_reads_them() -> None:
    assert local_text(NOW, CHICAGO) == "Fri 20 Nov 06:00"
    assert local_text(NOW, "Asia/Kathmandu") == "Fri 20 Nov 17:45"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", date(2026, 11, 20)),
        ("Tomorrow", date(2026, 11, 21)),
        ("fri", date(2026, 11, 20)),
        ("on thursday", date(2026, 11, 26)),
        ("24 Nov", date(2026, 11, 24)),
        ("Nov 19", date(2027, 11, 19)),
        ("2026-11-01", date(2026, 11, 1)),
    ],
)
def test_a_day_is_the_classs_own(typed: str, day: date) -> None:
    assert parse_day(typed, NOW, CHICAGO) == day


@pytest.mark.parametrize("typed", ["", "8:00", "soon", "2026-13-01", "31 Feb", "fri 8am", "9999-01-01"])
def test_a_day_that_cannot_be_understood_says_what_to_write(typed: str) -> None:
    told = parse_day(typed, NOW, CHICAGO)
    assert isinstance(told, BadTime)
    assert "Write a day" in told.problem


@pytest.mark.parametrize(("typed", "clock"), [("7:30", time(7, 30)), ("19.00", time(19)), ("8 pm", time(20))])
def test_a_time_of_day_is_understood(typed: str, clock: time) -> None:
    assert parse_clock(typed) == clock


@pytest.mark.parametrize("typed", ["", "25:00", "noon", "13pm", "7:75"])
def test_a_time_of_day_that_is_none_says_what_to_write(typed: str) -> None:
    assert isinstance(parse_clock(typed), BadTime)
