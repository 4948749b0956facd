"""Phone numbers as students write them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.domain.phones import BadNumber
from bot.formats.numbers import PhoneNumbers, country_of

NUMBERS = PhoneNumbers()


@pytest.mark.parametrize(
    ("typed", "zone", "e164"),
    [
        ("+1 202 555 0142", "Europe/Berlin", "+12025550142"),
        ("(202) 555-0142", "America/New_York", "+12025550142"),
        ("202.555.0142", "America/Chicago", "+12025550142"),
        ("0151 23456789", "Europe/Berlin", "+4915123456789"),
        ("07700 900123", "Europe/London", "+447700900123"),
        ("+44 7700 900123", "UTC", "+447700900123"),
        ("00 1 202 555 0142", "Europe/Madrid", "+12025550142"),
        ("+15005550006", "UTC", "+15005550006"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, zone: str, e164: str) -> None:
    assert NUMBERS.read(typed, zone) == e164


@pytest.mark.parametrize(
    ("typed", "zone", "words"),
    [
        ("", "Europe/Berlin", "not a phone number"),
        ("call me", "Europe/Berlin", "not a phone number"),
        ("9" * 400, "America/New_York", "not a phone number"),
        ("2025550142", "UTC", "do not know that number's country"),
        ("+999 12345678", "UTC", "do not know that number's country"),
        ("555-0142", "America/New_York", "too few"),
        ("+1 202 555 01421", "UTC", "too many"),
        ("030 901820", "Europe/Berlin", "landline"),
        ("+1 800 555 0100", "UTC", "service number"),
        ("+1 202 555 0142 ext. 7", "UTC", "extension"),
    ],
)
def test_what_cannot_be_texted_is_refused_with_the_reason(typed: str, zone: str, words: str) -> None:
    result = NUMBERS.read(typed, zone)
    assert isinstance(result, BadNumber)
    assert words in result.problem


def test_a_zone_knows_its_country() -> None:
    assert [
        country_of(each) for each in ("America/Chicago", "Europe/Berlin", "Asia/Tokyo", "UTC", "Nowhere")
    ] == [
        "US",
        "DE",
        "JP",
        None,
        None,
    ]


def test_the_numbering_plans_are_not_loaded_before_the_first_number() -> None:
    check = "import sys, bot.formats.numbers; sys.exit('phonenumbers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12126661234", {"America/New_York"}),
        ("+4915123456789", {"Europe/Berlin"}),
        ("+15005550011", set[str]()),
    ],
)
def test_a_number_tells_its_zones_where_its_plan_does(number: str, zones: set[str]) -> None:
    """The last one names North America as a whole, which says nothing (RB10)."""
    assert set(PhoneNumbers().zones(number)) == zones


def test_a_number_of_a_wide_country_may_be_in_several_zones() -> None:
    assert {"Australia/Perth", "Australia/Sydney"} <= set(PhoneNumbers().zones("+61412345678"))
