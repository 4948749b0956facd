"""Students' phones with the record of consent, numbers that asked for no texts, and what became of texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.phones import STUDENT, ConsentAct, Holder, OptOut
from bot.domain.receipts import Receipt, rank_of
from bot.storage.message_tables import optout, receipt
from bot.storage.numbers import StoredNumbers
from bot.storage.tables import consent, phone

#: of a row, but for what its phone said: may it be texted?
TEXTABLE = sa.and_(phone.c.confirmed_at.is_not(None), phone.c.stopped_at.is_(None), phone.c.paused_why == "")


class StoredPhones(StoredNumbers):
    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection, phone)

    def holders(self, mark: str, *, stopped: bool = False) -> Sequence[Holder]:
        at = phone.c.stopped_at
        query = sa.select(phone.c.person_id).where(
            phone.c.number_hash == mark, at.is_not(None) if stopped else at.is_(None)
        )
        return [Holder(person) for person in self._db.execute(query.order_by(phone.c.person_id)).scalars()]

    def consents(
        self, person: int, act: str, party: str = STUDENT, *, by: int | None = None
    ) -> list[datetime]:
        this = [consent.c.person_id == person, consent.c.act == act, consent.c.party == party]
        if by is not None:
            this.append(consent.c.by_person_id == by)
        query = sa.select(consent.c.at).where(*this)
        return list(self._db.execute(query.order_by(consent.c.at, consent.c.id)).scalars())

    def last_act(self, holder: Holder, act: str, marks: Collection[str]) -> ConsentAct | None:
        of_class = sa.or_(consent.c.section_id == holder.section, consent.c.section_id.is_(None))
        query = sa.select(
            consent.c.act, consent.c.via, consent.c.number_hash, consent.c.wording, consent.c.party
        ).where(
            consent.c.person_id == holder.person,
            consent.c.party == holder.party,
            consent.c.act == act,
            consent.c.number_hash.in_(marks),
            *((of_class,) if holder.section is not None else ()),
        )
        row = self._db.execute(query.order_by(consent.c.at.desc(), consent.c.id.desc()).limit(1)).first()
        return ConsentAct(*row) if row else None

    def record_consent(self, person: int, done: ConsentAct, at: datetime) -> None:
        row = sa.insert(consent).values(
            person_id=person,
            act=done.act,
            via=done.via,
            wording=done.wording,
            at=at,
            party=done.party,
            number_hash=done.mark,
            by_person_id=done.by,
            section_id=done.section,
        )
        self._db.execute(row)

    def has_stopped(self, person: int, mark: str) -> bool:
        """Whether it was this person who ended texts to that number, other than from the phone itself."""
        this = (
            consent.c.person_id == person,
            consent.c.act == "stopped",
            consent.c.number_hash == mark,
            consent.c.via.not_in(("text", "carrier")),
        )
        return self._db.execute(sa.select(consent.c.id).where(*this).limit(1)).first() is not None


class StoredOptOuts:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, mark: str) -> OptOut | None:
        this = optout.c.number_hash == mark, optout.c.lifted_at.is_(None)
        row = self._db.execute(sa.select(optout.c.via, optout.c.at).where(*this)).first()
        return OptOut(*row) if row else None

    def add(self, mark: str, via: str, at: datetime) -> None:
        """One that is live stays as it is, but for the phone's own word, which weighs more than any other."""
        values = {"via": via, "at": at, "lifted_at": None}
        row = insert(optout).values(number_hash=mark, **values)
        weighs_more = sa.or_(optout.c.lifted_at.is_not(None), optout.c.via.not_in(("text", "carrier")))
        self._db.execute(
            row.on_conflict_do_update(index_elements=["number_hash"], set_=values, where=weighs_more)
        )

    def lift(self, mark: str, at: datetime) -> bool:
        query = sa.update(optout).where(optout.c.number_hash == mark, optout.c.lifted_at.is_(None))
        return self._db.execute(query.values(lifted_at=at)).rowcount == 1


_RECEIPT = sa.select(
    receipt.c.sid, receipt.c.nonce, receipt.c.status, receipt.c.error_code, receipt.c.at
).where(receipt.c.sid == sa.bindparam("of"))


def _raise_to() -> sa.Executable:
    """Built once: callbacks come as fast as texts go out."""
    row = insert(receipt)
    newer = {name: row.excluded[name] for name in ("status", "rank", "error_code", "at")}
    nonce = sa.func.coalesce(receipt.c.nonce, row.excluded.nonce)
    return row.on_conflict_do_update(
        index_elements=["sid"], set_=newer | {"nonce": nonce}, where=receipt.c.rank < row.excluded.rank
    ).returning(receipt.c.sid)


_RAISE_TO = _raise_to()


class StoredReceipts:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, sid: str) -> Receipt | None:
        row = self._db.execute(_RECEIPT, {"of": sid}).first()
        return Receipt(*row) if row else None

    def raise_to(self, told: Receipt) -> bool:
        """Keeps it if it is the first of its text or further along than what is kept; gives whether it was."""
        row = {
            "sid": told.sid,
            "nonce": told.nonce,
            "status": told.status[:24],
            "rank": rank_of(told.status),
            "error_code": told.error_code,
            "at": told.at,
        }
        return self._db.execute(_RAISE_TO, row).first() is not None
