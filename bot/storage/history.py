"""The record of what was said and done: each line carries a digest over the one before, so that none can be changed.

The database itself refuses to rewrite or delete a line (``message_tables.HISTORY_GUARDS``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.records import HistoryLine
from bot.storage.message_tables import history

_LAST = sa.select(history.c.chain).order_by(history.c.id.desc()).limit(1)
_ADD = sa.insert(history)
_FIRST = "0" * 64


class StoredHistory:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, line: HistoryLine) -> None:
        """Adds it to the end of the chain. The writer is alone, so nothing comes in between."""
        before = self._db.execute(_LAST).scalar() or _FIRST
        digest = _digest(json.dumps(line.body, sort_keys=True, ensure_ascii=False))
        row = {
            "at": line.at,
            "section_id": line.section,
            "person_id": line.person,
            "actor_id": line.actor,
            "what": line.what,
            "body": line.body,
            "digest": digest,
        }
        self._db.execute(_ADD, row | {"chain": _chain(before, row)})

    def of_section(self, section: int, since: datetime | None = None) -> Iterator[HistoryLine]:
        """What concerns a class, oldest first."""
        query = sa.select(history).where(history.c.section_id == section)
        if since is not None:
            query = query.where(history.c.at >= since)
        for row in self._db.execute(query.order_by(history.c.id)):
            yield HistoryLine(row.at, row.what, row.body, row.section_id, row.person_id, row.actor_id)

    def broken(self) -> int | None:
        """The id of the first line that does not follow from the one before it; None when all is as written."""
        before = _FIRST
        for row in self._db.execute(sa.select(history).order_by(history.c.id)).mappings():
            told = json.dumps(row["body"], sort_keys=True, ensure_ascii=False)
            if row["body"] is not None and _digest(told) != row["digest"]:
                return row["id"]
            if _chain(before, dict(row)) != row["chain"]:
                return row["id"]
            before = row["chain"]
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _chain(before: str, row: dict[str, Any]) -> str:
    names = ("section_id", "person_id", "actor_id", "what", "digest")
    return _digest(json.dumps([before, row["at"].isoformat(), *(row[name] for name in names)]))
