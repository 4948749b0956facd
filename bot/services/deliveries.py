"""The outbox from the services' side: what is due, whether it still applies, and what follows from its fate."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.messages import (
    Closed,
    Message,
    Outcome,
    Parcel,
    Refused,
    Sent,
    ToDirectMessage,
    ToThread,
    Unknown,
    Wait,
)
from bot.domain.nudging import TO_A_PERSON, Drop, Reach, SendAt, next_way, when_sent
from bot.domain.outbox import Delivery, Effect, Kind, State, Way
from bot.services.chronicle import end, note
from bot.services.parcels import Terms, parcel_of
from bot.services.people import Drip, drip_slot, grants_again
from bot.services.phones import stop_texts
from bot.services.ports import Database, Ids, Tx

#: how long one call may take before another worker may ask what became of it
LEASE = timedelta(seconds=60)
#: what may wake somebody keeps to the open hours; the rest answers a press of their own
HELD_IN_QUIET_HOURS = frozenset({Kind.NUDGE, Kind.SLOT_REMINDER, Kind.SLOT_CANCELLED})


#: no other way is tried: the inbox and the code go one way only, and a pass was shown when it was pressed
NOT_PURSUED = frozenset({Kind.OPEN_INBOX, Kind.PHONE_CODE, Kind.UNIT_OPENED})


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

    async def record_place(self, guild: int, purpose: str, kind: str, discord: int, now: datetime) -> None:
        """A role or channel stands. A role that was made again is given again to whoever had the one before."""
        await self._db.write(_record_place, guild, purpose, kind, discord, now, self._ids)


def _next_due(tx: Tx, ways: Collection[Way]) -> datetime | None:
    return tx.outbox.next_due(ways)


def _claim(tx: Tx, now: datetime, ways: Collection[Way], limit: int, lease: str) -> Sequence[Delivery]:
    return tx.outbox.claim(now, ways, limit, lease, now + LEASE)


def _begin(tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime, ids: Ids) -> Parcel | None:
    if delivery.expires_at is not None and now >= delivery.expires_at:
        _expire(tx, delivery, lease, now, ids)
        return None
    parcel = parcel_of(tx, delivery, terms, now)
    if isinstance(parcel, str):
        end(tx, delivery, lease, State.SUPPRESSED, now, why=parcel)
        return None
    if _is_held(tx, delivery, terms, lease, now, ids):
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


def _expire(tx: Tx, delivery: Delivery, lease: str, now: datetime, ids: Ids) -> None:
    why = "it came too late to be of use"
    end(tx, delivery, lease, State.EXPIRED, now, why=why)
    if delivery.kind is Kind.POST_PREWORK:
        mend = "Post it again with /prework post"
        tx.outbox.add(
            _trouble(delivery, "pre-work could not be posted before its deadline", mend, now), now, ids
        )


def _is_held(tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime, ids: Ids) -> bool:
    if delivery.kind not in HELD_IN_QUIET_HOURS or delivery.way not in TO_A_PERSON:
        return False
    who = tx.people.account(delivery.person or 0)
    zone = (who.zone if who else None) or tx.sections.get(delivery.section or 0).zone
    useful_until = delivery.expires_at or now + timedelta(days=1)
    match when_sent(delivery.way, zone, terms.hours, useful_until, now):
        case SendAt(at):
            return tx.outbox.wait(delivery.id, lease, at, "quiet hours")
        case Drop(why):
            if delivery.kind is not Kind.NUDGE and delivery.way is not Way.SMS:
                return False  # an appointment of their own, at an hour of their own: on Discord it may be told now
            tx.outbox.add([_next_way(tx, delivery, why, now)], now, ids)
            return end(tx, delivery, lease, State.EXPIRED, now, why=why)
        case _:
            return False


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
                tx.outbox.add(_closed_dm(tx, delivery, why, now), now, ids)
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


def _closed_dm(tx: Tx, delivery: Delivery, why: str, now: datetime) -> list[Effect]:
    """The teachers' room hears whom a DM does not reach any more, though another way goes on."""
    who = tx.people.account(delivery.person or 0)
    if who is None or delivery.way is not Way.DM:
        return []
    mend = "I write to them in a private thread instead. They can open DMs and press “Open my inbox” again"
    return _trouble(delivery, f"<@{who.discord}> gets no DMs: {why}", mend, now)


def _close_way(tx: Tx, way: Way, person: int, why: str, now: datetime) -> None:
    """The person, or the carrier for them, wants nothing more this way."""
    if way is Way.DM:
        tx.people.close_dm(person, now)
    elif way is Way.SMS:
        stop_texts(tx, person, "carrier", why, now)


def _ended(tx: Tx, delivery: Delivery, why: str, lease: str, now: datetime, ids: Ids) -> bool:
    """Failed by this way: the next one is tried at once, and after the last the teachers' room is told."""
    if not end(tx, delivery, lease, State.FAILED, now, why=why):
        return False
    if delivery.way in TO_A_PERSON and delivery.kind not in NOT_PURSUED:
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
    note(tx, delivery, State.SENT, now, parcel=parcel)
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
        parcel = parcel_of(tx, delivery, terms, now)
        if delivery.expires_at is not None and now >= delivery.expires_at:
            why = "it may have gone out; by now it is of no use"
            end(tx, delivery, lease, State.EXPIRED, now, why=why)
        elif isinstance(parcel, str):
            end(tx, delivery, lease, State.SUPPRESSED, now, why=f"{parcel}; it may have gone out just before")
        elif isinstance(parcel, Closed | Wait):
            tx.outbox.wait(delivery.id, lease, now, parcel.why)
        else:
            pairs.append((replace(delivery, lease=lease), parcel))
    return pairs


def _again(tx: Tx, delivery: Delivery, lease: str, now: datetime) -> None:
    tx.outbox.wait(delivery.id, lease, now, "")


def _record_place(tx: Tx, guild: int, purpose: str, kind: str, discord: int, now: datetime, ids: Ids) -> None:
    before = tx.sections.place(guild, purpose, kind)
    tx.sections.set_place(guild, purpose, kind, discord)
    if kind == "role" and before is not None and before != discord:
        tx.outbox.add(grants_again(tx, guild, purpose, now, f"role:{discord}"), now, ids)
