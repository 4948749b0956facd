"""What a student is done with: passes that count, and a teacher's rulings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.opening import Event, Why
from bot.domain.ruling import Ruling
from bot.storage.mastery_tables import attempt, ruling
from bot.storage.tables import account

_student = (
    sa.select(sa.func.min(account.c.discord_id))
    .where(account.c.person_id == ruling.c.person_id)
    .scalar_subquery()
)
_RULINGS = sa.select(
    ruling.c.id,
    ruling.c.handle,
    ruling.c.section_id,
    ruling.c.person_id,
    _student,
    ruling.c.course_id,
    ruling.c.unit_slug,
    ruling.c.kind,
    ruling.c.reason,
    ruling.c.made_by,
    ruling.c.made_at,
    ruling.c.undone_at,
)


def _ruling(row: Sequence[Any]) -> Ruling:
    number, handle, section, person, student, course, slug, kind, *rest = tuple(row)
    return Ruling(number, handle, section, person, student, course, slug, Why(kind), *rest)


class StoredRulings:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def events(self, person: int, course: int) -> Sequence[Event]:
        passes = sa.select(attempt.c.unit_slug, attempt.c.submitted_at, attempt.c.id).where(
            attempt.c.person_id == person,
            attempt.c.course_id == course,
            attempt.c.passed.is_(True),
            attempt.c.submitted_at.is_not(None),
            attempt.c.purpose != "recheck",
        )
        ruled = sa.select(ruling.c.unit_slug, ruling.c.made_at, ruling.c.kind, ruling.c.id).where(
            ruling.c.person_id == person, ruling.c.course_id == course, ruling.c.undone_at.is_(None)
        )
        return [
            *(Event(slug, at, Why.PASS, about) for slug, at, about in self._db.execute(passes)),
            *(Event(slug, at, Why(kind), about) for slug, at, kind, about in self._db.execute(ruled)),
        ]

    def add(
        self,
        *,
        handle: str,
        section: int,
        person: int,
        course: int,
        unit_slug: str,
        kind: str,
        reason: str,
        by: int,
        at: datetime,
    ) -> int:
        made = sa.insert(ruling).values(
            handle=handle,
            section_id=section,
            person_id=person,
            course_id=course,
            unit_slug=unit_slug,
            kind=kind,
            reason=reason,
            made_by=by,
            made_at=at,
        )
        return self._db.execute(made.returning(ruling.c.id)).scalar_one()

    def get(self, ruling_id: int) -> Ruling:
        return _ruling(self._db.execute(_RULINGS.where(ruling.c.id == ruling_id)).one())

    def by_handle(self, handle: str) -> Ruling | None:
        row = self._db.execute(_RULINGS.where(ruling.c.handle == handle)).first()
        return _ruling(row) if row else None

    def of_section(self, section: int) -> Sequence[Ruling]:
        query = _RULINGS.where(ruling.c.section_id == section, ruling.c.undone_at.is_(None))
        return [_ruling(row) for row in self._db.execute(query.order_by(ruling.c.id.desc()))]

    def undo(self, ruling_id: int, by: int, at: datetime) -> bool:
        done = sa.update(ruling).where(ruling.c.id == ruling_id, ruling.c.undone_at.is_(None))
        return self._db.execute(done.values(undone_by=by, undone_at=at)).rowcount == 1
