"""What follows when a student leaves a server or comes back: what they held is free again, what they did is kept."""

from __future__ import annotations

from datetime import datetime

from bot.domain.outbox import Kind
from bot.services.ports import Ids, Tx
from bot.services.slot_messages import to_room
from bot.services.talks import arrange_waiting


def note_left(tx: Tx, guild: int, person: int, now: datetime, ids: Ids) -> bool:
    """They are in none of that server's classes any more; False when they were in none.

    Their slots ahead are free again and the teachers are told; talks that wait go to others. An open attempt stays
    as it is: nobody can hand it in, and no clock does, until they are back.
    """
    attended = [each for each in tx.sections.enrolled_in(person) if each.guild == guild]
    tx.sections.leave(guild, person, now)
    for section in attended:
        for booking in tx.bookings.all_ahead(section.id, person, now):
            tx.bookings.cancel(booking.id, now)
            tx.outbox.add([to_room(Kind.SLOT_CANCELLED, booking, now, left=True)], now, ids)
        tx.talks.unbook(section.id, person)
        arrange_waiting(tx, section.id, now, ids)
    return bool(attended)


def note_back(tx: Tx, section: int, person: int, now: datetime, ids: Ids) -> None:
    """They are in the class again, with all that was theirs; a talk that waited for them gets a slot."""
    tx.sections.enrol(section, person, now)
    arrange_waiting(tx, section, now, ids)
