"""What follows when something of ours raises over a message: tried again, then failed like any other, and told.

A row that never was called goes the next way. One whose call was begun may have arrived: it is looked for, and at
the last told to the teachers, since another way might tell it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.apart import AGAIN, MINE, TRIES, Fault
from bot.domain.messages import Stumbled
from bot.domain.nudging import TO_A_PERSON
from bot.domain.outbox import Delivery, Effect, Kind, State, Unreadable, Way
from bot.services.chronicle import note
from bot.services.ports import Ids, Tx
from bot.services.pursuit import NOT_PURSUED, pursue

MEND = "Please tell them yourself. The person who runs the bot sees why in its log"


def stumble(tx: Tx, delivery: Delivery, stumbled: Stumbled, lease: str, now: datetime, ids: Ids) -> bool:
    """Counts the fault and lets the row wait, or gives it up; False when the lease was lost."""
    faults, why = tx.outbox.stumble(delivery.id), stumbled.why
    if faults >= _tries(delivery):
        if stumbled.called:
            return _end(tx, delivery, f"{why}; it may have gone out", lease, now, ids, goes_on=False)
        return give_up(tx, delivery, why, lease, now, ids)
    if stumbled.called:
        # its lease runs out, and then it is looked for
        return tx.outbox.doubt(delivery.id, lease, why)
    return tx.outbox.wait(delivery.id, lease, now + AGAIN[faults - 1], why)


def give_up(tx: Tx, delivery: Delivery, why: str, lease: str, now: datetime, ids: Ids) -> bool:
    """Ends it as failed: the next way, or the teachers' room."""
    return _end(tx, delivery, why, lease, now, ids, goes_on=True)


def _end(tx: Tx, delivery: Delivery, why: str, lease: str, now: datetime, ids: Ids, *, goes_on: bool) -> bool:
    if not tx.outbox.end(delivery.id, lease, State.FAILED, now, why=why):
        return False
    tx.apart(note, tx, delivery, State.FAILED, now, why=why)
    is_pursued = goes_on and delivery.kind not in NOT_PURSUED and delivery.way in TO_A_PERSON
    if not is_pursued or isinstance(tx.apart(pursue, tx, delivery, why, now, ids), Fault):
        tx.outbox.add(told_of(tx, delivery, why, now), now, ids)
    return True


def _tries(delivery: Delivery) -> int:
    """What raised by one way already is tried once by each other."""
    return 1 if any(MINE in str(each) for each in delivery.args.get("tried", ())) else TRIES


def told_of(tx: Tx, delivery: Delivery, why: str, now: datetime) -> Sequence[Effect]:
    """Once for each message; of a card for the teachers' room, too, as long as that is not this card itself."""
    if delivery.section is None or delivery.kind is Kind.TROUBLE:
        return ()
    who = tx.people.account(delivery.person) if delivery.person is not None else None
    what = delivery.kind.replace("_", " ")
    whom = f" for <@{who.discord}>" if who else ""
    return [_card(delivery.id, delivery.section, f"a message{whom} could not be sent ({what}): {why}", now)]


def spoil(tx: Tx, rows: Iterable[Delivery | Unreadable], now: datetime, ids: Ids) -> None:
    """A row that cannot be read is ended at once: nothing would make it readable."""
    for each in rows:
        if isinstance(each, Unreadable):
            tx.outbox.spoil(each.id, each.why, now)
            tx.outbox.add(_lost_row(each, now), now, ids)


def _lost_row(row: Unreadable, now: datetime) -> Sequence[Effect]:
    """A row of which hardly anything can be read."""
    if row.section is None or row.kind == Kind.TROUBLE:
        return ()
    return [_card(row.id, row.section, f"a message could not be sent: {row.why}", now)]


def _card(row: int, section: int, why: str, now: datetime) -> Effect:
    return Effect(
        key=f"trouble:{section}:row:{row}",
        kind=Kind.TROUBLE,
        way=Way.ROOM,
        due_at=now,
        section=section,
        about=section,
        args={"why": why, "mend": MEND},
    )
