"""When classes take summative checks, whose results wait, and the talks that confirm them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.summative import RELEASE, Sitting, Talk
from bot.storage.aside import is_aside
from bot.storage.mastery_tables import attempt, attempt_item, oral, summative
from bot.storage.prepared import Prepared
from bot.storage.tables import enrolment, unit

_OF = Prepared(
    sa.select(summative.c.opens_at, summative.c.closes_at, summative.c.result_at, summative.c.oral).where(
        summative.c.section_id == sa.bindparam("section"), summative.c.unit_slug == sa.bindparam("unit_slug")
    )
)
_UNDECIDED = attempt.c.submitted_at.is_not(None) & attempt.c.passed.is_(None)
_UNMARKED = sa.exists().where(attempt_item.c.attempt_id == attempt.c.id, attempt_item.c.credit.is_(None))
_HELD = (
    sa.select(attempt.c.id, attempt.c.section_id, summative.c.result_at)
    .select_from(summative)
    .join(
        attempt,
        sa.and_(attempt.c.section_id == summative.c.section_id, attempt.c.unit_slug == summative.c.unit_slug),
    )
    .outerjoin(oral, oral.c.attempt_id == attempt.c.id)
    .where(_UNDECIDED, oral.c.id.is_(None), ~_UNMARKED)
    .order_by(summative.c.result_at, attempt.c.id)
)
_TALKS = (
    sa.select(
        oral.c.id,
        oral.c.handle,
        oral.c.attempt_id,
        attempt.c.person_id,
        attempt.c.section_id,
        unit.c.title,
        oral.c.positions,
        oral.c.booking_id,
        oral.c.outcome,
        oral.c.missed_at,
    )
    .join(attempt, attempt.c.id == oral.c.attempt_id)
    .join(unit, unit.c.id == attempt.c.unit_id)
    .order_by(oral.c.id)
)


def _talk(row: Sequence[Any]) -> Talk:
    number, handle, of_attempt, person, section, title, positions, *rest = tuple(row)
    asked = tuple(int(each) for each in positions.split(","))
    return Talk(number, handle, of_attempt, person, section, title, asked, *rest)


class StoredSummatives:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, section: int, unit_slug: str) -> Sitting | None:
        row = _OF.first(self._db, section=section, unit_slug=unit_slug)
        return Sitting(*row) if row else None

    def keep(self, section: int, unit_slug: str, sitting: Sitting) -> int:
        before = self.of(section, unit_slug)
        values = {
            "opens_at": sitting.opens_at,
            "closes_at": sitting.closes_at,
            "result_at": sitting.result_at,
            "oral": sitting.oral,
        }
        row = insert(summative).values(section_id=section, unit_slug=unit_slug, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["section_id", "unit_slug"], set_=values))
        if before is None:
            return 0
        under_way = sa.update(attempt).where(
            attempt.c.section_id == section,
            attempt.c.unit_slug == unit_slug,
            attempt.c.submitted_at.is_(None),
            attempt.c.ends_at == before.closes_at,
        )
        return self._db.execute(under_way.values(ends_at=sitting.closes_at)).rowcount

    def due(self, until: datetime) -> Sequence[tuple[int, int]]:
        rows = self._db.execute(_HELD.where(summative.c.result_at <= until))
        return [(row.id, row.section_id) for row in rows]

    def next_release(self) -> datetime | None:
        row = self._db.execute(_HELD.where(~is_aside(RELEASE, attempt.c.id)).limit(1)).first()
        return row.result_at if row else None


class StoredTalks:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, *, handle: str, attempt_id: int, positions: Sequence[int]) -> Talk:
        asked = ",".join(str(each) for each in positions)
        self._db.execute(sa.insert(oral).values(handle=handle, attempt_id=attempt_id, positions=asked))
        return _talk(self._db.execute(_TALKS.where(oral.c.attempt_id == attempt_id)).one())

    def get(self, talk_id: int) -> Talk:
        return _talk(self._db.execute(_TALKS.where(oral.c.id == talk_id)).one())

    def by_handle(self, handle: str) -> Talk | None:
        row = self._db.execute(_TALKS.where(oral.c.handle == handle)).first()
        return _talk(row) if row else None

    def of_attempt(self, attempt_id: int) -> Talk | None:
        row = self._db.execute(_TALKS.where(oral.c.attempt_id == attempt_id)).first()
        return _talk(row) if row else None

    def pending(self, section: int) -> Sequence[Talk]:
        is_there = sa.exists().where(
            enrolment.c.section_id == attempt.c.section_id,
            enrolment.c.person_id == attempt.c.person_id,
            enrolment.c.left_at.is_(None),
        )
        query = _TALKS.where(attempt.c.section_id == section, _UNDECIDED, is_there)
        return [_talk(row) for row in self._db.execute(query)]

    def book(self, talk_id: int, booking_id: int) -> None:
        self._db.execute(sa.update(oral).where(oral.c.id == talk_id).values(booking_id=booking_id))

    def unbook(self, section: int, person: int) -> None:
        mine = sa.select(attempt.c.id).where(
            attempt.c.section_id == section, attempt.c.person_id == person, _UNDECIDED
        )
        query = sa.update(oral).where(oral.c.attempt_id.in_(mine), oral.c.outcome.is_(None))
        self._db.execute(query.values(booking_id=None))

    def follow(self, section: int, person: int, booking_id: int) -> None:
        mine = sa.select(attempt.c.id).where(
            attempt.c.section_id == section, attempt.c.person_id == person, _UNDECIDED
        )
        query = sa.update(oral).where(oral.c.attempt_id.in_(mine), oral.c.outcome.is_(None))
        self._db.execute(query.values(booking_id=booking_id))

    def miss(self, talk_id: int, at: datetime) -> bool:
        query = sa.update(oral).where(oral.c.id == talk_id, oral.c.missed_at.is_(None))
        return self._db.execute(query.values(missed_at=at, booking_id=None)).rowcount == 1

    def decide(self, talk_id: int, *, outcome: str, by: int, at: datetime) -> None:
        query = sa.update(oral).where(oral.c.id == talk_id)
        self._db.execute(query.values(outcome=outcome, decided_by=by, decided_at=at))
