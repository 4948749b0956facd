"""The record of what was said and done: each line carries a digest over the one before, so that none can be changed.

The database itself refuses to rewrite or delete a line (``message_tables.HISTORY_GUARDS``). Whoever takes those
guards away is found by ``broken``: numbers run without a gap up to the highest that was ever given out, and each
line's chain covers all of it but its words, whose own digest it covers. Words may only be blanked, and only those
of a person of whom a later line says that they were erased. Against one who writes the whole chain anew, the
digests help that were taken out before: every export ends with one (N24).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from bot.domain.records import ERASED, HistoryCheck, HistoryLine
from bot.storage.columns import Instant
from bot.storage.message_tables import history

_LAST = sa.select(history.c.id, history.c.chain).order_by(history.c.id.desc()).limit(1)
_ADD = sa.insert(history)
#: as they lie in the file: what is no number or no JSON any more is to be found, not to be stumbled over
_RAW = sa.select(
    history.c.id,
    sa.type_coerce(history.c.at, sa.Integer).label("at"),
    history.c.section_id,
    history.c.person_id,
    history.c.actor_id,
    history.c.what,
    sa.type_coerce(history.c.body, sa.String).label("body"),
    history.c.digest,
    history.c.chain,
).order_by(history.c.id)
_GIVEN_OUT = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'history'")
_ERASED = sa.select(history.c.person_id, sa.func.max(history.c.id)).where(history.c.what == ERASED)
_FIRST = "0" * 64


class NoHistory(Exception):
    """There is no such file, or it holds no history yet."""


class StoredHistory:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, line: HistoryLine) -> None:
        """Adds it to the end of the chain. The writer is alone, so nothing comes in between."""
        at = line.at.astimezone(UTC)
        _, before = self.head()
        row = {
            "at": at,
            "section_id": line.section,
            "person_id": line.person,
            "actor_id": line.actor,
            "what": line.what,
            "body": line.body,
            "digest": _digest(json.dumps(line.body, sort_keys=True)),
        }
        self._db.execute(_ADD, row | {"chain": _chain(before, row, at)})

    def of_section(self, section: int, since: datetime | None = None) -> Iterator[HistoryLine]:
        """What concerns a class, oldest first."""
        query = sa.select(history).where(history.c.section_id == section)
        if since is not None:
            query = query.where(history.c.at >= since)
        for row in self._db.execute(query.order_by(history.c.id)):
            yield HistoryLine(row.at, row.what, row.body, row.section_id, row.person_id, row.actor_id)

    def head(self) -> tuple[int, str]:
        """How many lines there are and the chain up to the last; 64 zeros before the first."""
        row = self._db.execute(_LAST).first()
        return (row[0], row[1]) if row else (0, _FIRST)

    def erase(self, person: int, at: datetime) -> None:
        """Blanks the words of every line about a person, and says so in a line of its own."""
        self.add(HistoryLine(at, ERASED, {}, person=person))
        blanked = sa.update(history).where(history.c.person_id == person, history.c.what != ERASED)
        self._db.execute(blanked.values(body=sa.null()))

    def broken(self) -> int | None:
        """The number of the first line that is missing or not as it was written; None when all are."""
        erased = {row[0]: row[1] for row in self._db.execute(_ERASED.group_by(history.c.person_id))}
        number, before = 0, _FIRST
        for row in self._db.execute(_RAW).mappings():
            number += 1
            if row["id"] != number or not _follows(before, dict(row), erased.get(row["person_id"], 0)):
                return number
            before = row["chain"]
        # SQLite remembers the highest number it gave out: lines taken off the end are missed too
        given_out = self._db.execute(_GIVEN_OUT).scalar() or 0
        return None if given_out == number else number + 1


def check_file(path: Path) -> HistoryCheck:
    """Looks over the history in a database file, read-only: the bot may be running on it.

    Raises NoHistory when there is nothing to look over.
    """
    engine = sa.create_engine("sqlite://", creator=lambda: _read_only(path), poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            stored = StoredHistory(connection)
            return HistoryCheck(*stored.head(), stored.broken())
    except DatabaseError as error:
        raise NoHistory(f"{path} has no history to look over: {error.__cause__ or error}") from None


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _follows(before: str, row: dict[str, Any], erased_at: int) -> bool:
    try:
        at: datetime = Instant().process_result_value(row["at"], None)  # pyright: ignore[reportAssignmentType, reportArgumentType]
        is_whole = (
            row["id"] < erased_at
            if row["body"] is None
            else _digest(json.dumps(json.loads(row["body"]), sort_keys=True)) == row["digest"]
        )
        return is_whole and _chain(before, row, at) == row["chain"]
    except (TypeError, ValueError, OverflowError):
        return False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _chain(before: str, row: dict[str, Any], at: datetime) -> str:
    names = ("section_id", "person_id", "actor_id", "what", "digest")
    return _digest(json.dumps([before, at.isoformat(), *(row[name] for name in names)]))
