"""The tasks of a unit, as course.toml has them."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain import limits
from bot.domain.course import Level, Task
from bot.formats.toml_table import Table

MAX_MINUTES = 600
DEFAULT_MINUTES = 10


def read_tasks(
    unit: Table, slug_of: Callable[[Table], str], url_of: Callable[[Table], str]
) -> tuple[list[Table], tuple[Task, ...]]:
    """The tasks at the unit's ``tasks``, and the tables that they were written in."""
    rows = unit.tables("tasks", 0, limits.TASKS) if "tasks" in unit else []
    return rows, tuple(_task(row, slug_of, url_of) for row in rows)


def _task(row: Table, slug_of: Callable[[Table], str], url_of: Callable[[Table], str]) -> Task:
    row.refuse_unknown("slug", "title", "level", "text", "url", "minutes")
    level = row.text("level")
    if level is not None and level not in list(Level):
        row.fault("level", 'it must be "must", "should" or "aspire"')
        level = None
    minutes = row.whole_number("minutes", 1, MAX_MINUTES) if "minutes" in row else DEFAULT_MINUTES
    return Task(
        slug_of(row),
        row.words("title", limits.TITLE),
        Level(level or "should"),
        row.words("text", limits.TASK_TEXT, optional=True),
        url_of(row) if "url" in row else "",
        minutes,
    )
