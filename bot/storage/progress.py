"""Which units are open to a person, and which are mastered."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.records import ProgressRecord
from bot.storage.prepared import Prepared
from bot.storage.tables import enrolment, progress, section

_OF = Prepared(
    sa.select(progress.c.unit_slug, progress.c.opened_at, progress.c.mastered_at, progress.c.shaky_at).where(
        progress.c.person_id == sa.bindparam("person"), progress.c.course_id == sa.bindparam("course")
    )
)


class StoredProgresses:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def open(self, person: int, course: int, unit_slug: str, at: datetime) -> bool:
        row = insert(progress).values(person_id=person, course_id=course, unit_slug=unit_slug, opened_at=at)
        return self._db.execute(row.on_conflict_do_nothing()).rowcount == 1

    def master(self, person: int, course: int, unit_slug: str, at: datetime) -> None:
        self._db.execute(
            sa.update(progress)
            .where(
                progress.c.person_id == person,
                progress.c.course_id == course,
                progress.c.unit_slug == unit_slug,
                progress.c.mastered_at.is_(None),
            )
            .values(mastered_at=at)
        )

    def unmaster(self, person: int, course: int, unit_slug: str) -> None:
        changed = sa.update(progress).where(*_row(person, course, unit_slug))
        self._db.execute(
            changed.values(
                mastered_at=None, recheck_at=None, recheck_days=None, recheck_asked_at=None, shaky_at=None
            )
        )

    def close(self, person: int, course: int, unit_slug: str) -> None:
        self._db.execute(sa.delete(progress).where(*_row(person, course, unit_slug)))

    def of(self, person: int, course: int) -> dict[str, ProgressRecord]:
        rows = _OF.all(self._db, person=person, course=course)
        return {row[0]: ProgressRecord(*row) for row in rows}

    def in_class(self, section_id: int) -> dict[int, dict[str, ProgressRecord]]:
        query = (
            sa.select(
                progress.c.person_id, progress.c.unit_slug, progress.c.opened_at, progress.c.mastered_at
            )
            .select_from(
                enrolment.join(section, section.c.id == enrolment.c.section_id).join(
                    progress,
                    sa.and_(
                        progress.c.person_id == enrolment.c.person_id,
                        progress.c.course_id == section.c.course_id,
                    ),
                )
            )
            .where(enrolment.c.section_id == section_id, enrolment.c.left_at.is_(None))
        )
        found: dict[int, dict[str, ProgressRecord]] = {}
        for person, slug, *dates in map(tuple, self._db.execute(query)):
            found.setdefault(person, {})[slug] = ProgressRecord(slug, *dates)
        return found


def _row(person: int, course: int, unit_slug: str) -> tuple[sa.ColumnElement[bool], ...]:
    return progress.c.person_id == person, progress.c.course_id == course, progress.c.unit_slug == unit_slug
