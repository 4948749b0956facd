"""Guardians' numbers: one to a student, given under the rule of a class, texted only once confirmed."""

from __future__ import annotations

import sqlalchemy as sa

from bot.domain.phones import NewNumber
from bot.storage.message_tables import guardian, messaging
from bot.storage.numbers import StoredNumbers

#: of a row, but for what its phone or its class says: may it be texted?
REACHABLE = sa.and_(
    guardian.c.confirmed_at.is_not(None), guardian.c.stopped_at.is_(None), guardian.c.paused_why == ""
)


class StoredGuardians(StoredNumbers):
    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, guardian)

    def keep(self, person: int, new: NewNumber, section: int, by: int) -> None:
        self.give(person, new, section_id=section, given_by=by, given_at=new.given_at)

    def section(self, person: int) -> int | None:
        """The class under whose rule the number was given."""
        query = sa.select(guardian.c.section_id).where(guardian.c.person_id == person)
        return self._db.execute(query).scalar()

    def reachable(self, person: int) -> bool:
        """Confirmed, not stopped, not paused, not refused by the phone itself, and the class still has the rule."""
        if self.number_to_text(person) is None:
            return False
        query = (
            sa.select(messaging.c.section_id)
            .join(guardian, guardian.c.section_id == messaging.c.section_id)
            .where(guardian.c.person_id == person, messaging.c.guardian_rule != "off")
        )
        return self._db.execute(query).first() is not None
