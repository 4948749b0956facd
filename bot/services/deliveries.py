"""The outbox from the services' side: what is due, whether it still applies, and what follows from its fate."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.apart import Fault
from bot.domain.attachments import Attachment
from bot.domain.messages import (
    Closed,
    Outcome,
    Parcel,
    Sent,
    Stumbled,
    Wait,
)
from bot.domain.nudging import TO_A_PERSON, Drop, SendAt
from bot.domain.outbox import Delivery, Kind, State, Unreadable, Way
from bot.domain.phone_zones import TEXTS
from bot.services.chronicle import end
from bot.services.finishing import finish, number_of, settle, turn_away
from bot.services.giving_up import spoil, stumble
from bot.services.going_back import WHY, is_held_back
from bot.services.holding import Withhold, look
from bot.services.parcels import Terms, parcel_of
from bot.services.people import Drip, drip_slot, grants_again
from bot.services.ports import Database, Ids, Tx
from bot.services.posting import cards_again
from bot.services.pursuit import pursue, trouble
from bot.services.taking_up import LEASE, resume
from bot.services.texting import (
    texts_shut,
    zones_of,
)
from bot.services.upkeep import OPENINGS_STOPPED

log = logging.getLogger(__name__)

DAY_S = 86_400.0
#: what may wake somebody keeps to the open hours; the rest answers a press of their own
HELD_IN_QUIET_HOURS = frozenset(
    {
        Kind.NUDGE,
        Kind.SLOT_REMINDER,
        Kind.SLOT_CANCELLED,
        Kind.ANNOUNCEMENT,
        Kind.CONTRACT_LINK,
        Kind.GUARDIAN_ENDED,
        Kind.CONTRACT_IN_FORCE,
        Kind.CONTRACT_TO_SIGN,
        Kind.RECHECK,
    }
)


class DeliveryService:
    def __init__(self, database: Database, terms: Terms, ids: Ids) -> None:
        self._db, self._terms, self._ids = database, terms, ids
        self._lease = ids()
        self._resumed = False

    async def next_due(self, now: datetime) -> datetime | None:
        """When the next effect is due; it may lie in the past."""
        return await self._db.read(_next_due, tuple(Way))

    async def claim(
        self, now: datetime, ways: Collection[Way], limit: int, *, files: bool = False
    ) -> Sequence[Delivery]:
        """Leases what is due by these ways to this process, with a file or without; reads first, since mostly nothing is."""
        due = await self._db.read(_next_due, ways)
        if due is None or due > now:
            return []
        claimed = await self._db.write(_claim, now, ways, limit, self._lease, files, self._ids)
        return self._told_log(claimed)

    async def begin(self, delivery: Delivery, now: datetime) -> Parcel | None:
        """The last look, then the durable mark that the call is being made. None when there is nothing to call."""
        begun = await self._db.write(_begin_apart, delivery, self._terms, self._lease, now, self._ids)
        if isinstance(begun, Fault):
            _log(delivery, begun)
            return None
        return begun

    async def file(self, delivery: Delivery) -> Attachment | None:
        """What an announcement carries, with its bytes."""
        return await self._db.read(_file, delivery)

    async def finish(self, delivery: Delivery, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
        """Keeps what became of it, and what follows: the next way, the teacher told, the id remembered."""
        fault = await self._db.write(finish, delivery, parcel, outcome, self._lease, now, self._ids)
        if fault is not None:
            _log(delivery, fault)

    async def resume(self, now: datetime) -> Sequence[tuple[Delivery, Parcel]]:
        """What was in mid-call when a process died or a call got lost: to be looked for before any repeat."""
        everyone = self._terms.is_alone and not self._resumed
        pairs, faults = await self._db.write(resume, self._terms, self._lease, now, everyone, self._ids)
        self._resumed = True
        for delivery, fault in faults:
            _log(delivery, fault)
        return pairs

    def _told_log(self, rows: Sequence[Delivery | Unreadable]) -> Sequence[Delivery]:
        for each in rows:
            if isinstance(each, Unreadable):
                log.error(
                    "delivery_unreadable", extra={"delivery": each.id, "kind": each.kind, "why": each.why}
                )
        return [each for each in rows if isinstance(each, Delivery)]

    async def found(self, delivery: Delivery, parcel: Parcel, sent: Sent | None, now: datetime) -> None:
        """The look gave the message itself, or that it never went out: then it is due again, with its nonce."""
        if sent is None:
            await self._db.write(_again, delivery, self._lease, now)
        else:
            await self.finish(delivery, parcel, sent, now)

    async def record_place(self, guild: int, purpose: str, kind: str, discord: int, now: datetime) -> None:
        """A role or channel stands.

        A role that was made again is given again to whoever had the one before, and the cards of a channel that was
        made again are posted there again.
        """
        await self._db.write(_record_place, guild, purpose, kind, discord, now, self._ids)


def _file(tx: Tx, delivery: Delivery) -> Attachment | None:
    return tx.announcements.file(delivery.about or 0)


def _next_due(tx: Tx, ways: Collection[Way]) -> datetime | None:
    return tx.outbox.next_due(ways)


def _claim(
    tx: Tx, now: datetime, ways: Collection[Way], limit: int, lease: str, files: bool, ids: Ids
) -> Sequence[Delivery | Unreadable]:
    claimed = tx.outbox.claim(now, ways, limit, lease, now + LEASE, files=files)
    spoil(tx, claimed, now, ids)
    return claimed


def _log(delivery: Delivery | Unreadable, fault: Fault) -> None:
    log.error(
        "delivery_fault",
        extra={"delivery": delivery.id, "kind": delivery.kind, "fault": fault.why},
        exc_info=fault.error,
    )


def _begin_apart(
    tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime, ids: Ids
) -> Parcel | Fault | None:
    begun = tx.apart(_begin, tx, delivery, terms, lease, now, ids)
    if isinstance(begun, Fault):
        stumble(tx, delivery, Stumbled(begun.said, called=False), lease, now, ids)
    return begun


def _begin(tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime, ids: Ids) -> Parcel | None:
    if delivery.expires_at is not None and now >= delivery.expires_at:
        _expire(tx, delivery, lease, now, ids)
        return None
    if is_held_back(tx, delivery):
        end(tx, delivery, lease, State.EXPIRED, now, why=WHY)
        return None
    parcel = parcel_of(tx, delivery, terms, now)
    if isinstance(parcel, str):
        end(tx, delivery, lease, State.SUPPRESSED, now, why=parcel)
        return None
    if delivery.kind is Kind.NUDGE and tx.outbox.is_superseded(delivery, now):
        # a bot that was off finds several steps due at once: one message says it all (RD4)
        end(tx, delivery, lease, State.SUPPRESSED, now, why="a newer reminder goes in its place")
        return None
    if _is_held(tx, delivery, terms, lease, now, ids):
        return None
    if delivery.kind is Kind.OPEN_INBOX:
        stopped = tx.upkeep.fact(OPENINGS_STOPPED)
        parcel = Wait(DAY_S, stopped) if stopped else _in_turn(tx, parcel, terms.drip, now)
    if isinstance(parcel, Closed | Wait):
        settle(tx, delivery, parcel, lease, now, ids)
        return None
    if (why := texts_shut(tx, delivery, number_of(parcel), terms.texts_a_day, now)) is not None:
        turn_away(tx, delivery, why, lease, now, ids)
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
            trouble(delivery, "pre-work could not be posted before its deadline", mend, now), now, ids
        )


def _is_held(tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime, ids: Ids) -> bool:
    if not _keeps_hours(delivery):
        return False
    if delivery.args.get("urgent") and delivery.way in (Way.DM, Way.THREAD):
        return False  # the teacher said so (N8); a text wakes people, so it waits all the same
    # a text of which nobody knows where it rings is looked at again when one of its zones has woken
    return any(_is_held_in(tx, delivery, zone, terms, lease, now, ids) for zone in zones_of(tx, delivery))


def _is_held_in(
    tx: Tx, delivery: Delivery, zone: str, terms: Terms, lease: str, now: datetime, ids: Ids
) -> bool:
    match look(tx, delivery, zone, terms.hours, terms.limits, now):
        case SendAt(at):
            return tx.outbox.wait(delivery.id, lease, at, "quiet hours or a day off")
        case Withhold(why):
            return end(tx, delivery, lease, State.SUPPRESSED, now, why=why)
        case Drop(why):
            if delivery.kind is not Kind.NUDGE and delivery.way not in TEXTS:
                return False  # an appointment of their own, at an hour of their own: on Discord it may be told now
            pursue(tx, delivery, why, now, ids)
            return end(tx, delivery, lease, State.EXPIRED, now, why=why)
        case _:
            return False


def _keeps_hours(delivery: Delivery) -> bool:
    if delivery.kind is Kind.ANSWER:  # to a question of their own; but a phone may wake somebody
        return delivery.way in TEXTS
    return delivery.kind in HELD_IN_QUIET_HOURS and delivery.way in TO_A_PERSON


def _again(tx: Tx, delivery: Delivery, lease: str, now: datetime) -> None:
    tx.outbox.wait(delivery.id, lease, now, "")


def _record_place(tx: Tx, guild: int, purpose: str, kind: str, discord: int, now: datetime, ids: Ids) -> None:
    before = tx.sections.place(guild, purpose, kind)
    tx.sections.set_place(guild, purpose, kind, discord)
    if before is None or before == discord:
        return
    again = (
        grants_again(tx, guild, purpose, now, f"role:{discord}")
        if kind == "role"
        else (cards_again(tx, guild, purpose, now, f"channel:{discord}"))
    )
    tx.outbox.add(again, now, ids)
