"""What every part that texts keeps to: how texts end, when a number is paused, and when no text may go out."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phone_zones import TEXTS, recipient_zones
from bot.domain.phones import GUARDIAN, STUDENT, ConsentAct, Holder
from bot.domain.receipts import country_of
from bot.domain.records import Account, HistoryLine
from bot.domain.times import is_zone
from bot.services.ports import PhoneNumbers, Tx

log = logging.getLogger(__name__)

#: answers to somebody's own press or text, a few at most: no daily cap holds them back
ANSWERS = frozenset(
    {
        Kind.PHONE_CODE,
        Kind.GUARDIAN_CODE,
        Kind.TEXTS_ENDED,
        Kind.TEXTS_AGAIN,
        Kind.TEXT_HELP,
        Kind.GUARDIAN_ENDED,
    }
)
#: the phone said so itself
FROM_THE_PHONE = frozenset({"text", "carrier", "page"})
DAY = timedelta(hours=24)
#: until when no text goes out, and why
_HELD = "texts_held"
#: when and why that was answered last, or told by a callback, as long as no second answer bore it out
_DOUBTED, _DOUBTED_LATER = "texts_doubted", "texts_doubted_later"
#: after one bad answer the next text asks again
ASK_AGAIN = timedelta(seconds=90)


def numbers_of(tx: Tx, holder: Holder) -> PhoneNumbers:
    return tx.guardians.in_class(holder.section or 0) if holder.party == GUARDIAN else tx.phones


def holder_of(delivery: Delivery) -> Holder:
    """Whose phone a text goes to: a guardian's is that of the class that it is from."""
    person = delivery.person or 0
    return Holder(person, GUARDIAN, delivery.section) if delivery.way is Way.GUARDIAN else Holder(person)


def stop_texts(
    tx: Tx, holder: Holder, via: str, now: datetime, *, wording: str = "", by: int | None = None
) -> bool:
    """Ends all texts by that row at once and forgets its number; False when there was none to stop.

    Texts that wait are not sent: their last look finds no number, and the database would refuse them. A number that
    was confirmed, or that spoke for itself, is texted by nobody any more, whoever else gave it (RB8). But what
    somebody else says about a guardian's number holds in their own class only.
    """
    numbers, person = numbers_of(tx, holder), holder.person
    before = numbers.of(person)
    if before is None or not numbers.stop(person, now):
        return False
    is_for_all = holder.party == STUDENT or via in FROM_THE_PHONE
    if (before.confirmed_at is not None and is_for_all) or via in ("text", "carrier"):
        tx.optouts.add(before.mark, via, now)
    act = ConsentAct("stopped", via, before.mark, wording, holder.party, by, holder.section)
    tx.phones.record_consent(person, act, now)
    told = {"via": via, "party": holder.party}
    tx.history.add(HistoryLine(now, "texts_stopped", told, holder.section, person, by))
    return True


def pause_number(tx: Tx, holder: Holder, why: str, now: datetime) -> Sequence[Effect]:
    """The carrier cannot reach the number: nothing more is sent, and somebody who can mend it is asked, once."""
    person = holder.person
    if not numbers_of(tx, holder).pause(person, why):
        return []
    who = tx.people.account(person)
    if holder.party == GUARDIAN and holder.section is not None and who is not None:
        return [_guardian_trouble(holder.section, who, why, now)]
    sections = tx.sections.enrolled_in(person)
    if not sections or who is None:
        return []
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


def _guardian_trouble(section: int, who: Account, why: str, now: datetime) -> Effect:
    told = f"the number of <@{who.discord}>'s guardian cannot be texted: {why}"
    mend = "Ask for another number; /guardian set or /guardian number takes it"
    return trouble(section, told, mend, now, cause=f"guardian:{who.person}")


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


def hold_texts(tx: Tx, why: str, until: datetime, country: str = "") -> None:
    """Our own account or number is in trouble: the whole run of texts stops for the operator (RB14).

    Where only a ``country`` is out of reach, the run goes on for all others.
    """
    where = f" to +{country}" if country else ""
    log.error("texts%s stop until %s, for whoever runs the bot: %s", where, until.isoformat(), why)
    _keep(tx, _HELD, country, f"{until.isoformat()} {why}")


def doubt_texts(
    tx: Tx, why: str, now: datetime, until: datetime, country: str = "", *, told_later: bool = False
) -> None:
    """An answer that our own account or number is in trouble. One is no verdict: the next text asks again.

    Only when that gets the same answer, within a day, all texts stop until then, or all to that ``country``.
    ``told_later``: by a callback, so that a text which was accepted since proves nothing.
    """
    name = _DOUBTED_LATER if told_later else _DOUBTED
    first, _, doubted = _kept(tx, name).get(country, "").partition(" ")
    age = now - datetime.fromisoformat(first) if doubted == why else DAY
    if timedelta(0) <= age < ASK_AGAIN:
        return  # several were under way when the first was answered
    is_borne_out = ASK_AGAIN <= age < DAY
    hold_texts(tx, why, until if is_borne_out else min(until, now + ASK_AGAIN), country)
    if not is_borne_out:
        _keep(tx, name, country, f"{now.isoformat()} {why}")


def believe_texts(tx: Tx, country: str) -> None:
    """A text to there was accepted: what was answered before about it, or about all texts, was a slip."""
    doubted = _kept(tx, _DOUBTED)
    left = {each: line for each, line in doubted.items() if each not in ("", country)}
    if left != doubted:
        tx.upkeep.set_fact(_DOUBTED, json.dumps(left))


def release_texts(tx: Tx) -> None:
    """At a start: whoever runs the bot has looked."""
    for name in (_HELD, _DOUBTED, _DOUBTED_LATER):
        if tx.upkeep.fact(name):
            tx.upkeep.set_fact(name, "")


def texts_held(tx: Tx, now: datetime) -> Mapping[str, str]:
    """Why texts are stopped for the operator, by country; "" stands for all of them."""
    lines = {country: line.partition(" ") for country, line in _kept(tx, _HELD).items()}
    return {country: why for country, (until, _, why) in lines.items() if now < datetime.fromisoformat(until)}


def _keep(tx: Tx, name: str, country: str, line: str) -> None:
    tx.upkeep.set_fact(name, json.dumps(_kept(tx, name) | {country: line}))


def _kept(tx: Tx, name: str) -> dict[str, str]:
    """By country, "" for all: an instant, and why."""
    kept = tx.upkeep.fact(name) or "{}"
    # an older version kept one line; the start that this one makes released it
    return json.loads(kept) if kept.startswith("{") else {}


def texts_shut(tx: Tx, delivery: Delivery, number: str, cap: int | None, now: datetime) -> str | None:
    """Why this text cannot go out just now, although nothing is wrong with its number; None when it can.

    ``cap`` is in segments for any 24 hours (RB4).
    """
    if delivery.way not in TEXTS:
        return None
    held = texts_held(tx, now)
    if (why := held.get("", held.get(country_of(number)))) is not None:
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
    record = numbers_of(tx, holder_of(delivery)).of(delivery.person or 0)
    # a number that was let go is kept in the row alone, with its zones
    zones = delivery.args.get("zones", record.zones if record else "")
    of_number = tuple(each for each in zones.split(",") if each and is_zone(each))
    # a guardian need not live where the student's clock is set
    return recipient_zones(own if delivery.way is Way.SMS else None, of_number, school)
