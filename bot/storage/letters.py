"""What students and guardians wrote to a teacher, the answers, and each student's thread in the teachers' room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.disclosure import without_links
from bot.domain.letters import Letter, Party, Talk, Unanswered, Via, Writer
from bot.domain.outbox import Kind, State, Way
from bot.domain.records import Section
from bot.storage.message_tables import guardian, holiday, letter
from bot.storage.sections import SECTION_COLUMNS
from bot.storage.tables import account, enrolment, outbox, phone, section

_COLUMNS = (
    letter.c.id,
    letter.c.handle,
    letter.c.section_id,
    letter.c.person_id,
    letter.c.party,
    letter.c.via,
    letter.c.body,
    letter.c.files,
    letter.c.author_id,
    letter.c.at,
)
_IN = letter.c.direction == "in"


class StoredLetters:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(
        self,
        *,
        handle: str,
        section: int | None,
        person: int,
        party: Party,
        via: Via,
        body: str,
        files: int,
        author: int | None,
        external: str,
        at: datetime,
    ) -> Letter | None:
        row = insert(letter).values(
            handle=handle,
            section_id=section,
            person_id=person,
            party=party,
            direction="in" if author is None else "out",
            via=via,
            # a guardian who answers a text may quote the link in it: teachers read the letter
            body=without_links(body),
            files=files,
            author_id=author,
            external=external,
            at=at,
        )
        once = row.on_conflict_do_nothing(index_elements=["external"]).returning(*_COLUMNS)
        kept = self._db.execute(once).first()
        return _letter(kept) if kept else None

    def get(self, letter_id: int) -> Letter:
        return _letter(self._db.execute(sa.select(*_COLUMNS).where(letter.c.id == letter_id)).one())

    def by_handle(self, handle: str) -> Letter | None:
        row = self._db.execute(sa.select(*_COLUMNS).where(letter.c.handle == handle)).first()
        return _letter(row) if row else None

    def writers(self, marks: Collection[str]) -> Sequence[Writer]:
        found: list[Writer] = []
        for table, party in ((phone, Party.STUDENT), (guardian, Party.GUARDIAN)):
            section_id = guardian.c.section_id if table is guardian else sa.null()
            query = sa.select(table.c.person_id, section_id).where(
                table.c.number_hash.in_(marks),
                table.c.confirmed_at.is_not(None),
                table.c.stopped_at.is_(None),
            )
            rows = self._db.execute(query.order_by(table.c.person_id))
            found += [Writer(person, party, of) for person, of in rows]
        return found

    def undirected(self, person: int) -> Sequence[Letter]:
        query = sa.select(*_COLUMNS).where(letter.c.person_id == person, letter.c.section_id.is_(None))
        return [_letter(row) for row in self._db.execute(query.order_by(letter.c.id))]

    def direct(self, letters: Collection[int], section: int) -> None:
        self._db.execute(sa.update(letter).where(letter.c.id.in_(letters)).values(section_id=section))

    def settle(self, section: int, person: int, party: Party, at: datetime) -> int:
        """Everything they wrote up to then is answered, or needs no answer; gives how many that are."""
        this = (letter.c.section_id == section, letter.c.person_id == person, letter.c.party == party)
        query = sa.update(letter).where(*this, _IN, letter.c.settled_at.is_(None), letter.c.at <= at)
        return self._db.execute(query.values(settled_at=at)).rowcount

    def unanswered(self, section: int) -> Sequence[Unanswered]:
        oldest = sa.func.min(letter.c.at, type_=letter.c.at.type)
        query = (
            sa.select(
                account.c.discord_id, letter.c.party, sa.func.count(), oldest, enrolment.c.staff_thread_id
            )
            .select_from(
                letter.join(account, account.c.person_id == letter.c.person_id).outerjoin(
                    enrolment,
                    sa.and_(
                        enrolment.c.section_id == letter.c.section_id,
                        enrolment.c.person_id == letter.c.person_id,
                    ),
                )
            )
            .where(letter.c.section_id == section, _IN, letter.c.settled_at.is_(None))
            .group_by(account.c.discord_id, letter.c.party, enrolment.c.staff_thread_id)
            .order_by(oldest)
        )
        return [
            Unanswered(student, Party(party), count, at, desk)
            for student, party, count, at, desk in self._db.execute(query)
        ]

    def last_section(self, person: int, since: datetime) -> int | None:
        """The class of the last letter from or to that person."""
        query = sa.select(letter.c.section_id).where(
            letter.c.person_id == person, letter.c.section_id.is_not(None), letter.c.at >= since
        )
        return self._db.execute(query.order_by(letter.c.id.desc()).limit(1)).scalar()

    def told_section(self, person: int, message: int) -> int | None:
        """The class that a message of the bot's to that person was about, by Discord's id."""
        query = sa.select(outbox.c.section_id).where(
            outbox.c.result == str(message), outbox.c.person_id == person
        )
        return self._db.execute(query).scalar()

    def last_told(
        self, persons: Collection[int], ways: Collection[Way], since: datetime
    ) -> tuple[int, int] | None:
        """Person and class of the last message that reached one of them."""
        query = sa.select(outbox.c.person_id, outbox.c.section_id).where(
            outbox.c.person_id.in_(persons),
            outbox.c.section_id.is_not(None),
            outbox.c.state == State.SENT,
            outbox.c.ended_at >= since,
            outbox.c.way.in_(ways),
        )
        row = self._db.execute(query.order_by(outbox.c.ended_at.desc(), outbox.c.id.desc()).limit(1)).first()
        return (row[0], row[1]) if row else None

    def classes(self, person: int) -> Sequence[Section]:
        """Where the person is a student; only where there is none, those whose server they have left."""
        query = (
            sa.select(*SECTION_COLUMNS, enrolment.c.left_at)
            .select_from(section.join(enrolment, enrolment.c.section_id == section.c.id))
            .where(enrolment.c.person_id == person)
            .order_by(section.c.name)
        )
        rows = [(Section(*columns), left_at) for *columns, left_at in self._db.execute(query)]
        attended = [each for each, left_at in rows if left_at is None]
        return attended or [each for each, _ in rows]

    def talks(self, since: datetime, limit: int) -> Sequence[Talk]:
        told = (
            sa.select(
                outbox.c.person_id.label("person_id"),
                sa.func.min(sa.cast(outbox.c.result, sa.BigInteger)).label("first"),
                sa.func.max(outbox.c.ended_at).label("last"),
            )
            .where(
                outbox.c.way == Way.DM,
                outbox.c.state == State.SENT,
                outbox.c.due_at >= since,  # the index has it; what waited longer was due again since
                outbox.c.result != "",
            )
            .group_by(outbox.c.person_id)
            .subquery()
        )
        after = sa.func.coalesce(account.c.dm_seen_id, told.c.first)
        query = (
            sa.select(account.c.dm_channel_id, after)
            .outerjoin(told, told.c.person_id == account.c.person_id)
            .where(
                account.c.dm_channel_id.is_not(None),
                sa.or_(told.c.first.is_not(None), account.c.dm_seen_id >= _snowflake(since)),
            )
            .order_by(
                sa.func.max(
                    sa.func.coalesce(told.c.first, 0), sa.func.coalesce(account.c.dm_seen_id, 0)
                ).desc()
            )
        )
        return [Talk(channel, seen) for channel, seen in self._db.execute(query.limit(limit))]

    def on_the_way(self, person: int) -> tuple[int, datetime | None]:
        query = sa.select(sa.func.count(), sa.func.max(outbox.c.due_at, type_=outbox.c.due_at.type)).where(
            outbox.c.person_id == person,
            outbox.c.kind == Kind.LETTER,
            outbox.c.state.in_((State.DUE, State.LEASED, State.CALLING)),
        )
        count, last = self._db.execute(query).one()
        return count, last

    def desk(self, section_id: int, person: int) -> int | None:
        """The student's thread in the teachers' room."""
        return self._db.execute(
            sa.select(enrolment.c.staff_thread_id).where(*_of(section_id, person))
        ).scalar()

    def set_desk(self, section_id: int, person: int, thread: int) -> None:
        self._db.execute(sa.update(enrolment).where(*_of(section_id, person)).values(staff_thread_id=thread))

    def holidays(self, section_id: int) -> Sequence[tuple[date, date]]:
        """First and last days, local to the class."""
        query = sa.select(holiday.c.first, holiday.c.last).where(holiday.c.section_id == section_id)
        return [
            (date.fromisoformat(first), date.fromisoformat(last)) for first, last in self._db.execute(query)
        ]


def _letter(row: Sequence[Any]) -> Letter:
    number, handle, section_id, person, party, via, *rest = tuple(row)
    return Letter(number, handle, section_id, person, Party(party), Via(via), *rest)


def _snowflake(at: datetime) -> int:
    """The least id that Discord gives to anything made then; its ids begin with the milliseconds since 2015."""
    return (int(at.timestamp() * 1000) - 1_420_070_400_000) << 22


def _of(section_id: int, person: int) -> tuple[sa.ColumnElement[bool], ...]:
    return enrolment.c.section_id == section_id, enrolment.c.person_id == person
