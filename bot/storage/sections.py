"""Classes, who teaches and who attends them, and the roles and channels that stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.records import Account, CourseRecord, Enrolment, Place, Roll, Section
from bot.storage.columns import Instant
from bot.storage.people import ACCOUNT_COLUMNS, ACCOUNTS
from bot.storage.prepared import Prepared
from bot.storage.tables import account, enrolment, person, place, prework, progress, section, staff

SECTION_COLUMNS = (
    section.c.id,
    section.c.handle,
    section.c.guild_id,
    section.c.name,
    section.c.course_id,
    section.c.revision_id,
    section.c.zone,
    section.c.bar,
    section.c.unit_places,
)
_SECTIONS = sa.select(*SECTION_COLUMNS).select_from(section)

_ENROLMENT = Prepared(
    sa.select(enrolment.c.person_id, enrolment.c.joined_at, enrolment.c.thread_id, *SECTION_COLUMNS)
    .select_from(section.join(enrolment, enrolment.c.section_id == section.c.id))
    .where(
        enrolment.c.section_id == sa.bindparam("section"),
        enrolment.c.person_id == sa.bindparam("person"),
        enrolment.c.left_at.is_(None),
    )
)
_ENROLLED = Prepared(
    sa.select(*SECTION_COLUMNS)
    .select_from(section.join(enrolment, enrolment.c.section_id == section.c.id))
    .where(enrolment.c.person_id == sa.bindparam("person"), enrolment.c.left_at.is_(None))
    .order_by(section.c.name)
)
_GET = Prepared(_SECTIONS.where(section.c.id == sa.bindparam("section")))
_PLACE = Prepared(
    sa.select(place.c.discord_id).where(
        place.c.guild_id == sa.bindparam("guild"),
        place.c.purpose == sa.bindparam("purpose"),
        place.c.kind == sa.bindparam("kind"),
    )
)

_ROLLS = (
    sa.select(enrolment.c.person_id, account.c.discord_id, enrolment.c.left_at, progress.c.unit_slug)
    .select_from(
        enrolment.join(account, account.c.person_id == enrolment.c.person_id)
        .join(section, section.c.id == enrolment.c.section_id)
        .outerjoin(
            progress,
            sa.and_(
                progress.c.person_id == enrolment.c.person_id, progress.c.course_id == section.c.course_id
            ),
        )
    )
    .where(enrolment.c.section_id == sa.bindparam("section"))
    .order_by(enrolment.c.joined_at, enrolment.c.person_id)
)


#: a student with a zone of their own has steps at instants of their own
_LOOK_AGAIN = (
    sa.update(prework)
    .where(
        prework.c.section_id == sa.bindparam("section"),
        prework.c.posted_at.is_not(None),
        sa.exists().where(person.c.id == sa.bindparam("person"), person.c.zone.is_not(None)),
    )
    .values(next_at=sa.bindparam("at", type_=Instant))
)


class StoredSections:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def create(
        self,
        *,
        handle: str,
        guild: int,
        name: str,
        course: CourseRecord,
        zone: str,
        bar: int,
        owner: int,
        at: datetime,
        unit_places: bool = True,
    ) -> Section:
        made = self._db.execute(
            sa.insert(section)
            .values(
                handle=handle,
                guild_id=guild,
                name=name,
                course_id=course.id,
                revision_id=course.revision_id,
                zone=zone,
                bar=bar,
                unit_places=unit_places,
                created_at=at,
                age_confirmed_at=at,
                age_confirmed_by=owner,
            )
            .returning(*SECTION_COLUMNS)
        ).one()
        self._db.execute(sa.insert(staff).values(section_id=made[0], person_id=owner, part="teacher"))
        return Section(*made)

    def get(self, section_id: int) -> Section:
        return Section(*_GET.one(self._db, section=section_id))

    def by_handle(self, handle: str) -> Section | None:
        return self._one(section.c.handle == handle)

    def by_name(self, guild: int, name: str) -> Section | None:
        # SQLite folds the case of ASCII alone
        return next((each for each in self.on_guild(guild) if each.name.casefold() == name.casefold()), None)

    def _one(self, *where: sa.ColumnElement[bool]) -> Section | None:
        row = self._db.execute(_SECTIONS.where(*where)).first()
        return Section(*row) if row else None

    def all(self) -> Sequence[Section]:
        return [Section(*row) for row in self._db.execute(_SECTIONS.order_by(section.c.id))]

    def on_guild(self, guild: int) -> Sequence[Section]:
        rows = self._db.execute(_SECTIONS.where(section.c.guild_id == guild).order_by(section.c.name))
        return [Section(*row) for row in rows]

    def ids_on(self, guild: int) -> Sequence[int]:
        """Whatever else of them can be read."""
        query = sa.select(section.c.id).where(section.c.guild_id == guild)
        return list(self._db.execute(query.order_by(section.c.name)).scalars())

    def taught_by(self, person: int) -> Sequence[Section]:
        query = (
            _SECTIONS.join(staff, staff.c.section_id == section.c.id)
            .where(staff.c.person_id == person)
            .order_by(section.c.name)
        )
        return [Section(*row) for row in self._db.execute(query)]

    def teaches(self, section_id: int, person: int) -> bool:
        query = sa.select(staff.c.part).where(staff.c.section_id == section_id, staff.c.person_id == person)
        return self._db.execute(query).first() is not None

    def teachers(self, section_id: int) -> Sequence[Account]:
        query = (
            sa.select(*ACCOUNT_COLUMNS)
            .select_from(ACCOUNTS.join(staff, staff.c.person_id == person.c.id))
            .where(staff.c.section_id == section_id)
        )
        return [Account(*row) for row in self._db.execute(query)]

    def pin(self, section_id: int, revision: int) -> None:
        self._db.execute(sa.update(section).where(section.c.id == section_id).values(revision_id=revision))

    def set_unit_places(self, section_id: int, *, wanted: bool) -> None:
        self._db.execute(sa.update(section).where(section.c.id == section_id).values(unit_places=wanted))

    def enrol(self, section_id: int, person: int, at: datetime) -> None:
        row = insert(enrolment).values(
            section_id=section_id, person_id=person, joined_at=at, age_confirmed_at=at
        )
        self._db.execute(
            row.on_conflict_do_update(index_elements=["section_id", "person_id"], set_={"left_at": None})
        )
        self._db.execute(_LOOK_AGAIN, {"section": section_id, "person": person, "at": at})

    def enrolment(self, section_id: int, person: int) -> Enrolment | None:
        row = _ENROLMENT.first(self._db, section=section_id, person=person)
        if row is None:
            return None
        who, joined_at, thread, *columns = tuple(row)
        return Enrolment(Section(*columns), who, joined_at, thread)

    def was_in(self, section_id: int, person: int) -> bool:
        mine = (enrolment.c.section_id == section_id, enrolment.c.person_id == person)
        return self._db.execute(sa.select(enrolment.c.section_id).where(*mine)).first() is not None

    def enrolled_in(self, person: int) -> Sequence[Section]:
        return [Section(*row) for row in _ENROLLED.all(self._db, person=person)]

    def students(self, section_id: int) -> Sequence[Account]:
        query = (
            sa.select(*ACCOUNT_COLUMNS)
            .select_from(ACCOUNTS.join(enrolment, enrolment.c.person_id == person.c.id))
            .where(enrolment.c.section_id == section_id, enrolment.c.left_at.is_(None))
            .order_by(enrolment.c.joined_at)
        )
        return [Account(*row) for row in self._db.execute(query)]

    def rolls(self, section_id: int) -> Sequence[Roll]:
        rolls: dict[int, Roll] = {}
        for person_id, discord, left_at, slug in self._db.execute(_ROLLS, {"section": section_id}):
            before = rolls.get(person_id)
            opened = (*(before.opened if before else ()), *((slug,) if slug else ()))
            rolls[person_id] = Roll(person_id, discord, left_at is not None, opened)
        return list(rolls.values())

    def leave(self, guild: int, person: int, at: datetime) -> None:
        sections = sa.select(section.c.id).where(section.c.guild_id == guild)
        self._db.execute(
            sa.update(enrolment)
            .where(
                enrolment.c.section_id.in_(sections),
                enrolment.c.person_id == person,
                enrolment.c.left_at.is_(None),
            )
            .values(left_at=at)
        )

    def set_thread(self, section_id: int, person: int, thread: int | None) -> None:
        self._db.execute(
            sa.update(enrolment)
            .where(enrolment.c.section_id == section_id, enrolment.c.person_id == person)
            .values(thread_id=thread)
        )

    def place(self, guild: int, purpose: str, kind: str) -> int | None:
        row = _PLACE.first(self._db, guild=guild, purpose=purpose, kind=kind)
        return row[0] if row else None

    def places(self, guild: int) -> Sequence[Place]:
        rows = self._db.execute(
            sa.select(place.c.purpose, place.c.kind, place.c.discord_id, place.c.flaw).where(
                place.c.guild_id == guild
            )
        )
        return [Place(*row) for row in rows]

    def set_flaw(self, guild: int, purpose: str, kind: str, flaw: str | None) -> None:
        self._db.execute(
            sa.update(place)
            .where(place.c.guild_id == guild, place.c.purpose == purpose, place.c.kind == kind)
            .values(flaw=flaw)
        )

    def set_place(self, guild: int, purpose: str, kind: str, discord: int) -> None:
        row = insert(place).values(guild_id=guild, purpose=purpose, kind=kind, discord_id=discord)
        self._db.execute(
            row.on_conflict_do_update(
                index_elements=["guild_id", "purpose", "kind"], set_={"discord_id": discord, "flaw": None}
            )
        )
