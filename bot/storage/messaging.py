"""How classes want to be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.records import Messaging
from bot.storage.message_tables import messaging

RULES = (
    messaging.c.ladder,
    messaging.c.ladder_since,
    messaging.c.dm_opens,
    messaging.c.dm_closes,
    messaging.c.days_off,
    messaging.c.guardian_rule,
    messaging.c.reads,
)
_OF = sa.select(*RULES).where(messaging.c.section_id == sa.bindparam("section"))


def read_rules(row: Sequence[Any]) -> Messaging:
    """From ``RULES``; a class that has said nothing, all of them NULL, has the usual ones."""
    ladder, since, opens, closes, days_off, guardian_rule, reads = tuple(row)
    if days_off is None:
        return Messaging()
    days = tuple(int(each) for each in days_off.split(",") if each)
    return Messaging(ladder, opens, closes, days, guardian_rule, reads, ladder_since=since)


class StoredMessaging:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, section: int) -> Messaging:
        row = self._db.execute(_OF, {"section": section}).first()
        if row is None:
            return Messaging()
        return read_rules(row)

    def keep(self, section: int, rules: Messaging) -> None:
        values = {
            "ladder": sa.null() if rules.ladder is None else rules.ladder,
            "ladder_since": rules.ladder_since,
            "dm_opens": rules.dm_opens,
            "dm_closes": rules.dm_closes,
            "days_off": ",".join(map(str, rules.days_off)),
            "guardian_rule": rules.guardian_rule,
            "reads": sa.null() if rules.reads is None else rules.reads,
        }
        row = insert(messaging).values(section_id=section, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["section_id"], set_=values))
