"""The rules of the code that proves a phone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.phones import CODES_A_DAY, DAY, PhoneRecord, code_is_live, next_code_at, same_code

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def test_a_code_may_be_typed_as_a_phone_shows_it() -> None:
    assert all(same_code(typed, "123456") for typed in ("123456", " 123 456 ", "123-456"))
    assert not any(same_code(typed, "123456") for typed in ("", "12345", "1234567", "654321", "éclair"))


def test_a_code_lives_until_it_is_too_old_or_guessed_at_too_often() -> None:
    def record(expires_in: int, tries: int, code: bytes | None = b"x") -> PhoneRecord:
        return PhoneRecord(b"n", code, NOW + timedelta(seconds=expires_in), tries, None, None)

    assert code_is_live(record(1, 4), NOW)
    assert not code_is_live(record(0, 0), NOW)
    assert not code_is_live(record(1, 5), NOW)
    assert not code_is_live(record(1, 0, None), NOW)


def test_after_five_codes_the_next_one_waits_for_the_first_to_be_a_day_old() -> None:
    asked = [NOW - timedelta(hours=20) + timedelta(minutes=each) for each in range(CODES_A_DAY)]
    assert next_code_at(asked[:-1], NOW) is None
    assert next_code_at(asked, NOW) == asked[0] + DAY
    assert next_code_at(asked, asked[0] + DAY) is None
