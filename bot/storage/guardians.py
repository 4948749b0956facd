"""Guardians' numbers, sealed: only one that its owner confirmed is texted."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.message_tables import guardian

#: of a row: may it be texted?
REACHABLE = sa.and_(
    guardian.c.confirmed_at.is_not(None), guardian.c.stopped_at.is_(None), guardian.c.paused_why == ""
)
_REACHABLE = sa.select(guardian.c.person_id).where(guardian.c.person_id == sa.bindparam("person"), REACHABLE)


class StoredGuardians:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def reachable(self, person: int) -> bool:
        return self._db.execute(_REACHABLE, {"person": person}).first() is not None
