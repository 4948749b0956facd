"""Office hours as their teachers see them: planned, opened, looked over. Used by BookingService."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.booking import AgendaLine, Booking, Cut, Span, cut, read_window, whole
from bot.domain.records import Asker, Section
from bot.domain.times import BadTime
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.ports import Ids, Tx
from bot.services.talks import TalkLine, arrange_waiting, talk_lines

#: slots that one agenda shows
AGENDA = 48
MOST_WHERE = 200


@dataclass(frozen=True, slots=True)
class HoursPlanned:
    """Nothing is open until ``handle`` is confirmed."""

    section: Section
    handle: str
    cut: Cut
    where: str
    #: of a retake session; 0 for office hours
    places: int


@dataclass(frozen=True, slots=True)
class Overlaps:
    """The teacher holds office hours then already, in this class or another one."""

    section: Section
    span: Span


@dataclass(frozen=True, slots=True)
class HoursOpened:
    section: Section
    cut: Cut
    where: str
    places: int


@dataclass(frozen=True, slots=True)
class PlanGone:
    """The preview was confirmed before, or is somebody else's."""


@dataclass(frozen=True, slots=True)
class Agenda:
    section: Section
    lines: tuple[AgendaLine, ...]
    #: there are more, later ones
    is_cut: bool
    talks: tuple[TalkLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BookingShown:
    section: Section
    booking: Booking
    #: Discord id
    student: int


PlanResult = HoursPlanned | Overlaps | BadTime | WhichClass | NoClass | NotStaff
AgendaResult = Agenda | WhichClass | NoClass | NotStaff
OpenResult = HoursOpened | Overlaps | BadTime | PlanGone


def plan_hours(
    tx: Tx,
    asker: Asker,
    name: str | None,
    start: str,
    until: str,
    minutes: int,
    where: str,
    places: int,
    now: datetime,
    ids: Ids,
    for_talks: bool,  # passed on by a keyword of the service
) -> PlanResult:
    """``places`` makes it a retake session for as many, not cut; 0 is office hours."""
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    made = read_window(start, until, minutes, now, section.zone)
    if isinstance(made, BadTime):
        return made
    if places:
        made = whole(made.window, places)
    me = tx.people.known(asker.account, now)
    other = tx.bookings.overlapping(me.person, made.window)
    if other is not None:
        return Overlaps(section, other)
    handle, where = ids(), " ".join(where.split())[:MOST_WHERE]
    body = {
        "section": section.id,
        "starts": made.window.starts_at.isoformat(),
        "ends": made.window.ends_at.isoformat(),
        "minutes": minutes,
        "places": places,
        "where": where,
        "for_talks": for_talks,
    }
    tx.drafts.save(handle, me.person, "hours", body, now)
    return HoursPlanned(section, handle, made, where, places)


def open_hours(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> OpenResult:
    me = tx.people.of(asker.account)
    body = tx.drafts.take(handle, me.person, "hours") if me else None
    if me is None or body is None or not tx.sections.teaches(body["section"], me.person):
        return PlanGone()
    window = Span(datetime.fromisoformat(body["starts"]), datetime.fromisoformat(body["ends"]))
    if window.starts_at <= now:
        return BadTime("It was to start before now. Nothing was opened: give a later start.")
    section = tx.sections.get(body["section"])
    other = tx.bookings.overlapping(me.person, window)
    if other is not None:
        return Overlaps(section, other)
    places = body.get("places", 0)
    made = whole(window, places) if places else cut(window, timedelta(minutes=body["minutes"]))
    slots = [(ids(), each) for each in made.slots]
    use = "retake" if places else "oral" if body.get("for_talks") else "help"
    tx.bookings.open_window(section.id, me.person, window, body["where"], slots, use)
    arrange_waiting(tx, section.id, now, ids)
    return HoursOpened(section, made, body["where"], places)


def read_agenda(tx: Tx, asker: Asker, name: str | None, now: datetime) -> AgendaResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    lines = tuple(tx.bookings.agenda(section.id, now, AGENDA + 1))
    return Agenda(section, lines[:AGENDA], len(lines) > AGENDA, talk_lines(tx, section))


def show_booking(tx: Tx, asker: Asker, handle: str) -> BookingShown | None:
    me, booking = tx.people.of(asker.account), tx.bookings.by_handle(handle)
    if me is None or booking is None or not tx.sections.teaches(booking.slot.section, me.person):
        return None
    student = tx.people.account(booking.person)
    return BookingShown(tx.sections.get(booking.slot.section), booking, student.discord) if student else None
