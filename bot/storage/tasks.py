"""Tasks of units that students ticked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.storage.mastery_tables import task_done
from bot.storage.prepared import Prepared

_TICKED = Prepared(
    sa.select(task_done.c.unit_slug, task_done.c.task_slug).where(
        task_done.c.person_id == sa.bindparam("person"), task_done.c.course_id == sa.bindparam("course")
    )
)


class StoredTasks:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def ticked(self, person: int, course: int, unit_slug: str) -> frozenset[str]:
        return self.ticked_in(person, course).get(unit_slug, frozenset())

    def ticked_in(self, person: int, course: int) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for unit_slug, task_slug in _TICKED.all(self._db, person=person, course=course):
            found.setdefault(unit_slug, set()).add(task_slug)
        return {slug: frozenset(tasks) for slug, tasks in found.items()}

    def tick(self, person: int, course: int, unit_slug: str, task_slug: str, at: datetime) -> None:
        row = insert(task_done).values(
            person_id=person, course_id=course, unit_slug=unit_slug, task_slug=task_slug, done_at=at
        )
        self._db.execute(row.on_conflict_do_nothing())

    def untick(self, person: int, course: int, unit_slug: str, task_slug: str) -> None:
        self._db.execute(
            sa.delete(task_done).where(
                task_done.c.person_id == person,
                task_done.c.course_id == course,
                task_done.c.unit_slug == unit_slug,
                task_done.c.task_slug == task_slug,
            )
        )
