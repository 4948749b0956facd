"""Office hours: windows, slots and bookings. A unique index keeps a slot to one live booking (RE1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.booking import AgendaLine, Booking, Slot, Span
from bot.storage.prepared import Prepared
from bot.storage.tables import account, booking, slot, window

_SLOT_COLUMNS = (
    slot.c.id,
    slot.c.handle,
    slot.c.section_id,
    slot.c.starts_at,
    slot.c.ends_at,
    window.c.where,
    window.c.purpose,
)
_SLOTS = sa.select(*_SLOT_COLUMNS).join(window, window.c.id == slot.c.window_id)

_BOOKING_COLUMNS = (
    booking.c.id,
    booking.c.handle,
    booking.c.person_id,
    booking.c.reason,
    booking.c.cancelled_at,
)
_BOOKINGS = (
    sa.select(*_BOOKING_COLUMNS, *_SLOT_COLUMNS)
    .join(slot, slot.c.id == booking.c.slot_id)
    .join(window, window.c.id == slot.c.window_id)
)

_LIVE = booking.c.cancelled_at.is_(None)
_AHEAD = Prepared(
    _BOOKINGS.where(
        slot.c.section_id == sa.bindparam("section"),
        booking.c.person_id == sa.bindparam("person"),
        _LIVE,
        window.c.purpose == sa.bindparam("purpose"),
        slot.c.starts_at > sa.bindparam("now"),
    )
    .order_by(slot.c.starts_at)
    .limit(1)
)
_WITH_LIVE_BOOKING = sa.and_(booking.c.slot_id == slot.c.id, _LIVE)


def _booking(values: Sequence[Any]) -> Booking:
    number, handle, person, reason, cancelled_at, *of_slot = values
    return Booking(number, handle, Slot(*of_slot), person, reason, cancelled_at)


class StoredBookings:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def open_window(
        self,
        section: int,
        person: int,
        span: Span,
        where: str,
        slots: Sequence[tuple[str, Span]],
        purpose: str = "help",
    ) -> None:
        row = sa.insert(window).values(
            section_id=section,
            person_id=person,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            where=where,
            purpose=purpose,
        )
        made = self._db.execute(row.returning(window.c.id)).scalar_one()
        rows = [
            {
                "handle": handle,
                "window_id": made,
                "section_id": section,
                "starts_at": each.starts_at,
                "ends_at": each.ends_at,
            }
            for handle, each in slots
        ]
        self._db.execute(sa.insert(slot), rows)

    def overlapping(self, person: int, span: Span) -> Span | None:
        query = sa.select(window.c.starts_at, window.c.ends_at).where(
            window.c.person_id == person, window.c.starts_at < span.ends_at, window.c.ends_at > span.starts_at
        )
        row = self._db.execute(query.order_by(window.c.starts_at)).first()
        return Span(*row) if row else None

    def free(self, section: int, after: datetime, limit: int, purpose: str = "help") -> Sequence[Slot]:
        open_ones = (
            sa.select(sa.func.min(slot.c.id))
            .join(window, window.c.id == slot.c.window_id)
            .outerjoin(booking, _WITH_LIVE_BOOKING)
            .where(slot.c.section_id == section, slot.c.starts_at > after, booking.c.id.is_(None))
            .where(window.c.purpose == purpose)
            .group_by(
                slot.c.window_id, slot.c.starts_at
            )  # of a session's free places the first stands for all
        )
        query = _SLOTS.where(slot.c.id.in_(open_ones)).order_by(slot.c.starts_at, slot.c.id)
        return [Slot(*row) for row in self._db.execute(query.limit(limit))]

    def slot(self, handle: str) -> Slot | None:
        row = self._db.execute(_SLOTS.where(slot.c.handle == handle)).first()
        return Slot(*row) if row else None

    def agenda(self, section: int, after: datetime, limit: int) -> Sequence[AgendaLine]:
        accounts = account.c.person_id == booking.c.person_id
        student = sa.select(sa.func.min(account.c.discord_id)).where(accounts).scalar_subquery()
        query = (
            sa.select(student, *_BOOKING_COLUMNS, *_SLOT_COLUMNS)
            .select_from(slot)
            .join(window, window.c.id == slot.c.window_id)
            .outerjoin(booking, _WITH_LIVE_BOOKING)
            .where(slot.c.section_id == section, slot.c.ends_at > after)
            .order_by(slot.c.starts_at, slot.c.id)
        )
        return [_line(tuple(row)) for row in self._db.execute(query.limit(limit))]

    def get(self, booking_id: int) -> Booking:
        return _booking(tuple(self._db.execute(_BOOKINGS.where(booking.c.id == booking_id)).one()))

    def by_handle(self, handle: str) -> Booking | None:
        row = self._db.execute(_BOOKINGS.where(booking.c.handle == handle)).first()
        return _booking(tuple(row)) if row else None

    def ahead(self, section: int, person: int, now: datetime, purpose: str = "help") -> Booking | None:
        row = _AHEAD.first(self._db, section=section, person=person, now=now, purpose=purpose)
        return _booking(row) if row else None

    def all_ahead(self, section: int, person: int, now: datetime) -> Sequence[Booking]:
        query = _BOOKINGS.where(
            slot.c.section_id == section, booking.c.person_id == person, _LIVE, slot.c.starts_at > now
        )
        return [_booking(tuple(row)) for row in self._db.execute(query.order_by(slot.c.starts_at))]

    def book(self, handle: str, slot_id: int, person: int, reason: str, at: datetime) -> Booking | None:
        row = insert(booking).values(
            handle=handle, slot_id=slot_id, person_id=person, reason=reason, booked_at=at
        )
        made = self._db.execute(
            row.on_conflict_do_nothing(index_elements=["slot_id"], index_where=_LIVE).returning(booking.c.id)
        ).scalar()
        return None if made is None else self.get(made)

    def cancel(self, booking_id: int, at: datetime) -> bool:
        query = sa.update(booking).where(booking.c.id == booking_id, _LIVE).values(cancelled_at=at)
        return self._db.execute(query).rowcount == 1


def _line(values: Sequence[Any]) -> AgendaLine:
    student, values = values[0], values[1:]
    of_booking, of_slot = values[: len(_BOOKING_COLUMNS)], values[len(_BOOKING_COLUMNS) :]
    if of_booking[0] is None:
        return AgendaLine(Slot(*of_slot), None, None)
    made = _booking([*of_booking, *of_slot])
    return AgendaLine(made.slot, made, student)
