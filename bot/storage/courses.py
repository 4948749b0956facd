"""Courses, their revisions, units and questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.domain.codec import unit_from_json, unit_to_json
from bot.domain.course import Course, Unit
from bot.domain.question_codec import question_to_json
from bot.domain.records import CourseRecord, UnitRecord
from bot.storage.prepared import Prepared
from bot.storage.tables import course, question, revision, unit

_any = revision.alias()
_NEWEST = sa.select(sa.func.max(_any.c.number)).where(_any.c.course_id == course.c.id).scalar_subquery()
_COURSES = sa.select(
    course.c.id, course.c.slug, course.c.title, revision.c.id, revision.c.number
).select_from(
    course.join(revision, sa.and_(revision.c.course_id == course.c.id, revision.c.number == _NEWEST))
)
UNIT_COLUMNS = (unit.c.id, revision.c.course_id, unit.c.position, sa.type_coerce(unit.c.body, sa.Text))
_UNITS = sa.select(*UNIT_COLUMNS).select_from(unit.join(revision))
_OF_REVISION = Prepared(
    _UNITS.where(unit.c.revision_id == sa.bindparam("revision")).order_by(unit.c.position)
)


def unit_record(row: Sequence[Any]) -> UnitRecord:
    number, course_id, position, body = tuple(row)
    return UnitRecord(number, course_id, position, _unit(body))


@lru_cache(maxsize=256)
def _unit(body: str) -> Unit:
    """A unit of a revision never changes, and every press of its students reads it."""
    return unit_from_json(json.loads(body), bank=())


class StoredCourses:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def save(self, owner: int, course: Course, digest: str, at: datetime) -> tuple[CourseRecord, bool]:
        course_id = self._course(owner, course)
        newest = self._db.execute(
            sa.select(revision.c.number, revision.c.digest)
            .where(revision.c.course_id == course_id)
            .order_by(revision.c.number.desc())
            .limit(1)
        ).first()
        is_new = newest is None or newest.digest != digest
        if is_new:
            self._revision(course_id, course, digest, 1 if newest is None else newest.number + 1, at)
        return self.get(course_id), is_new

    def _course(self, owner: int, value: Course) -> int:
        found = self._db.execute(
            sa.select(course.c.id).where(course.c.person_id == owner, course.c.slug == value.slug)
        ).scalar()
        if found is None:
            return self._db.execute(
                sa.insert(course)
                .values(person_id=owner, slug=value.slug, title=value.title)
                .returning(course.c.id)
            ).scalar_one()
        self._db.execute(sa.update(course).where(course.c.id == found).values(title=value.title))
        return found

    def _revision(self, course_id: int, value: Course, digest: str, number: int, at: datetime) -> None:
        revision_id = self._db.execute(
            sa.insert(revision)
            .values(course_id=course_id, number=number, digest=digest, imported_at=at)
            .returning(revision.c.id)
        ).scalar_one()
        for position, each in enumerate(value.units):
            unit_id = self._db.execute(
                sa.insert(unit)
                .values(
                    revision_id=revision_id,
                    position=position,
                    slug=each.slug,
                    title=each.title,
                    body=unit_to_json(each),
                )
                .returning(unit.c.id)
            ).scalar_one()
            self._db.execute(
                sa.insert(question),
                [
                    {
                        "unit_id": unit_id,
                        "slug": item.slug,
                        "objective": item.objective,
                        "body": question_to_json(item),
                    }
                    for item in each.check.bank
                ],
            )

    def of_owner(self, owner: int) -> Sequence[CourseRecord]:
        rows = self._db.execute(_COURSES.where(course.c.person_id == owner).order_by(course.c.title))
        return [CourseRecord(*row) for row in rows]

    def get(self, course_id: int) -> CourseRecord:
        return CourseRecord(*self._db.execute(_COURSES.where(course.c.id == course_id)).one())

    def units(self, revision_id: int) -> Sequence[UnitRecord]:
        return [unit_record(row) for row in _OF_REVISION.all(self._db, revision=revision_id)]

    def unit(self, unit_id: int) -> UnitRecord:
        return unit_record(self._db.execute(_UNITS.where(unit.c.id == unit_id)).one())
