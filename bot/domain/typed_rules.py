"""A class's rules for its checks as a teacher types them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: of a list of waits, and in hours of one of them
MOST_WAITS, LONGEST_WAIT = 6, 24 * 60

_WAIT = re.compile(r"(\d{1,4})\s*(h|hours?|d|days?)?")


@dataclass(frozen=True, slots=True)
class BadRule:
    """``problem`` says what cannot be read, and what to write instead."""

    problem: str


def read_waits(text: str) -> tuple[int, ...] | BadRule:
    """``1 day, 2 days, 5 days`` or ``4h`` as hours; a bare number is days; nothing or ``usual`` is ().

    Written back by ``write_waits``.
    """
    words = text.casefold().strip()
    if words in ("", "usual"):
        return ()
    hours: list[int] = []
    for part in re.split(r"[,;/]|\bthen\b", words):
        found = _WAIT.fullmatch(part.strip())
        if found is None:
            return BadRule(
                f"I do not understand “{part.strip()[:40]}”. Write waits with commas between them: "
                "`4 hours, 1 day, 2 days`."
            )
        is_hours = (found[2] or "d").startswith("h")
        hours.append(int(found[1]) * (1 if is_hours else 24))
    if len(hours) > MOST_WAITS or max(hours) > LONGEST_WAIT:
        return BadRule(f"At most {MOST_WAITS} waits, of at most {LONGEST_WAIT // 24} days each.")
    return tuple(hours)


def write_waits(hours: Sequence[int]) -> str:
    return ", ".join(f"{each // 24} d" if each and each % 24 == 0 else f"{each} h" for each in hours)


def read_count(text: str, what: str, most: int) -> int | BadRule | None:
    """A whole number from 1 to ``most``; None where nothing was written."""
    words = text.strip()
    if not words:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", words) or not 1 <= int(words) <= most:
        return BadRule(f"{what}: write a whole number from 1 to {most}, or nothing.")
    return int(words)
