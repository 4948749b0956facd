"""A text rings where its reader is; where nobody knows that, every zone that it may be has to be awake (RB10)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.nudging import Drop, Hours, SendAt, SendNow, when_sent
from bot.domain.outbox import Way
from bot.domain.phone_zones import recipient_zones
from bot.domain.quiet import OpenHours

TEXTS = Hours(discord=OpenHours(time(7), time(21)), sms=OpenHours(time(9), time(20)))
ZONES = (
    *(
        "America/New_York",
        "America/Chicago",
        "America/Phoenix",
        "Pacific/Honolulu",
        "Europe/Berlin",
        "Asia/Kolkata",
    ),
    *(
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "UTC",
    ),
)


def test_who_set_a_zone_is_there_and_nowhere_else() -> None:
    """Also a student who travels."""
    assert recipient_zones("Asia/Tokyo", ("America/New_York",), "America/Chicago") == ("Asia/Tokyo",)


def test_else_the_school_and_every_zone_that_the_number_may_be_in() -> None:
    zones = recipient_zones(None, ("America/New_York", "America/Chicago"), "America/Chicago")
    assert zones == ("America/Chicago", "America/New_York")
    assert recipient_zones(None, (), "Europe/Berlin") == ("Europe/Berlin",)


@pytest.mark.parametrize("way", [Way.SMS, Way.GUARDIAN])
@pytest.mark.parametrize("zone", ZONES)
def test_no_text_outside_nine_to_eight_on_any_day_of_the_year(zone: str, way: Way) -> None:
    """Around every hour of 2026, daylight saving and all; one that is held opens on the very minute."""
    at, place = datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    while at.year == 2026:
        useful = at + timedelta(days=2)
        match when_sent(way, zone, TEXTS, useful, at):
            case SendNow():
                assert time(9) <= at.astimezone(place).time() < time(20)
            case SendAt(opening):
                assert not time(9) <= at.astimezone(place).time() < time(20)
                assert opening.astimezone(place).time() == time(9)
            case Drop(why):
                pytest.fail(why)
        at += timedelta(minutes=59)
