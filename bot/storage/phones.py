"""Phone numbers, sealed, with the record of consent. Only a confirmed one that was not stopped is texted."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.phones import PhoneRecord
from bot.storage.tables import consent, phone

#: of a row: may it be texted?
TEXTABLE = sa.and_(phone.c.confirmed_at.is_not(None), phone.c.stopped_at.is_(None))


class StoredPhones:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, person: int) -> PhoneRecord | None:
        columns = (
            phone.c.number,
            phone.c.code,
            phone.c.code_expires_at,
            phone.c.code_tries,
            phone.c.confirmed_at,
            phone.c.stopped_at,
        )
        row = self._db.execute(sa.select(*columns).where(phone.c.person_id == person)).first()
        return PhoneRecord(*row) if row else None

    def give(self, person: int, number: bytes, number_hash: str, code: bytes, expires_at: datetime) -> None:
        values = {
            "number": number,
            "number_hash": number_hash,
            "code": code,
            "code_expires_at": expires_at,
            "code_tries": 0,
            "confirmed_at": None,
            "stopped_at": None,
        }
        row = insert(phone).values(person_id=person, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))

    def count_try(self, person: int) -> None:
        self._change(person, code_tries=phone.c.code_tries + 1)

    def confirm(self, person: int, at: datetime) -> None:
        self._change(person, confirmed_at=at, code=None, code_expires_at=None)

    def stop(self, person: int, at: datetime) -> bool:
        return self._change(
            person, number=b"", code=None, code_expires_at=None, confirmed_at=None, stopped_at=at
        )

    def number_to_text(self, person: int, *, unconfirmed: bool = False) -> bytes | None:
        proven = phone.c.code.is_not(None) if unconfirmed else phone.c.confirmed_at.is_not(None)
        this = phone.c.person_id == person, phone.c.stopped_at.is_(None), proven
        return self._db.execute(sa.select(phone.c.number).where(*this)).scalar()

    def consents(self, person: int, act: str) -> list[datetime]:
        query = sa.select(consent.c.at).where(consent.c.person_id == person, consent.c.act == act)
        return list(self._db.execute(query.order_by(consent.c.at, consent.c.id)).scalars())

    def record_consent(self, person: int, act: str, via: str, wording: str, at: datetime) -> None:
        row = sa.insert(consent).values(person_id=person, act=act, via=via, wording=wording, at=at)
        self._db.execute(row)

    def _change(self, person: int, **values: object) -> bool:
        query = sa.update(phone).where(phone.c.person_id == person, phone.c.stopped_at.is_(None))
        return self._db.execute(query.values(**values)).rowcount == 1
