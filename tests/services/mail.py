"""The outbox carried by hand: what would go out at an instant, and what a test says became of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from bot.domain.messages import Message, Outcome, Parcel, Sent
from bot.domain.nudging import USUAL_LIMITS, Hours, Limits
from bot.domain.outbox import Delivery, Kind, Way
from bot.domain.quiet import OpenHours
from bot.services.deliveries import DeliveryService
from bot.services.parcels import Terms
from bot.services.people import Drip
from bot.services.ports import Tx
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.storage.tables import outbox
from tests.builders import Ids

HOURS = Hours(discord=OpenHours(time(7), time(21)), sms=OpenHours(time(9), time(20)))
DRIP = Drip(opens=30, span=timedelta(minutes=10))

#: every process has handles of its own
_processes = itertools.count(1)

Fate = Callable[[Delivery, Parcel], Outcome]


def arrives(delivery: Delivery, parcel: Parcel) -> Outcome:
    """Discord takes it; a conversation's channel is told by its student."""
    address = parcel.address if isinstance(parcel, Message) else None
    return Sent(1000 + (delivery.person or 0) if address else None, str(delivery.id))


class Mail:
    def __init__(
        self,
        database: Database,
        *,
        vault: Vault | None = None,
        drip: Drip = DRIP,
        is_alone: bool = True,
        limits: Limits = USUAL_LIMITS,
    ) -> None:
        self.database = database
        terms = Terms(HOURS, vault, drip, is_alone, limits)
        self.service = DeliveryService(database, terms, Ids(1000 * next(_processes)))

    async def begin(self, now: datetime) -> list[tuple[Delivery, Parcel]]:
        """Claims what is due and begins each; those that really go out now."""
        found: list[tuple[Delivery, Parcel]] = []
        while due := await self.service.claim(now, tuple(Way), 100):
            parcels = [(each, await self.service.begin(each, now)) for each in due]
            found += [(each, parcel) for each, parcel in parcels if parcel is not None]
        return found

    async def carry(self, now: datetime, fate: Fate = arrives) -> list[tuple[Delivery, Parcel]]:
        """Everything that is due now, and what follows from it."""
        gone: list[tuple[Delivery, Parcel]] = []
        while begun := await self.begin(now):
            for delivery, parcel in begun:
                await self.service.finish(delivery, parcel, fate(delivery, parcel), now)
            gone += begun
        return gone

    async def ways(self, now: datetime, fate: Fate = arrives, *, of: Kind = Kind.NUDGE) -> list[Way]:
        """By which ways messages of a kind went out now, in order."""
        return [delivery.way for delivery, _ in await self.carry(now, fate) if delivery.kind is of]

    async def rows(self) -> list[Delivery]:
        """Every row there ever was, oldest first."""
        return await self.database.read(_rows)


def _rows(tx: Tx) -> list[Delivery]:
    connection: sa.Connection = tx.outbox._db  # pyright: ignore[reportAttributeAccessIssue]
    numbers = connection.execute(sa.select(outbox.c.id).order_by(outbox.c.id)).scalars()
    return [tx.outbox.get(number) for number in numbers]
