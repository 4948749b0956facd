"""What became of a call: where it puts the row, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.apart import Fault
from bot.domain.letter_messages import ToDesk
from bot.domain.messages import (
    Closed,
    Message,
    Outcome,
    Parcel,
    Refused,
    Sent,
    Stumbled,
    ToDirectMessage,
    ToPhone,
    ToThread,
    Unknown,
    Wait,
)
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.phone_zones import TEXTS
from bot.domain.receipts import country_of
from bot.services.chronicle import end, note
from bot.services.giving_up import give_up, stumble
from bot.services.letters import answer_note
from bot.services.ports import Ids, Tx
from bot.services.pursuit import note_closed, pursue, trouble, turned_away
from bot.services.texting import (
    ANSWERS,
    believe_texts,
    doubt_texts,
)
from bot.services.upkeep import OPENINGS_HELD, OPENINGS_STOPPED

#: for how long a text without an end of its own waits for a busy Twilio, and how often the distance doubles
USE_OF_A_TEXT, MOST_DOUBLED = timedelta(days=1), 4


def turn_away(tx: Tx, delivery: Delivery, why: str, lease: str, now: datetime, ids: Ids) -> bool:
    """No text goes out just now: a message takes another way at once, an answer waits for as long as it lives."""
    if delivery.kind in ANSWERS:
        return tx.outbox.wait(delivery.id, lease, now + timedelta(minutes=1), why)
    if not end(tx, delivery, lease, State.FAILED, now, why=why):
        return False
    turned_away(tx, delivery, why, now, ids)
    return True


def number_of(parcel: Parcel) -> str:
    """Of a text; else nothing."""
    return (
        parcel.address.number if isinstance(parcel, Message) and isinstance(parcel.address, ToPhone) else ""
    )


def finish(
    tx: Tx, delivery: Delivery, parcel: Parcel, outcome: Outcome, lease: str, now: datetime, ids: Ids
) -> Fault | None:
    """What became of it is kept, whatever raises over what follows from it: else it would go out again."""
    done = tx.apart(_kept, tx, delivery, parcel, outcome, lease, now, ids)
    if not isinstance(done, Fault):
        return None
    tx.outbox.stumble(delivery.id)
    match outcome:
        case Sent(channel, result, segments):
            tx.outbox.end(
                delivery.id, lease, State.SENT, now, channel=channel, result=result, segments=segments
            )
        case Wait(seconds, why):
            tx.outbox.wait(delivery.id, lease, now + timedelta(seconds=seconds), why)
        case Unknown(why):
            tx.outbox.doubt(delivery.id, lease, why)
        case Closed(why) | Refused(why) | Stumbled(why):
            give_up(tx, delivery, f"{why}; then {done.said}", lease, now, ids)
    return done


def _kept(
    tx: Tx, delivery: Delivery, parcel: Parcel, outcome: Outcome, lease: str, now: datetime, ids: Ids
) -> None:
    if isinstance(outcome, Sent) and (number := number_of(parcel)):
        believe_texts(tx, country_of(number))
    if settle(tx, delivery, outcome, lease, now, ids) and isinstance(outcome, Sent):
        _remember(tx, delivery, parcel, outcome, now, ids)


def settle(  # one arm for each outcome
    tx: Tx,
    delivery: Delivery,
    outcome: Outcome,
    lease: str,
    now: datetime,
    ids: Ids,
) -> bool:
    """Moves the row to where its outcome puts it, and adds what follows; False when the lease was lost."""
    match outcome:
        case Sent():
            return _arrived(tx, delivery, outcome, lease, now)
        case Closed(why):
            note_closed(tx, delivery, outcome, now, ids)
            return _ended(tx, delivery, why, lease, now, ids)
        case Refused(why):
            return _ended(tx, delivery, why, lease, now, ids)
        case Wait() if delivery.way in TEXTS:
            return _text_waits(tx, delivery, outcome, lease, now, ids)
        case Wait(seconds, why, mend):
            if mend:
                tx.outbox.add(trouble(delivery, why, mend, now), now, ids)
            if delivery.kind is Kind.OPEN_INBOX:
                _hold_openings(tx, outcome, now)
            return tx.outbox.wait(delivery.id, lease, now + timedelta(seconds=seconds), why)
        case Unknown(why):
            return tx.outbox.doubt(delivery.id, lease, why)
        case Stumbled():
            return stumble(tx, delivery, outcome, lease, now, ids)


def _arrived(tx: Tx, delivery: Delivery, sent: Sent, lease: str, now: datetime) -> bool:
    ended = tx.outbox.end(
        delivery.id, lease, State.SENT, now, channel=sent.channel, result=sent.result, segments=sent.segments
    )
    if not ended and sent.segments is not None:
        tx.outbox.bill(delivery.id, sent.segments)
    return ended


def _hold_openings(tx: Tx, wait: Wait, now: datetime) -> None:
    until = now + timedelta(seconds=wait.seconds)
    tx.outbox.hold_back(Kind.OPEN_INBOX, until)
    if wait.until_allowed:
        tx.upkeep.set_fact(OPENINGS_STOPPED, wait.why)
    else:
        tx.upkeep.set_fact(OPENINGS_HELD, f"{until.isoformat()} {wait.why}")


def _text_waits(tx: Tx, delivery: Delivery, wait: Wait, lease: str, now: datetime, ids: Ids) -> bool:
    """What is wrong with our own account stops the whole run; a phone that is off is tried once more (RB14).

    A Twilio that is busy is asked again, at growing distances, for as long as the message is of use; then, while it
    still is, it goes another way.
    """
    until = now + timedelta(seconds=wait.seconds)
    if wait.mend:
        if not wait.is_echo:
            doubt_texts(tx, wait.why, now, until, wait.country)
        return turn_away(tx, delivery, wait.why, lease, now, ids)
    if wait.once and delivery.why == wait.why:
        return _ended(tx, delivery, wait.why, lease, now, ids)
    if not wait.once:
        until = now + timedelta(seconds=wait.seconds * 2 ** min(max(delivery.tries - 1, 0), MOST_DOUBLED))
    if until >= (delivery.expires_at or delivery.created_at + USE_OF_A_TEXT):
        return turn_away(tx, delivery, wait.why, lease, now, ids)  # no fault of its phone's
    return tx.outbox.wait(delivery.id, lease, until, wait.why)


def _ended(tx: Tx, delivery: Delivery, why: str, lease: str, now: datetime, ids: Ids) -> bool:
    """Failed by this way: the next one is tried at once, and after the last the teachers' room is told."""
    if not end(tx, delivery, lease, State.FAILED, now, why=why):
        return False
    pursue(tx, delivery, why, now, ids)
    return True


def _remember(tx: Tx, delivery: Delivery, parcel: Parcel, sent: Sent, now: datetime, ids: Ids) -> None:
    note(tx, delivery, State.SENT, now, parcel=parcel)
    if delivery.kind is Kind.ANSWER and delivery.way is not Way.DESK:
        tx.outbox.add([answer_note(delivery, now)], now, ids)
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
        case ToDesk() if delivery.section is not None:
            tx.letters.set_desk(delivery.section, delivery.person, sent.channel)
        case _:
            pass
