"""Office hours: a student books, changes and cancels a slot. What their teachers do is in officehours.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.booking import MOST_REASON, NOTICE, Booking, Slot, reminder_at
from bot.domain.outbox import Kind
from bot.domain.records import Account, Asker, Section
from bot.services.access import LeftClass, as_student
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.officehours import (
    AgendaResult,
    BookingShown,
    HoursOpened,
    OpenResult,
    PlanResult,
    open_hours,
    plan_hours,
    read_agenda,
    show_booking,
)
from bot.services.ports import Database, Ids, Tx
from bot.services.slot_messages import reminder, to_room, to_student
from bot.services.talks import arrange_waiting

#: what one menu holds
PAGE = 25


@dataclass(frozen=True, slots=True)
class FreeSlots:
    section: Section
    slots: tuple[Slot, ...]
    #: the first one of the next page
    later: Slot | None
    #: choosing one of them gives this one back
    instead_of: Booking | None
    #: of retake sessions, by their beginning: free places, and all
    places: Mapping[datetime, tuple[int, int]] = field(default_factory=dict[datetime, tuple[int, int]])


@dataclass(frozen=True, slots=True)
class NoSlots:
    section: Section
    #: the student holds this one and keeps it
    instead_of: Booking | None
    purpose: str = "help"


@dataclass(frozen=True, slots=True)
class HasBooking:
    """One slot ahead for each student and class (B7)."""

    section: Section
    booking: Booking


@dataclass(frozen=True, slots=True)
class Booked:
    section: Section
    booking: Booking
    #: None when the slot begins too soon for one
    reminder_at: datetime | None
    #: what was given back for it
    replaced: Booking | None


@dataclass(frozen=True, slots=True)
class Offer:
    """The next free slot, with the reason kept: ``handle`` books it."""

    handle: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class SlotTaken:
    """Somebody was faster."""

    section: Section
    next: Offer | None


@dataclass(frozen=True, slots=True)
class SlotClosed:
    """The slot has begun, or begins too soon to be booked."""

    section: Section
    next: Offer | None


@dataclass(frozen=True, slots=True)
class NoReason:
    section: Section


@dataclass(frozen=True, slots=True)
class Cancelled:
    section: Section
    booking: Booking
    #: Discord id, where a teacher cancelled it for them
    student: int | None


@dataclass(frozen=True, slots=True)
class AlreadyCancelled:
    section: Section


@dataclass(frozen=True, slots=True)
class AlreadyBegun:
    section: Section


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such slot, booking or offer for this person, or it was used up."""


Slots = FreeSlots | NoSlots
ChooseResult = Slots | HasBooking | WhichClass | NoClass
Past = AlreadyCancelled | AlreadyBegun | LeftClass | Gone
ChangeResult = Slots | Past
BookResult = Booked | HasBooking | SlotTaken | SlotClosed | NoReason | Past
CancelResult = Cancelled | Past


class BookingService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def plan(
        self,
        asker: Asker,
        name: str | None,
        start: str,
        until: str,
        minutes: int,
        where: str,
        now: datetime,
        *,
        places: int = 0,
        for_talks: bool = False,
    ) -> PlanResult:
        """Shows what opening office hours would give; ``start`` and ``until`` as a teacher types them.

        ``places`` is how many may come to a retake session; 0 for office hours, which may be kept ``for_talks``
        about summative checks.
        """
        return await self._db.write(
            plan_hours, asker, name, start, until, minutes, where, places, now, self._ids, for_talks
        )

    async def open(self, asker: Asker, handle: str, now: datetime) -> OpenResult:
        """Confirms a plan, once."""
        result = await self._db.write(open_hours, asker, handle, now, self._ids)
        if isinstance(result, HoursOpened):
            self._wake()
        return result

    async def agenda(self, asker: Asker, name: str | None, now: datetime) -> AgendaResult:
        return await self._db.read(read_agenda, asker, name, now)

    async def show(self, asker: Asker, handle: str) -> BookingShown | None:
        """A booking as its teacher sees it; None for anybody else."""
        return await self._db.read(show_booking, asker, handle)

    async def choose(
        self, asker: Asker, handle: str | None, now: datetime, purpose: str = "help"
    ) -> ChooseResult:
        """Free slots for that of the class of that handle, or of the student's only one."""
        return await self._db.read(_choose, asker, handle, now, purpose)

    async def change(self, asker: Asker, handle: str, now: datetime) -> ChangeResult:
        """Free slots to have instead of the booking of that handle."""
        return await self._db.read(_change, asker, handle, now)

    async def later(
        self, asker: Asker, slot: str, booking: str | None, now: datetime
    ) -> Slots | LeftClass | Gone:
        """The page of free slots that begins with that slot; ``booking`` is what is being changed."""
        return await self._db.read(_later, asker, slot, booking, now)

    async def book(self, asker: Asker, slot: str, reason: str, now: datetime) -> BookResult:
        return self._woken(await self._db.write(_book, asker, slot, reason, now, self._ids))

    async def move(self, asker: Asker, booking: str, slot: str, now: datetime) -> BookResult:
        """Books the slot and gives the booking's own back, both or neither."""
        return self._woken(await self._db.write(_move, asker, booking, slot, now, self._ids))

    async def take_offer(self, asker: Asker, handle: str, now: datetime) -> BookResult:
        return self._woken(await self._db.write(_take_offer, asker, handle, now, self._ids))

    async def cancel(self, asker: Asker, handle: str, now: datetime) -> CancelResult:
        """By the student who holds it, or by a teacher of the class: then the student is told."""
        result = await self._db.write(_cancel, asker, handle, now, self._ids)
        if isinstance(result, Cancelled):
            self._wake()
        return result

    def _woken(self, result: BookResult) -> BookResult:
        if isinstance(result, Booked):
            self._wake()
        return result


def _choose(tx: Tx, asker: Asker, handle: str | None, now: datetime, purpose: str) -> ChooseResult:
    match attended_class(tx, asker, handle):
        case (me, section):
            held = tx.bookings.ahead(section.id, me.person, now, purpose)
            return HasBooking(section, held) if held else _page(tx, section, now + NOTICE, None, purpose)
        case refusal:
            return refusal


def _change(tx: Tx, asker: Asker, handle: str, now: datetime) -> ChangeResult:
    match _held(tx, asker, handle, now):
        case (_, section, booking):
            return _page(tx, section, now + NOTICE, booking, booking.slot.purpose)
        case refusal:
            return refusal


def _later(
    tx: Tx, asker: Asker, handle: str, booking_handle: str | None, now: datetime
) -> Slots | LeftClass | Gone:
    slot = tx.bookings.slot(handle)
    if slot is None:
        return Gone()
    me = as_student(tx, asker, slot.section)
    if not isinstance(me, Account):
        return me or Gone()
    held = tx.bookings.by_handle(booking_handle) if booking_handle else None
    section, before = tx.sections.get(slot.section), slot.starts_at - timedelta(microseconds=1)
    mine = held if held and held.person == me.person else None
    return _page(tx, section, max(now + NOTICE, before), mine, slot.purpose)


def _page(tx: Tx, section: Section, after: datetime, instead_of: Booking | None, purpose: str) -> Slots:
    free = tuple(tx.bookings.free(section.id, after, PAGE + 1, purpose))
    if not free:
        return NoSlots(section, instead_of, purpose)
    places = tx.retakes.places(section.id, after) if purpose == "retake" else {}
    return FreeSlots(section, free[:PAGE], free[PAGE] if len(free) > PAGE else None, instead_of, places)


def _held(tx: Tx, asker: Asker, handle: str, now: datetime) -> tuple[Account, Section, Booking] | Past:
    """The asker's own booking that lies ahead."""
    booking = tx.bookings.by_handle(handle)
    if booking is None:
        return Gone()
    me = as_student(tx, asker, booking.slot.section)
    if not isinstance(me, Account):
        return me or Gone()
    if booking.person != me.person:
        return Gone()
    section = tx.sections.get(booking.slot.section)
    return _ahead(section, booking, now) or (me, section, booking)


def _ahead(section: Section, booking: Booking, now: datetime) -> AlreadyCancelled | AlreadyBegun | None:
    if booking.cancelled_at is not None:
        return AlreadyCancelled(section)
    return AlreadyBegun(section) if booking.slot.starts_at <= now else None


def _book(tx: Tx, asker: Asker, handle: str, reason: str, now: datetime, ids: Ids) -> BookResult:
    slot = tx.bookings.slot(handle)
    if slot is None:
        return Gone()
    me = as_student(tx, asker, slot.section)
    if not isinstance(me, Account):
        return me or Gone()
    section = tx.sections.get(slot.section)
    held = tx.bookings.ahead(section.id, me.person, now, slot.purpose)
    if held is not None:
        if held.slot.id != slot.id:
            return HasBooking(section, held)
        return Booked(section, held, reminder_at(slot.starts_at, now), None)
    reason = reason.strip()[:MOST_REASON]
    return _settle(tx, me, section, slot, reason, None, now, ids) if reason else NoReason(section)


def _move(tx: Tx, asker: Asker, handle: str, slot_handle: str, now: datetime, ids: Ids) -> BookResult:
    match _held(tx, asker, handle, now):
        case (me, section, booking):
            slot = tx.bookings.slot(slot_handle)
        case refusal:
            return refusal
    if slot is None or slot.section != section.id:
        return Gone()
    return _settle(tx, me, section, slot, booking.reason, booking, now, ids)


def _take_offer(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> BookResult:
    me = tx.people.of(asker.account)
    body = tx.drafts.take(handle, me.person, "slot") if me else None
    if body is None:
        return Gone()
    if body["instead_of"] is not None:
        return _move(tx, asker, body["instead_of"], body["slot"], now, ids)
    return _book(tx, asker, body["slot"], body["reason"], now, ids)


def _settle(
    tx: Tx,
    me: Account,
    section: Section,
    slot: Slot,
    reason: str,
    instead_of: Booking | None,
    now: datetime,
    ids: Ids,
) -> BookResult:
    """Books the slot if it is still to be had; else offers the next one, with nothing typed lost."""
    closed = slot.starts_at <= now + NOTICE
    made = None if closed else tx.bookings.book(ids(), slot.id, me.person, reason, now)
    if made is None:
        offer = _offer(tx, me, section, slot, reason, instead_of, now, ids)
        return SlotClosed(section, offer) if closed else SlotTaken(section, offer)
    if instead_of is not None:
        tx.bookings.cancel(instead_of.id, now)
        tx.outbox.add([to_room(Kind.SLOT_CANCELLED, instead_of, now)], now, ids)
    if slot.purpose != "retake":
        tx.talks.follow(section.id, me.person, made.id)
    if instead_of is not None:
        arrange_waiting(tx, section.id, now, ids)
    tx.outbox.add([to_room(Kind.SLOT_BOOKED, made, now), *reminder(made, now)], now, ids)
    return Booked(section, made, reminder_at(slot.starts_at, now), instead_of)


def _offer(
    tx: Tx,
    me: Account,
    section: Section,
    wanted: Slot,
    reason: str,
    instead_of: Booking | None,
    now: datetime,
    ids: Ids,
) -> Offer | None:
    """The first free slot after the wanted one, or else the first at all."""
    soonest = now + NOTICE
    after = max(wanted.starts_at, soonest)
    free = tx.bookings.free(section.id, after, 1, wanted.purpose)
    free = free or tx.bookings.free(section.id, soonest, 1, wanted.purpose)
    if not free:
        return None
    offer = Offer(ids(), free[0])
    given_back = instead_of.handle if instead_of else None
    body = {"slot": offer.slot.handle, "reason": reason, "instead_of": given_back}
    tx.drafts.save(offer.handle, me.person, "slot", body, now)
    return offer


def _cancel(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> CancelResult:
    me, booking = tx.people.of(asker.account), tx.bookings.by_handle(handle)
    if me is None or booking is None:
        return Gone()
    section = tx.sections.get(booking.slot.section)
    is_own = booking.person == me.person
    if is_own and isinstance(left := as_student(tx, asker, section.id), LeftClass):
        return left
    if not is_own and not tx.sections.teaches(section.id, me.person):
        return Gone()
    refusal = _ahead(section, booking, now)
    if refusal is not None:
        return refusal
    tx.bookings.cancel(booking.id, now)
    told = to_room(Kind.SLOT_CANCELLED, booking, now) if is_own else to_student(booking, now)
    tx.outbox.add([told], now, ids)
    arrange_waiting(tx, section.id, now, ids)
    student = tx.people.account(booking.person)
    return Cancelled(section, booking, None if is_own or student is None else student.discord)
