"""Office hours: opened, booked, changed, cancelled; two students at once; reminders that follow the booking."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.booking import NOTICE, Booking, Slot, wall_label
from bot.domain.messages import SlotBooked, SlotCalledOff, SlotCancelled, SlotReminder
from bot.domain.outbox import Delivery, Kind, Way
from bot.domain.records import Asker, Section
from bot.domain.times import BadTime
from bot.services.booking import (
    AlreadyBegun,
    AlreadyCancelled,
    Booked,
    BookingService,
    Cancelled,
    FreeSlots,
    Gone,
    HasBooking,
    NoReason,
    NoSlots,
    SlotClosed,
    SlotTaken,
)
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.officehours import Agenda, HoursOpened, HoursPlanned, Overlaps, PlanGone
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


@pytest.fixture
async def office(database: Database) -> Office:
    section = await a_class(database, students=(ANA, BEN))
    wakes: list[int] = []
    return Office(database, section, BookingService(database, Ids(), lambda: wakes.append(1)), wakes)


# A teacher opens office hours.


async def test_a_teacher_sees_the_slots_before_they_open_and_nothing_is_open_until_then(
    office: Office,
) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "16:40", 15, "  Room  4 ", NOW)
    assert isinstance(plan, HoursPlanned)
    assert [wall_label(each.starts_at, "Europe/Berlin") for each in plan.cut.slots][:2] == [
        "Tue 24 Nov 15:00",
        "Tue 24 Nov 15:15",
    ]
    assert (plan.cut.left_over, plan.where) == (timedelta(minutes=10), "Room 4")
    assert await office.free() == []
    opened = await office.service.open(RIVERA, plan.handle, NOW)
    assert isinstance(opened, HoursOpened)
    assert [each.starts_at for each in await office.free()] == [each.starts_at for each in plan.cut.slots]


async def test_confirming_twice_opens_once(office: Office) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "1h", 15, "", NOW)
    assert isinstance(plan, HoursPlanned)
    results = await asyncio.gather(*(office.service.open(RIVERA, plan.handle, NOW) for _ in range(5)))
    assert Counter(type(each) for each in results) == {HoursOpened: 1, PlanGone: 4}
    assert len(await office.free()) == 4


async def test_nobody_else_confirms_a_teachers_plan(office: Office) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "1h", 15, "", NOW)
    assert isinstance(plan, HoursPlanned)
    assert isinstance(await office.service.open(student(), plan.handle, NOW), PlanGone)
    assert isinstance(await office.service.open(RIVERA, plan.handle, NOW), HoursOpened)


async def test_a_plan_confirmed_after_its_start_opens_nothing(office: Office) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "1h", 15, "", NOW)
    assert isinstance(plan, HoursPlanned)
    assert isinstance(await office.service.open(RIVERA, plan.handle, utc(24, 14, 1)), BadTime)
    assert await office.free() == []


async def test_a_teacher_is_not_in_two_places_at_once_in_another_class_either(office: Office) -> None:
    await a_class(office.database, students=(), name="Chem 2")
    first = await office.service.plan(RIVERA, "Chem 1", "tue 15:00", "1h", 15, "", NOW)
    second = await office.service.plan(RIVERA, "Chem 2", "tue 15:30", "1h", 15, "", NOW)
    assert isinstance(first, HoursPlanned)
    assert isinstance(second, HoursPlanned)
    assert isinstance(await office.service.open(RIVERA, first.handle, NOW), HoursOpened)
    late = await office.service.open(RIVERA, second.handle, NOW)
    assert isinstance(late, Overlaps)
    assert late.span == first.cut.window
    again = await office.service.plan(RIVERA, "Chem 2", "tue 15:59", "1h", 15, "", NOW)
    assert isinstance(again, Overlaps)
    beside = await office.service.plan(RIVERA, "Chem 2", "tue 16:00", "1h", 15, "", NOW)
    assert isinstance(beside, HoursPlanned)


async def test_only_a_teacher_of_the_class_opens_or_looks_over_office_hours(office: Office) -> None:
    for who in (student(), STRANGER, Asker(STRANGER.account, GUILD, manages=True)):
        assert isinstance(await office.service.plan(who, None, "tue 15:00", "1h", 15, "", NOW), NotStaff)
        assert isinstance(await office.service.agenda(who, None, NOW), NotStaff)
    assert isinstance(await office.service.plan(RIVERA, "Chem 9", "tue 15:00", "1h", 15, "", NOW), NoClass)


async def test_the_agenda_shows_who_comes_and_why_until_the_slot_is_over(office: Office) -> None:
    await office.open()
    booking = await office.book(1, reason="Significant digits")
    agenda = await office.service.agenda(RIVERA, None, NOW)
    assert isinstance(agenda, Agenda)
    assert [each.student for each in agenda.lines] == [None, ANA, None, None]
    assert agenda.lines[1].booking == booking
    during = await office.service.agenda(RIVERA, None, utc(24, 14, 20))
    assert isinstance(during, Agenda)
    assert [each.student for each in during.lines] == [ANA, None, None]
    after = await office.service.agenda(RIVERA, None, utc(24, 15))
    assert isinstance(after, Agenda)
    assert after.lines == ()


# A student books.


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
    assert [each.handle for each in await office.free(soon)][0] == second.handle
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
    assert [each.handle for each in await office.free()][0] == old.slot.handle
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


# Many at once.


async def test_sixty_four_students_and_fifty_slots_give_fifty_bookings(database: Database) -> None:
    """RE1: everyone presses at once and takes what is offered instead; no slot is given twice."""
    accounts = [300_000_000_000_000_000 + number for number in range(64)]
    section = await a_class(database, students=accounts)
    office = Office(database, section, BookingService(database, Ids(), lambda: None))
    await office.open("tue 8:00", "4h", 5)
    await office.open("tue 13:00", "10m", 5)
    results = await asyncio.gather(*(_insist(office, student(account)) for account in accounts))
    rows = await database.read(_all_bookings, section.id)
    won = [each.booking for each in results if isinstance(each, Booked)]
    assert len(won) == len({each.slot.id for each in won}) == len({each.person for each in won}) == 50
    assert sum(each == NoSlots(section, None) for each in results) == 14
    assert sorted(rows) == sorted((each.slot.id, each.person) for each in won)


async def _insist(office: Office, who: Asker) -> object:
    """Wants one of the few that all the others want, and takes what is offered instead."""
    free = await office.service.choose(who, None, NOW)
    if not isinstance(free, FreeSlots):
        return free
    result = await office.service.book(who, free.slots[who.account % 25].handle, "Moles", NOW)
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
    """RE2: Ana holds a slot; whatever she, Ben and the teacher press at once, no slot has two and nobody two slots."""
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
