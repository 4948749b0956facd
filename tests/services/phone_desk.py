"""Ana and Ben, their phones and their guardians', and everything that is texted, carried by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from bot.domain.messages import Content, Message, Outcome, Sent, ToPhone
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import Asker, Messaging, Section
from bot.formats.numbers import PhoneNumbers
from bot.services.guardians import GuardianService
from bot.services.optouts import heard
from bot.services.phones import CodeSent, PhoneService, Proven
from bot.services.places import prework_channel, staff_channel
from bot.services.ports import Tx
from bot.services.receipts import ReceiptService
from bot.storage.database import Database
from bot.storage.secrets import Vault
from tests.builders import ANA, GUILD, NOW, TEACHER, Ids, student
from tests.services.mail import HOURS, Mail

NUMBER, OTHER, GUARDIANS = "+12025550142", "+12025550143", "+12025550150"
WORDING = "I may text you."
VAULT = Vault([Fernet.generate_key().decode()])
TEACHES = Asker(TEACHER, GUILD, manages=True)


class PhoneDesk:
    def __init__(self, database: Database, section: Section, *, answers: bool = True) -> None:
        self.database, self.section = database, section
        codes = iter(str(each) * 6 for each in range(1, 10))
        ids, self.wakes = Ids(50_000), [0]
        numbers = PhoneNumbers()

        def wake() -> None:
            self.wakes[0] += 1

        def code() -> str:
            return next(codes)

        self.mail = Mail(database, vault=VAULT)
        self.phones = PhoneService(database, numbers, VAULT, ids, code, wake)
        self.guardians = GuardianService(
            database, numbers, VAULT, ids, code, wake, HOURS.sms, answers=answers
        )
        self.receipts = ReceiptService(database, ids, wake)
        self._ids = ids
        self._sids = Ids()

    async def places(self) -> None:
        def places(tx: Tx) -> None:
            tx.sections.set_place(GUILD, prework_channel(self.section), "channel", 5)
            tx.sections.set_place(GUILD, staff_channel(self.section), "channel", 6)

        await self.database.write(places)

    async def open_inbox(self, account: int = ANA) -> None:
        def opened(tx: Tx) -> None:
            person = tx.people.known(account, NOW).person
            tx.people.ask_inbox(person, NOW)
            tx.people.set_dm_channel(person, 77)

        await self.database.write(opened)

    async def rule(self, rule: str) -> None:
        await self.database.write(
            lambda tx: tx.messaging.keep(self.section.id, Messaging(guardian_rule=rule))
        )

    async def person(self, account: int = ANA) -> int:
        return await self.database.read(lambda tx: tx.people.of(account).person)  # type: ignore[union-attr]

    async def prove(self, who: Asker | None = None, number: str = NUMBER, now: datetime = NOW) -> None:
        """The code goes out and comes back."""
        asker = who or student()
        assert isinstance(await self.phones.give(asker, number, WORDING, now), CodeSent)
        (said,) = [each for each in await self.texts(now) if hasattr(each, "code")]
        assert isinstance(await self.phones.enter(asker, said.code, now), Proven)  # type: ignore[union-attr]

    async def hears(
        self, body: str, number: str = NUMBER, now: datetime = NOW, sid: str | None = None
    ) -> bool:
        """A text from outside; True when it needs nobody else."""
        sid = sid or f"SM{self._sids()}"
        mark = VAULT.mark(number)
        return await self.database.write(heard, mark, number, body, sid, VAULT, now, self._ids)

    async def due(
        self,
        kind: Kind = Kind.SLOT_CANCELLED,
        way: Way = Way.SMS,
        *,
        account: int = ANA,
        about: int | None = None,
        key: str = "a text",
        now: datetime = NOW,
        expires_at: datetime | None = None,
        args: dict[str, Any] | None = None,
    ) -> Delivery:
        """A message that is due; gives its row."""
        person = await self.person(account)
        effect = Effect(key, kind, way, now, person, self.section.id, about, args or {}, expires_at)
        await self.database.write(lambda tx: tx.outbox.add([effect], now, self._ids))
        return next(each for each in await self.mail.rows() if each.key == key)

    async def carried(
        self, now: datetime = NOW, fate: Callable[[Delivery], Outcome] | None = None
    ) -> list[tuple[Way, str, Content]]:
        """Everything that goes out now: by which way, to which number, and what it says."""

        def outcome(delivery: Delivery, parcel: object) -> Outcome:
            return (fate(delivery) if fate else None) or Sent(6, f"SM{delivery.id}", 1)

        gone = await self.mail.carry(now, outcome)
        return [
            (
                delivery.way,
                parcel.address.number if isinstance(parcel.address, ToPhone) else "",
                parcel.content,
            )
            for delivery, parcel in gone
            if isinstance(parcel, Message)
        ]

    async def texts(self, now: datetime = NOW) -> list[Content]:
        return [said for _, number, said in await self.carried(now) if number]

    async def row(self, key: str) -> Delivery:
        return next(each for each in await self.mail.rows() if each.key == key)


def consents(folder: Path) -> list[tuple[Any, ...]]:
    """The record as it stands in the file: act, via, party, wording, by, and whether it names a number's mark."""
    with closing(sqlite3.connect(folder / "flipcord.sqlite3")) as file:
        return file.execute(
            "SELECT act, via, party, wording, by_person_id, length(number_hash) FROM consent ORDER BY id"
        ).fetchall()
