"""What follows when a message could not go by its way: the next one, the teachers' room, a way that is closed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.messages import Closed
from bot.domain.nudging import TO_A_PERSON, Reach, first_way, next_way
from bot.domain.outbox import UNDER_WAY, Delivery, Effect, Kind, State, Way
from bot.domain.phone_zones import TEXTS
from bot.services.leaving import note_left
from bot.services.letters import next_answer_way
from bot.services.ports import Ids, Tx
from bot.services.texting import ANSWERS, holder_of, pause_number, stop_texts

#: no other way is tried: the inbox and the code go one way only, and a pass was shown when it was pressed
NOT_PURSUED = frozenset(
    {
        Kind.OPEN_INBOX,
        Kind.UNIT_OPENED,
        Kind.CHECK_RESULT,
        Kind.UNIT_RULED,
        Kind.RESULT_CHANGED,
        Kind.HAND_MARKED,
        Kind.PHONE_PAUSED,
        Kind.HEARD,
        Kind.CONTRACT_LINK,
        Kind.CONTRACT_IN_FORCE,
        Kind.RECHECK,
        Kind.PLACES,
        *ANSWERS,
    }
)
#: what a guardian hears of when the student cannot be reached
FOR_GUARDIANS = frozenset({Kind.NUDGE})


def turned_away(tx: Tx, delivery: Delivery, why: str, now: datetime, ids: Ids) -> None:
    """All texts are shut, through no fault of this one's phone: Discord is tried from the top, the operator told."""
    mend = "Ask the person who runs the bot to look at its Twilio account and its log"
    tx.outbox.add(trouble(delivery, f"{why}; messages go by other ways", mend, now), now, ids)
    if delivery.kind in NOT_PURSUED or _is_beside(tx, delivery, why, now, ids):
        return
    who = tx.people.account(delivery.person or 0)
    tried = {str(each).partition(":")[0] for each in delivery.args.get("tried", ())}
    dm = who is not None and who.dm_open and who.dm_channel is not None and Way.DM not in tried
    reach = _reach(tx, delivery)
    reach = replace(reach, dm=dm, thread=reach.thread and Way.THREAD not in tried, sms=False)
    way = first_way(Way.DM, reach) if delivery.way is Way.SMS else None
    tx.outbox.add([_by(way if way not in TEXTS else None, delivery, why, now)], now, ids)


def note_closed(tx: Tx, delivery: Delivery, closed: Closed, now: datetime, ids: Ids) -> None:
    if closed.left and delivery.section is not None and delivery.person is not None:
        note_left(tx, tx.sections.get(delivery.section).guild, delivery.person, now, ids)
    if closed.lasting and delivery.person is not None:
        tx.outbox.add(_close_way(tx, delivery, closed, now), now, ids)


def _closed_dm(tx: Tx, delivery: Delivery, why: str, now: datetime) -> list[Effect]:
    """The teachers' room hears whom a DM does not reach any more, though another way goes on."""
    who = tx.people.account(delivery.person or 0)
    if who is None or delivery.way is not Way.DM:
        return []
    mend = "I write to them in a private thread instead. They can open DMs and press “Open my inbox” again"
    return trouble(delivery, f"<@{who.discord}> gets no DMs: {why}", mend, now)


def _close_way(tx: Tx, delivery: Delivery, closed: Closed, now: datetime) -> Sequence[Effect]:
    """The person, or the carrier for them, wants nothing more this way, or can get nothing."""
    person = delivery.person or 0
    if delivery.way is Way.DM:
        tx.people.close_dm(person, now)
        return _closed_dm(tx, delivery, closed.why, now)
    if delivery.way not in TEXTS:
        return []
    if closed.stopped:
        stop_texts(tx, holder_of(delivery), "carrier", now, wording=closed.why)
        return []
    return pause_number(tx, holder_of(delivery), closed.why, now)


def pursue(tx: Tx, delivery: Delivery, why: str, now: datetime, ids: Ids) -> None:
    """What could not be delivered by its way goes by the next one; after the last the teachers' room is told."""
    if delivery.kind in NOT_PURSUED or _is_beside(tx, delivery, why, now, ids):
        return
    if delivery.kind is Kind.ANSWER and delivery.way is not Way.DESK:
        tx.outbox.add([_by(next_answer_way(tx, delivery), delivery, why, now)], now, ids)
    elif delivery.way in TO_A_PERSON:
        way = next_way(delivery.way, _reach(tx, delivery))
        tx.outbox.add([_by(way, delivery, why, now)], now, ids)
    else:
        tx.outbox.add(trouble(delivery, why, "", now), now, ids)


def _is_beside(tx: Tx, delivery: Delivery, why: str, now: datetime, ids: Ids) -> bool:
    """What went beside the message itself has no other way; the room is told where the message went no way either."""
    if not delivery.args.get("beside"):
        return False
    itself = tx.outbox.chain(delivery.key.partition(">")[0].removesuffix(":text"))
    if not any(each.state is State.SENT or each.state in UNDER_WAY for each in itself):
        tx.outbox.add([_by(None, delivery, why, now)], now, ids)
    return True


def _by(way: Way | None, delivery: Delivery, why: str, now: datetime) -> Effect:
    """The same message by another way; with none left the teachers' room is told."""
    tried = [*delivery.args.get("tried", []), f"{delivery.way}: {why}"]
    return Effect(
        key=f"{delivery.key}>{way or 'room'}",
        kind=delivery.kind if way else Kind.UNREACHED,
        way=way or (Way.DESK if delivery.kind is Kind.ANSWER else Way.ROOM),
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
        sms=delivery.kind is not Kind.CONTRACT_TO_SIGN  # it needs its button
        and delivery.person is not None
        and tx.phones.number_to_text(delivery.person) is not None,
        guardian=delivery.kind in FOR_GUARDIANS and _guardian(tx, delivery),
    )


def _guardian(tx: Tx, delivery: Delivery) -> bool:
    if delivery.section is None or delivery.person is None:
        return False
    is_on = tx.messaging.of(delivery.section).guardian_rule != "off"
    return is_on and tx.guardians.in_class(delivery.section).reachable(delivery.person)


def trouble(delivery: Delivery, why: str, mend: str, now: datetime) -> list[Effect]:
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
