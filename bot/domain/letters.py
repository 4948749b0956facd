"""Letters to a teacher and their answers: when they are read, and by which ways an answer goes back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.outbox import Way
from bot.domain.times import instant

#: characters of a letter that is kept; Discord's own for a message of somebody with Nitro
MOST_LETTER = 4000
#: characters that a form takes, for a letter and for an answer
MOST_FORM = 1500
#: an answer as a text is billed as so many texts at most
MOST_SEGMENTS = 2
#: days for which a reading day is looked for: longer than any holidays
LOOK_AHEAD = 120


class Party(StrEnum):
    """Who writes to the teacher; a guardian's letters are kept with their student."""

    STUDENT = "student"
    GUARDIAN = "guardian"


class Via(StrEnum):
    """How a letter came, and how its answer goes back."""

    DM = "dm"
    THREAD = "thread"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to the teachers of a class, or (``author`` is known) an answer of theirs."""

    id: int
    handle: str
    #: None while its writer has not said for which class it is
    section: int | None
    #: the student it is from, to, or about
    person: int
    party: Party
    via: Via
    body: str
    files: int
    author: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Writer:
    """Who may have written a text, by the number it came from."""

    #: the student, or the guardian's student
    person: int
    party: Party
    #: a guardian's class
    section: int | None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation in direct messages, and the message after which nothing of it is known yet."""

    channel: int
    after: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What one student, or their guardian, has written and nobody has answered."""

    #: Discord id of the student
    student: int
    party: Party
    count: int
    oldest_at: datetime
    #: the student's thread in the teachers' room
    desk: int | None


@dataclass(frozen=True, slots=True)
class ReadingHours:
    """When a teacher reads letters: by the class's clock, on these ISO weekdays (Monday is 1).

    ``replies`` is False where the class takes no letters at all.
    """

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    opens: time = time(8)
    closes: time = time(16)
    replies: bool = True


@dataclass(frozen=True, slots=True)
class BadHours:
    """The text names no hours that can be understood; ``problem`` says what to write instead."""

    problem: str


def stored_hours(hours: ReadingHours) -> dict[str, Any]:
    return {
        "days": list(hours.days),
        "opens": f"{hours.opens:%H:%M}",
        "closes": f"{hours.closes:%H:%M}",
        "replies": hours.replies,
    }


def hours_of(stored: dict[str, Any] | None) -> ReadingHours:
    """Monday to Friday, 08:00 to 16:00, where the class has said nothing."""
    if stored is None:
        return ReadingHours()
    opens, closes = (time.fromisoformat(stored[name]) for name in ("opens", "closes"))
    return ReadingHours(tuple(stored["days"]), opens, closes, stored.get("replies", True))


def next_read(
    at: datetime, zone: str, hours: ReadingHours, holidays: Sequence[tuple[date, date]] = ()
) -> datetime | None:
    """``at`` if the teacher reads then, else the next instant at which they do (UTC).

    None where letters are off, or holidays last for as long as anybody can see. ``holidays`` are first and last
    days, local to the class.
    """
    if not hours.replies:
        return None
    today = at.astimezone(ZoneInfo(zone)).date()
    for day in (today + timedelta(days=number) for number in range(LOOK_AHEAD)):
        if day.isoweekday() not in hours.days or any(first <= day <= last for first, last in holidays):
            continue
        opens = instant(datetime.combine(day, hours.opens), zone)
        if at < instant(datetime.combine(day, hours.closes), zone):
            return max(at, opens)
    return None


#: characters on one card, whose 4,000 Markdown's escapes may halve
PART = 1800


def parts_of(body: str) -> tuple[str, ...]:
    """A letter cut, between words where it can be, into what one card holds; one part when it is empty."""
    parts: list[str] = []
    rest = body.strip()
    while len(rest) > PART:
        at = max(rest.rfind(" ", 0, PART), rest.rfind("\n", 0, PART))
        at = at if at > PART // 2 else PART
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return (*parts, rest) if rest or not parts else tuple(parts)


#: for an answer to what came by the first of them
_WAYS_BACK = {
    Via.DM: (Way.DM, Way.THREAD, Way.SMS),
    Via.THREAD: (Way.THREAD, Way.DM, Way.SMS),
    Via.SMS: (Way.SMS, Way.DM, Way.THREAD),
}


def ways_back(party: Party, via: Via) -> tuple[Way, ...]:
    """The ways of an answer in the order in which they are tried: the one it came by, then the others."""
    return (Way.GUARDIAN,) if party is Party.GUARDIAN else _WAYS_BACK[via]


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED = {
    "": (1, 2, 3, 4, 5),
    "weekdays": (1, 2, 3, 4, 5),
    "school days": (1, 2, 3, 4, 5),
    "weekends": (6, 7),
    "daily": (1, 2, 3, 4, 5, 6, 7),
    "every day": (1, 2, 3, 4, 5, 6, 7),
}
_CLOCK = r"(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?"
_HOURS = re.compile(rf"(?P<days>.*?)[ ,]*\b{_CLOCK} ?(?:-|to|until) ?{_CLOCK}")
_HELP = "Write days and hours, like `Mon-Fri 8:00-16:00`, `Mon, Wed 9-12` or `every day 3pm-6pm`."


def read_hours(text: str) -> ReadingHours | BadHours:
    """Understands ``Mon-Fri 8:00-16:00``, ``mon, wed 9 to 12``, ``weekdays 8am-4pm``; never guesses."""
    words = " ".join(re.sub("[‐-―]", "-", text).casefold().split())  # any dash
    match = _HOURS.fullmatch(words)
    if match is None:
        return BadHours(_HELP)
    days = _days(match["days"].strip(" ,:"))
    _, hour, minute, half, hour2, minute2, half2 = match.groups()
    opens, closes = _clock(hour, minute, half), _clock(hour2, minute2, half2)
    if days is None or opens is None or closes is None:
        return BadHours(_HELP)
    if opens >= closes:
        return BadHours(f"The hours have to end after they begin, on the same day. {_HELP}")
    return ReadingHours(days, opens, closes)


def _days(words: str) -> tuple[int, ...] | None:
    if words in _NAMED:
        return _NAMED[words]
    found: set[int] = set()
    for part in re.split(r"(?:,| |&|\band\b)+", re.sub(r" ?- ?| to ", "-", words)):
        ends = [_day(each) for each in part.split("-")]
        if not 1 <= len(ends) <= 2 or None in ends:
            return None
        first, last = ends[0] or 0, ends[-1] or 0
        found |= {(first - 1 + ahead) % 7 + 1 for ahead in range((last - first) % 7 + 1)}
    return tuple(sorted(found))


def _day(word: str) -> int | None:
    """Two letters or more of its English name: Discord's menus speak English here, too."""
    name = word.strip(" .").removesuffix("s") if len(word) > 4 else word.strip(" .")
    if len(name) < 2:
        return None
    return next((number for number, day in enumerate(_DAYS, 1) if day.startswith(name)), None)


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    number, past = int(hour), int(minute or 0)
    if half:
        if not 1 <= number <= 12:
            return None
        number = number % 12 + (12 if half == "pm" else 0)
    return time(number, past) if number < 24 and past < 60 else None


def hours_text(hours: ReadingHours) -> str:
    """``Mon–Fri 08:00–16:00``, as people in the class would say it."""
    return f"{_days_text(hours.days)} {hours.opens:%H:%M}–{hours.closes:%H:%M}"


def _days_text(days: tuple[int, ...]) -> str:
    names = [_DAYS[day - 1][:3].title() for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)
