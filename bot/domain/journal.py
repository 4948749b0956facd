"""The error journal: what a student writes about a question that did not go well (K10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: characters of each field
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Noted:
    """In the student's words. ``right`` is asked for only once the check is passed."""

    why: str
    avoid: str
    right: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    #: id
    attempt: int
    #: of the question in it, from 1
    position: int
    written_at: datetime
    noted: Noted
