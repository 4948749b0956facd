"""Guardians' numbers: one to a student in one class, given under that class's rule, texted only once confirmed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from bot.domain.phones import GUARDIAN, Holder, NewNumber
from bot.storage.message_tables import guardian, messaging
from bot.storage.numbers import StoredNumbers

#: of a row, but for what its phone or its class says: may it be texted?
REACHABLE = sa.and_(
    guardian.c.confirmed_at.is_not(None), guardian.c.stopped_at.is_(None), guardian.c.paused_why == ""
)


class StoredClassGuardians(StoredNumbers):
    """Those of one class: what another class knows of a student's guardian counts for nothing here."""

    def __init__(self, connection: sa.Connection, section: int) -> None:
        super().__init__(connection, guardian, section_id=section)

    def keep(self, person: int, new: NewNumber, by: int) -> None:
        self.give(person, new, given_by=by, given_at=new.given_at)

    def reachable(self, person: int) -> bool:
        """Confirmed, not stopped, not paused, not refused by the phone itself, and the class still has the rule."""
        if self.number_to_text(person) is None:
            return False
        query = sa.select(messaging.c.section_id).where(
            messaging.c.section_id == self._of["section_id"], messaging.c.guardian_rule != "off"
        )
        return self._db.execute(query).first() is not None

    def same_phone(self, person: int) -> Collection[int]:
        """Classes in which that student's guardian has the very number that this class knows, this one too."""
        here = sa.select(guardian.c.number_hash).where(self._this(person)).scalar_subquery()
        query = sa.select(guardian.c.section_id).where(
            guardian.c.person_id == person, guardian.c.number_hash == here
        )
        return list(self._db.execute(query).scalars())


class StoredGuardians:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def in_class(self, section: int) -> StoredClassGuardians:
        return StoredClassGuardians(self._db, section)

    def classes(self, person: int) -> Sequence[int]:
        query = sa.select(guardian.c.section_id).where(guardian.c.person_id == person)
        return list(self._db.execute(query.order_by(guardian.c.section_id)).scalars())

    def holders(self, mark: str, *, stopped: bool = False) -> Sequence[Holder]:
        at = guardian.c.stopped_at
        query = sa.select(guardian.c.person_id, guardian.c.section_id).where(
            guardian.c.number_hash == mark, at.is_not(None) if stopped else at.is_(None)
        )
        rows = self._db.execute(query.order_by(guardian.c.person_id, guardian.c.section_id))
        return [Holder(person, GUARDIAN, section) for person, section in rows]
