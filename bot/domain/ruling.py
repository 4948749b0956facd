"""A teacher's word over a check, with its reason (K34, P12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.opening import Why

#: characters of a reason
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Ruling:
    id: int
    handle: str
    section: int
    person: int
    #: Discord id; None once the account is gone
    student: int | None
    course: int
    unit_slug: str
    #: OVERRIDE: it counts as mastered; EXCUSE: the student goes on and it does not count
    kind: Why
    reason: str
    made_by: int
    made_at: datetime
    undone_at: datetime | None
