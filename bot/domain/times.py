"""Wall-clock times of a class and what a teacher may type for one.

A deadline is promised as a local wall time in a zone. Two rules make it one instant: a time that the spring
change skips is the first instant after the gap; a time that the autumn change repeats is its first occurrence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WALL = "%Y-%m-%dT%H:%M"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Promise:
    """A wall time promised to people, and the instant it stands for."""

    at: datetime
    zone: str
    #: the local wall time as promised, ISO 8601 to the minute, without an offset
    wall: str


@dataclass(frozen=True, slots=True)
class BadTime:
    """The text is no time that can be understood; ``problem`` says what to write instead."""

    problem: str


@cache
def zone_names() -> tuple[str, ...]:
    """All that the zone database knows, sorted; read from its many files once."""
    return tuple(sorted(available_timezones()))


def known_zone(name: str) -> str | None:
    """The IANA name as the zone database spells it, None when it has no such zone."""
    wanted = name.strip().replace(" ", "_").casefold()
    return next((zone for zone in zone_names() if zone.casefold() == wanted), None)


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether the zone database has it; a name that was stored may have left it since."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, a folder's name, no name at all
        return False
    return True


def instant(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall time in a zone, by the two rules above."""
    place = ZoneInfo(zone)
    first = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None) == wall:
        return first
    return _end_of_gap(first, wall.replace(tzinfo=place, fold=1).astimezone(UTC), place)


def _end_of_gap(one: datetime, other: datetime, place: ZoneInfo) -> datetime:
    """Between the two readings of a skipped wall time lies the change: the first instant that reads later."""
    low, high = min(one, other), max(one, other)
    offset = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(place).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def promise(wall: datetime, zone: str) -> Promise:
    return Promise(instant(wall, zone), zone, wall.strftime(_WALL))


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def parse_when(text: str, now: datetime, zone: str) -> Promise | BadTime:
    """Understand ``tomorrow 8:00``, ``fri 8am``, ``in 2 hours``, ``24 Nov 14:30`` or ``2026-11-24 08:00``.

    Never guesses: a day without a clock time, or a text that is left over, is a BadTime. A weekday is the
    next one that lies ahead. The result may lie in the past: the caller knows whether that is wrong.
    """
    words = re.sub(r"[,\s]+", " ", text.strip().casefold()).removeprefix("on ").removeprefix("at ")
    if match := re.fullmatch(r"in (\d{1,3}) ?(m|min|minutes?|h|hours?|d|days?)", words):
        unit = {"m": "minutes", "h": "hours", "d": "days"}[match[2][0]]
        at = (now + timedelta(**{unit: int(match[1])})).replace(second=0, microsecond=0)
        return Promise(at, zone, at.astimezone(ZoneInfo(zone)).strftime(_WALL))
    match = re.fullmatch(r"(?:(.+?)(?:(?<=\d)t| at | ))?(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?", words)
    if match is None or (match[3] is None and match[4] is None):
        return BadTime(_HELP)
    clock = _clock(int(match[2]), int(match[3] or 0), match[4])
    today = local_day(now, zone)
    if clock is None:
        return BadTime(f"“{text.strip()[:40]}” has no such clock time. {_HELP}")
    if match[1] is None:
        wall = datetime.combine(today, clock)
        return promise(wall if instant(wall, zone) > now else wall + timedelta(days=1), zone)
    day = _day(match[1], today, clock, now, zone)
    return promise(datetime.combine(day, clock), zone) if day else BadTime(_HELP)


_HELP = "Write a day and a time, like `tomorrow 8:00`, `fri 8am`, `in 2 hours` or `2026-11-24 08:00`."


def _clock(hour: int, minute: int, half: str | None) -> time | None:
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(words: str, today: date, clock: time, now: datetime, zone: str) -> date | None:
    if words in ("today", "tonight"):
        return today
    if words == "tomorrow":
        return today + timedelta(days=1)
    name = words.removeprefix("next ").removeprefix("this ")
    for number, weekday in enumerate(_WEEKDAYS):
        if len(name) >= 3 and weekday.startswith(name):
            ahead = today + timedelta(days=(number - today.weekday()) % 7)
            is_past = instant(datetime.combine(ahead, clock), zone) <= now
            return ahead + timedelta(days=7) if is_past else ahead
    day = _calendar_day(words, today)
    return day if day and day.year in _YEARS else None


#: what a class may mean; at the ends of the calendar there is no instant for every zone
_YEARS = range(2000, 2200)


def _calendar_day(words: str, today: date) -> date | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", words):
            return date.fromisoformat(words)
        match = re.fullmatch(r"(?:(\d{1,2})\.? ([a-z]{3,9})|([a-z]{3,9}) (\d{1,2}))(?: (\d{4}))?", words)
        if match is None or (match[2] or match[3])[:3] not in _MONTHS:
            return None
        month, number = _MONTHS.index((match[2] or match[3])[:3]) + 1, int(match[1] or match[4])
        if match[5]:
            return date(int(match[5]), month, number)
        this_year = date(today.year, month, number)
        return this_year if this_year >= today else date(today.year + 1, month, number)
    except ValueError:
        return None


def local_text(at: datetime, zone: str) -> str:
    """For texts and menus, which cannot show Discord timestamps: ``Tue 24 Nov 08:00``."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{_WEEKDAYS[local.weekday()][:3].title()} {local.day} {_MONTHS[local.month - 1].title()} {local:%H:%M}"


def parse_day(text: str, now: datetime, zone: str) -> date | BadTime:
    """Understand ``today``, ``tomorrow``, ``fri``, ``24 Nov`` or ``2026-11-24`` as a day of the class.

    A weekday is the next one, today included. The day may lie in the past: the caller knows whether that is wrong.
    """
    words = re.sub(r"[,\s]+", " ", text.strip().casefold()).removeprefix("on ")
    return _day(words, local_day(now, zone), time.max, now, zone) or BadTime(_DAY_HELP)


_DAY_HELP = "Write a day, like `today`, `fri`, `24 Nov` or `2026-11-24`."


def parse_clock(text: str) -> time | BadTime:
    """Understand ``7:30``, ``19:00`` or ``8pm`` as a time of day."""
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?", " ".join(text.casefold().split()))
    clock = _clock(int(match[1]), int(match[2] or 0), match[3]) if match else None
    return clock or BadTime("Write a time of day, like `7:30`, `19:00` or `8pm`.")


def day_text(day: date) -> str:
    """``Tue 24 Nov 2026``: a day is the class's own, so no timestamp can show it."""
    return f"{_WEEKDAYS[day.weekday()][:3].title()} {day.day} {_MONTHS[day.month - 1].title()} {day.year}"
