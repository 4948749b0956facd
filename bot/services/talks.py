"""How a talk about a summative check comes about: its questions drawn, its slot booked by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.booking import NOTICE, Booking, wall_label
from bot.domain.mastery import Attempt
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import Section
from bot.domain.summative import Talk, TalkFirst, draw_talk
from bot.domain.talk_messages import TalkNews, TalksToBook
from bot.services.held_results import held_of, sitting_of
from bot.services.ports import Ids, Tx
from bot.services.slot_messages import reminder, to_room


@dataclass(frozen=True, slots=True)
class TalkLine:
    talk: Talk
    #: Discord id
    student: int
    #: None while no slot is booked
    starts_at: datetime | None


#: what a booking for a talk says
REASON = "Two minutes about your check"


def needs_talk(tx: Tx, attempt: Attempt, now: datetime, ids: Ids) -> bool:
    """Whether a talk comes before this attempt passes; the first time it is asked, the talk is arranged."""
    talk = tx.talks.of_attempt(attempt.id)
    if talk is not None:
        return talk.outcome != "confirmed"
    sitting = sitting_of(tx, attempt)
    if sitting is None or not sitting.oral:
        return False
    positions = draw_talk(tx.attempts.items(attempt.id), ids())
    if not positions:  # every answer earned only a part, so there is nothing to explain
        return False
    talk = tx.talks.add(handle=ids(), attempt_id=attempt.id, positions=positions)
    arrange(tx, talk, now, ids, "result")
    return True


def arrange(tx: Tx, talk: Talk, now: datetime, ids: Ids, why: str) -> None:
    """Books a slot, if there is one, and tells the student; else the teachers' room is told.

    A slot that the student holds anyway is used for the talk as well: one slot for each student and class (B7).
    """
    booking = _held(tx, talk, now) or _book(tx, talk, now, ids)
    if booking is not None:
        tx.talks.book(talk.id, booking.id)
    else:
        tx.outbox.add([_to_room(talk, now)], now, ids)
    tx.outbox.add([tell(talk, now, why)], now, ids)


def arrange_waiting(tx: Tx, section: int, now: datetime, ids: Ids) -> None:
    """Books slots for talks that have none: office hours were opened, or a slot was given back."""
    for talk in tx.talks.pending(section):
        if talk.booking is not None or talk.outcome is not None:
            continue
        booking = _held(tx, talk, now) or _book(tx, talk, now, ids)
        if booking is None:
            return
        tx.talks.book(talk.id, booking.id)
        tx.outbox.add([tell(talk, now, f"booked:{booking.id}")], now, ids)


def talk_lines(tx: Tx, section: Section) -> tuple[TalkLine, ...]:
    """The class's talks that wait, those with a slot first, in order."""
    lines: list[TalkLine] = []
    for each in tx.talks.pending(section.id):
        booking = tx.bookings.get(each.booking) if each.booking is not None else None
        stands = booking is not None and booking.cancelled_at is None
        starts_at = booking.slot.starts_at if booking is not None and stands else None
        lines.append(TalkLine(each, student_of(tx, each), starts_at))
    return tuple(sorted(lines, key=lambda line: (line.starts_at is None, line.starts_at or 0, line.talk.id)))


def student_of(tx: Tx, talk: Talk) -> int:
    """Discord id; 0 for an account that is gone."""
    account = tx.people.account(talk.person)
    return account.discord if account else 0


def tell(talk: Talk, now: datetime, why: str) -> Effect:
    """To the student; what it says is how things stand when it goes out."""
    return Effect(
        key=f"talk:{talk.id}:{why}",
        kind=Kind.TALK,
        way=Way.DM,
        due_at=now,
        person=talk.person,
        section=talk.section,
        about=talk.id,
    )


def _held(tx: Tx, talk: Talk, now: datetime) -> Booking | None:
    return tx.bookings.ahead(talk.section, talk.person, now, "oral") or tx.bookings.ahead(
        talk.section, talk.person, now
    )


def _book(tx: Tx, talk: Talk, now: datetime, ids: Ids) -> Booking | None:
    """The next free slot that is marked for talks, or else the next of any office hours."""
    for purpose in ("oral", "help"):
        for slot in tx.bookings.free(talk.section, now + NOTICE, 1, purpose):
            made = tx.bookings.book(ids(), slot.id, talk.person, REASON, now)
            if made is not None:
                tx.outbox.add([to_room(Kind.SLOT_BOOKED, made, now), *reminder(made, now)], now, ids)
                return made
    return None


def _to_room(talk: Talk, now: datetime) -> Effect:
    """One card a day, however many wait."""
    return Effect(
        key=f"talks:{talk.section}:{now:%Y-%m-%d}",
        kind=Kind.TALK,
        way=Way.ROOM,
        due_at=now,
        section=talk.section,
        about=talk.id,
    )


def talk_content(tx: Tx, delivery: Delivery, now: datetime) -> TalkNews | TalksToBook | str:
    talk = tx.talks.get(delivery.about or 0)
    section = tx.sections.get(talk.section)
    if delivery.way is Way.ROOM:
        waiting = [
            each for each in tx.talks.pending(talk.section) if each.booking is None and each.outcome is None
        ]
        return TalksToBook(len(waiting)) if waiting else "all are booked meanwhile"
    if tx.sections.enrolment(section.id, talk.person) is None:
        return "no longer in the class"
    held = held_of(tx, tx.attempts.get(talk.attempt))
    if not isinstance(held, TalkFirst):
        return "it was decided meanwhile"
    booking = tx.bookings.get(talk.booking) if talk.booking is not None else None
    return TalkNews(
        class_name=section.name,
        unit_title=talk.unit_title,
        section=section.handle,
        score=held.score,
        bar=held.bar,
        starts_at=held.starts_at,
        starts_local=wall_label(held.starts_at, section.zone) if held.starts_at else "",
        where=booking.slot.where if booking else "",
        booking=booking.handle if booking and held.starts_at else "",
        is_looked_at=held.is_looked_at,
        was_missed=talk.missed_at is not None,
    )
