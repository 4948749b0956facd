"""How classes want to be reminded."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.records import Messaging
from bot.storage.message_tables import messaging

_OF = sa.select(
    messaging.c.ladder,
    messaging.c.dm_opens,
    messaging.c.dm_closes,
    messaging.c.days_off,
    messaging.c.guardian_rule,
    messaging.c.reads,
).where(messaging.c.section_id == sa.bindparam("section"))


class StoredMessaging:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, section: int) -> Messaging:
        row = self._db.execute(_OF, {"section": section}).first()
        if row is None:
            return Messaging()
        ladder, opens, closes, days_off, guardian_rule, reads = tuple(row)
        days = tuple(int(each) for each in days_off.split(",") if each)
        return Messaging(ladder, opens, closes, days, guardian_rule, reads)

    def keep(self, section: int, rules: Messaging) -> None:
        values = {
            "ladder": sa.null() if rules.ladder is None else rules.ladder,
            "dm_opens": rules.dm_opens,
            "dm_closes": rules.dm_closes,
            "days_off": ",".join(map(str, rules.days_off)),
            "guardian_rule": rules.guardian_rule,
            "reads": sa.null() if rules.reads is None else rules.reads,
        }
        row = insert(messaging).values(section_id=section, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["section_id"], set_=values))
