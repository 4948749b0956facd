"""Which units of a course are open to a student, which are mastered, since when and why: the one truth of it.

What is stored as progress is kept equal to this; roles on Discord follow from what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    PASS = "pass"  # noqa: S105  # no password
    OVERRIDE = "override"
    EXCUSE = "excuse"


@dataclass(frozen=True, slots=True)
class Event:
    """Something by which a student is done with a unit: a passed attempt that counts, or a teacher's ruling."""

    slug: str
    #: when the work was done, not when it was marked (K19); when it was ruled
    at: datetime
    why: Why
    #: id of the attempt or the ruling
    about: int


@dataclass(frozen=True, slots=True)
class Opened:
    since: datetime
    #: what opened it; None for the first unit, which joining opens
    by: Event | None


@dataclass(frozen=True, slots=True)
class Units:
    """By unit slug. What is mastered is open, too."""

    opened: dict[str, Opened]
    #: excused ones as well; the event tells
    mastered: dict[str, Event]


def units_of(order: Sequence[str], joined_at: datetime, events: Iterable[Event]) -> Units:
    """Joining opens the first unit of the course, and being done with a unit opens the one after it.

    The earliest event of a unit counts, a ruling before a pass of the same instant. A unit that the course no
    longer has opens the first one that is not mastered.
    """
    mastered: dict[str, Event] = {}
    for each in sorted(events, key=lambda each: (each.at, each.why, each.about, each.slug)):
        mastered.setdefault(each.slug, each)
    opened = {order[0]: Opened(joined_at, None)} if order else {}
    for slug, event in mastered.items():
        for wanted in (slug, _after(order, slug, mastered)):
            if wanted is not None and (wanted not in opened or event.at < opened[wanted].since):
                opened[wanted] = Opened(event.at, event)
    return Units(opened, mastered)


def _after(order: Sequence[str], slug: str, mastered: dict[str, Event]) -> str | None:
    if slug in order:
        return next(iter(order[order.index(slug) + 1 :]), None)
    return next((each for each in order if each not in mastered), None)
