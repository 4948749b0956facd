"""What became of texts after Twilio accepted them, and what follows from it (RB5, RB14)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.domain.apart import Fault
from bot.domain.outbox import UNDER_WAY, Delivery, Effect, Kind, State
from bot.domain.receipts import FAILED, Fate, Receipt, TextError, error_of
from bot.services import chronicle
from bot.services.giving_up import told_of
from bot.services.letters import answer_note
from bot.services.ports import Database, Ids, Tx
from bot.services.pursuit import pursue, turned_away
from bot.services.texting import hold_texts, party_of, pause_number, stop_texts

log = logging.getLogger(__name__)

#: marks the second and last try of a text that met a phone which was off (RB14)
AGAIN = "~again"


class ReceiptService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def tell(
        self, sid: str, nonce: str | None, status: str, error_code: int | None, now: datetime
    ) -> None:
        """A status callback. ``nonce`` is the outbox row's, as our own callback address carries it.

        Callbacks may come shuffled, doubled or never; what was told before changes nothing.
        """
        told = Receipt(sid, nonce, status, error_code, now)
        has_news, fault = await self._db.write(_tell, told, self._ids)
        if fault is not None:
            log.error("receipt_fault", extra={"status": status, "fault": fault.why}, exc_info=fault.error)
        if has_news:
            self._wake()


def _tell(tx: Tx, told: Receipt, ids: Ids) -> tuple[bool, Fault | None]:
    """Gives whether there is something new to send.

    The receipt is kept, whatever raises over what follows from it: Twilio tells it once.
    """
    is_news = tx.receipts.raise_to(told)
    delivery = tx.outbox.text_of(told.sid, told.nonce)
    if delivery is None:
        return False, None
    if delivery.state in UNDER_WAY and delivery.called_at is not None:
        _prove(tx, delivery, told, ids)
    if not is_news or told.status not in FAILED:
        return False, None
    done = tx.apart(_failed, tx, delivery, error_of(told.error_code), told.at, ids)
    if not isinstance(done, Fault):
        return True, None
    tx.outbox.add(told_of(tx, delivery, done.said, told.at), told.at, ids)
    return True, done


def _prove(tx: Tx, delivery: Delivery, told: Receipt, ids: Ids) -> None:
    """Whatever became of the call's answer, Twilio has the text: it is neither looked for nor sent again."""
    if tx.outbox.proven(delivery.id, told.sid, told.at):
        chronicle.note(tx, delivery, State.SENT, told.at)
        if delivery.kind is Kind.ANSWER:
            tx.outbox.add([answer_note(delivery, told.at)], told.at, ids)


def _failed(tx: Tx, delivery: Delivery, error: TextError, now: datetime, ids: Ids) -> None:
    person, party = delivery.person or 0, party_of(delivery.way)
    match error.fate:
        case Fate.STOPPED:
            stop_texts(tx, person, "carrier", now, party=party, wording=error.why)
        case Fate.GONE:
            tx.outbox.add(pause_number(tx, person, party, error.why, now), now, ids)
        case Fate.HELD:
            hold_texts(tx, error.why, now + error.after)
            if _is_of_use(delivery, now):
                turned_away(tx, delivery, error.why, now, ids)
            return
        case Fate.LATER if _is_of_use(again := _again(delivery, error, now), again.due_at):
            if AGAIN not in delivery.key:
                tx.outbox.add([again], now, ids)
                return
        case _:
            pass
    if _is_of_use(delivery, now):
        pursue(tx, delivery, error.why, now, ids)


def _again(delivery: Delivery, error: TextError, now: datetime) -> Effect:
    return Effect(
        key=delivery.key + AGAIN,
        kind=delivery.kind,
        way=delivery.way,
        due_at=now + error.after,
        person=delivery.person,
        section=delivery.section,
        about=delivery.about,
        args=delivery.args,
        expires_at=delivery.expires_at,
    )


def _is_of_use(what: Delivery | Effect, at: datetime) -> bool:
    return what.expires_at is None or at < what.expires_at
