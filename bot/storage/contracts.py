"""Contracts: each signing a row of its own, never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.domain.contracts import Bar, Contract
from bot.storage.mastery_tables import contract
from bot.storage.prepared import Prepared

_COLUMNS = (
    contract.c.id,
    contract.c.handle,
    contract.c.section_id,
    contract.c.person_id,
    contract.c.bar,
    contract.c.tier,
    contract.c.wording,
    contract.c.signed_name,
    contract.c.signed_at,
    contract.c.guardian_wording,
    contract.c.guardian_name,
    contract.c.guardian_via,
    contract.c.guardian_signed_at,
    contract.c.in_force_at,
    contract.c.ended_at,
)
_IS_OF = (contract.c.section_id == sa.bindparam("section"), contract.c.person_id == sa.bindparam("person"))
_IN_FORCE = (contract.c.in_force_at.is_not(None), contract.c.ended_at.is_(None))

_OF = Prepared(sa.select(*_COLUMNS).where(*_IS_OF).order_by(contract.c.id))
_BAR = Prepared(
    sa.select(contract.c.bar, contract.c.id, contract.c.in_force_at)
    .where(*_IS_OF, *_IN_FORCE)
    .order_by(contract.c.id.desc())
    .limit(1)
)


class StoredContracts:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(
        self,
        *,
        handle: str,
        section: int,
        person: int,
        bar: int,
        tier: str,
        wording: str,
        name: str,
        at: datetime,
    ) -> Contract:
        values: dict[str, Any] = {"handle": handle, "section_id": section, "person_id": person, "bar": bar}
        values |= {"tier": tier, "wording": wording, "signed_name": name, "signed_at": at}
        made = self._db.execute(sa.insert(contract).values(values).returning(contract.c.id)).scalar_one()
        return self._one(contract.c.id == made)

    def of(self, section: int, person: int) -> Sequence[Contract]:
        return [Contract(*row) for row in _OF.all(self._db, section=section, person=person)]

    def of_section(self, section: int) -> Sequence[Contract]:
        query = sa.select(*_COLUMNS).where(contract.c.section_id == section).order_by(contract.c.id)
        return [Contract(*row) for row in self._db.execute(query)]

    def find(self, contract_id: int) -> Contract | None:
        row = self._db.execute(sa.select(*_COLUMNS).where(contract.c.id == contract_id)).first()
        return Contract(*row) if row else None

    def _one(self, *where: sa.ColumnElement[bool]) -> Contract:
        return Contract(*self._db.execute(sa.select(*_COLUMNS).where(*where)).one())

    def guardian_signed(self, contract_id: int, name: str, wording: str, via: str, at: datetime) -> None:
        values = {"guardian_name": name, "guardian_wording": wording, "guardian_via": via}
        self._db.execute(
            sa.update(contract)
            .where(contract.c.id == contract_id, contract.c.guardian_signed_at.is_(None))
            .values(guardian_signed_at=at, **values)
        )

    def begin(self, contract_id: int, at: datetime) -> None:
        self._db.execute(
            sa.update(contract)
            .where(contract.c.id == contract_id, contract.c.in_force_at.is_(None))
            .values(in_force_at=at)
        )

    def end(self, contract_id: int, at: datetime) -> None:
        self._db.execute(
            sa.update(contract)
            .where(contract.c.id == contract_id, contract.c.ended_at.is_(None))
            .values(ended_at=at)
        )

    def bar(self, section: int, person: int) -> Bar | None:
        row = _BAR.first(self._db, section=section, person=person)
        return Bar(*row) if row else None

    def bars(self, section: int) -> dict[int, Bar]:
        query = sa.select(contract.c.person_id, contract.c.bar, contract.c.id, contract.c.in_force_at)
        rows = self._db.execute(
            query.where(contract.c.section_id == section, *_IN_FORCE).order_by(contract.c.id)
        )
        return {person: Bar(*rest) for person, *rest in rows}
