"""Phone numbers as people write them. The numbering plans are loaded on first use: they are large."""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import available_timezones

from bot.domain.phones import BadNumber

#: Russia has sixteen by name; North America as a whole more than forty
MOST_ZONES = 20

_WRITE = "Write it with the country code, like `+1 202 555 0142` or `+44 7700 900123`."
_NO_COUNTRY = f"I do not know that number's country. {_WRITE}"


class PhoneNumbers:
    """Reads numbers, national ones by the country of a time zone."""

    def read(self, text: str, zone: str) -> str | BadNumber:
        """E.164. Length and kind are checked; whether the number is in use, only its code can show."""
        import phonenumbers

        try:
            number = phonenumbers.parse(text, country_of(zone))
        except phonenumbers.NumberParseException as error:
            is_country_known = error.error_type != error.INVALID_COUNTRY_CODE
            return BadNumber(f"That is not a phone number. {_WRITE}" if is_country_known else _NO_COUNTRY)
        if number.extension:
            return BadNumber(f"A number with an extension cannot be texted. {_WRITE}")
        match phonenumbers.is_possible_number_with_reason(number):
            case phonenumbers.ValidationResult.IS_POSSIBLE:
                pass
            case phonenumbers.ValidationResult.TOO_LONG:
                return BadNumber(f"That has too many digits. {_WRITE}")
            case phonenumbers.ValidationResult.INVALID_COUNTRY_CODE:
                return BadNumber(_NO_COUNTRY)
            case _:
                return BadNumber(f"That has too few digits. {_WRITE}")
        if phonenumbers.number_type(number) in _cannot_be_texted():
            return BadNumber("That is a landline or a service number. Texts need a mobile number.")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def zones(self, number: str) -> tuple[str, ...]:
        """By the numbering plan: one for most countries, several where a number does not tell its region.

        None where the plan names a continent (+1 with an area code that belongs to no place): that says nothing.
        """
        from phonenumbers import parse, timezone

        known = available_timezones()
        named = [each for each in timezone.time_zones_for_number(parse(number)) if each in known]
        return tuple(named) if len(named) <= MOST_ZONES else ()


@cache
def _cannot_be_texted() -> frozenset[int]:
    from phonenumbers import PhoneNumberType as Type

    service = (Type.TOLL_FREE, Type.PREMIUM_RATE, Type.SHARED_COST, Type.UAN, Type.VOICEMAIL)
    return frozenset((Type.FIXED_LINE, Type.PAGER, *service))


@cache
def country_of(zone: str) -> str | None:
    """The country of an IANA zone by its own name in the zone database's table (``DE``); None for others."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return next((row[0] for row in rows if row[2] == zone), None)
