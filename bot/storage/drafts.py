"""What a preview showed, until it is confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.storage.tables import draft

#: who confirms a preview does so on the same day
KEPT = timedelta(days=1)


class StoredDrafts:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def save(self, handle: str, person: int, kind: str, body: dict[str, Any], at: datetime) -> None:
        self._db.execute(sa.delete(draft).where(draft.c.made_at < at - KEPT))
        self._db.execute(
            sa.insert(draft).values(handle=handle, person_id=person, kind=kind, body=body, made_at=at)
        )

    def read(self, handle: str, person: int, kind: str) -> dict[str, Any] | None:
        return self._db.execute(sa.select(draft.c.body).where(*_this(handle, person, kind))).scalar()

    def take(self, handle: str, person: int, kind: str) -> dict[str, Any] | None:
        return self._db.execute(
            sa.delete(draft).where(*_this(handle, person, kind)).returning(draft.c.body)
        ).scalar()


def _this(handle: str, person: int, kind: str) -> tuple[sa.ColumnElement[bool], ...]:
    return draft.c.handle == handle, draft.c.person_id == person, draft.c.kind == kind
