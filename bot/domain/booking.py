"""Office hours: a window cut into slots, and what a student books."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.domain.times import BadTime, Promise, local_text, parse_when

#: minutes a slot may last
SHORTEST_SLOT, LONGEST_SLOT = 5, 120
MOST_SLOTS = 48
LONGEST_WINDOW = timedelta(hours=12)
#: a slot closes this long before it begins: a teacher has to see who comes (B5)
NOTICE = timedelta(minutes=5)
REMIND_BEFORE = timedelta(minutes=30)
#: characters a student may write about what they need help with
MOST_REASON = 300


@dataclass(frozen=True, slots=True)
class Span:
    """From ``starts_at`` up to, not including, ``ends_at``; UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Cut:
    """A window and its slots. ``left_over`` at the end is too short for one more slot and is not offered."""

    window: Span
    slots: tuple[Span, ...]
    left_over: timedelta


@dataclass(frozen=True, slots=True)
class Slot:
    id: int
    handle: str
    #: id of the class
    section: int
    starts_at: datetime
    ends_at: datetime
    #: a room or a link, as the teacher wrote it; may be empty
    where: str
    #: "help", or "retake" where checks are taken again; those have one slot for each place
    purpose: str = "help"


@dataclass(frozen=True, slots=True)
class Booking:
    id: int
    handle: str
    slot: Slot
    person: int
    reason: str
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A slot as its teacher sees it; ``student`` is the Discord id of who booked it."""

    slot: Slot
    booking: Booking | None
    student: int | None


def read_window(start: str, until: str, minutes: int, now: datetime, zone: str) -> Cut | BadTime:
    """Office hours as a teacher types them: a start, and an end (``16:30``) or a length (``2h``)."""
    if not SHORTEST_SLOT <= minutes <= LONGEST_SLOT:
        return BadTime(f"A slot lasts {SHORTEST_SLOT} to {LONGEST_SLOT} minutes.")
    begins = parse_when(start, now, zone)
    if isinstance(begins, BadTime):
        return begins
    ends = _read_end(until, begins.at, zone)
    if isinstance(ends, BadTime):
        return ends
    problem = _skipped(begins) or _skipped(ends) or _misplaced(begins.at, ends.at, now)
    if problem:
        return BadTime(problem)
    made = cut(Span(begins.at, ends.at), timedelta(minutes=minutes))
    if not made.slots:
        return BadTime(f"Too short for one slot of {minutes} minutes. Give a later end or shorter slots.")
    if len(made.slots) > MOST_SLOTS:
        many = f"That makes {len(made.slots)} slots; {MOST_SLOTS} is the most."
        return BadTime(f"{many} Give longer slots or an earlier end.")
    return made


def cut(window: Span, length: timedelta) -> Cut:
    """Slots of equal real length from the start on. Clock changes move wall times, never lengths."""
    count = (window.ends_at - window.starts_at) // length
    edges = [window.starts_at + length * number for number in range(count + 1)]
    slots = tuple(Span(begins, ends) for begins, ends in pairwise(edges))
    return Cut(window, slots, window.ends_at - edges[-1])


def whole(window: Span, places: int) -> Cut:
    """One session for ``places`` students: as many slots at the same time."""
    return Cut(window, (window,) * places, timedelta())


_LENGTH = re.compile(r"(?:for )?(?:(\d{1,2}) ?h(?:ours?)? ?)?(?:(\d{1,3}) ?(?:m|min|minutes?)?)?")
_HELP_END = "Write when it ends or how long it lasts, like `16:30`, `4:30pm`, `2h` or `90 min`."


def _read_end(text: str, begins: datetime, zone: str) -> Promise | BadTime:
    """An end is the first such time after the start; a bare number is minutes."""
    words = " ".join(text.casefold().split())
    if (match := _LENGTH.fullmatch(words)) and (match[1] or match[2]):
        length = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
        ends = begins + length
        return Promise(ends, zone, f"{ends.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}")
    ends = parse_when(words.removeprefix("until ").removeprefix("to "), begins, zone)
    return BadTime(_HELP_END) if isinstance(ends, BadTime) else ends


def _skipped(promise: Promise) -> str:
    """A time that the spring change skips cannot be kept by anyone, so it is not offered (RE4)."""
    clock = promise.wall[-5:]
    if f"{promise.at.astimezone(ZoneInfo(promise.zone)):%H:%M}" == clock:
        return ""
    return f"The clocks go forward that night and skip {clock}. Choose a time before or after that."


def _misplaced(begins: datetime, ends: datetime, now: datetime) -> str:
    if begins <= now:
        return "That start lies in the past. Give a day as well, like `tomorrow 15:00` or `tue 15:00`."
    if ends <= begins:
        return "That ends before it starts. " + _HELP_END
    if ends - begins > LONGEST_WINDOW:
        hours = LONGEST_WINDOW // timedelta(hours=1)
        return f"Office hours last at most {hours} hours. Does the end come before the start? {_HELP_END}"
    return ""


def wall_label(at: datetime, zone: str) -> str:
    """``Tue 24 Nov 15:00`` on the wall of the zone; in the hour that autumn repeats it says which one."""
    local = at.astimezone(ZoneInfo(zone))
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return local_text(at, zone)
    return f"{local_text(at, zone)} ({'after' if local.fold else 'before'} the clocks go back)"


def reminder_at(starts_at: datetime, now: datetime) -> datetime | None:
    """None when it was booked so late that a reminder would only repeat what was just said."""
    at = starts_at - REMIND_BEFORE
    return at if at > now else None
