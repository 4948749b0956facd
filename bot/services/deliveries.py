"""The outbox from the services' side: what is due, whether it still applies, and what follows from its fate."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.messages import (
    Address,
    ClassReady,
    ClassSetUp,
    Closed,
    Content,
    InboxHello,
    Message,
    Outcome,
    Parcel,
    Refused,
    RoleGrant,
    Sent,
    ToChannel,
    ToDirectMessage,
    ToPhone,
    ToThread,
    Trouble,
    Unknown,
    Unreached,
    Wait,
)
from bot.domain.nudging import TO_A_PERSON, Drop, Hours, Reach, SendAt, next_way, when_sent
from bot.domain.outbox import Delivery, Effect, Kind, State, Way
from bot.domain.records import Account, Section
from bot.services.nudges import prework_nudge
from bot.services.people import Drip, drip_slot
from bot.services.phones import Cipher, phone_code, stop_texts
from bot.services.places import front_door, prework_channel, staff_channel, wanted_places
from bot.services.ports import Database, Ids, Tx
from bot.services.prework import prework_card
from bot.services.quizzes import unit_opened
from bot.services.slot_messages import slot_booked, slot_cancelled, slot_reminder

#: how long one call may take before another worker may ask what became of it
LEASE = timedelta(seconds=60)
#: a text is of use for ten hours at most, by Twilio's own limit (RB4)
LONGEST_VALIDITY_S = 36_000
#: what may wake somebody keeps to the open hours; the rest answers a press of their own
HELD_IN_QUIET_HOURS = frozenset({Kind.NUDGE, Kind.SLOT_REMINDER, Kind.SLOT_CANCELLED})

#: gives what a delivery says, or why it no longer applies
ContentOf = Callable[[Tx, Delivery, datetime], Content | str]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the deliveries of this installation keep to."""

    hours: Hours
    #: None where texting is not set up
    cipher: Cipher | None
    drip: Drip
    #: no other process is on this database, so leases of an earlier one are dead at start-up
    is_alone: bool = True


class DeliveryService:
    def __init__(self, database: Database, terms: Terms, ids: Ids) -> None:
        self._db, self._terms, self._ids = database, terms, ids
        self._lease = ids()
        self._resumed = False

    async def next_due(self) -> datetime | None:
        """When the next effect is due; it may lie in the past."""
        return await self._db.read(_next_due, tuple(Way))

    async def claim(self, now: datetime, ways: Collection[Way], limit: int) -> Sequence[Delivery]:
        """Leases what is due by these ways to this process; reads first, since mostly nothing is."""
        due = await self._db.read(_next_due, ways)
        if due is None or due > now:
            return []
        return await self._db.write(_claim, now, ways, limit, self._lease)

    async def begin(self, delivery: Delivery, now: datetime) -> Parcel | None:
        """The last look, then the durable mark that the call is being made. None when there is nothing to call."""
        return await self._db.write(_begin, delivery, self._terms, self._lease, now, self._ids)

    async def finish(self, delivery: Delivery, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
        """Keeps what became of it, and what follows: the next way, the teacher told, the id remembered."""
        await self._db.write(_finish, delivery, parcel, outcome, self._lease, now, self._ids)

    async def resume(self, now: datetime) -> Sequence[tuple[Delivery, Parcel]]:
        """What was in mid-call when a process died or a call got lost: to be looked for before any repeat."""
        everyone = self._terms.is_alone and not self._resumed
        self._resumed = True
        return await self._db.write(_resume, self._terms, self._lease, now, everyone)

    async def found(self, delivery: Delivery, parcel: Parcel, sent: Sent | None, now: datetime) -> None:
        """The look gave the message itself, or that it never went out: then it is due again, with its nonce."""
        if sent is None:
            await self._db.write(_again, delivery, self._lease, now)
        else:
            await self.finish(delivery, parcel, sent, now)

    async def record_place(self, guild: int, purpose: str, kind: str, discord: int) -> None:
        await self._db.write(_record_place, guild, purpose, kind, discord)


def _next_due(tx: Tx, ways: Collection[Way]) -> datetime | None:
    return tx.outbox.next_due(ways)


def _claim(tx: Tx, now: datetime, ways: Collection[Way], limit: int, lease: str) -> Sequence[Delivery]:
    return tx.outbox.claim(now, ways, limit, lease, now + LEASE)


def _begin(tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime, ids: Ids) -> Parcel | None:
    if delivery.expires_at is not None and now >= delivery.expires_at:
        tx.outbox.end(delivery.id, lease, State.EXPIRED, now, why="it came too late to be of use")
        return None
    parcel = _parcel(tx, delivery, terms, now)
    if isinstance(parcel, str):
        tx.outbox.end(delivery.id, lease, State.SUPPRESSED, now, why=parcel)
        return None
    if _is_held(tx, delivery, terms, lease, now):
        return None
    if delivery.kind is Kind.OPEN_INBOX:
        parcel = _in_turn(tx, parcel, terms.drip, now)
    if isinstance(parcel, Closed | Wait):
        _settle(tx, delivery, parcel, lease, now, ids)
        return None
    return parcel if tx.outbox.call(delivery.id, lease, now) else None


def _in_turn(tx: Tx, parcel: Parcel | Closed | Wait, drip: Drip, now: datetime) -> Parcel | Closed | Wait:
    """Openings keep to the drip when they are made, too: a bot that slept finds many due at once (RA9)."""
    at = drip_slot(tx.outbox.calls_since(Kind.OPEN_INBOX, now - drip.span), drip, now)
    return parcel if at <= now else Wait((at - now).total_seconds(), "many open their inbox just now")


def _is_held(tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime) -> bool:
    if delivery.kind not in HELD_IN_QUIET_HOURS or delivery.way not in TO_A_PERSON:
        return False
    who = tx.people.account(delivery.person or 0)
    zone = (who.zone if who else None) or tx.sections.get(delivery.section or 0).zone
    useful_until = delivery.expires_at or now + timedelta(days=1)
    match when_sent(delivery.way, zone, terms.hours, useful_until, now):
        case SendAt(at):
            return tx.outbox.wait(delivery.id, lease, at, "quiet hours")
        case Drop(why):
            return tx.outbox.end(delivery.id, lease, State.EXPIRED, now, why=why)
        case _:
            return False


def _parcel(tx: Tx, delivery: Delivery, terms: Terms, now: datetime) -> Parcel | Closed | Wait | str:
    """What to carry; or Closed, Wait where that is known without a call; or why it no longer applies."""
    section = tx.sections.get(delivery.section) if delivery.section is not None else None
    if delivery.kind is Kind.SET_UP_CLASS and section:
        return _class_set_up(tx, section)
    if delivery.kind is Kind.GRANT_ROLE and section:
        return _role_grant(tx, delivery, section)
    if delivery.kind is Kind.PHONE_CODE:
        content = phone_code(tx, delivery, now, terms.cipher)
    else:
        content = CONTENTS[delivery.kind](tx, delivery, now)
    if isinstance(content, str):
        return content
    address = _address(tx, delivery, section, terms, now)
    if isinstance(address, Closed | Wait):
        return address
    return Message(content, address, delivery.nonce, marker_of(delivery.nonce))


def marker_of(nonce: str) -> int:
    """The card's id by which a message is found again once Discord has forgotten its nonce: 1 to 2**31 - 1."""
    return int.from_bytes(hashlib.sha256(nonce.encode()).digest()[:4]) % (2**31 - 1) + 1


def _class_set_up(tx: Tx, section: Section) -> ClassSetUp:
    known = {f"{each.kind}:{each.purpose}": each.discord for each in tx.sections.places(section.guild)}
    return ClassSetUp(
        section.guild,
        known,
        wanted_places(section, tx.courses.units(section.revision_id)),
        tuple(each.discord for each in tx.sections.teachers(section.id)),
    )


def _role_grant(tx: Tx, delivery: Delivery, section: Section) -> RoleGrant | Wait | str:
    who = tx.people.account(delivery.person or 0)
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return "no longer in the class"
    role = tx.sections.place(section.guild, delivery.args["purpose"], "role")
    if role is None:
        return Wait(10, "its role is not made yet")
    return RoleGrant(section.guild, who.discord, role, f"Flipcord: {section.name}")


def _address(
    tx: Tx, delivery: Delivery, section: Section | None, terms: Terms, now: datetime
) -> Address | Closed | Wait:
    who = tx.people.account(delivery.person) if delivery.person is not None else None
    match delivery.way:
        case Way.DM if who:
            return _to_direct_message(delivery, who)
        case Way.THREAD if who and section:
            return _to_thread(tx, section, who)
        case Way.SMS if who:
            return _to_phone(tx, delivery, who, terms, now)
        case Way.ROOM if section:
            return _to_place(tx, section, staff_channel(section))
        case Way.CHANNEL if section:
            is_door = delivery.kind is Kind.CLASS_READY
            return _to_place(tx, section, front_door(section) if is_door else prework_channel(section))
        case _:
            raise ValueError(f"outbox row {delivery.id}: {delivery.kind} cannot go by {delivery.way}")


def _to_direct_message(delivery: Delivery, who: Account) -> ToDirectMessage | Closed:
    if delivery.kind is not Kind.OPEN_INBOX and not (who.dm_open and who.dm_channel):
        return Closed("the inbox is not open", lasting=False)
    return ToDirectMessage(who.discord, who.dm_channel)


def _to_thread(tx: Tx, section: Section, who: Account) -> ToThread | Closed:
    enrolment = tx.sections.enrolment(section.id, who.person)
    channel = tx.sections.place(section.guild, prework_channel(section), "channel")
    if enrolment is None or channel is None:
        return Closed("not in the class any more" if channel else "the class has no pre-work channel")
    return ToThread(who.discord, channel, enrolment.thread, section.name)


def _to_phone(tx: Tx, delivery: Delivery, who: Account, terms: Terms, now: datetime) -> ToPhone | Closed:
    sealed = tx.phones.number_to_text(who.person, unconfirmed=delivery.kind is Kind.PHONE_CODE)
    if sealed is None or terms.cipher is None:
        return Closed("no confirmed phone", lasting=False)
    until = delivery.expires_at or now + timedelta(hours=10)
    validity = max(1, min(LONGEST_VALIDITY_S, int((until - now).total_seconds())))
    number = terms.cipher.decrypt(sealed)
    return ToPhone(number, validity) if number else Closed("the key of the number is missing", lasting=False)


def _to_place(tx: Tx, section: Section, purpose: str) -> ToChannel | Wait:
    channel = tx.sections.place(section.guild, purpose, "channel")
    return ToChannel(channel) if channel else Wait(10, "its channel is not made yet")


def _finish(
    tx: Tx, delivery: Delivery, parcel: Parcel, outcome: Outcome, lease: str, now: datetime, ids: Ids
) -> None:
    if _settle(tx, delivery, outcome, lease, now, ids) and isinstance(outcome, Sent):
        _remember(tx, delivery, parcel, outcome, now)


def _settle(tx: Tx, delivery: Delivery, outcome: Outcome, lease: str, now: datetime, ids: Ids) -> bool:
    """Moves the row to where its outcome puts it, and adds what follows; False when the lease was lost."""
    match outcome:
        case Sent(channel, result):
            return tx.outbox.end(delivery.id, lease, State.SENT, now, channel=channel, result=result)
        case Closed(why, lasting):
            if outcome.left and delivery.section is not None and delivery.person is not None:
                tx.sections.leave(tx.sections.get(delivery.section).guild, delivery.person, now)
            if lasting and delivery.person is not None:
                _close_way(tx, delivery.way, delivery.person, why, now)
            return _ended(tx, delivery, why, lease, now, ids)
        case Refused(why):
            return _ended(tx, delivery, why, lease, now, ids)
        case Wait(seconds, why, mend):
            if mend:
                tx.outbox.add(_trouble(delivery, why, mend, now), now, ids)
            if delivery.kind is Kind.OPEN_INBOX:
                tx.outbox.hold_back(Kind.OPEN_INBOX, now + timedelta(seconds=seconds))
            return tx.outbox.wait(delivery.id, lease, now + timedelta(seconds=seconds), why)
        case Unknown(why):
            return tx.outbox.doubt(delivery.id, lease, why)


def _close_way(tx: Tx, way: Way, person: int, why: str, now: datetime) -> None:
    """The person, or the carrier for them, wants nothing more this way."""
    if way is Way.DM:
        tx.people.close_dm(person, now)
    elif way is Way.SMS:
        stop_texts(tx, person, "carrier", why, now)


def _ended(tx: Tx, delivery: Delivery, why: str, lease: str, now: datetime, ids: Ids) -> bool:
    """Failed by this way: the next one is tried at once, and after the last the teachers' room is told."""
    if not tx.outbox.end(delivery.id, lease, State.FAILED, now, why=why):
        return False
    if delivery.way in TO_A_PERSON and delivery.kind not in (Kind.OPEN_INBOX, Kind.PHONE_CODE):
        tx.outbox.add([_next_way(tx, delivery, why, now)], now, ids)
    elif delivery.way not in TO_A_PERSON:
        tx.outbox.add(_trouble(delivery, why, "", now), now, ids)
    return True


def _next_way(tx: Tx, delivery: Delivery, why: str, now: datetime) -> Effect:
    way = next_way(delivery.way, _reach(tx, delivery))
    tried = [*delivery.args.get("tried", []), f"{delivery.way}: {why}"]
    return Effect(
        key=f"{delivery.key}>{way or 'room'}",
        kind=delivery.kind if way else Kind.UNREACHED,
        way=way or Way.ROOM,
        due_at=now,
        person=delivery.person,
        section=delivery.section,
        about=delivery.about,
        args={**delivery.args, "tried": tried, "was": delivery.kind},
        expires_at=delivery.expires_at if way else None,
    )


def _reach(tx: Tx, delivery: Delivery) -> Reach:
    return Reach(
        dm=False,
        thread=delivery.section is not None,
        sms=delivery.person is not None and tx.phones.number_to_text(delivery.person) is not None,
    )


def _trouble(delivery: Delivery, why: str, mend: str, now: datetime) -> list[Effect]:
    """Told once a day and cause; not about the teachers' room itself, which could not be told there."""
    if delivery.section is None or delivery.way is Way.ROOM:
        return []
    cause = hashlib.sha256(why.encode()).hexdigest()[:16]
    return [
        Effect(
            key=f"trouble:{delivery.section}:{cause}:{now:%Y-%m-%d}",
            kind=Kind.TROUBLE,
            way=Way.ROOM,
            due_at=now,
            section=delivery.section,
            about=delivery.section,
            args={"why": why, "mend": mend},
        )
    ]


def _remember(tx: Tx, delivery: Delivery, parcel: Parcel, sent: Sent, now: datetime) -> None:
    if delivery.kind is Kind.SET_UP_CLASS and delivery.section is not None:
        tx.outbox.hurry([delivery.section], now)  # cards and grants that waited for their channel or role
    if delivery.kind is Kind.POST_PREWORK and sent.channel is not None:
        tx.prework.mark_posted(delivery.about or 0, sent.channel, int(sent.result or 0), now)
    if not isinstance(parcel, Message) or delivery.person is None or sent.channel is None:
        return
    match parcel.address:
        case ToDirectMessage():
            tx.people.set_dm_channel(delivery.person, sent.channel)
        case ToThread() if delivery.section is not None:
            tx.sections.set_thread(delivery.section, delivery.person, sent.channel)
        case _:
            pass


def _resume(
    tx: Tx, terms: Terms, lease: str, now: datetime, everyone: bool
) -> Sequence[tuple[Delivery, Parcel]]:
    tx.outbox.free(now, everyone=everyone)
    pairs: list[tuple[Delivery, Parcel]] = []
    for delivery in tx.outbox.adopt(now, lease, now + LEASE, everyone=everyone):
        parcel = _parcel(tx, delivery, terms, now)
        if isinstance(parcel, str):
            tx.outbox.end(delivery.id, lease, State.SUPPRESSED, now, why=f"{parcel}; it may have gone out just before")
        elif isinstance(parcel, Closed | Wait):
            tx.outbox.wait(delivery.id, lease, now, parcel.why)
        else:
            pairs.append((replace(delivery, lease=lease), parcel))
    return pairs


def _again(tx: Tx, delivery: Delivery, lease: str, now: datetime) -> None:
    tx.outbox.wait(delivery.id, lease, now, "")


def _record_place(tx: Tx, guild: int, purpose: str, kind: str, discord: int) -> None:
    tx.sections.set_place(guild, purpose, kind, discord)


def _inbox_hello(tx: Tx, delivery: Delivery, now: datetime) -> InboxHello | str:
    return InboxHello(tx.sections.get(delivery.section or 0).name)


def _class_ready(tx: Tx, delivery: Delivery, now: datetime) -> ClassReady | str:
    section = tx.sections.get(delivery.about or 0)
    return ClassReady(section.name, tx.courses.get(section.course_id).title, section.handle)


def _unreached(tx: Tx, delivery: Delivery, now: datetime) -> Unreached | str:
    who = tx.people.account(delivery.person or 0)
    if who is None:
        return "the person was erased"
    names = {Kind.NUDGE: "the nudge about pre-work", Kind.SLOT_REMINDER: "the reminder of office hours"}
    was = Kind(delivery.args.get("was", Kind.NUDGE))
    tried = tuple(delivery.args.get("tried", ())) or ("no way is open to this student",)
    return Unreached(who.discord, names.get(was, "a message"), tried)


def _trouble_content(tx: Tx, delivery: Delivery, now: datetime) -> Trouble | str:
    return Trouble(delivery.args["why"], delivery.args["mend"])


CONTENTS: Mapping[Kind, ContentOf] = {
    Kind.OPEN_INBOX: _inbox_hello,
    Kind.CLASS_READY: _class_ready,
    Kind.POST_PREWORK: prework_card,
    Kind.NUDGE: prework_nudge,
    Kind.SLOT_BOOKED: slot_booked,
    Kind.SLOT_CANCELLED: slot_cancelled,
    Kind.SLOT_REMINDER: slot_reminder,
    Kind.UNIT_OPENED: unit_opened,
    Kind.UNREACHED: _unreached,
    Kind.TROUBLE: _trouble_content,
}
