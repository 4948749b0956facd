"""When a teacher reads letters, as they say it, and what an answer goes back by."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.letters import (
    PART,
    BadHours,
    Party,
    ReadingHours,
    Via,
    hours_of,
    hours_text,
    next_read,
    parts_of,
    read_hours,
    stored_hours,
    ways_back,
)
from bot.domain.outbox import Way

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mon-Fri 8:00-16:00", "Mon–Fri 08:00–16:00"),
        ("mon – thu, 08:00–15:30", "Mon–Thu 08:00–15:30"),
        ("8-16", "Mon–Fri 08:00–16:00"),
        ("mon, wed 9 to 12", "Mon, Wed 09:00–12:00"),
        ("Mo We Fr 9-12", "Mon, Wed, Fri 09:00–12:00"),
        ("tuesdays and thursdays 3pm-6pm", "Tue, Thu 15:00–18:00"),
        ("every day 12am-11:59 pm", "Mon–Sun 00:00–23:59"),
        ("fri-mon 9-10", "Mon, Fri, Sat, Sun 09:00–10:00"),
        ("wed 7.30 until 8", "Wed 07:30–08:00"),
    ],
)
def test_hours_are_understood_as_teachers_write_them(typed: str, meant: str):
    found = read_hours(typed)
    assert isinstance(found, ReadingHours)
    assert hours_text(found) == meant
    assert hours_of(stored_hours(found)) == found


@pytest.mark.parametrize("typed", ["", "mornings", "mon 25-26", "mon 16-8", "mon 13pm-14pm", "m 8-9", "8"])
def test_what_is_not_understood_is_never_guessed(typed: str):
    found = read_hours(typed)
    assert isinstance(found, BadHours)
    assert "Mon-Fri 8:00-16:00" in found.problem


@given(st.text(max_size=40))
def test_any_text_is_hours_or_a_question_back(typed: str):
    found = read_hours(typed)
    assert isinstance(found, BadHours) or found.opens < found.closes


def slow(at: datetime, zone: str, hours: ReadingHours, holidays: list[tuple[date, date]]) -> datetime | None:
    """Minute by minute over what a wall clock shows."""
    for number in range(12 * 24 * 60):
        then = at + number * MINUTE
        local = then.astimezone(ZoneInfo(zone))
        is_free = any(first <= local.date() <= last for first, last in holidays)
        if local.isoweekday() in hours.days and not is_free and hours.opens <= local.time() < hours.closes:
            return then
    return None


@given(
    minutes=st.integers(0, 14 * 24 * 60),
    start=st.sampled_from([datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)]),
    zone=st.sampled_from(["America/Chicago", "Europe/Berlin", "Asia/Kolkata", "UTC"]),
    days=st.sets(st.integers(1, 7), min_size=1),
    opens=st.integers(5, 12),
    length=st.integers(1, 10),
    holiday=st.none() | st.integers(0, 20),
)
def test_the_next_reading_is_the_first_open_minute_a_wall_clock_shows(
    minutes: int, start: datetime, zone: str, days: set[int], opens: int, length: int, holiday: int | None
):
    at = start + minutes * MINUTE
    hours = ReadingHours(tuple(sorted(days)), time(opens), time(opens + length))
    first = start.date() + timedelta(days=holiday or 0)
    holidays = [] if holiday is None else [(first, first + timedelta(days=2))]
    expected = slow(at, zone, hours, holidays)
    found = next_read(at, zone, hours, holidays)
    if expected is not None:
        assert found == expected
    else:
        assert found is None or found > at + timedelta(days=11)


def test_nobody_is_told_of_a_reading_that_never_comes():
    at = datetime(2026, 7, 1, tzinfo=UTC)
    assert next_read(at, "UTC", ReadingHours(replies=False)) is None
    assert next_read(at, "UTC", ReadingHours(), [(date(2026, 6, 1), date(2027, 6, 1))]) is None


@given(st.text(alphabet="ab \n", max_size=6 * PART))
def test_a_long_letter_is_cut_into_parts_and_loses_no_letter(body: str):
    parts = parts_of(body)
    assert all(len(each) <= PART for each in parts)
    assert "".join("".join(parts).split()) == "".join(body.split())


def test_an_answer_goes_back_the_way_the_letter_came_first():
    assert {via: ways_back(Party.STUDENT, via)[0] for via in Via} == {
        Via.DM: Way.DM,
        Via.THREAD: Way.THREAD,
        Via.SMS: Way.SMS,
    }
    assert {ways_back(Party.GUARDIAN, via) for via in Via} == {(Way.GUARDIAN,)}
