"""Phone numbers in a table of students' or of guardians': the same columns, the same rules."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.phones import NewNumber, PhoneRecord
from bot.storage.message_tables import optout


class StoredNumbers:
    """One number to a person, or to a person in one class (``of``: columns that all rows meant here have).

    The row stays when texts stop, without its number: its hash knows a later START.
    """

    def __init__(self, connection: sa.Connection, table: sa.Table, **of: int) -> None:
        self._db, self._table, self._of = connection, table, of

    def _this(self, person: int) -> sa.ColumnElement[bool]:
        t = self._table.c
        return sa.and_(t.person_id == person, *(t[name] == value for name, value in self._of.items()))

    def of(self, person: int) -> PhoneRecord | None:
        t = self._table.c
        columns = (
            t.number,
            t.code,
            t.code_expires_at,
            t.code_tries,
            t.confirmed_at,
            t.stopped_at,
            t.number_hash,
            t.zones,
            t.paused_why,
        )
        row = self._db.execute(sa.select(*columns).where(self._this(person))).first()
        return PhoneRecord(*row) if row else None

    def give(self, person: int, new: NewNumber, **more: object) -> None:
        """Keeps a sealed number with a sealed code to prove it, in the place of any earlier one."""
        values = {
            "number": new.number,
            "number_hash": new.mark,
            "zones": ",".join(new.zones),
            "code": new.code,
            "code_expires_at": new.expires_at,
            "code_tries": 0,
            "confirmed_at": None,
            "stopped_at": None,
            "paused_why": "",
            **more,
        }
        row = insert(self._table).values(person_id=person, **self._of, **values)
        key = [each.name for each in self._table.primary_key]
        self._db.execute(row.on_conflict_do_update(index_elements=key, set_=values))

    def count_try(self, person: int) -> None:
        self._change(person, code_tries=self._table.c.code_tries + 1)

    def confirm(self, person: int, at: datetime) -> None:
        self._change(person, confirmed_at=at, code=None, code_expires_at=None)

    def stop(self, person: int, at: datetime) -> bool:
        return self._change(
            person, number=b"", code=None, code_expires_at=None, confirmed_at=None, stopped_at=at
        )

    def start_again(self, person: int, number: bytes, mark: str, at: datetime) -> bool:
        """The phone of a number that was stopped says that it may be texted; False when nothing was stopped."""
        t = self._table.c
        query = sa.update(self._table).where(self._this(person), t.stopped_at.is_not(None))
        values = {"number": number, "number_hash": mark, "confirmed_at": at, "stopped_at": None}
        return self._db.execute(query.values(**values, paused_why="")).rowcount == 1

    def pause(self, person: int, why: str) -> bool:
        """The carrier cannot reach the number; False when that was known, or there is none."""
        is_new = self._table.c.paused_why == ""
        return self._change(person, is_new, paused_why=why[:100])

    def number_to_text(self, person: int, *, unconfirmed: bool = False) -> bytes | None:
        t = self._table.c
        proven = t.code.is_not(None) if unconfirmed else t.confirmed_at.is_not(None)
        this = self._this(person), t.stopped_at.is_(None), t.paused_why == "", proven, ~self._refused()
        return self._db.execute(sa.select(t.number).where(*this)).scalar()

    def _refused(self) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            optout.c.number_hash == self._table.c.number_hash, optout.c.lifted_at.is_(None)
        )

    def _change(self, person: int, *conditions: sa.ColumnElement[bool], **values: object) -> bool:
        t = self._table.c
        query = sa.update(self._table).where(self._this(person), t.stopped_at.is_(None), *conditions)
        return self._db.execute(query.values(**values)).rowcount == 1
