"""What became of texts after Twilio accepted them, and what follows from it (RB5, RB14)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.apart import Fault
from bot.domain.outbox import UNDER_WAY, Delivery, Effect, Kind, State
from bot.domain.receipts import FAILED, Fate, Receipt, TextError, country_of, error_of
from bot.services import chronicle
from bot.services.giving_up import told_of
from bot.services.letters import answer_note
from bot.services.ports import Database, Ids, Tx
from bot.services.pursuit import pursue, turned_away
from bot.services.texting import doubt_texts, holder_of, pause_number, stop_texts

log = logging.getLogger(__name__)

#: marks the second and last try of a text that met a phone which was off (RB14)
AGAIN = "~again"
#: for how long a text without an end of its own is of use, and how often the distance between tries doubles
USE_OF_A_TEXT, MOST_DOUBLED = timedelta(days=1), 4


class ReceiptService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def tell(
        self,
        sid: str,
        nonce: str | None,
        status: str,
        error_code: int | None,
        now: datetime,
        *,
        to: str = "",
        ours: str = "",
    ) -> None:
        """A status callback. ``nonce`` is the outbox row's, as our own callback address carries it.

        ``to`` and ``ours`` are the numbers that the text went to and came from.

        Callbacks may come shuffled, doubled or never; what was told before changes nothing.
        """
        told = Receipt(sid, nonce, status, error_code, now)
        error = error_of(error_code, to, ours)
        country = country_of(to) if error.fate is Fate.COUNTRY else ""
        has_news, fault = await self._db.write(_tell, told, error, country, self._ids)
        if fault is not None:
            log.error("receipt_fault", extra={"status": status, "fault": fault.why}, exc_info=fault.error)
        if has_news:
            self._wake()


def _tell(tx: Tx, told: Receipt, error: TextError, country: str, ids: Ids) -> tuple[bool, Fault | None]:
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
    done = tx.apart(_failed, tx, delivery, error, country, told.at, ids)
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


def _failed(tx: Tx, delivery: Delivery, error: TextError, country: str, now: datetime, ids: Ids) -> None:
    holder = holder_of(delivery)
    match error.fate:
        case Fate.STOPPED:
            stop_texts(tx, holder, "carrier", now, wording=error.why)
        case Fate.GONE:
            tx.outbox.add(pause_number(tx, holder, error.why, now), now, ids)
        case Fate.HELD | Fate.COUNTRY:
            if country or error.fate is Fate.HELD:
                doubt_texts(tx, error.why, now, now + error.after, country, told_later=True)
        case Fate.LATER | Fate.BUSY:
            again = _again(delivery, error, now)
            is_last = error.fate is Fate.LATER and AGAIN in delivery.key
            if not is_last and _is_of_use(again, again.due_at):
                tx.outbox.add([again], now, ids)
                return
        case Fate.NOT_NOW:
            pass
    if _is_of_use(delivery, now):
        # what is no fault of the phone's goes by Discord, from the top
        ours = error.fate in (Fate.HELD, Fate.COUNTRY, Fate.BUSY)
        (turned_away if ours else pursue)(tx, delivery, error.why, now, ids)


def _again(delivery: Delivery, error: TextError, now: datetime) -> Effect:
    """The same once more, the try counted in its key; without an end of its own it is of use for a day."""
    first, _, count = delivery.key.partition(AGAIN)
    tries = int(count or bool(AGAIN in delivery.key)) + 1
    until = delivery.expires_at or (now + USE_OF_A_TEXT if error.fate is Fate.BUSY else None)
    after = error.after * (2 ** min(tries - 1, MOST_DOUBLED) if error.fate is Fate.BUSY else 1)
    return Effect(
        key=f"{first}{AGAIN}{tries if tries > 1 else ''}",
        kind=delivery.kind,
        way=delivery.way,
        due_at=now + after,
        person=delivery.person,
        section=delivery.section,
        about=delivery.about,
        args=delivery.args,
        expires_at=until,
    )


def _is_of_use(what: Delivery | Effect, at: datetime) -> bool:
    return what.expires_at is None or at < what.expires_at
