"""The look back: long after a unit was mastered a few questions show whether it is still there (K15).

It changes no grade and takes nothing away: "mastered" and "faded" are two facts side by side (K16).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TypeVar

from bot.domain.course import Objective

T = TypeVar("T")

#: in the place of a unit's slug, which cannot look like that: a look back is over several units, and no check waits for it
LOOK_BACK = "(look back)"
MOST_UNITS = 3
QUESTIONS_EACH = 2
#: what was asked for and not begun is let go of
LAPSES_AFTER = timedelta(days=14)
#: between one look back and the next, whatever else is due
PAUSE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class UnitAgain:
    """What a look back showed of one unit: ``full`` of ``asked`` questions earned full credit."""

    title: str
    full: int
    asked: int

    @property
    def still_there(self) -> bool:
        """At least half: one slip in two questions says little after months, two of two say a lot."""
        return 2 * self.full >= self.asked


@dataclass(frozen=True, slots=True)
class LookedOver:
    """A look back that was handed in."""

    #: handles
    attempt: str
    section: str
    units: tuple[UnitAgain, ...]
    #: of the questions that did not earn full credit
    review: tuple[Objective, ...]


def mixed(form: Sequence[T], seed: str) -> list[T]:
    """In a random order, the same one for the same seed: units asked one after another would be easier (K15)."""
    found = list(form)
    random.Random(seed).shuffle(found)  # noqa: S311  # nobody gains by foreseeing an order
    return found


def unit_again(title: str, credits: Sequence[Fraction | None]) -> UnitAgain:
    return UnitAgain(title, sum(each == 1 for each in credits), len(credits))


def next_span(days: int, last: int | None, *, still_there: bool) -> int:
    """Days to the next look back: twice the last span while it is still there, the class's ``days`` once it faded."""
    return 2 * (last or days) if still_there else days
