"""What comes between two attempts: remediation, requests, retake sessions, the error journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.booking import Span
from bot.domain.journal import Entry, Noted
from bot.domain.retaking import Remediation, RemediationKind, Request
from bot.storage.mastery_tables import attempt, journal, remediation, retake_request
from bot.storage.prepared import Prepared
from bot.storage.tables import booking, slot, window

_REMEDIATIONS = sa.select(
    remediation.c.id,
    remediation.c.handle,
    remediation.c.attempt_id,
    remediation.c.person_id,
    remediation.c.objective,
    remediation.c.kind,
    remediation.c.detail,
    remediation.c.chosen_at,
    remediation.c.done_at,
)
_AFTER = Prepared(
    _REMEDIATIONS.where(remediation.c.attempt_id == sa.bindparam("attempt")).order_by(remediation.c.id)
)
_REQUESTS = sa.select(
    retake_request.c.id,
    retake_request.c.handle,
    retake_request.c.section_id,
    retake_request.c.person_id,
    retake_request.c.unit_slug,
    retake_request.c.said,
    retake_request.c.asked_at,
    retake_request.c.granted,
    retake_request.c.why,
    retake_request.c.decided_at,
)
_BOOKED = Prepared(
    sa.select(slot.c.starts_at, slot.c.ends_at)
    .join(booking, booking.c.slot_id == slot.c.id)
    .join(window, window.c.id == slot.c.window_id)
    .where(
        slot.c.section_id == sa.bindparam("section"),
        booking.c.person_id == sa.bindparam("person"),
        booking.c.cancelled_at.is_(None),
        window.c.purpose == sa.bindparam("purpose"),
        slot.c.ends_at > sa.bindparam("after"),
    )
    .order_by(slot.c.starts_at)
)


def _remediation(row: Sequence[Any]) -> Remediation:
    number, handle, of_attempt, person, objective, kind, *rest = tuple(row)
    return Remediation(number, handle, of_attempt, person, objective, RemediationKind(kind), *rest)


class StoredRetakes:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def remediations(self, attempt_id: int) -> Sequence[Remediation]:
        return [_remediation(row) for row in _AFTER.all(self._db, attempt=attempt_id)]

    def remediation(self, handle: str) -> Remediation | None:
        row = self._db.execute(_REMEDIATIONS.where(remediation.c.handle == handle)).first()
        return _remediation(row) if row else None

    def choose(
        self,
        *,
        handle: str,
        attempt_id: int,
        person: int,
        kind: RemediationKind,
        detail: Mapping[str, str],
        at: datetime,
    ) -> Remediation:
        values = {
            "handle": handle,
            "attempt_id": attempt_id,
            "person_id": person,
            "kind": kind,
            "detail": dict(detail),
            "chosen_at": at,
        }
        self._db.execute(sa.insert(remediation).values(values))
        row = self._db.execute(_REMEDIATIONS.where(remediation.c.handle == handle)).one()
        return _remediation(row)

    def note(self, remediation_id: int, detail: Mapping[str, str]) -> None:
        query = sa.update(remediation).where(remediation.c.id == remediation_id)
        self._db.execute(query.values(detail=dict(detail)))

    def finish(self, remediation_id: int, by: int, at: datetime) -> bool:
        query = sa.update(remediation).where(
            remediation.c.id == remediation_id, remediation.c.done_at.is_(None)
        )
        return self._db.execute(query.values(done_at=at, recorded_by=by)).rowcount == 1

    def requests(self, section: int, person: int, unit_slug: str) -> Sequence[Request]:
        query = _REQUESTS.where(
            retake_request.c.section_id == section,
            retake_request.c.person_id == person,
            retake_request.c.unit_slug == unit_slug,
        )
        return [Request(*row) for row in self._db.execute(query.order_by(retake_request.c.id))]

    def request(self, handle: str) -> Request | None:
        row = self._db.execute(_REQUESTS.where(retake_request.c.handle == handle)).first()
        return Request(*row) if row else None

    def request_of(self, request_id: int) -> Request | None:
        row = self._db.execute(_REQUESTS.where(retake_request.c.id == request_id)).first()
        return Request(*row) if row else None

    def ask(self, *, handle: str, section: int, person: int, unit_slug: str, said: str, at: datetime) -> int:
        row = sa.insert(retake_request).values(
            handle=handle, section_id=section, person_id=person, unit_slug=unit_slug, said=said, asked_at=at
        )
        return self._db.execute(row.returning(retake_request.c.id)).scalar_one()

    def decide(self, request_id: int, *, granted: bool, why: str, by: int, at: datetime) -> bool:
        query = sa.update(retake_request).where(
            retake_request.c.id == request_id, retake_request.c.granted.is_(None)
        )
        done = self._db.execute(query.values(granted=granted, why=why, decided_by=by, decided_at=at))
        return done.rowcount == 1

    def booked(self, section: int, person: int, purpose: str, after: datetime) -> Sequence[Span]:
        rows = _BOOKED.all(self._db, section=section, person=person, purpose=purpose, after=after)
        return [Span(*row) for row in rows]

    def places(self, section: int, now: datetime) -> dict[datetime, tuple[int, int]]:
        query = (
            sa.select(slot.c.starts_at, sa.func.count(), sa.func.count(booking.c.id))
            .select_from(slot)
            .join(window, window.c.id == slot.c.window_id)
            .outerjoin(booking, sa.and_(booking.c.slot_id == slot.c.id, booking.c.cancelled_at.is_(None)))
            .where(slot.c.section_id == section, slot.c.starts_at > now, window.c.purpose == "retake")
            .group_by(slot.c.starts_at)
        )
        return {at: (every - taken, every) for at, every, taken in self._db.execute(query)}


class StoredJournals:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, attempt_id: int, position: int, noted: Noted, at: datetime) -> None:
        values = {"why": noted.why, "avoid": noted.avoid, "right": noted.right, "written_at": at}
        row = insert(journal).values(attempt_id=attempt_id, position=position, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["attempt_id", "position"], set_=values))

    def of_attempt(self, attempt_id: int) -> dict[int, Noted]:
        query = sa.select(journal.c.position, journal.c.why, journal.c.avoid, journal.c.right)
        rows = self._db.execute(query.where(journal.c.attempt_id == attempt_id))
        return {row[0]: Noted(*row[1:]) for row in rows}

    def of_course(self, person: int, course: int, limit: int) -> Sequence[Entry]:
        query = (
            sa.select(
                attempt.c.id,
                journal.c.position,
                journal.c.written_at,
                journal.c.why,
                journal.c.avoid,
                journal.c.right,
            )
            .join(attempt, attempt.c.id == journal.c.attempt_id)
            .where(attempt.c.person_id == person, attempt.c.course_id == course)
            .order_by(journal.c.written_at.desc(), attempt.c.id.desc(), journal.c.position)
        )
        rows = self._db.execute(query.limit(limit))
        return [Entry(row[0], row[1], row[2], Noted(*row[3:])) for row in rows]
