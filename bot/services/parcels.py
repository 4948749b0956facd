"""What a row of the outbox comes to when it is carried: the words, the address, and whether it still applies."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.disclosure import Reader, readers_of
from bot.domain.letter_messages import ToDesk
from bot.domain.messages import (
    Address,
    ClassSetUp,
    Closed,
    Content,
    Message,
    Parcel,
    RoleGrant,
    ToChannel,
    ToDirectMessage,
    ToPhone,
    ToThread,
    Wait,
)
from bot.domain.nudging import USUAL_LIMITS, Hours, Limits
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.records import Account, Section
from bot.services.contents import CONTENTS
from bot.services.contracts import contract_link
from bot.services.guardians import guardian_code
from bot.services.people import Drip, is_to_have
from bot.services.phones import phone_code
from bot.services.places import (
    front_door,
    prework_channel,
    staff_channel,
    wanted_places,
)
from bot.services.ports import Cipher, Tx
from bot.services.ports.links import ContractLinks
from bot.services.texting import holder_of, numbers_of

#: a text is of use for ten hours at most, by Twilio's own limit (RB4)
LONGEST_VALIDITY_S = 36_000
#: to a phone whose number may be kept nowhere else any more
ANSWERED_BACK = frozenset({Kind.TEXTS_ENDED, Kind.TEXTS_AGAIN, Kind.TEXT_HELP, Kind.GUARDIAN_ENDED})

#: who reads what goes that way; what a message's class does not declare for them never reaches them (N15)
READERS: Mapping[Way, Reader] = {
    Way.DM: Reader.STUDENT,
    Way.THREAD: Reader.STUDENT,
    Way.SMS: Reader.STUDENT,
    Way.GUARDIAN: Reader.GUARDIAN,
    Way.ROOM: Reader.TEACHERS,
    Way.DESK: Reader.TEACHERS,
    Way.CHANNEL: Reader.CLASS,
}

#: for somebody who wrote in the conversation, whether or not they asked for reminders there
TO_WHO_WROTE = frozenset({Kind.ANSWER, Kind.HEARD})


@dataclass(frozen=True, slots=True)
class Terms:
    """What the deliveries of this installation keep to."""

    hours: Hours
    #: None where texting is not set up
    cipher: Cipher | None
    drip: Drip
    #: no other process is on this database, so leases of an earlier one are dead at start-up
    is_alone: bool = True
    limits: Limits = USUAL_LIMITS
    #: segments that our number may send in any 24 hours (RB4); None for no cap
    texts_a_day: int | None = None
    #: None where no page is served
    contract_links: ContractLinks | None = None


def parcel_of(tx: Tx, delivery: Delivery, terms: Terms, now: datetime) -> Parcel | Closed | Wait | str:
    """What to carry; or Closed, Wait where that is known without a call; or why it no longer applies."""
    section = tx.sections.get(delivery.section) if delivery.section is not None else None
    if delivery.kind is Kind.SET_UP_CLASS and section:
        args = delivery.args
        return _class_set_up(tx, section, args.get("leave", ()), mends=bool(args.get("mend")))
    if delivery.kind in (Kind.GRANT_ROLE, Kind.TAKE_ROLE) and section:
        return _role_grant(tx, delivery, section)
    content = _content(tx, delivery, terms, now)
    if isinstance(content, str):
        return content
    if _reader(tx, delivery) not in readers_of(type(content)):
        return "it is not for whoever reads what goes that way"
    address = _address(tx, delivery, section, terms, now)
    if isinstance(address, Closed | Wait):
        return address
    return Message(content, address, delivery.nonce, marker_of(delivery.nonce))


def _reader(tx: Tx, delivery: Delivery) -> Reader | None:
    """Who reads what goes that way; what is wrong with a class's own room goes to its teachers directly."""
    if delivery.kind is Kind.PLACES and delivery.way is Way.DM:
        is_theirs = tx.sections.teaches(delivery.section or 0, delivery.person or 0)
        return Reader.TEACHERS if is_theirs else None
    return READERS.get(delivery.way)


def _content(tx: Tx, delivery: Delivery, terms: Terms, now: datetime) -> Content | str:
    if delivery.kind is Kind.PHONE_CODE:
        return phone_code(tx, delivery, now, terms.cipher)
    if delivery.kind is Kind.GUARDIAN_CODE:
        return guardian_code(tx, delivery, now, terms.cipher)
    if delivery.kind is Kind.CONTRACT_LINK:
        return contract_link(tx, delivery, now, terms.contract_links)
    return CONTENTS[delivery.kind](tx, delivery, now)


def marker_of(nonce: str) -> int:
    """The card's id by which a message is found again once Discord has forgotten its nonce: 1 to 2**31 - 1."""
    return int.from_bytes(hashlib.sha256(nonce.encode()).digest()[:4]) % (2**31 - 1) + 1


def _class_set_up(tx: Tx, section: Section, leave: Collection[str], *, mends: bool) -> ClassSetUp:
    """``leave`` names channels that a repair does not make again."""
    known = {f"{each.kind}:{each.purpose}": each.discord for each in tx.sections.places(section.guild)}
    return ClassSetUp(
        section.guild,
        known,
        tuple(
            each
            for each in wanted_places(section, tx.courses.units(section.revision_id))
            if each.kind == "role" or each.purpose not in leave
        ),
        tuple(each.discord for each in tx.sections.teachers(section.id)),
        mends,
    )


def _role_grant(tx: Tx, delivery: Delivery, section: Section) -> RoleGrant | Wait | str:
    who = tx.people.account(delivery.person or 0)
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return "no longer in the class"
    purpose, takes = delivery.args["purpose"], delivery.kind is Kind.TAKE_ROLE
    if takes is is_to_have(tx, section.guild, who.person, purpose):
        return (
            "the unit is open again" if takes else "the unit was taken back, or the class has no unit roles"
        )
    role = tx.sections.place(section.guild, purpose, "role")
    if role is None:
        return "its role does not stand" if takes else Wait(10, "its role is not made yet")
    return RoleGrant(section.guild, who.discord, role, f"Flipcord: {section.name}", takes)


def _address(
    tx: Tx, delivery: Delivery, section: Section | None, terms: Terms, now: datetime
) -> Address | Closed | Wait:
    who = tx.people.account(delivery.person) if delivery.person is not None else None
    match delivery.way:
        case Way.DM if who:
            return _to_direct_message(delivery, who)
        case Way.THREAD if who and section:
            return _to_thread(tx, section, who)
        case Way.SMS | Way.GUARDIAN if delivery.kind in ANSWERED_BACK:
            return _to_who_texted(delivery, terms, now)
        case Way.SMS | Way.GUARDIAN if who:
            return _to_phone(tx, delivery, who, terms, now)
        case Way.ROOM if section:
            return _to_place(tx, section, staff_channel(section))
        case Way.DESK if who and section:
            return _to_desk(tx, section, who)
        case Way.CHANNEL if section:
            is_door = delivery.kind is Kind.CLASS_READY
            return _to_place(tx, section, front_door(section) if is_door else prework_channel(section))
        case _:
            raise ValueError(f"outbox row {delivery.id}: {delivery.kind} cannot go by {delivery.way}")


def _to_direct_message(delivery: Delivery, who: Account) -> ToDirectMessage | Closed:
    is_in_doubt = delivery.state in (State.CALLING, State.UNCERTAIN)
    if (delivery.kind in TO_WHO_WROTE or is_in_doubt) and who.dm_channel:
        # what may have gone out is looked for in a conversation that was closed since, too
        return ToDirectMessage(who.discord, who.dm_channel)
    # the teachers' room is gone: who made the class was told then that I write to them in that case
    may_open = delivery.kind in (Kind.OPEN_INBOX, Kind.PLACES)
    if not may_open and not (who.dm_open and who.dm_channel):
        return Closed("the inbox is not open", lasting=False)
    return ToDirectMessage(who.discord, who.dm_channel)


def _to_desk(tx: Tx, section: Section, who: Account) -> ToDesk | Wait:
    room = _to_place(tx, section, staff_channel(section))
    if isinstance(room, Wait):
        return room
    thread = tx.letters.desk(section.id, who.person)
    return ToDesk(who.discord, room.channel, thread, section.name, f"{section.handle}:{who.person}")


def _to_thread(tx: Tx, section: Section, who: Account) -> ToThread | Closed:
    enrolment = tx.sections.enrolment(section.id, who.person)
    channel = tx.sections.place(section.guild, prework_channel(section), "channel")
    if enrolment is None or channel is None:
        return Closed("not in the class any more" if channel else "the class has no pre-work channel")
    return ToThread(who.discord, channel, enrolment.thread, section.name)


def _to_phone(tx: Tx, delivery: Delivery, who: Account, terms: Terms, now: datetime) -> ToPhone | Closed:
    is_code = delivery.kind in (Kind.PHONE_CODE, Kind.GUARDIAN_CODE)
    # of this very class: another's guardian has agreed to nothing here
    guardians = tx.guardians.in_class(delivery.section or 0)
    if delivery.way is Way.GUARDIAN and not is_code and not guardians.reachable(who.person):
        return Closed("no guardian agreed to texts", lasting=False)
    numbers = numbers_of(tx, holder_of(delivery))
    return _at(numbers.number_to_text(who.person, unconfirmed=is_code), delivery, terms, now)


def _to_who_texted(delivery: Delivery, terms: Terms, now: datetime) -> ToPhone | Closed:
    """Back to the phone that wrote, whose number is kept in the row alone and only until the row ends."""
    sealed = delivery.args.get("sealed")
    return _at(sealed.encode() if sealed else None, delivery, terms, now)


def _at(sealed: bytes | None, delivery: Delivery, terms: Terms, now: datetime) -> ToPhone | Closed:
    if sealed is None or terms.cipher is None:
        return Closed("no confirmed phone", lasting=False)
    until = delivery.expires_at or now + timedelta(hours=10)
    validity = max(1, min(LONGEST_VALIDITY_S, int((until - now).total_seconds())))
    number = terms.cipher.decrypt(sealed)
    return ToPhone(number, validity) if number else Closed("the key of the number is missing", lasting=False)


def _to_place(tx: Tx, section: Section, purpose: str) -> ToChannel | Wait:
    channel = tx.sections.place(section.guild, purpose, "channel")
    return ToChannel(channel) if channel else Wait(10, "its channel is not made yet")
