"""What every part that texts keeps to: how texts end, when a number is paused, and when no text may go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phone_zones import TEXTS, recipient_zones
from bot.domain.phones import ConsentAct
from bot.domain.records import Account, HistoryLine, Section
from bot.domain.times import is_zone
from bot.services.ports import PhoneNumbers, Tx

STUDENT, GUARDIAN = "student", "guardian"
#: answers to somebody's own press or text, a few at most: no daily cap holds them back
ANSWERS = frozenset({Kind.PHONE_CODE, Kind.GUARDIAN_CODE, Kind.TEXTS_ENDED, Kind.TEXT_HELP})
DAY = timedelta(hours=24)
_HELD = "texts_held"


def numbers_of(tx: Tx, party: str) -> PhoneNumbers:
    return tx.guardians if party == GUARDIAN else tx.phones


def party_of(way: Way) -> str:
    return GUARDIAN if way is Way.GUARDIAN else STUDENT


def stop_texts(
    tx: Tx,
    person: int,
    via: str,
    now: datetime,
    *,
    party: str = STUDENT,
    wording: str = "",
    by: int | None = None,
) -> bool:
    """Ends all texts to that phone at once and forgets its number; False when there was none to stop.

    Texts that wait are not sent: their last look finds no number, and the database would refuse them. A number that
    was confirmed, or that spoke for itself, is texted by nobody any more, whoever else gave it (RB8).
    """
    numbers = numbers_of(tx, party)
    before = numbers.of(person)
    if before is None or not numbers.stop(person, now):
        return False
    if before.confirmed_at is not None or via in ("text", "carrier"):
        tx.optouts.add(before.mark, via, now)
    tx.phones.record_consent(person, ConsentAct("stopped", via, before.mark, wording, party, by), now)
    told = {"via": via, "party": party}
    tx.history.add(HistoryLine(now, "texts_stopped", told, person=person, actor=by))
    return True


def pause_number(tx: Tx, person: int, party: str, why: str, now: datetime) -> Sequence[Effect]:
    """The carrier cannot reach the number: nothing more is sent, and somebody who can mend it is asked, once."""
    if not numbers_of(tx, party).pause(person, why):
        return []
    sections = tx.sections.enrolled_in(person)
    who = tx.people.account(person)
    if not sections or who is None:
        return []
    if party == GUARDIAN:
        return [_guardian_trouble(sections[0], who, why, now)]
    is_open = who.dm_open and who.dm_channel is not None
    return [
        Effect(
            key=f"phone_paused:{person}:{now:%Y-%m-%dT%H:%M:%S}",
            kind=Kind.PHONE_PAUSED,
            way=Way.DM if is_open else Way.THREAD,
            due_at=now,
            person=person,
            section=sections[0].id,
            args={"why": why},
        )
    ]


def _guardian_trouble(section: Section, who: Account, why: str, now: datetime) -> Effect:
    told = f"the number of <@{who.discord}>'s guardian cannot be texted: {why}"
    mend = "Ask for another number; /guardian set or /guardian number takes it"
    return trouble(section.id, told, mend, now, cause=f"guardian:{who.person}")


def trouble(section: int, why: str, mend: str, now: datetime, *, cause: str) -> Effect:
    """For the teachers' room, once a day and cause."""
    return Effect(
        key=f"trouble:{section}:{cause}:{now:%Y-%m-%d}",
        kind=Kind.TROUBLE,
        way=Way.ROOM,
        due_at=now,
        section=section,
        about=section,
        args={"why": why, "mend": mend},
    )


def hold_texts(tx: Tx, why: str, until: datetime) -> None:
    """Our own account or number is in trouble: the whole run of texts stops for the operator (RB14)."""
    tx.upkeep.set_fact(_HELD, f"{until.isoformat()} {why}")


def release_texts(tx: Tx) -> None:
    """At a start: whoever runs the bot has looked."""
    if tx.upkeep.fact(_HELD):
        tx.upkeep.set_fact(_HELD, "")


def texts_shut(tx: Tx, delivery: Delivery, cap: int | None, now: datetime) -> str | None:
    """Why this text cannot go out just now, although nothing is wrong with its number; None when it can.

    ``cap`` is in segments for any 24 hours (RB4).
    """
    if delivery.way not in TEXTS:
        return None
    until, _, why = (tx.upkeep.fact(_HELD) or "").partition(" ")
    if until and now < datetime.fromisoformat(until):
        return why
    if cap is None or delivery.kind in ANSWERS:
        return None
    return "the texts of this day are used up" if tx.outbox.segments_since(now - DAY) >= cap else None


def zones_of(tx: Tx, delivery: Delivery) -> tuple[str, ...]:
    """Zones in all of which it has to be open hours for this message to one person (RB10)."""
    who = tx.people.account(delivery.person or 0)
    own, school = who.zone if who else None, tx.sections.get(delivery.section or 0).zone
    if delivery.way not in TEXTS:
        return (own or school,)
    record = numbers_of(tx, party_of(delivery.way)).of(delivery.person or 0)
    of_number = tuple(each for each in (record.zones if record else "").split(",") if each and is_zone(each))
    # a guardian need not live where the student's clock is set
    return recipient_zones(own if delivery.way is Way.SMS else None, of_number, school)
