"""A student books a slot, changes it or gives it back; and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.booking import NOTICE
from bot.domain.outbox import Kind, Way
from bot.domain.slot_messages import SlotBooked, SlotCalledOff, SlotCancelled, SlotReminder
from bot.services.booking import (
    AlreadyBegun,
    AlreadyCancelled,
    Booked,
    Cancelled,
    FreeSlots,
    Gone,
    HasBooking,
    NoReason,
    NoSlots,
    SlotClosed,
    SlotTaken,
)
from bot.services.choosing import NoClass, WhichClass
from bot.services.officehours import HoursPlanned
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import ANA, BEN, GUILD, NOW, a_class, student
from tests.services.office import RIVERA, STRANGER, Office, an_office, utc


@pytest.fixture
async def office(database: Database) -> Office:
    return await an_office(database)


async def test_a_student_books_a_free_slot_and_it_is_gone_for_others(office: Office) -> None:
    await office.open(where="https://meet.example/rivera")
    booking = await office.book(0, reason="  Moles, please  ")
    assert (booking.reason, booking.slot.where) == ("Moles, please", "https://meet.example/rivera")
    assert len(await office.free()) == 3
    assert office.wakes


async def test_a_class_without_free_slots_says_so(office: Office) -> None:
    result = await office.service.choose(student(), None, NOW)
    assert result == NoSlots(office.section, None)


async def test_slots_close_a_little_before_they_begin(office: Office) -> None:
    await office.open()
    first, second = (await office.free())[:2]
    soon = first.starts_at - NOTICE
    assert next(each.handle for each in await office.free(soon)) == second.handle
    late = await office.service.book(student(), first.handle, "Moles", soon)
    assert isinstance(late, SlotClosed)
    assert late.next is not None
    assert late.next.slot.handle == second.handle
    kept = await office.service.take_offer(student(), late.next.handle, soon)
    assert isinstance(kept, Booked)
    assert (kept.booking.slot.handle, kept.booking.reason) == (second.handle, "Moles")


async def test_the_second_student_is_offered_the_next_slot_with_the_reason_kept(office: Office) -> None:
    await office.open()
    slots = await office.free()
    await office.service.book(student(ANA), slots[1].handle, "Moles", NOW)
    lost = await office.service.book(student(BEN), slots[1].handle, "Why is a mole so big?", NOW)
    assert isinstance(lost, SlotTaken)
    assert lost.next is not None
    assert lost.next.slot.handle == slots[2].handle
    assert isinstance(await office.service.take_offer(student(ANA), lost.next.handle, NOW), Gone)
    won = await office.service.take_offer(student(BEN), lost.next.handle, NOW)
    assert isinstance(won, Booked)
    assert (won.booking.slot.handle, won.booking.reason) == (slots[2].handle, "Why is a mole so big?")
    assert isinstance(await office.service.take_offer(student(BEN), lost.next.handle, NOW), Gone)


async def test_after_the_last_slot_of_the_day_an_earlier_free_one_is_offered(office: Office) -> None:
    await office.open()
    slots = await office.free()
    await office.service.book(student(ANA), slots[3].handle, "Moles", NOW)
    lost = await office.service.book(student(BEN), slots[3].handle, "Moles", NOW)
    assert isinstance(lost, SlotTaken)
    assert lost.next is not None
    assert lost.next.slot.handle == slots[0].handle


async def test_when_all_are_taken_nothing_is_offered(office: Office) -> None:
    await office.open(until="15:15")
    slots = await office.free()
    await office.book()
    assert await office.service.book(student(BEN), slots[0].handle, "Moles", NOW) == SlotTaken(
        office.section, None
    )


async def test_a_student_holds_one_slot_at_a_time(office: Office) -> None:
    await office.open()
    slots = await office.free()
    booking = await office.book()
    assert await office.service.choose(student(), None, NOW) == HasBooking(office.section, booking)
    assert await office.service.book(student(), slots[2].handle, "Moles", NOW) == HasBooking(
        office.section, booking
    )
    after = booking.slot.starts_at + timedelta(minutes=1)
    assert isinstance(await office.service.choose(student(), None, after), FreeSlots)


async def test_the_same_form_sent_twice_books_once(office: Office) -> None:
    await office.open()
    slot = (await office.free())[0]
    one, two = [await office.service.book(student(), slot.handle, "Moles", NOW) for _ in range(2)]
    assert isinstance(one, Booked)
    assert one == two
    assert len(await office.sent(Kind.SLOT_BOOKED, one.booking)) == 1


async def test_an_empty_reason_books_nothing(office: Office) -> None:
    await office.open()
    slot = (await office.free())[0]
    assert isinstance(await office.service.book(student(), slot.handle, " \n ", NOW), NoReason)
    assert len(await office.free()) == 4


async def test_a_student_of_several_classes_chooses_one(office: Office) -> None:
    other = await a_class(office.database, students=(ANA,), name="Chem 2")
    which = await office.service.choose(student(), None, NOW)
    assert isinstance(which, WhichClass)
    assert await office.service.choose(student(), other.handle, NOW) == NoSlots(other, None)


async def test_who_is_not_in_the_class_neither_sees_nor_books(office: Office) -> None:
    await office.open()
    slot = (await office.free())[0]
    booking = await office.book(1)
    for who in (STRANGER, RIVERA):
        assert isinstance(await office.service.choose(who, office.section.handle, NOW), NoClass)
        assert isinstance(await office.service.book(who, slot.handle, "Moles", NOW), Gone)
        assert isinstance(await office.service.later(who, slot.handle, None, NOW), Gone)
        assert isinstance(await office.service.change(who, booking.handle, NOW), Gone)
    assert isinstance(await office.service.book(student(), "no-such-slot", "Moles", NOW), Gone)
    assert isinstance(await office.service.cancel(STRANGER, booking.handle, NOW), Gone)
    assert isinstance(await office.service.cancel(student(BEN), booking.handle, NOW), Gone)
    assert await office.service.show(student(BEN), booking.handle) is None


async def test_more_than_a_menu_holds_comes_in_pages(office: Office) -> None:
    await office.open(start="tue 8:00", until="8h", minutes=10)
    first = await office.service.choose(student(), None, NOW)
    assert isinstance(first, FreeSlots)
    assert first.later is not None
    second = await office.service.later(student(), first.later.handle, None, NOW)
    assert isinstance(second, FreeSlots)
    assert second.later is None
    assert len({each.handle for each in (*first.slots, *second.slots)}) == 48


# A student changes or gives back.


async def test_changing_books_the_new_slot_and_gives_back_the_old(office: Office) -> None:
    await office.open()
    old = await office.book(0)
    shown = await office.service.change(student(), old.handle, NOW)
    assert isinstance(shown, FreeSlots)
    assert shown.instead_of == old
    moved = await office.service.move(student(), old.handle, shown.slots[1].handle, NOW)
    assert isinstance(moved, Booked)
    assert (moved.replaced, moved.booking.reason) == (old, "Moles")
    assert next(each.handle for each in await office.free()) == old.slot.handle
    assert isinstance(
        await office.service.move(student(), old.handle, shown.slots[2].handle, NOW), AlreadyCancelled
    )


async def test_a_change_that_comes_too_late_keeps_the_old_slot_and_offers_another(office: Office) -> None:
    await office.open()
    old = await office.book(0)
    wanted = await office.book(0, student(BEN))
    lost = await office.service.move(student(), old.handle, wanted.slot.handle, NOW)
    assert isinstance(lost, SlotTaken)
    assert await office.service.choose(student(), None, NOW) == HasBooking(office.section, old)
    assert lost.next is not None
    moved = await office.service.take_offer(student(), lost.next.handle, NOW)
    assert isinstance(moved, Booked)
    assert moved.replaced == old


async def test_nobody_moves_anothers_booking_or_into_another_class(office: Office) -> None:
    await office.open()
    booking = await office.book(0)
    free = await office.free()
    assert isinstance(await office.service.move(student(BEN), booking.handle, free[0].handle, NOW), Gone)
    await a_class(office.database, students=(ANA,), name="Chem 2")
    plan = await office.service.plan(RIVERA, "Chem 2", "wed 15:00", "1h", 15, "", NOW)
    assert isinstance(plan, HoursPlanned)
    await office.service.open(RIVERA, plan.handle, NOW)
    other = await office.service.choose(student(), plan.section.handle, NOW)
    assert isinstance(other, FreeSlots)
    assert isinstance(await office.service.move(student(), booking.handle, other.slots[0].handle, NOW), Gone)


async def test_a_slot_given_back_is_free_again_and_the_room_is_told(office: Office) -> None:
    await office.open()
    booking = await office.book(0)
    assert await office.service.cancel(student(), booking.handle, NOW) == Cancelled(
        office.section, booking, None
    )
    assert isinstance(await office.service.cancel(student(), booking.handle, NOW), AlreadyCancelled)
    assert len(await office.free()) == 4
    (told,) = await office.sent(Kind.SLOT_CANCELLED, booking)
    assert told.way is Way.ROOM
    assert await office.says(told, NOW) == SlotCancelled(ANA, booking.slot.starts_at)
    again = await office.book(0)
    assert again.slot == booking.slot


async def test_what_has_begun_is_neither_changed_nor_given_back(office: Office) -> None:
    await office.open()
    booking = await office.book(0)
    begun = booking.slot.starts_at
    assert isinstance(await office.service.cancel(student(), booking.handle, begun), AlreadyBegun)
    assert isinstance(await office.service.change(student(), booking.handle, begun), AlreadyBegun)
    assert isinstance(await office.service.cancel(RIVERA, booking.handle, begun), AlreadyBegun)


async def test_a_teacher_cancels_and_the_student_is_told(office: Office) -> None:
    await office.open()
    booking = await office.book(0)
    shown = await office.service.show(RIVERA, booking.handle)
    assert shown is not None
    assert shown.student == ANA
    assert await office.service.cancel(RIVERA, booking.handle, NOW) == Cancelled(office.section, booking, ANA)
    (told,) = await office.sent(Kind.SLOT_CANCELLED, booking)
    assert (told.way, told.person) == (Way.DM, booking.person)
    assert await office.says(told, NOW) == SlotCalledOff(
        "Chem 1", booking.slot.starts_at, "Tue 24 Nov 15:00", office.section.handle
    )


# What is sent.


async def test_the_teachers_room_hears_of_a_booking_unless_it_was_given_back_at_once(office: Office) -> None:
    await office.open()
    booking = await office.book(0, reason="Moles")
    (told,) = await office.sent(Kind.SLOT_BOOKED, booking)
    assert told.way is Way.ROOM
    assert await office.says(told, NOW) == SlotBooked(
        ANA, booking.slot.starts_at, booking.slot.ends_at, "Moles"
    )
    await office.service.cancel(student(), booking.handle, NOW)
    assert isinstance(await office.says(told, NOW), str)


async def test_a_reminder_comes_half_an_hour_before_with_the_place(office: Office) -> None:
    await office.open(where="Room 4")
    booking = await office.book(0)
    (reminder,) = await office.sent(Kind.SLOT_REMINDER, booking)
    assert (reminder.due_at, reminder.expires_at) == (utc(24, 13, 30), utc(24, 14))
    assert await office.says(reminder, reminder.due_at) == SlotReminder(
        "Chem 1", utc(24, 14), "Tue 24 Nov 15:00", utc(24, 14, 15), "Room 4", booking.handle
    )
    assert isinstance(await office.says(reminder, utc(24, 14)), str)


async def test_a_slot_booked_within_the_half_hour_has_no_reminder(office: Office) -> None:
    await office.open()
    slot = (await office.free())[0]
    result = await office.service.book(
        student(), slot.handle, "Moles", slot.starts_at - timedelta(minutes=20)
    )
    assert isinstance(result, Booked)
    assert result.reminder_at is None
    assert await office.sent(Kind.SLOT_REMINDER, result.booking) == []


async def test_who_left_the_class_is_not_reminded(office: Office) -> None:
    await office.open()
    booking = await office.book(0)
    (reminder,) = await office.sent(Kind.SLOT_REMINDER, booking)
    await office.database.write(_leave, booking.person)
    assert await office.says(reminder, reminder.due_at) == "no longer in the class"


def _leave(tx: Tx, person: int) -> None:
    tx.sections.leave(GUILD, person, NOW)
