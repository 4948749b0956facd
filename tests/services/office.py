"""A class with office hours, and what a test does with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.booking import Booking, Slot
from bot.domain.outbox import Delivery, Kind
from bot.domain.records import Asker, Section
from bot.services.booking import (
    Booked,
    BookingService,
    FreeSlots,
)
from bot.services.officehours import HoursOpened, HoursPlanned
from bot.services.ports import Tx
from bot.services.slot_messages import slot_booked, slot_cancelled, slot_reminder
from bot.storage.database import Database
from tests.builders import ANA, BEN, GUILD, NOW, TEACHER, Ids, a_class, student

RIVERA = Asker(TEACHER, GUILD, manages=True)
STRANGER = student(200_000_000_000_000_099)


@dataclass(slots=True)
class Office:
    """A class of Ana and Ben in Berlin, on a Monday at 16:00."""

    database: Database
    section: Section
    service: BookingService
    wakes: list[int] = field(default_factory=list)

    async def open(
        self, start: str = "tue 15:00", until: str = "16:00", minutes: int = 15, where: str = ""
    ) -> None:
        plan = await self.service.plan(RIVERA, None, start, until, minutes, where, NOW)
        assert isinstance(plan, HoursPlanned), plan
        assert isinstance(await self.service.open(RIVERA, plan.handle, NOW), HoursOpened)

    async def free(self, now: datetime = NOW, who: Asker | None = None) -> list[Slot]:
        result = await self.service.choose(who or student(BEN), None, now)
        return list(result.slots) if isinstance(result, FreeSlots) else []

    async def book(self, place: int = 0, who: Asker | None = None, reason: str = "Moles") -> Booking:
        slot = (await self.free(who=who or student()))[place]
        result = await self.service.book(who or student(), slot.handle, reason, NOW)
        assert isinstance(result, Booked), result
        return result.booking

    async def sent(self, kind: Kind, booking: Booking) -> list[Delivery]:
        return list(await self.database.read(_about, kind, booking.id))

    async def says(self, delivery: Delivery, now: datetime) -> object:
        content = {
            Kind.SLOT_BOOKED: slot_booked,
            Kind.SLOT_CANCELLED: slot_cancelled,
            Kind.SLOT_REMINDER: slot_reminder,
        }[delivery.kind]
        return await self.database.read(content, delivery, now)


def _about(tx: Tx, kind: Kind, about: int) -> list[Delivery]:
    return list(tx.outbox.about(kind, about))


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


async def an_office(database: Database, students: Sequence[int] = (ANA, BEN)) -> Office:
    section = await a_class(database, students=students)
    wakes: list[int] = []
    return Office(database, section, BookingService(database, Ids(), lambda: wakes.append(1)), wakes)
