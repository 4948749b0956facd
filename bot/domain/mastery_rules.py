"""How a class checks mastery: what its teacher says once, and everything that follows keeps to.

A class that never said anything has ``USUAL``. A unit's own cooldown stands where the class gives none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Tier:
    """A bar that a student may sign for."""

    #: percent, 1 to 100
    bar: int
    name: str
    #: what it means for the student, in plain words
    consequence: str


class Counts(StrEnum):
    """Which attempt counts for the score that is shown and exported (K18).

    Attempts go by when the work was done, never by when it was marked (K19).
    """

    BEST = "best"
    LATEST = "latest"
    MEAN = "mean"
    MODE = "mode"
    #: the latest counts 65 %, all before it together 35 %, as Canvas's decaying average does by default
    DECAYING = "decaying"


TIERS = (
    Tier(76, "Steady", "You show that you have got the main ideas. You go on at 76 %."),
    Tier(86, "Strong", "You show that you have got nearly all of it. You go on at 86 %."),
    Tier(93, "Expert", "You show that you could teach it. You go on at 93 %."),
)


@dataclass(frozen=True, slots=True)
class MasteryRules:
    """The rules of one class."""

    #: what can be signed for, lowest first; none: everyone has the class's bar
    tiers: tuple[Tier, ...] = TIERS
    #: a contract is in force only once the guardian has signed, too
    guardian_signs: bool = True
    #: least whole hours after the first, second, ... attempt; the last one repeats (K8); () is the unit's own
    cooldown_hours: tuple[int, ...] = ()
    #: attempts at one unit's check, None for as many as it takes
    limit: int | None = None
    #: days in which the attempts that count against ``limit`` were made; None: ever
    window_days: int | None = None
    #: the last day, local to the class, on which a check is taken again (K32)
    last_day: date | None = None
    counts: Counts = Counts.BEST
    #: a retake asks only for the objectives that were missed (K11)
    only_missed: bool = False
    #: the student asks for a retake and the teacher grants it (K31)
    by_request: bool = False
    #: retakes are taken in booked retake sessions only (P15)
    in_sessions: bool = False
    #: must-do tasks come before the check (K24)
    musts_first: bool = True
    #: a check may be tried once before the unit's pre-work (K30)
    test_out: bool = False
    #: days after mastery at which a recheck is asked for, None for never (K15)
    recheck_days: int | None = None


USUAL = MasteryRules()


def rules_to_json(rules: MasteryRules) -> dict[str, Any]:
    """As plain JSON values; ``rules_from_json`` gives the same rules back."""
    return {
        "tiers": [[each.bar, each.name, each.consequence] for each in rules.tiers],
        "guardian_signs": rules.guardian_signs,
        "cooldown_hours": list(rules.cooldown_hours),
        "limit": rules.limit,
        "window_days": rules.window_days,
        "last_day": rules.last_day.isoformat() if rules.last_day else None,
        "counts": rules.counts,
        "only_missed": rules.only_missed,
        "by_request": rules.by_request,
        "in_sessions": rules.in_sessions,
        "musts_first": rules.musts_first,
        "test_out": rules.test_out,
        "recheck_days": rules.recheck_days,
    }


def rules_from_json(body: Mapping[str, Any]) -> MasteryRules:
    """What ``rules_to_json`` wrote; a rule that an older version did not know is as usual."""
    known = dict(body)
    if "tiers" in known:
        known["tiers"] = tuple(Tier(*each) for each in known["tiers"])
    if "cooldown_hours" in known:
        known["cooldown_hours"] = tuple(known["cooldown_hours"])
    if known.get("last_day"):
        known["last_day"] = date.fromisoformat(known["last_day"])
    if "counts" in known:
        known["counts"] = Counts(known["counts"])
    return MasteryRules(**known)
