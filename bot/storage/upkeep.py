"""Facts about this installation and its gateway log-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.storage.tables import fact, identify


class StoredUpkeep:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def fact(self, name: str) -> str | None:
        return self._db.execute(sa.select(fact.c.value).where(fact.c.name == name)).scalar()

    def set_fact(self, name: str, value: str) -> None:
        row = insert(fact).values(name=name, value=value)
        self._db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def identifies_since(self, since: datetime) -> Sequence[datetime]:
        return list(
            self._db.execute(
                sa.select(identify.c.at).where(identify.c.at >= since).order_by(identify.c.at)
            ).scalars()
        )

    def set_right(self, now: datetime) -> None:
        self._db.execute(sa.update(identify).where(identify.c.at > now).values(at=now))

    def note_identify(self, at: datetime, *, forget_before: datetime) -> None:
        self._db.execute(sa.delete(identify).where(identify.c.at < forget_before))
        self._db.execute(sa.insert(identify).values(at=at))
