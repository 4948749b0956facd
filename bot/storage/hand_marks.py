"""Checks that a teacher marked by a tap: a lab, a talk, a sheet of paper (K33)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.domain.records import Section, UnitRecord
from bot.storage.mastery_tables import attempt


class StoredHandMarks:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(
        self, *, handle: str, person: int, section: Section, unit: UnitRecord, passed: bool, done_at: datetime
    ) -> int:
        slug = unit.unit.slug
        last = sa.select(sa.func.coalesce(sa.func.max(attempt.c.number), 0)).where(
            attempt.c.person_id == person,
            attempt.c.course_id == section.course_id,
            attempt.c.unit_slug == slug,
        )
        made = sa.insert(attempt).values(
            handle=handle,
            person_id=person,
            section_id=section.id,
            course_id=section.course_id,
            unit_id=unit.id,
            unit_slug=slug,
            number=1 + self._db.execute(last).scalar_one(),
            bar=section.bar,
            seed="",
            began_at=done_at,
            submitted_at=done_at,
            score="1" if passed else "0",
            passed=passed,
            purpose="hand",
        )
        return self._db.execute(made.returning(attempt.c.id)).scalar_one()

    def stands(self, attempt_id: int) -> bool:
        query = sa.select(attempt.c.id).where(attempt.c.id == attempt_id, attempt.c.purpose == "hand")
        return self._db.execute(query).first() is not None

    def remove(self, attempt_id: int) -> None:
        self._db.execute(sa.delete(attempt).where(attempt.c.id == attempt_id, attempt.c.purpose == "hand"))
