"""What became of messages, for the teachers who sent them; and by which ways the students of a class can be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.outbox import Kind, State, Way
from bot.domain.records import Account, HistoryLine, Owing
from bot.domain.reporting import REPORTED, Step
from bot.storage.columns import Instant
from bot.storage.message_tables import announcement, history, receipt
from bot.storage.outbox import TO_SERVER
from bot.storage.people import ACCOUNT_COLUMNS
from bot.storage.phones import TEXTABLE
from bot.storage.tables import account, enrolment, outbox, person, phone

#: a message that found a way closed goes on under its key with ">way" behind it
_FOLLOWS = sa.func.instr(outbox.c.dedupe_key, ">") > 0
_CHAIN = sa.func.substr(outbox.c.dedupe_key, 1, sa.func.instr(outbox.c.dedupe_key + ">", ">") - 1)
_ROOT = outbox.alias("root")
_STEPS = (
    sa.select(
        outbox.c.id,
        outbox.c.nonce,
        outbox.c.kind,
        outbox.c.way,
        outbox.c.state,
        outbox.c.person_id,
        account.c.discord_id,
        outbox.c.about_id,
        outbox.c.args,
        outbox.c.due_at,
        outbox.c.ended_at,
        outbox.c.why,
        outbox.c.got_it_at,
        receipt.c.status,
        receipt.c.error_code,
        _CHAIN,
        sa.func.coalesce(_ROOT.c.created_at, outbox.c.created_at, type_=Instant),
        sa.case((_ROOT.c.id.is_(None), outbox.c.expires_at), else_=_ROOT.c.expires_at),
        sa.func.coalesce(_ROOT.c.way, outbox.c.way),
    )
    .select_from(
        outbox.join(account, account.c.person_id == outbox.c.person_id)
        .outerjoin(receipt, receipt.c.sid == outbox.c.result)
        .outerjoin(_ROOT, sa.and_(_FOLLOWS, _ROOT.c.dedupe_key == _CHAIN))
    )
    .where(outbox.c.section_id == sa.bindparam("section"))
    .order_by(outbox.c.id)
)
_ABOUT = _STEPS.where(
    outbox.c.about_id == sa.bindparam("about"), outbox.c.kind.in_(sa.bindparam("kinds", expanding=True))
)
_BETWEEN = _STEPS.where(
    outbox.c.due_at >= sa.bindparam("since", type_=Instant),
    outbox.c.due_at < sa.bindparam("until", type_=Instant),
    outbox.c.kind.in_(REPORTED),
)


class StoredReports:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def held_up(self, tried_before: datetime) -> Sequence[tuple[int, str]]:
        query = (
            sa.select(outbox.c.section_id, sa.func.min(outbox.c.why))
            .where(
                outbox.c.state == State.DUE,
                TO_SERVER,
                outbox.c.why != "",
                outbox.c.section_id.is_not(None),
                outbox.c.created_at <= tried_before,
            )
            .group_by(outbox.c.section_id)
        )
        return [(section, why) for section, why in self._db.execute(query)]

    def concerned(self, ways: Collection[Way], kind: Kind | None, since: datetime) -> Sequence[int]:
        query = sa.select(outbox.c.section_id).where(
            outbox.c.section_id.is_not(None), outbox.c.way.in_(ways), outbox.c.due_at >= since
        )
        if kind is not None:
            query = query.where(outbox.c.kind == kind)
        return list(self._db.execute(query.distinct().order_by(outbox.c.section_id)).scalars())

    def about(self, section: int, kind: Kind, about: int) -> Sequence[Step]:
        """Every row about one thing, oldest first."""
        given = {"section": section, "about": about, "kinds": [kind, Kind.UNREACHED]}
        return [_step(tuple(row)) for row in self._db.execute(_ABOUT, given)]

    def between(self, section: int, since: datetime, until: datetime | None = None) -> Sequence[Step]:
        """Every row that was due from ``since`` on and before ``until``, oldest first."""
        given = {"section": section, "since": since, "until": until or _NEVER}
        return [_step(tuple(row)) for row in self._db.execute(_BETWEEN, given)]

    def of_nonce(self, nonce: str) -> tuple[int, Kind, int | None, datetime] | None:
        """Section, kind (of what could not be told, where nobody was reached), thing and time of a row."""
        query = sa.select(
            outbox.c.section_id, outbox.c.kind, outbox.c.args["was"].as_string(), outbox.c.about_id,
            outbox.c.due_at,
        ).where(outbox.c.nonce == nonce, outbox.c.section_id.is_not(None), outbox.c.person_id.is_not(None))  # fmt: skip
        row = self._db.execute(query.where(outbox.c.kind.in_(REPORTED))).first()
        if row is None:
            return None
        section, kind, was, about, due_at = tuple(row)
        return section, Kind(was or Kind.NUDGE) if kind == Kind.UNREACHED else Kind(kind), about, due_at

    def announced(self, numbers: Collection[int]) -> dict[int, str]:
        """Words of those announcements, by id."""
        query = sa.select(announcement.c.id, announcement.c.body).where(announcement.c.id.in_(numbers))
        return {row.id: row.body for row in self._db.execute(query)}

    def everyone(self, section: int) -> Sequence[Owing]:
        """Every student of a class as one who may be written to, in one query."""
        query = (
            sa.select(
                *ACCOUNT_COLUMNS,
                enrolment.c.thread_id,
                TEXTABLE,
                enrolment.c.joined_at,
            )
            .select_from(
                enrolment.join(person, person.c.id == enrolment.c.person_id)
                .join(account, account.c.person_id == person.c.id)
                .outerjoin(phone, phone.c.person_id == person.c.id)
            )
            .where(enrolment.c.section_id == section, enrolment.c.left_at.is_(None))
            .order_by(enrolment.c.joined_at, person.c.id)
        )
        cut = len(ACCOUNT_COLUMNS)
        return [_reachable(tuple(row), cut) for row in self._db.execute(query)]

    def told(self, section: int, since: datetime) -> Iterator[tuple[HistoryLine, int | None, int | None]]:
        """The history of a class and what its students did for themselves (a consent, a stop), oldest first.

        Each line comes with the Discord ids of its person and of who did it.
        """
        students = sa.select(enrolment.c.person_id).where(enrolment.c.section_id == section)
        own = sa.and_(history.c.section_id.is_(None), history.c.person_id.in_(students))
        who, actor = account.alias(), account.alias()
        query = (
            sa.select(history, who.c.discord_id.label("who"), actor.c.discord_id.label("by"))
            .select_from(
                history.outerjoin(who, who.c.person_id == history.c.person_id).outerjoin(
                    actor, actor.c.person_id == history.c.actor_id
                )
            )
            .where(sa.or_(history.c.section_id == section, own), history.c.at >= since)
            .order_by(history.c.id)
        )
        for row in self._db.execute(query):
            line = HistoryLine(row.at, row.what, row.body, row.section_id, row.person_id, row.actor_id)
            yield line, row.who, row.by


def _step(row: tuple[Any, ...]) -> Step:
    number, nonce, kind, way, state = row[:5]
    return Step(number, nonce, _KINDS[kind], _WAYS[way], _STATES[state], *row[5:-1], began_by=_WAYS[row[-1]])


#: by their words: a class has thousands of rows, and asking the enumeration costs more than all the rest
_KINDS = {str(each): each for each in Kind}
_WAYS = {str(each): each for each in Way}
_STATES = {str(each): each for each in State}
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def _reachable(row: Sequence[Any], cut: int) -> Owing:
    thread, texts, joined = row[cut:]
    return Owing(Account(*row[:cut]), thread, None, 0, (), bool(texts), frozenset(), joined)
