"""Pre-work given to classes and the evidence that students hand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import Insert, insert

from bot.domain.outbox import Kind
from bot.domain.own_time import deadline_for
from bot.domain.records import Account, EvidenceRecord, Handed, Owing, Posted, Section
from bot.storage.courses import UNIT_COLUMNS, unit_record
from bot.storage.people import ACCOUNT_COLUMNS, ACCOUNTS
from bot.storage.phones import TEXTABLE
from bot.storage.prepared import Prepared
from bot.storage.sections import SECTION_COLUMNS
from bot.storage.tables import (
    Instant,
    account,
    enrolment,
    evidence,
    outbox,
    person,
    phone,
    prework,
    progress,
    revision,
    section,
    unit,
)

_POSTED = sa.select(
    prework.c.id,
    prework.c.handle,
    prework.c.post_at,
    prework.c.deadline,
    prework.c.posted_at,
    prework.c.channel_id,
    prework.c.message_id,
    *SECTION_COLUMNS,
    *UNIT_COLUMNS,
).select_from(
    prework.join(section, section.c.id == prework.c.section_id)
    .join(unit, unit.c.id == prework.c.unit_id)
    .join(revision, revision.c.id == unit.c.revision_id)
)
_OWN = 7


def _posted(row: Sequence[Any]) -> Posted:
    values = tuple(row)
    number, handle, post_at, deadline, posted_at, channel, message = values[:_OWN]
    cut = _OWN + len(SECTION_COLUMNS)
    section_value, unit_value = Section(*values[_OWN:cut]), unit_record(values[cut:])
    return Posted(number, handle, section_value, unit_value, post_at, deadline, posted_at, channel, message)


#: The one definition of owing a pre-work, for "what do I do now?", "who is behind?" and the nudge (rule 8):
#: in the class, the unit open to them and not mastered, and no credit yet.
OF_PREWORK = (
    prework.join(enrolment, enrolment.c.section_id == prework.c.section_id)
    .join(unit, unit.c.id == prework.c.unit_id)
    .join(section, section.c.id == prework.c.section_id)
    .join(
        progress,
        sa.and_(
            progress.c.person_id == enrolment.c.person_id,
            progress.c.course_id == section.c.course_id,
            progress.c.unit_slug == unit.c.slug,
        ),
    )
    .outerjoin(
        evidence,
        sa.and_(evidence.c.prework_id == prework.c.id, evidence.c.person_id == enrolment.c.person_id),
    )
)
#: when a student had both joined the class and the unit open
SINCE = sa.func.max(enrolment.c.joined_at, progress.c.opened_at, type_=Instant)
#: the class's deadline was over by then: bot.domain.own_time has theirs
ON_OWN_TIME = prework.c.deadline <= SINCE
_pinned = unit.alias()
IS_OWED = sa.and_(
    # a unit that a newer revision dropped is owed by nobody
    sa.exists().where(_pinned.c.revision_id == section.c.revision_id, _pinned.c.slug == unit.c.slug),
    enrolment.c.left_at.is_(None),
    progress.c.mastered_at.is_(None),
    evidence.c.credited_at.is_(None),
)

_EVIDENCE = (
    evidence.c.prework_id,
    evidence.c.started_at,
    evidence.c.tries,
    evidence.c.draft,
    evidence.c.handed_in_at,
    evidence.c.reasons,
    evidence.c.credited_at,
    evidence.c.late,
)


def _evidence(row: Sequence[Any]) -> EvidenceRecord:
    _, started, tries, draft, handed_in, reasons, credited, late = tuple(row)
    return EvidenceRecord(started, tries, draft, handed_in, tuple(reasons or ()), credited, late)


_BY_HANDLE = Prepared(_POSTED.where(prework.c.handle == sa.bindparam("handle")))
_GET = Prepared(_POSTED.where(prework.c.id == sa.bindparam("prework")))
_OWES = Prepared(
    sa.select(enrolment.c.person_id)
    .select_from(OF_PREWORK)
    .where(prework.c.id == sa.bindparam("prework"), enrolment.c.person_id == sa.bindparam("person"), IS_OWED)
)
_SINCE = Prepared(
    sa.select(SINCE)
    .select_from(OF_PREWORK)
    .where(prework.c.id == sa.bindparam("prework"), enrolment.c.person_id == sa.bindparam("person"))
)
_OF_SECTION = Prepared(
    _POSTED.where(prework.c.section_id == sa.bindparam("section")).order_by(prework.c.deadline)
)
_EVIDENCE_OF = Prepared(
    sa.select(*_EVIDENCE).where(
        evidence.c.prework_id == sa.bindparam("prework"), evidence.c.person_id == sa.bindparam("person")
    )
)
_EVIDENCE_IN = Prepared(
    sa.select(*_EVIDENCE)
    .select_from(evidence.join(prework))
    .where(prework.c.section_id == sa.bindparam("section"), evidence.c.person_id == sa.bindparam("person"))
)


def _hand_in() -> Insert:
    row = insert(evidence)
    return row.on_conflict_do_update(
        index_elements=["prework_id", "person_id"],
        set_={
            "tries": evidence.c.tries + 1,
            "draft": row.excluded.draft,
            "handed_in_at": row.excluded.handed_in_at,
            "reasons": row.excluded.reasons,
            # credit, once given, stays as it was given (V7)
            "credited_at": sa.func.coalesce(evidence.c.credited_at, row.excluded.credited_at),
            "late": sa.func.coalesce(evidence.c.late, row.excluded.late),
        },
    )


_HAND_IN = Prepared(
    _hand_in(),
    columns=(
        "prework_id",
        "person_id",
        "tries",
        "draft",
        "handed_in_at",
        "reasons",
        "credited_at",
        "late",
    ),
)


class StoredPreWorks:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def create(
        self,
        *,
        handle: str,
        section: int,
        unit: int,
        post_at: datetime,
        deadline: datetime,
        zone: str,
        wall: str,
    ) -> Posted:
        made = self._db.execute(
            sa.insert(prework)
            .values(
                handle=handle,
                section_id=section,
                unit_id=unit,
                post_at=post_at,
                deadline=deadline,
                deadline_zone=zone,
                deadline_wall=wall,
            )
            .returning(prework.c.id)
        ).scalar_one()
        return self.get(made)

    def get(self, prework_id: int) -> Posted:
        return _posted(_GET.one(self._db, prework=prework_id))

    def by_handle(self, handle: str) -> Posted | None:
        row = _BY_HANDLE.first(self._db, handle=handle)
        return _posted(row) if row else None

    def of_unit(self, section_id: int, unit_slug: str) -> Posted | None:
        query = _POSTED.where(prework.c.section_id == section_id, unit.c.slug == unit_slug)
        row = self._db.execute(query.order_by(prework.c.id.desc())).first()
        return _posted(row) if row else None

    def of_section(self, section_id: int) -> Sequence[Posted]:
        return [_posted(row) for row in _OF_SECTION.all(self._db, section=section_id)]

    def give_again(
        self,
        prework_id: int,
        *,
        unit_id: int,
        post_at: datetime,
        deadline: datetime,
        zone: str,
        wall: str,
    ) -> Posted:
        self._db.execute(
            sa.update(prework)
            .where(prework.c.id == prework_id)
            .values(
                unit_id=unit_id, post_at=post_at, deadline=deadline, deadline_zone=zone, deadline_wall=wall
            )
        )
        return self.get(prework_id)

    def mark_posted(self, prework_id: int, channel: int, message: int, at: datetime) -> None:
        self._db.execute(
            sa.update(prework)
            .where(prework.c.id == prework_id)
            .values(
                channel_id=channel,
                message_id=message,
                posted_at=sa.func.coalesce(prework.c.posted_at, sa.literal(at, Instant)),
                next_at=at,
            )
        )

    def owing(self, prework_id: int) -> Sequence[Owing]:
        query = (
            sa.select(
                *ACCOUNT_COLUMNS,
                enrolment.c.thread_id,
                evidence.c.started_at,
                evidence.c.tries,
                evidence.c.reasons,
                enrolment.c.joined_at,
                progress.c.opened_at,
                TEXTABLE,
            )
            .select_from(
                OF_PREWORK.join(person, person.c.id == enrolment.c.person_id)
                .join(account, account.c.person_id == person.c.id)
                .outerjoin(phone, phone.c.person_id == person.c.id)
            )
            .where(prework.c.id == prework_id, IS_OWED)
        )
        steps = self._steps(prework_id)
        cut = len(ACCOUNT_COLUMNS)
        owing: list[Owing] = []
        for row in self._db.execute(query):
            thread, started, tries, reasons, joined, opened, texts = tuple(row)[cut:]
            who = Account(*tuple(row)[:cut])
            owing.append(
                Owing(
                    who,
                    thread,
                    started,
                    tries or 0,
                    tuple(reasons or ()),
                    bool(texts),
                    steps.get(who.person, _NONE),
                    max(joined, opened),
                )
            )
        return owing

    def _steps(self, prework_id: int) -> dict[int, frozenset[str]]:
        """Steps of the ladder that each person has been given a row for, in one query."""
        rows = self._db.execute(
            sa.select(outbox.c.person_id, outbox.c.args["step"].as_string()).where(
                # who can be reached by no way had their step too: the teachers' room was told
                outbox.c.kind.in_((Kind.NUDGE, Kind.UNREACHED)),
                outbox.c.about_id == prework_id,
            )
        )
        found: dict[int, set[str]] = {}
        for person_id, step in rows:
            if step is not None:
                found.setdefault(person_id, set()).add(step)
        return {person_id: frozenset(steps) for person_id, steps in found.items()}

    def owes(self, prework_id: int, person_id: int) -> bool:
        return _OWES.first(self._db, prework=prework_id, person=person_id) is not None

    def since(self, prework_id: int, person_id: int) -> datetime | None:
        row = _SINCE.first(self._db, prework=prework_id, person=person_id)
        return row[0] if row else None

    def behind(self, section_id: int, now: datetime) -> frozenset[int]:
        query = (
            sa.select(enrolment.c.person_id, prework.c.deadline, prework.c.posted_at, SINCE, section.c.zone)
            .select_from(OF_PREWORK)
            .where(
                prework.c.section_id == section_id,
                prework.c.posted_at.is_not(None),
                prework.c.deadline <= now,
                IS_OWED,
            )
        )
        return frozenset(
            person_id
            for person_id, deadline, posted_at, since, zone in map(tuple, self._db.execute(query))
            if deadline_for(deadline, posted_at, since, zone) <= now
        )

    def not_credited(self, prework_id: int) -> frozenset[int]:
        query = sa.select(enrolment.c.person_id).select_from(OF_PREWORK)
        return frozenset(self._db.execute(query.where(prework.c.id == prework_id, IS_OWED)).scalars())

    def unlocked(self, prework_id: int) -> frozenset[int]:
        query = sa.select(enrolment.c.person_id).select_from(OF_PREWORK).where(prework.c.id == prework_id)
        return frozenset(self._db.execute(query).scalars())

    def handed(self, prework_id: int) -> Sequence[Handed]:
        query = (
            sa.select(*ACCOUNT_COLUMNS, evidence.c.credited_at, evidence.c.late)
            .select_from(ACCOUNTS.join(evidence, evidence.c.person_id == person.c.id))
            .where(evidence.c.prework_id == prework_id, evidence.c.credited_at.is_not(None))
            .order_by(evidence.c.credited_at)
        )
        cut = len(ACCOUNT_COLUMNS)
        return [Handed(Account(*row[:cut]), *row[cut:]) for row in map(tuple, self._db.execute(query))]

    def evidence(self, prework_id: int, person_id: int) -> EvidenceRecord | None:
        row = _EVIDENCE_OF.first(self._db, prework=prework_id, person=person_id)
        return _evidence(row) if row else None

    def evidence_in(self, section_id: int, person_id: int) -> dict[int, EvidenceRecord]:
        rows = _EVIDENCE_IN.all(self._db, section=section_id, person=person_id)
        return {row[0]: _evidence(row) for row in rows}

    def start(self, prework_id: int, person_id: int, at: datetime) -> datetime:
        row = insert(evidence).values(prework_id=prework_id, person_id=person_id, started_at=at)
        return self._db.execute(
            row.on_conflict_do_update(
                index_elements=["prework_id", "person_id"],
                set_={"started_at": sa.func.coalesce(evidence.c.started_at, row.excluded.started_at)},
            ).returning(evidence.c.started_at)
        ).scalar_one()

    def hand_in(
        self,
        prework_id: int,
        person_id: int,
        *,
        draft: dict[str, Any],
        at: datetime,
        reasons: Sequence[str],
        credited: bool,
        late: bool | None,
    ) -> None:
        _HAND_IN.run(
            self._db,
            prework_id=prework_id,
            person_id=person_id,
            tries=1,
            draft=draft,
            handed_in_at=at,
            reasons=list(reasons),
            credited_at=at if credited else None,
            late=late,
        )


_NONE: frozenset[str] = frozenset()
