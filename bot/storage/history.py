"""The record of what was said and done: each line carries a digest over the one before, so that none can be changed.

The database itself refuses to rewrite or delete a line (``message_tables.HISTORY_GUARDS``). Whoever takes those
guards away is found by ``broken``: numbers run without a gap up to the highest that was ever given out, and each
line's chain covers all of it but its words, whose own digest it covers. Words may only be blanked, and only those
of a person of whom a later line says that they were erased. Against one who writes the whole chain anew, the
digests help that were taken out before: every export ends with one (N24).

Up to schema 0005 lines kept facts that open something. Its migration took those out, and says so in a line: which
lines, and the digest of what is left of each. The chain over them is as it was, so that digests of older exports still
stand in it. Lines since then are chained in another form: in no file can there be a second such line, nor one later on.
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

from bot.domain.disclosure import kept
from bot.domain.records import ERASED, TAKEN_OUT, HistoryCheck, HistoryLine
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
_TAKEN_OUT = (
    sa.select(history.c.id, sa.type_coerce(history.c.body, sa.String).label("body"))
    .where(history.c.what == TAKEN_OUT)
    .order_by(history.c.id)
    .limit(1)
)
_FIRST = "0" * 64
#: how a line is chained: before and since the migration that took out what no record may hold
_OLD, _NEW = 1, 2


class NoHistory(Exception):
    """There is no such file, or it holds no history yet."""


class StoredHistory:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, line: HistoryLine) -> None:
        """Adds to the end of the chain what the record may hold of it.

        The writer is alone, so nothing comes in between.
        """
        at, body = line.at.astimezone(UTC), kept(line.what, line.body or {})
        _, before = self.head()
        row = {
            "at": at,
            "section_id": line.section,
            "person_id": line.person,
            "actor_id": line.actor,
            "what": line.what,
            "body": body,
            "digest": _digest(json.dumps(body, sort_keys=True)),
        }
        self._db.execute(_ADD, row | {"chain": _chain(before, row, at, _NEW)})

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
        left = self._left()
        number, before, form = 0, _FIRST, _OLD
        for each in self._db.execute(_RAW).mappings():
            row, number, last = dict(each), number + 1, form
            form = _form(before, row)
            # the migration's line follows the last of the old form, and is the only one of its kind
            is_in_order = form >= last and (row["what"] == TAKEN_OUT) == (form > last and number > 1)
            cut = left.get(number) if form == _OLD else None
            is_whole = _is_whole(row, erased.get(row["person_id"], 0), cut)
            if row["id"] != number or not is_in_order or not is_whole:
                return number
            before = row["chain"]
        # SQLite remembers the highest number it gave out: lines taken off the end are missed too
        given_out = self._db.execute(_GIVEN_OUT).scalar() or 0
        return None if given_out == number else number + 1

    def taken_out(self) -> int:
        """From how many lines an update took out what no record may hold."""
        return len(self._left())

    def stands_after(self, digest: str) -> int | None:
        """The number of the line whose chain is that digest; None when none is."""
        return self._db.execute(sa.select(history.c.id).where(history.c.chain == digest)).scalar()

    def _left(self) -> dict[int, str]:
        """By number, the digest of what is left of the lines from which something was taken out."""
        row = self._db.execute(_TAKEN_OUT).first()
        try:
            left: dict[str, str] = json.loads(row.body)["lines"] if row else {}
            return {int(number): str(digest) for number, digest in left.items()}
        except (TypeError, ValueError, KeyError, AttributeError):
            return {}  # that line is found to be broken itself


def check_file(path: Path, digest: str = "") -> HistoryCheck:
    """Looks over the history in a database file, read-only: the bot may be running on it.

    ``digest`` is one that was taken out before, to be found again.

    Raises NoHistory when there is nothing to look over.
    """
    engine = sa.create_engine("sqlite://", creator=lambda: _read_only(path), poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            stored = StoredHistory(connection)
            stands = stored.stands_after(digest) if digest else None
            return HistoryCheck(*stored.head(), stored.broken(), stored.taken_out(), stands)
    except DatabaseError as error:
        raise NoHistory(f"{path} has no history to look over: {error.__cause__ or error}") from None


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _form(before: str, row: dict[str, Any]) -> int:
    """In which form the line is chained to the one before; 0 when it is not."""
    try:
        at: datetime = Instant().process_result_value(row["at"], None)  # pyright: ignore[reportAssignmentType, reportArgumentType]
        return next((each for each in (_NEW, _OLD) if _chain(before, row, at, each) == row["chain"]), 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def _is_whole(row: dict[str, Any], erased_at: int, left: str | None) -> bool:
    """Whether its words are those that were written, or were blanked or cut as a later line says."""
    if row["body"] is None:
        return row["id"] < erased_at
    try:
        digest = _digest(json.dumps(json.loads(row["body"]), sort_keys=True))
    except (TypeError, ValueError):
        return False
    return digest in (row["digest"], left)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _chain(before: str, row: dict[str, Any], at: datetime, form: int) -> str:
    names = ("section_id", "person_id", "actor_id", "what", "digest")
    head = [before] if form == _OLD else [form, before]
    return _digest(json.dumps([*head, at.isoformat(), *(row[name] for name in names)]))
