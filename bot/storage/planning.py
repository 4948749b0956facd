"""Reminders planned for whole classes: what is due, and one statement that gives each student their step.

SQLite works through that statement without Python in between, so that neither the loop nor a press waits for it.
``bot.domain.nudging.due`` is the rule for one student; a test holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.nudging import PLAN, Planned, at_or_after
from bot.domain.outbox import Kind, State, Way
from bot.domain.quiet import Days
from bot.domain.records import OpenPreWork
from bot.domain.times import is_zone, local_day
from bot.storage.aside import is_aside
from bot.storage.columns import Instant
from bot.storage.guardians import REACHABLE
from bot.storage.message_tables import absence, guardian, holiday, messaging
from bot.storage.messaging import RULES, read_rules
from bot.storage.phones import TEXTABLE
from bot.storage.prework import IS_OWED, OF_PREWORK, ON_OWN_TIME
from bot.storage.tables import account, enrolment, outbox, person, phone, prework, progress, section

_micros = Instant().process_bind_param

_students = (
    sa.select(sa.func.count())
    .where(enrolment.c.section_id == prework.c.section_id)
    .correlate(prework)
    .scalar_subquery()
)
_DUE = (
    sa.select(
        prework.c.id,
        prework.c.section_id,
        section.c.zone,
        prework.c.posted_at,
        prework.c.deadline,
        _students,
        *RULES,
    )
    .select_from(prework.join(section).outerjoin(messaging, messaging.c.section_id == section.c.id))
    .where(prework.c.next_at <= sa.bindparam("now", type_=Instant))
)
_DUE_TOGETHER = (
    _DUE.where(~is_aside(PLAN, prework.c.id, sa.bindparam("now", type_=Instant)))
    .order_by(prework.c.next_at, prework.c.id)
    .limit(sa.bindparam("most"))
)
_DUE_ALONE = _DUE.where(prework.c.id == sa.bindparam("only"))
_ALL_DUE = (
    sa.select(prework.c.id, prework.c.section_id)
    .where(prework.c.next_at <= sa.bindparam("now", type_=Instant))
    .order_by(prework.c.next_at, prework.c.id)
)
_NEXT_AT = sa.select(sa.func.min(prework.c.next_at)).where(~is_aside(PLAN, prework.c.id))
_HOLIDAYS = sa.select(holiday.c.section_id, holiday.c.first, holiday.c.last).where(
    holiday.c.section_id.in_(sa.bindparam("sections", expanding=True))
)
_ZONES = (
    sa.select(prework.c.id, person.c.zone)
    .distinct()
    .select_from(
        prework.join(enrolment, enrolment.c.section_id == prework.c.section_id).join(
            person, person.c.id == enrolment.c.person_id
        )
    )
    .where(prework.c.id.in_(sa.bindparam("preworks", expanding=True)), person.c.zone.is_not(None))
)
_numbered = (
    sa.select(
        enrolment.c.person_id,
        sa.func.row_number().over(order_by=enrolment.c.person_id).label("number"),
    )
    .where(enrolment.c.section_id == sa.bindparam("section"))
    .subquery()
)
_CUTS = (
    sa.select(_numbered.c.person_id)
    .where(_numbered.c.number % sa.bindparam("size", type_=sa.Integer) == 0)
    .order_by(_numbered.c.person_id)
)


def _insert() -> sa.Insert:
    """The steps come in as JSON; whoever owes the pre-work gets the latest that has come for them, once."""
    now = sa.bindparam("now", type_=Instant)
    given = sa.func.json_each(sa.bindparam("steps", type_=sa.String)).table_valued("value").alias("given")

    def part(name: str, type_: Any) -> sa.Label[Any]:
        return sa.func.json_extract(given.c.value, f"$.{name}", type_=type_).label(name)

    parts = {"prework": sa.Integer, "low": sa.Integer, "high": sa.Integer, "number": sa.Integer}
    parts |= dict.fromkeys(("zone", "key", "way", "day", "today", "later"), sa.String)
    parts |= {"at": Instant, "until": Instant}
    step = sa.select(*(part(*each) for each in parts.items())).cte("step").prefix_with("MATERIALIZED")
    dm = sa.and_(
        account.c.inbox_asked_at.is_not(None),
        account.c.dm_closed_at.is_(None),
        account.c.dm_channel_id.is_not(None),
    )
    sms, to_guardian = TEXTABLE, sa.and_(REACHABLE, messaging.c.guardian_rule != "off")
    way = sa.case(
        (sa.and_(step.c.way == Way.DM, dm), Way.DM.value),
        (sa.and_(step.c.way == Way.DM, prework.c.channel_id.is_not(None)), Way.THREAD.value),
        (sa.and_(step.c.way != Way.GUARDIAN, sms), Way.SMS.value),
        (to_guardian, Way.GUARDIAN.value),
        else_=Way.ROOM.value,
    )
    since = sa.func.max(
        prework.c.posted_at,
        enrolment.c.joined_at,
        progress.c.opened_at,
        sa.func.coalesce(messaging.c.ladder_since, 0),
        type_=Instant,
    )
    away = sa.exists().where(
        absence.c.section_id == prework.c.section_id,
        absence.c.person_id == enrolment.c.person_id,
        absence.c.first <= step.c.today,
        sa.or_(absence.c.last.is_(None), absence.c.last >= step.c.day, absence.c.noted_at >= step.c.at),
    )
    come = (
        sa.select(
            step.c.prework,
            step.c.key,
            step.c.until,
            step.c.later,
            prework.c.section_id,
            enrolment.c.person_id,
            way.label("way"),
            sa.func.row_number()
            .over(
                partition_by=(step.c.prework, enrolment.c.person_id),
                order_by=(step.c.at.desc(), step.c.number.desc()),
            )
            .label("place"),
        )
        .select_from(
            OF_PREWORK.join(person, person.c.id == enrolment.c.person_id)
            .join(account, account.c.person_id == person.c.id)
            .join(step, step.c.prework == prework.c.id)
            .outerjoin(phone, phone.c.person_id == person.c.id)
            .outerjoin(
                guardian,
                sa.and_(guardian.c.section_id == section.c.id, guardian.c.person_id == person.c.id),
            )
            .outerjoin(messaging, messaging.c.section_id == section.c.id)
        )
        .where(
            enrolment.c.person_id > step.c.low,
            enrolment.c.person_id <= step.c.high,
            step.c.zone == sa.func.coalesce(person.c.zone, section.c.zone),
            step.c.at > since,
            step.c.at <= now,
            sa.or_(step.c.way != Way.SMS, sms),
            sa.or_(step.c.way != Way.GUARDIAN, to_guardian),
            ~away,
            # the class's ladder leads to the class's deadline
            ~ON_OWN_TIME,
            IS_OWED,
        )
        .subquery("come")
    )
    cause = "'nudge:' || come.prework || ':' || come.person_id || ':'"
    taken = sa.text(
        f"NOT EXISTS (SELECT 1 FROM json_each(come.later) AS later"  # noqa: S608  # nothing of it comes from outside
        f" JOIN outbox AS before ON before.dedupe_key = {cause} || later.value"
        # one that was made while the clock was ahead, before it was set right again, takes no earlier step's place
        " AND before.created_at <= :now)"
    ).bindparams(now)
    is_told = come.c.way == Way.ROOM
    row: dict[sa.Column[Any], Any] = {
        outbox.c.dedupe_key: sa.literal_column(f"{cause} || come.key"),
        outbox.c.kind: sa.case((is_told, Kind.UNREACHED.value), else_=Kind.NUDGE.value),
        outbox.c.way: come.c.way,
        outbox.c.person_id: come.c.person_id,
        outbox.c.section_id: come.c.section_id,
        outbox.c.about_id: come.c.prework,
        outbox.c.args: sa.func.json_object("step", come.c.key, type_=sa.String),
        outbox.c.nonce: sa.bindparam("seed", type_=sa.String)
        + "-"
        + sa.cast(sa.func.row_number().over(order_by=(come.c.prework, come.c.person_id)), sa.String),
        outbox.c.state: sa.literal(State.DUE.value),
        outbox.c.due_at: now,
        outbox.c.expires_at: come.c.until,
        outbox.c.created_at: now,
    }
    chosen = sa.select(*row.values()).where(come.c.place == 1, come.c.until > now, taken)
    made = insert(outbox).from_select(list(row), chosen, include_defaults=False)
    return made.on_conflict_do_nothing(index_elements=["dedupe_key"])


_PLAN = _insert()
#: sqlite3 counts no rows of a statement that begins with WITH
_CHANGED = sa.select(sa.func.changes())
_SET_NEXT = (
    sa.update(prework)
    .where(prework.c.id == sa.bindparam("prework"))
    .values(next_at=sa.bindparam("at", type_=Instant))
)


class StoredPlanning:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def next_at(self) -> datetime | None:
        return self._db.execute(_NEXT_AT).scalar()

    def all_due(self, now: datetime) -> Sequence[tuple[int, int]]:
        return [tuple(row) for row in self._db.execute(_ALL_DUE, {"now": now})]

    def due(self, now: datetime, most: int, only: int | None = None) -> Sequence[OpenPreWork]:
        found = (
            self._db.execute(_DUE_TOGETHER, {"now": now, "most": most})
            if only is None
            else self._db.execute(_DUE_ALONE, {"now": now, "only": only})
        )
        rows: list[tuple[Any, ...]] = [tuple(row) for row in found]
        holidays = self._holidays({row[1] for row in rows})
        return [
            OpenPreWork(
                *row[:3],
                posted_at=row[3],
                deadline=row[4],
                students=row[5],
                rules=read_rules(row[6:]),
                holidays=tuple(holidays.get(row[1], ())),
            )
            for row in rows
        ]

    def _holidays(self, sections: Collection[int]) -> dict[int, list[Days]]:
        found: dict[int, list[Days]] = {}
        if sections:
            for number, first, last in self._db.execute(_HOLIDAYS, {"sections": list(sections)}):
                days = Days(date.fromisoformat(first), date.fromisoformat(last))
                found.setdefault(number, []).append(days)
        return found

    def zones(self, preworks: Collection[int]) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for number, zone in self._db.execute(_ZONES, {"preworks": list(preworks)}):
            found.setdefault(number, set()).add(zone)
        return found

    def cuts(self, section: int, size: int) -> Sequence[int]:
        return list(self._db.execute(_CUTS, {"section": section, "size": size}).scalars())

    def plan(
        self,
        plans: Mapping[tuple[int, str], Sequence[Planned]],
        between: tuple[int, int],
        now: datetime,
        seed: str,
    ) -> int:
        steps = [
            _step(number, zone, each, tuple(planned), between, now)
            for (number, zone), planned in plans.items()
            for each in planned
            if each.at <= now
        ]
        if not steps:
            return 0
        self._db.execute(_PLAN, {"steps": json.dumps(steps), "now": now, "seed": seed})
        return self._db.execute(_CHANGED).scalar_one()

    def set_next(self, at: Mapping[int, datetime | None]) -> None:
        self._db.execute(_SET_NEXT, [{"prework": number, "at": each} for number, each in at.items()])

    def look_again_at_all(self, now: datetime, deadlines_from: datetime) -> None:
        self._db.execute(
            sa.update(prework)
            .where(
                prework.c.posted_at.is_not(None),
                prework.c.deadline >= deadlines_from,
                sa.or_(prework.c.next_at.is_(None), prework.c.next_at > now),
            )
            .values(next_at=now)
        )

    def look_again(self, section: int, now: datetime) -> None:
        self._db.execute(
            sa.update(prework)
            .where(prework.c.section_id == section, prework.c.posted_at.is_not(None))
            .values(next_at=now)
        )


def _step(
    prework_id: int,
    zone: str,
    step: Planned,
    steps: tuple[Planned, ...],
    between: tuple[int, int],
    now: datetime,
) -> dict[str, Any]:
    known = zone if is_zone(zone) else "UTC"
    return {
        "prework": prework_id,
        "zone": zone,
        "low": between[0],
        "high": between[1],
        "number": step.number,
        "key": step.key,
        "way": step.way,
        "at": _micros(step.at, _ANY),
        "until": _micros(step.until, _ANY),
        "day": local_day(step.at, known).isoformat(),
        "today": local_day(now, known).isoformat(),
        "later": json.dumps(at_or_after(step, steps)),
    }


_ANY: Any = None
