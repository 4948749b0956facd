"""Persons and their Discord accounts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.domain.records import Account
from bot.storage.prepared import Prepared
from bot.storage.tables import account, person

ACCOUNT_COLUMNS = (
    account.c.person_id,
    account.c.discord_id,
    account.c.dm_channel_id,
    account.c.inbox_asked_at,
    account.c.dm_closed_at,
    person.c.zone,
)
ACCOUNTS = account.join(person)
_ACCOUNTS = sa.select(*ACCOUNT_COLUMNS).select_from(ACCOUNTS)
_OF = Prepared(_ACCOUNTS.where(account.c.discord_id == sa.bindparam("discord")))
_OF_PERSON = Prepared(_ACCOUNTS.where(account.c.person_id == sa.bindparam("person")))


class StoredPeople:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, discord: int) -> Account | None:
        row = _OF.first(self._db, discord=discord)
        return Account(*row) if row else None

    def account(self, person: int) -> Account | None:
        row = _OF_PERSON.first(self._db, person=person)
        return Account(*row) if row else None

    def known(self, discord: int, at: datetime) -> Account:
        found = self.of(discord)
        if found:
            return found
        made = self._db.execute(sa.insert(person).values(created_at=at).returning(person.c.id)).scalar_one()
        self._db.execute(sa.insert(account).values(discord_id=discord, person_id=made))
        return Account(made, discord, None, None, None, None)

    def ask_inbox(self, person: int, at: datetime) -> None:
        self._change(person, inbox_asked_at=at, dm_closed_at=None)

    def set_dm_channel(self, person: int, channel: int) -> None:
        self._change(person, dm_channel_id=channel, dm_closed_at=None)

    def close_dm(self, person: int, at: datetime) -> None:
        self._change(person, dm_closed_at=at)

    def meet_dm(self, person: int, channel: int, message: int) -> None:
        newest = sa.func.max(sa.func.coalesce(account.c.dm_seen_id, 0), message)
        self._change(person, dm_channel_id=channel, dm_seen_id=newest)

    def _change(self, person: int, **values: object) -> None:
        self._db.execute(sa.update(account).where(account.c.person_id == person).values(**values))
