"""In which zones a text may arrive: all of them have to be awake (RB10)."""

from __future__ import annotations

from bot.domain.outbox import Way

#: what rings on a phone
TEXTS = frozenset({Way.SMS, Way.GUARDIAN})


def recipient_zones(
    person_zone: str | None, number_zones: tuple[str, ...], school_zone: str
) -> tuple[str, ...]:
    """The person's own zone where they set one; else the school's and every one that the number may be in."""
    if person_zone is not None:
        return (person_zone,)
    return tuple(dict.fromkeys((school_zone, *number_zones)))
