"""Days on which a class or a student is left in peace, and what a student has had and answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.nudging import Away
from bot.domain.outbox import Kind, State, Way
from bot.domain.quiet import Days
from bot.domain.records import Absence, Account, Holiday
from bot.storage.columns import Instant
from bot.storage.mastery_tables import attempt
from bot.storage.message_tables import absence, holiday
from bot.storage.people import ACCOUNT_COLUMNS, ACCOUNTS
from bot.storage.tables import booking, enrolment, evidence, outbox, person

_AWAY = (absence.c.first, absence.c.last, absence.c.noted_at)
_AWAY_OF = sa.select(*_AWAY).where(
    absence.c.section_id == sa.bindparam("section"), absence.c.person_id == sa.bindparam("person")
)
_HOLIDAYS = (
    sa.select(holiday.c.first, holiday.c.last, holiday.c.name)
    .where(holiday.c.section_id == sa.bindparam("section"))
    .order_by(holiday.c.first)
)

#: automatic reminders that went out, as far as anybody knows
_WENT_OUT = sa.and_(
    outbox.c.kind == Kind.NUDGE,
    outbox.c.state.in_((State.CALLING, State.SENT, State.UNCERTAIN)),
    outbox.c.args["step"].as_string().is_not(None),
)
_COUNT = sa.select(sa.func.count()).where(
    outbox.c.person_id == sa.bindparam("person"),
    sa.case(
        (outbox.c.way == Way.GUARDIAN, outbox.c.section_id.in_(sa.bindparam("classes", expanding=True))),
        else_=sa.bindparam("own", type_=sa.Boolean),
    ),
    outbox.c.called_at >= sa.bindparam("since", type_=Instant),
    _WENT_OUT,
)


def _latest(column: sa.ColumnElement[Any], owner: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    newest = sa.select(sa.func.max(column)).where(owner == person.c.id).correlate(person).scalar_subquery()
    return sa.func.coalesce(newest, 0)


_answered = outbox.alias()
#: the last thing that a person did, wherever
_SIGN_OF_LIFE = sa.func.max(
    _latest(_answered.c.got_it_at, _answered.c.person_id),
    _latest(evidence.c.started_at, evidence.c.person_id),
    _latest(evidence.c.handed_in_at, evidence.c.person_id),
    _latest(attempt.c.began_at, attempt.c.person_id),
    _latest(attempt.c.submitted_at, attempt.c.person_id),
    _latest(booking.c.booked_at, booking.c.person_id),
    type_=Instant,
)
_LIFE = (
    sa.select(person.c.id, _SIGN_OF_LIFE.label("at"))
    .where(person.c.id.in_(sa.bindparam("persons", expanding=True)))
    .cte("life")
)
_UNANSWERED = (
    sa.select(_LIFE.c.id, sa.func.count())
    .join(outbox, outbox.c.person_id == _LIFE.c.id)
    .where(outbox.c.way != Way.GUARDIAN, outbox.c.called_at > _LIFE.c.at, _WENT_OUT)
    .group_by(_LIFE.c.id)
)


class StoredReminders:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def holidays(self, section: int) -> Sequence[Holiday]:
        return [
            Holiday(_days(first, last), name)
            for first, last, name in self._db.execute(_HOLIDAYS, {"section": section})
        ]

    def keep_holiday(self, section: int, kept: Holiday) -> None:
        values = {"last": kept.days.last.isoformat(), "name": kept.name}
        row = insert(holiday).values(section_id=section, first=kept.days.first.isoformat(), **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["section_id", "first"], set_=values))

    def drop_holiday(self, section: int, first: date) -> None:
        self._db.execute(
            sa.delete(holiday).where(holiday.c.section_id == section, holiday.c.first == first.isoformat())
        )

    def away(self, section: int, person: int) -> Sequence[Away]:
        return [_away(row) for row in self._db.execute(_AWAY_OF, {"section": section, "person": person})]

    def absences(self, section: int) -> Sequence[Absence]:
        query = (
            sa.select(*ACCOUNT_COLUMNS, *_AWAY)
            .select_from(
                ACCOUNTS.join(absence, absence.c.person_id == person.c.id).join(
                    enrolment,
                    sa.and_(
                        enrolment.c.section_id == absence.c.section_id,
                        enrolment.c.person_id == absence.c.person_id,
                    ),
                )
            )
            .where(absence.c.section_id == section, enrolment.c.left_at.is_(None))
            .order_by(absence.c.first, absence.c.id)
        )
        cut = len(ACCOUNT_COLUMNS)
        return [Absence(Account(*row[:cut]), _away(row[cut:])) for row in map(tuple, self._db.execute(query))]

    def note_absence(
        self, section: int, person: int, first: date, last: date | None, by: int, at: datetime
    ) -> None:
        self._db.execute(
            sa.insert(absence).values(
                section_id=section,
                person_id=person,
                first=first.isoformat(),
                last=last.isoformat() if last else None,
                noted_by=by,
                noted_at=at,
            )
        )

    def come_back(self, section: int, person: int, last: date, by: int, at: datetime) -> int:
        mine = absence.c.section_id == section, absence.c.person_id == person
        # what has not begun is called off, what has begun ends here
        planned = sa.delete(absence).where(*mine, absence.c.first > _next(last))
        begun = (
            sa.update(absence)
            .where(*mine, sa.or_(absence.c.last.is_(None), absence.c.last > last.isoformat()))
            .values(last=last.isoformat(), noted_by=by, noted_at=at)
        )
        return self._db.execute(planned).rowcount + self._db.execute(begun).rowcount

    def sent_since(self, person: int, since: datetime, *, guardian_in: Collection[int] = ()) -> int:
        classes = list(guardian_in)
        given = {"person": person, "since": since, "classes": classes, "own": not classes}
        return self._db.execute(_COUNT, given).scalar_one()

    def unanswered(self, persons: Collection[int]) -> dict[int, int]:
        rows = self._db.execute(_UNANSWERED, {"persons": list(persons)})
        return {row[0]: row[1] for row in rows}


def _days(first: str, last: str) -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last))


def _away(row: Sequence[Any]) -> Away:
    first, last, noted_at = row
    return Away(date.fromisoformat(first), date.fromisoformat(last) if last else None, noted_at)


def _next(day: date) -> str:
    return date.fromordinal(day.toordinal() + 1).isoformat()
