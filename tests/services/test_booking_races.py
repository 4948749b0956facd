"""Many at once, and any order of things: no slot is given twice, reminders follow the booking."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from bot.domain.booking import Booking
from bot.domain.outbox import Kind
from bot.domain.records import Asker
from bot.domain.slot_messages import SlotReminder
from bot.services.booking import (
    Booked,
    FreeSlots,
    HasBooking,
    NoSlots,
    SlotTaken,
)
from bot.services.officehours import Agenda
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import ANA, BEN, NOW, student
from tests.services.office import RIVERA, Office, an_office


@pytest.fixture
async def office(database: Database) -> Office:
    return await an_office(database)


async def test_reminders_follow_the_booking_through_any_history(office: Office) -> None:
    """RE6: none for what was cancelled or moved away from, exactly one for what stands."""
    await office.open(start="tue 8:00", until="8h", minutes=10)
    chance, everything = random.Random(6), []
    for _ in range(60):
        who = student(chance.choice((ANA, BEN)))
        held = await office.service.choose(who, None, NOW)
        if isinstance(held, FreeSlots):
            result = await office.service.book(who, chance.choice(held.slots).handle, "Moles", NOW)
        else:
            assert isinstance(held, HasBooking)
            free = await office.service.change(who, held.booking.handle, NOW)
            assert isinstance(free, FreeSlots)
            if chance.random() < 0.5:
                result = await office.service.move(
                    who, held.booking.handle, chance.choice(free.slots).handle, NOW
                )
            else:
                await office.service.cancel(who, held.booking.handle, NOW)
                continue
        assert isinstance(result, Booked)
        everything.append(result.booking)
    live = [each for each in everything if await _is_live(office, each)]
    reminded = []
    for booking in everything:
        (reminder,) = await office.sent(Kind.SLOT_REMINDER, booking)
        if isinstance(await office.says(reminder, reminder.due_at), SlotReminder):
            reminded.append(booking)
    assert len(everything) > 20
    assert reminded == live


async def _is_live(office: Office, booking: Booking) -> bool:
    held = await office.database.read(_booking, booking.id)
    return replace(held, cancelled_at=None) == booking and held.cancelled_at is None


def _booking(tx: Tx, booking: int) -> Booking:
    return tx.bookings.get(booking)


async def test_sixty_four_students_and_fifty_slots_give_fifty_bookings(database: Database) -> None:
    """RE1: everyone presses at once and takes what is offered instead; no slot is given twice."""
    accounts = [300_000_000_000_000_000 + number for number in range(64)]
    office = await an_office(database, accounts)
    await office.open("tue 8:00", "4h", 5)
    await office.open("tue 13:00", "10m", 5)
    results = await asyncio.gather(*(_insist(office, student(account)) for account in accounts))
    rows = await database.read(_all_bookings, office.section.id)
    won = [each.booking for each in results if isinstance(each, Booked)]
    assert len(won) == len({each.slot.id for each in won}) == len({each.person for each in won}) == 50
    assert sum(each == NoSlots(office.section, None) for each in results) == 14
    assert sorted(rows) == sorted((each.slot.id, each.person) for each in won)


async def _insist(office: Office, who: Asker) -> object:
    """Wants one of the few that all the others want, and takes what is offered instead."""
    free = await office.service.choose(who, None, NOW)
    if not isinstance(free, FreeSlots):
        return free
    result = await office.service.book(who, free.slots[who.account % len(free.slots)].handle, "Moles", NOW)
    while isinstance(result, SlotTaken) and result.next is not None:
        result = await office.service.take_offer(who, result.next.handle, NOW)
    return NoSlots(office.section, None) if isinstance(result, SlotTaken) else result


def _all_bookings(tx: Tx, section: int) -> list[tuple[int, int]]:
    lines = tx.bookings.agenda(section, NOW, 1000)
    return [(each.slot.id, each.booking.person) for each in lines if each.booking is not None]


async def test_the_database_itself_refuses_a_second_booking_of_a_slot(office: Office) -> None:
    await office.open()
    slot = (await office.free())[0]

    def book(tx: Tx, handle: str, account: int) -> Booking | None:
        return tx.bookings.book(handle, slot.id, tx.people.known(account, NOW).person, "Moles", NOW)

    first, second = (
        await office.database.write(book, "one", ANA),
        await office.database.write(book, "two", BEN),
    )
    assert first is not None
    assert second is None


OPERATIONS = ("book", "move", "cancel", "cancel as teacher", "same again")


@pytest.mark.parametrize("first", OPERATIONS)
@pytest.mark.parametrize("second", OPERATIONS)
async def test_two_operations_at_once_end_like_one_after_the_other(
    office: Office, first: str, second: str
) -> None:
    """RE2: Ana holds a slot; whatever is pressed at once, no slot has two people and nobody two slots."""
    await office.open()
    held = await office.book(0)
    wanted = (await office.free())[0]
    does = {
        "book": lambda: office.service.book(student(BEN), wanted.handle, "Moles", NOW),
        "move": lambda: office.service.move(student(), held.handle, wanted.handle, NOW),
        "cancel": lambda: office.service.cancel(student(), held.handle, NOW),
        "cancel as teacher": lambda: office.service.cancel(RIVERA, held.handle, NOW),
        "same again": lambda: office.service.book(student(), held.slot.handle, "Moles", NOW),
    }
    await asyncio.gather(does[first](), does[second]())
    agenda = await office.service.agenda(RIVERA, None, NOW)
    assert isinstance(agenda, Agenda)
    people = [each.student for each in agenda.lines if each.booking is not None]
    assert len(people) == len(set(people))
    assert len(await office.sent(Kind.SLOT_CANCELLED, held)) <= 1
