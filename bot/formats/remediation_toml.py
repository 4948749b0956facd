"""Where a unit's missed objectives are worked on again, as a course pack names it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.domain import limits
from bot.domain.course import Part
from bot.formats.toml_table import Table

#: ten hours
LATEST = 10 * 3600

_TIME = re.compile(r"(?:(\d{1,2}):(?=\d\d:))?(\d{1,3}):([0-5]\d)", re.ASCII)


def read_parts(
    tables: Sequence[Table], objectives: Sequence[str], url_problem: Callable[[str], str]
) -> tuple[Part, ...]:
    """``[[units.remediation]]``: objective, text, and for a video or page url, from and to."""
    return tuple(_part(each, objectives, url_problem) for each in tables[: limits.PARTS_AGAIN])


def _part(table: Table, objectives: Sequence[str], url_problem: Callable[[str], str]) -> Part:
    table.refuse_unknown("objective", "text", "url", "from", "to")
    objective = table.words("objective", 40)
    if objective and objective not in objectives:
        table.fault("objective", f"{objective} is no objective of this unit ({', '.join(objectives)})")
    url = (table.text("url", optional=True) or "").strip()
    if url and (problem := url_problem(url)):
        table.fault("url", problem)
    begins, ends = _time(table, "from"), _time(table, "to")
    if (begins or ends) and ends <= begins:
        table.fault("to", 'it must be later than from: from = "2:10", to = "4:00"')
    if ends and not url:
        table.fault("url", "a part of a video needs the video's address")
    return Part(objective, table.words("text", limits.PART_AGAIN), url, begins, ends)


def _time(table: Table, key: str) -> int:
    text = table.text(key, optional=True)
    if text is None:
        return 0
    found = _TIME.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (LATEST, 0, 0)
    at = hours * 3600 + minutes * 60 + seconds
    if at > LATEST:
        table.fault(key, 'it must be minutes and seconds such as "2:10", or "1:06:32"')
        return 0
    return at
