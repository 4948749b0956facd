"""A teacher's announcement: to whom, when, how often, and how far it has come.

A weekly announcement keeps to the wall clock of its class: each run is promised as a local time, and the two rules of
``bot.domain.times`` make it one instant. The last day counts (N11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.times import BadTime, instant, local_day, parse_when

#: the jobs that begin runs and end those that are through
ANNOUNCE, END = "announce", "announced"
#: between [Send] and the first message: long enough to read one's own words once more and press [Undo] (D9)
UNDO_WINDOW = timedelta(seconds=20)
#: a run that a stopped bot slept through still goes out this late; after that the teachers' room is told instead
LATEST = timedelta(days=1)
#: what could not go out for a week (a missing permission, days off) would meet the next week's
USEFUL_FOR = timedelta(days=7)
#: repeated for a school year at most
LONGEST_REPEAT = timedelta(days=366)
#: characters; with Markdown's escapes it still fits a card
MOST_WORDS = 1800
#: as many as Discord's menu of people takes
MOST_PEOPLE = 25

WEEK = timedelta(days=7)


class Phase(StrEnum):
    DRAFT = "draft"  # being written and previewed
    WAITING = "waiting"  # confirmed; for its first run, or between two
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"  # taken back before anything went out
    STOPPED = "stopped"


_MOVES: Mapping[Phase, frozenset[Phase]] = {
    Phase.DRAFT: frozenset({Phase.WAITING}),
    Phase.WAITING: frozenset({Phase.RUNNING, Phase.UNDONE, Phase.STOPPED, Phase.DONE}),
    Phase.RUNNING: frozenset({Phase.WAITING, Phase.DONE, Phase.STOPPED, Phase.RUNNING}),
    Phase.DONE: frozenset(),
    Phase.UNDONE: frozenset(),
    Phase.STOPPED: frozenset(),
}


def may_move(phase: Phase, to: Phase) -> bool:
    """Ended is ended; what runs cannot be undone, only stopped."""
    return to in _MOVES[phase]


EVERYONE, BEHIND, NOT_WATCHED, PEOPLE, UNIT = "all", "behind", "not_watched", "people", "unit:"
#: groups in words, as they follow "to" and precede "in Period 3"
GROUPS: Mapping[str, str] = {
    EVERYONE: "everyone",
    BEHIND: "those who are behind",
    NOT_WATCHED: "those who have not done the latest pre-work",
    PEOPLE: "the students you pick",
}


def unit_of(group: str) -> str | None:
    """The unit's slug, for the group of those who work on one."""
    return group.removeprefix(UNIT) if group.startswith(UNIT) else None


def group_words(group: str) -> str:
    slug = unit_of(group)
    return GROUPS[group] if slug is None else f"those who work on {slug}"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant; who that is in person is found out when it is sent (N2)."""

    #: ids, in the order chosen; empty while the teacher has not said
    sections: tuple[int, ...]
    #: a key of GROUPS, or "unit:" and a slug
    group: str = EVERYONE
    #: persons, for PEOPLE
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement as it is kept. ``next_at`` is the run that comes or is being begun; None for "now"."""

    id: int
    handle: str
    #: the teacher
    person: int
    words: str
    audience: Audience
    #: goes out on Discord in quiet hours too (N8); a text never does
    urgent: bool
    #: by text as well, to those with a phone, not only where nothing else reaches them
    texts_too: bool
    file_name: str | None
    phase: Phase
    next_at: datetime | None
    zone: str
    #: the first run's local time
    wall: datetime
    #: repeated weekly up to this local day; None for once
    until: date | None
    #: that were begun
    runs: int
    made_at: datetime


def occurrences(wall: datetime, zone: str, until: date | None) -> Iterator[datetime]:
    """Every run in UTC: at that local time, then a week later on the clock on the wall, up to ``until``."""
    yield instant(wall, zone)
    while until is not None and (wall + WEEK).date() <= until:
        wall += WEEK
        yield instant(wall, zone)


def run_after(wall: datetime, zone: str, until: date | None, after: datetime) -> datetime | None:
    """The first run that begins after an instant; None when there is none left."""
    return next((at for at in occurrences(wall, zone, until) if at > after), None)


def is_too_late(at: datetime, now: datetime) -> bool:
    return now - at > LATEST


def run_key(announcement: int, at: datetime, zone: str) -> str:
    """What the keys of a run's messages begin with: the same run never writes to anybody twice."""
    return f"announce:{announcement}:{local_day(at, zone)}:"


def read_until(text: str, first: date, now: datetime, zone: str) -> date | BadTime:
    """The last day of a weekly announcement, as a teacher types it: ``2027-05-31``, ``31 May`` or ``fri``."""
    found = parse_when(f"{text} 23:59", now, zone)
    shown = re.sub(r"\s+", " ", text.strip())[:40]
    if isinstance(found, BadTime):
        return BadTime(f"“{shown}” is no day that I know. Write the last day like `2027-05-31` or `31 May`.")
    last = date.fromisoformat(found.wall[:10])
    if last < first:
        return BadTime(f"The last day, {last}, lies before the first announcement on {first}.")
    if last - first > LONGEST_REPEAT:
        return BadTime(f"{last} is more than a year away. Repeat it for a school year at most.")
    return last
