"""Announcements: when a weekly one runs, what may follow on what, and which files travel."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.announcing import Phase, may_move, occurrences, read_until, run_after, run_key
from bot.domain.attachments import Attachment, is_taken, safe_name
from bot.domain.times import BadTime
from tests.domain.test_times import ZONES, oracle

CHICAGO = "America/Chicago"
WALLS = st.builds(
    datetime.combine,
    st.dates(date(2026, 1, 1), date(2027, 6, 30)),
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45])),
)


def walked(wall: datetime, zone: str, until: date | None) -> list[datetime]:
    """Every day up to the last one is looked at: is it that weekday? Then the clock is watched on it."""
    found, day = [oracle(wall, zone)], wall.date()
    while until is not None and day < until:
        day += timedelta(days=1)
        if day.weekday() == wall.weekday():
            found.append(oracle(datetime.combine(day, wall.time()), zone))
    return found


# the oracle looks at every minute of every week
@settings(deadline=None)
@given(WALLS, st.sampled_from(ZONES), st.one_of(st.none(), st.integers(0, 120)))
def test_a_weekly_one_runs_on_every_such_weekday_when_the_clock_on_the_wall_shows_it(
    wall: datetime, zone: str, days: int | None
) -> None:
    until = None if days is None else wall.date() + timedelta(days=days)
    runs = list(occurrences(wall, zone, until))
    assert runs == walked(wall, zone, until)
    assert all(before < after for before, after in pairwise(runs))
    keys = [run_key(7, at, zone) for at in runs]
    assert len(set(keys)) == len(keys)


@settings(deadline=None)
@given(WALLS, st.sampled_from(ZONES), st.integers(0, 60), st.integers(-10, 80), st.integers(0, 1440))
def test_the_next_run_is_the_first_that_lies_after(
    wall: datetime, zone: str, days: int, ahead: int, minutes: int
) -> None:
    until = wall.date() + timedelta(days=days)
    now = wall.replace(tzinfo=UTC) + timedelta(days=ahead, minutes=minutes)
    left = [at for at in walked(wall, zone, until) if at > now]
    assert run_after(wall, zone, until, now) == (left[0] if left else None)


def test_in_the_spring_gap_it_runs_when_the_clock_goes_on_and_in_the_fold_once() -> None:
    spring = list(occurrences(datetime.fromisoformat("2027-03-07T02:30"), CHICAGO, date(2027, 3, 21)))
    assert [f"{at:%d %H:%M}" for at in spring] == ["07 08:30", "14 08:00", "21 07:30"]
    autumn = list(occurrences(datetime.fromisoformat("2027-10-31T01:30"), CHICAGO, date(2027, 11, 14)))
    assert [f"{at:%d %H:%M}" for at in autumn] == ["31 06:30", "07 06:30", "14 07:30"]


NOW = datetime(2027, 1, 11, 16, tzinfo=UTC)
FIRST = date(2027, 1, 12)


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("2027-03-31", date(2027, 3, 31)),
        ("31 Mar", date(2027, 3, 31)),
        ("fri", date(2027, 1, 15)),
        ("2027-01-12", FIRST),
    ],
)
def test_a_last_day_is_a_day_as_teachers_write_it(typed: str, last: date) -> None:
    assert read_until(typed, FIRST, NOW, CHICAGO) == last


@pytest.mark.parametrize(
    "typed", ["", "soon", "2027-02-30", "2027-01-11", "2028-06-01", "fri 8:00", "`*`" * 90]
)
def test_what_is_no_last_day_is_refused_with_what_to_write(typed: str) -> None:
    refused = read_until(typed, FIRST, NOW, CHICAGO)
    assert isinstance(refused, BadTime)
    assert len(refused.problem) < 200


def test_what_has_ended_never_moves_again_and_what_runs_is_not_undone() -> None:
    for ended in (Phase.DONE, Phase.UNDONE, Phase.STOPPED):
        assert not any(may_move(ended, to) for to in Phase)
    assert not may_move(Phase.RUNNING, Phase.UNDONE)
    assert may_move(Phase.WAITING, Phase.UNDONE)
    assert not any(may_move(phase, Phase.DRAFT) for phase in Phase)


@settings(deadline=None)
@given(st.text(max_size=120), st.sampled_from(["pdf", "PNG", "docx"]))
def test_a_files_name_is_made_of_letters_that_travel(stem: str, ending: str) -> None:
    name = safe_name(f"{stem}.{ending}")
    assert name.isascii()
    assert all(each.isalnum() or each in "-_." for each in name)
    assert name.endswith(f".{ending.lower()}")
    assert 5 <= len(name) <= 100
    assert Attachment(name, b"").is_picture == (ending == "PNG")


@pytest.mark.parametrize(
    ("name", "data", "taken"),
    [
        ("a.pdf", b"%PDF-1.7", True),
        ("a.pdf", b"<html>", False),
        ("a.jpeg", b"\xff\xd8\xff\xe0", True),
        ("a.webp", b"RIFF0000WEBPVP8 ", True),
        ("a.txt", "Größe".encode(), True),
        ("a.txt", b"\xff\xfe\x00", False),
        ("a.exe", b"MZ", False),
        ("pdf", b"%PDF-", True),
        ("a.pdf", b"", False),
        ("a", b"", False),
    ],
)
def test_a_file_is_what_its_bytes_say(name: str, data: bytes, taken: bool) -> None:
    assert is_taken(name, data) is taken


def test_the_zone_of_a_key_is_the_classs() -> None:
    late = datetime(2027, 1, 12, 3, tzinfo=UTC)  # still the eleventh in Chicago
    assert late.astimezone(ZoneInfo(CHICAGO)).day == 11
    assert run_key(1, late, CHICAGO) == "announce:1:2027-01-11:"
