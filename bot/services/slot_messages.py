"""What a booking sends out, and the last look before each goes: to the teachers' room and to the student."""

from __future__ import annotations

from datetime import datetime

from bot.domain.booking import Booking, reminder_at, wall_label
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.slot_messages import SlotBooked, SlotCalledOff, SlotCancelled, SlotReminder
from bot.services.ports import Tx


def to_room(kind: Kind, booking: Booking, now: datetime, *, left: bool = False) -> Effect:
    """``left``: the student did not cancel it, they left the server."""
    return Effect(
        key=f"{kind}:{booking.id}",
        kind=kind,
        way=Way.ROOM,
        due_at=now,
        section=booking.slot.section,
        about=booking.id,
        args={"left": True} if left else {},
        expires_at=booking.slot.ends_at,
    )


def reminder(booking: Booking, now: datetime) -> list[Effect]:
    due_at = reminder_at(booking.slot.starts_at, now)
    if due_at is None:
        return []
    return [
        Effect(
            key=f"{Kind.SLOT_REMINDER}:{booking.id}",
            kind=Kind.SLOT_REMINDER,
            way=Way.DM,
            due_at=due_at,
            person=booking.person,
            section=booking.slot.section,
            about=booking.id,
            expires_at=booking.slot.starts_at,
        )
    ]


def to_student(booking: Booking, now: datetime) -> Effect:
    """A teacher cancelled it."""
    return Effect(
        key=f"{Kind.SLOT_CANCELLED}:{booking.id}:student",
        kind=Kind.SLOT_CANCELLED,
        way=Way.DM,
        due_at=now,
        person=booking.person,
        section=booking.slot.section,
        about=booking.id,
        expires_at=booking.slot.starts_at,
    )


def slot_booked(tx: Tx, delivery: Delivery, now: datetime) -> SlotBooked | str:
    booking = tx.bookings.get(delivery.about or 0)
    who = tx.people.account(booking.person)
    if booking.cancelled_at is not None or who is None:
        return "cancelled meanwhile"
    return SlotBooked(who.discord, booking.slot.starts_at, booking.slot.ends_at, booking.reason)


def slot_cancelled(tx: Tx, delivery: Delivery, now: datetime) -> SlotCancelled | SlotCalledOff | str:
    """For the teachers' room when the student cancelled, for the student when a teacher did."""
    booking = tx.bookings.get(delivery.about or 0)
    slot, who = booking.slot, tx.people.account(booking.person)
    if slot.starts_at <= now or who is None:
        return "the slot has begun"
    if delivery.way is Way.ROOM:
        return SlotCancelled(who.discord, slot.starts_at, bool(delivery.args.get("left")))
    section = tx.sections.get(slot.section)
    starts_local = wall_label(slot.starts_at, section.zone)
    return SlotCalledOff(section.name, slot.starts_at, starts_local, section.handle)


def slot_reminder(tx: Tx, delivery: Delivery, now: datetime) -> SlotReminder | str:
    """The reminder follows the booking: none for one that was cancelled or moved (RE6)."""
    booking = tx.bookings.get(delivery.about or 0)
    slot = booking.slot
    if booking.cancelled_at is not None:
        return "cancelled meanwhile"
    if slot.starts_at <= now or tx.sections.enrolment(slot.section, booking.person) is None:
        return "the slot has begun" if slot.starts_at <= now else "no longer in the class"
    section = tx.sections.get(slot.section)
    starts_local = wall_label(slot.starts_at, section.zone)
    return SlotReminder(section.name, slot.starts_at, starts_local, slot.ends_at, slot.where, booking.handle)
