"""Office hours: windows as teachers type them, cut into slots, over clock changes too."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.booking import (
    LONGEST_WINDOW,
    MOST_SLOTS,
    Cut,
    Span,
    cut,
    read_window,
    reminder_at,
    wall_label,
)
from bot.domain.times import BadTime, instant

#: a Friday, seven in the morning in New York
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEW_YORK = "America/New_York"
ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/St_Johns",
    "Asia/Tokyo",
)


def opened(start: str, until: str, minutes: int = 15, zone: str = NEW_YORK, now: datetime = NOW) -> Cut:
    made = read_window(start, until, minutes, now, zone)
    assert isinstance(made, Cut), made
    return made


def refused(start: str, until: str, minutes: int = 15, zone: str = NEW_YORK) -> str:
    made = read_window(start, until, minutes, NOW, zone)
    assert isinstance(made, BadTime), made
    return made.problem


@pytest.mark.parametrize(
    "until",
    ["2h", "2 hours", "120", "120 min", "1h 60", "for 2h", "17:00", "5pm", "until 17:00", "tue 17:00"],
)
def test_a_teacher_may_say_how_long_or_until_when(until: str) -> None:
    made = opened("tue 15:00", until)
    assert made.window == Span(datetime(2026, 11, 24, 20, tzinfo=UTC), datetime(2026, 11, 24, 22, tzinfo=UTC))
    assert len(made.slots) == 8
    assert not made.left_over


def test_what_is_left_at_the_end_is_told_and_not_made_a_short_slot() -> None:
    made = opened("tue 15:00", "16:40")
    assert len(made.slots) == 6
    assert made.left_over == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("start", "until", "minutes", "words"),
    [
        ("today 6:30", "2h", 15, "past"),
        ("2020-01-01 15:00", "2h", 15, "past"),
        ("tue 15:00", "14:00", 15, "end come before the start"),
        ("tue 15:00", "2026-11-24 14:00", 15, "ends before it starts"),
        ("tue 15:00", "mon 14:00", 15, "at most 12 hours"),
        ("tue 15:00", "10m", 15, "too short"),
        ("tue 8:00", "12h", 5, "144 slots"),
        ("tue", "2h", 15, "Write a day and a time"),
        ("tue 15:00", "a while", 15, "how long"),
        ("tue 15:00", "", 15, "how long"),
        ("tue 15:00", "0", 15, "ends before it starts"),
        ("tue 15:00", "2h", 4, "5 to 120 minutes"),
        ("tue 15:00", "2h", 121, "5 to 120 minutes"),
    ],
)
def test_a_window_that_cannot_be_is_refused_with_what_to_do(
    start: str, until: str, minutes: int, words: str
) -> None:
    assert words.casefold() in refused(start, until, minutes).casefold()


def test_a_start_that_the_clocks_skip_is_refused() -> None:
    assert "skip 02:30" in refused("14 mar 2027 02:30", "2h")
    assert "skip 02:30" in refused("14 mar 2027 01:00", "2:30")


def test_an_evening_may_run_past_midnight() -> None:
    made = opened("tue 22:00", "1:00", 30)
    assert [wall_label(each.starts_at, NEW_YORK) for each in made.slots][-1] == "Wed 25 Nov 00:30"


def test_the_hour_that_autumn_repeats_says_which_one_is_meant() -> None:
    made = opened("7 nov 2027 00:30", "2:00", 30)
    assert [wall_label(each.starts_at, NEW_YORK) for each in made.slots] == [
        "Sun 7 Nov 00:30",
        "Sun 7 Nov 01:00 (before the clocks go back)",
        "Sun 7 Nov 01:30 (before the clocks go back)",
        "Sun 7 Nov 01:00 (after the clocks go back)",
        "Sun 7 Nov 01:30 (after the clocks go back)",
    ]


@given(
    st.integers(0, 10**6),
    st.integers(0, LONGEST_WINDOW // timedelta(minutes=1)),
    st.integers(5, 120),
)
def test_slots_fill_the_window_without_gaps_or_overlaps(start: int, length: int, minutes: int) -> None:
    begins = NOW + timedelta(minutes=start)
    window, size = Span(begins, begins + timedelta(minutes=length)), timedelta(minutes=minutes)
    made = cut(window, size)
    assert timedelta(0) <= made.left_over < size
    assert len(made.slots) * size + made.left_over == window.ends_at - window.starts_at
    edges = [begins + number * size for number in range(len(made.slots) + 1)]
    assert [(each.starts_at, each.ends_at) for each in made.slots] == list(itertools.pairwise(edges))


def _changes(zone: str, year: int) -> list[datetime]:
    """Every instant of the year, to the half hour, at which the zone's clocks change."""
    place, at, found = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC), []
    while at.year == year:
        after = at + timedelta(minutes=30)
        if at.astimezone(place).utcoffset() != after.astimezone(place).utcoffset():
            found.append(after)
        at = after
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_shown_is_what_the_wall_says_around_every_clock_change(zone: str) -> None:
    """RE4: slots in the gap are never offered, those in the fold are told apart, the promise is kept."""
    looked_at = 0
    for change in [each for year in (2027, 2028) for each in _changes(zone, year)] or [NOW]:
        for half_hours in range(-8, 9):
            local = (change + timedelta(minutes=30 * half_hours)).astimezone(ZoneInfo(zone))
            made = read_window(f"{local:%Y-%m-%d %H:%M}", "4h", 30, change - timedelta(days=2), zone)
            assert isinstance(made, Cut)
            labels = [wall_label(each.starts_at, zone) for each in made.slots]
            assert labels[0].startswith(f"{local:%a} {local.day} {local:%b %H:%M}")
            assert len(set(labels)) == len(made.slots) == 8
            for each in made.slots:
                wall = each.starts_at.astimezone(ZoneInfo(zone))
                is_second = wall.fold == 1
                assert (instant(wall.replace(tzinfo=None), zone) == each.starts_at) is not is_second
                looked_at += 1
    assert looked_at >= 8


def test_a_reminder_comes_half_an_hour_before_or_not_at_all() -> None:
    at = NOW + timedelta(hours=2)
    assert reminder_at(at, NOW) == NOW + timedelta(minutes=90)
    assert reminder_at(at, at - timedelta(minutes=30)) is None
    assert reminder_at(at, at - timedelta(minutes=10)) is None


def test_a_window_never_makes_more_slots_than_a_menu_of_two_pages_holds() -> None:
    assert len(opened("tue 8:00", "4h", 5).slots) == MOST_SLOTS
