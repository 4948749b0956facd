"""Announcements from draft to end, and what a class's students can be reached by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.announcing import ANNOUNCE, Announced, Audience, Phase
from bot.domain.attachments import Attachment
from bot.domain.outbox import UNDER_WAY, Kind, State
from bot.domain.photos import cleaned
from bot.domain.records import Account
from bot.storage.aside import is_aside
from bot.storage.message_tables import announcement
from bot.storage.people import ACCOUNT_COLUMNS, ACCOUNTS
from bot.storage.phones import TEXTABLE
from bot.storage.tables import enrolment, outbox, person, phone

#: who previews an announcement sends it on the same day
DRAFTS_KEPT = timedelta(days=1)

_COLUMNS = (
    announcement.c.id,
    announcement.c.handle,
    announcement.c.person_id,
    announcement.c.body,
    announcement.c.audience,
    announcement.c.urgent,
    announcement.c.texts_too,
    announcement.c.file_name,
    announcement.c.state,
    announcement.c.next_at,
    announcement.c.zone,
    announcement.c.wall,
    announcement.c.until,
    announcement.c.runs,
    announcement.c.made_at,
)
_SELECT = sa.select(*_COLUMNS)
_BY_ID = _SELECT.where(announcement.c.id == sa.bindparam("id"))
_FILE = sa.select(announcement.c.file_name, announcement.c.file).where(
    announcement.c.id == sa.bindparam("id"), announcement.c.file.is_not(None)
)
#: a run that comes, or one that was begun and not written out to its end
_TO_BEGIN = sa.and_(
    announcement.c.state.in_((Phase.WAITING, Phase.RUNNING)), announcement.c.next_at.is_not(None)
)
_STUDENTS = (
    sa.select(*ACCOUNT_COLUMNS, TEXTABLE)
    .select_from(
        ACCOUNTS.join(enrolment, enrolment.c.person_id == person.c.id).outerjoin(
            phone, phone.c.person_id == person.c.id
        )
    )
    .where(enrolment.c.section_id == sa.bindparam("section"), enrolment.c.left_at.is_(None))
    .order_by(enrolment.c.joined_at)
)


def _announced(row: Sequence[Any]) -> Announced:
    number, handle, who, words, audience, *middle, wall, until, runs, made_at = tuple(row)
    urgent, texts_too, file_name, state, next_at, zone = middle
    return Announced(
        number, handle, who, words, _audience(audience), urgent, texts_too, file_name, Phase(state), next_at,
        zone, datetime.fromisoformat(wall), date.fromisoformat(until) if until else None, runs, made_at,
    )  # fmt: skip


def _audience(body: dict[str, Any]) -> Audience:
    return Audience(tuple(body["sections"]), body["group"], tuple(body["people"]))


def _as_json(audience: Audience) -> dict[str, Any]:
    return {
        "sections": list(audience.sections),
        "group": audience.group,
        "people": list(audience.people),
    }


class StoredAnnouncements:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def draft(
        self,
        *,
        handle: str,
        person: int,
        audience: Audience,
        urgent: bool,
        texts_too: bool,
        next_at: datetime | None,
        zone: str,
        wall: datetime,
        until: date | None,
        at: datetime,
    ) -> None:
        self._db.execute(
            sa.delete(announcement).where(
                announcement.c.state == Phase.DRAFT, announcement.c.made_at < at - DRAFTS_KEPT
            )
        )
        self._db.execute(
            sa.insert(announcement).values(
                handle=handle,
                person_id=person,
                body="",
                audience=_as_json(audience),
                urgent=urgent,
                texts_too=texts_too,
                state=Phase.DRAFT,
                next_at=next_at,
                zone=zone,
                wall=_wall(wall),
                until=until.isoformat() if until else None,
                made_at=at,
            )
        )

    def get(self, announcement_id: int) -> Announced | None:
        row = self._db.execute(_BY_ID, {"id": announcement_id}).first()
        return _announced(row) if row else None

    def author(self, announcement_id: int) -> tuple[int, str]:
        query = sa.select(announcement.c.person_id, announcement.c.body)
        row = self._db.execute(query.where(announcement.c.id == announcement_id)).one()
        return row.person_id, row.body

    def by_handle(self, handle: str) -> Announced | None:
        row = self._db.execute(_SELECT.where(announcement.c.handle == handle)).first()
        return _announced(row) if row else None

    def live(self, person: int) -> Sequence[Announced]:
        query = _SELECT.where(
            announcement.c.person_id == person, announcement.c.state.in_((Phase.WAITING, Phase.RUNNING))
        )
        return [_announced(row) for row in self._db.execute(query.order_by(announcement.c.id.desc()))]

    def write(self, announcement_id: int, words: str) -> None:
        self._change(announcement_id, body=words)

    def address(self, announcement_id: int, audience: Audience) -> None:
        self._change(announcement_id, audience=_as_json(audience))

    def attach(self, announcement_id: int, file: Attachment | None) -> None:
        self._change(announcement_id, file_name=file.name if file else None, file=file.data if file else None)

    def file(self, announcement_id: int) -> Attachment | None:
        row = self._db.execute(_FILE, {"id": announcement_id}).first()
        if row is None:
            return None
        name, data = tuple(row)
        # pictures of older versions were kept with all that the camera wrote
        return Attachment(name, cleaned(data))

    def schedule(self, announcement_id: int, next_at: datetime, wall: datetime) -> None:
        self._change(announcement_id, next_at=next_at, wall=_wall(wall))

    def move(self, announcement_id: int, phase: Phase, next_at: datetime | None, *, runs: int) -> None:
        self._change(announcement_id, state=phase, next_at=next_at, runs=runs)

    def end(self, announcement_id: int, phase: Phase, at: datetime) -> None:
        self._change(announcement_id, state=phase, next_at=None, ended_at=at)

    def _change(self, announcement_id: int, **values: object) -> None:
        self._db.execute(sa.update(announcement).where(announcement.c.id == announcement_id).values(**values))

    def next_at(self) -> datetime | None:
        query = sa.select(sa.func.min(announcement.c.next_at))
        return self._db.execute(query.where(_TO_BEGIN, ~is_aside(ANNOUNCE, announcement.c.id))).scalar()

    def due(self, now: datetime) -> Sequence[int]:
        query = sa.select(announcement.c.id).where(_TO_BEGIN, announcement.c.next_at <= now)
        return list(self._db.execute(query.order_by(announcement.c.next_at)).scalars())

    def finished(self) -> Sequence[int]:
        of_it = outbox.alias()
        open_rows = sa.exists().where(
            of_it.c.kind == Kind.ANNOUNCEMENT,
            of_it.c.about_id == announcement.c.id,
            of_it.c.state.in_(UNDER_WAY),
        )
        query = sa.select(announcement.c.id).where(announcement.c.state == Phase.RUNNING, ~open_rows)
        return list(self._db.execute(query).scalars())

    def students(self, section: int) -> Sequence[tuple[Account, bool]]:
        cut = len(ACCOUNT_COLUMNS)
        rows: list[tuple[Any, ...]] = [
            tuple(row) for row in self._db.execute(_STUDENTS, {"section": section})
        ]
        return [(Account(*row[:cut]), bool(row[cut])) for row in rows]

    def told(self, announcement_id: int, key: str) -> frozenset[int]:
        query = sa.select(outbox.c.person_id).where(
            outbox.c.kind.in_((Kind.ANNOUNCEMENT, Kind.UNREACHED)),
            outbox.c.about_id == announcement_id,
            outbox.c.dedupe_key.startswith(key, autoescape=True),
        )
        return frozenset(self._db.execute(query).scalars())

    def counts(self, announcement_id: int) -> Mapping[State, int]:
        query = (
            sa.select(outbox.c.state, sa.func.count())
            .where(outbox.c.kind == Kind.ANNOUNCEMENT, outbox.c.about_id == announcement_id)
            .group_by(outbox.c.state)
        )
        return {State(state): number for state, number in map(tuple, self._db.execute(query))}


def _wall(wall: datetime) -> str:
    return wall.strftime("%Y-%m-%dT%H:%M")
