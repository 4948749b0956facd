"""What a text or a direct message says about texts themselves: stop, start, help, and a guardian's code."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.messages import TextHelp, TextsEnded
from bot.domain.optouts import Meaning, is_answered_by_twilio, lifts, meaning_of
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phones import ConsentAct, PhoneRecord, code_is_live, same_code
from bot.domain.receipts import Receipt
from bot.services.ports import Cipher, Ids, Tx
from bot.services.texting import GUARDIAN, STUDENT, numbers_of, stop_texts

log = logging.getLogger(__name__)

#: the one confirmation of a stop comes within this or not at all (RB9)
CONFIRMED_WITHIN = timedelta(minutes=5)
_CODE = re.compile(r"(?<!\d)\d{3}[\s-]?\d{3}(?!\d)")
#: kept of what they wrote, beside the act
_KEPT = 200


@dataclass(frozen=True, slots=True)
class StopSaid:
    """Somebody said stop to the bot in Discord, and it was done."""

    #: texts to their phone ended; False when there were none
    texts: bool
    #: reminders by direct message ended; [Open my inbox] brings them back
    inbox: bool


@dataclass(frozen=True, slots=True)
class _Heard:
    """One text from outside, and by whose rows texts can go back to its phone: (person, party)."""

    number: str
    marks: Sequence[str]
    body: str
    sid: str
    holders: tuple[tuple[int, str], ...]
    cipher: Cipher

    def __repr__(self) -> str:
        """Says nothing: a number must not reach a log by way of a traceback."""
        return "_Heard()"


def heard(
    tx: Tx, number_mark: str, number: str, body: str, sid: str, cipher: Cipher, now: datetime, ids: Ids
) -> bool:
    """Does what a text asks for, if it is a stop, a start, HELP, a code, or from nobody we know: then True.

    False for a message to the teacher. Told twice (Twilio repeats), it is done once.
    """
    if tx.receipts.of(sid) is not None:
        return True
    marks = tuple(dict.fromkeys((number_mark, *cipher.marks(number))))
    text = _Heard(number, marks, body, sid, _holders(tx, marks), cipher)
    done = _done(tx, text, now, ids)
    if done:
        tx.receipts.raise_to(Receipt(sid, None, "received", None, now))
    return done


def _holders(tx: Tx, marks: Sequence[str]) -> tuple[tuple[int, str], ...]:
    parties = (STUDENT, GUARDIAN)
    found = (
        (each, party) for party in parties for mark in marks for each in numbers_of(tx, party).holders(mark)
    )
    return tuple(dict.fromkeys(found))


def _done(tx: Tx, text: _Heard, now: datetime, ids: Ids) -> bool:
    meaning = meaning_of(text.body)
    if meaning in (Meaning.STOP, Meaning.STOP_MAYBE):
        _stop(tx, text, meaning is Meaning.STOP, now, ids)
        return True
    if lifts(text.body):
        for mark in text.marks:
            tx.optouts.lift(mark, now)
        return True
    if meaning is Meaning.HELP and text.holders:
        tx.outbox.add(_help(tx, text, now), now, ids)
        return True
    if _is_code(tx, text, now):
        return True
    if any(_confirmed(tx, *each) for each in text.holders):
        return False
    log.info("a text came from a number that nobody has confirmed")
    return True


def _stop(tx: Tx, text: _Heard, is_sure: bool, now: datetime, ids: Ids) -> None:
    """Nobody texts that number any more, whoever gave it.

    A number that nobody has is kept in mind if it said so plainly, and gets no answer.
    """
    is_new = all(tx.optouts.of(mark) is None for mark in text.marks)
    if text.holders or is_sure:
        for mark in text.marks:
            tx.optouts.add(mark, "text", now)
    for person, party in text.holders:
        stop_texts(tx, person, "text", now, party=party, wording=text.body[:_KEPT])
    if text.holders and is_new and not is_answered_by_twilio(text.body):
        tx.outbox.add([_ended(text, is_sure, now)], now, ids)


def _ended(text: _Heard, is_sure: bool, now: datetime) -> Effect:
    person, party = text.holders[0]
    return Effect(
        key=f"texts_ended:{text.sid}",
        kind=Kind.TEXTS_ENDED,
        way=Way.GUARDIAN if party == GUARDIAN else Way.SMS,
        due_at=now,
        person=person,
        args={"sealed": text.cipher.encrypt(text.number).decode(), "mark": text.marks[0], "sure": is_sure},
        expires_at=now + CONFIRMED_WITHIN,
    )


def _help(tx: Tx, text: _Heard, now: datetime) -> list[Effect]:
    """Once a day: an answering machine must not talk to another one."""
    if any(tx.optouts.of(mark) for mark in text.marks):
        return []
    person, party = text.holders[0]
    sections = tx.sections.enrolled_in(person)
    if not sections:
        return []
    return [
        Effect(
            key=f"text_help:{text.marks[0]}:{now:%Y-%m-%d}",
            kind=Kind.TEXT_HELP,
            way=Way.GUARDIAN if party == GUARDIAN else Way.SMS,
            due_at=now,
            person=person,
            section=sections[0].id,
            args={"sealed": text.cipher.encrypt(text.number).decode(), "mark": _mark_of(tx, person, party)},
            expires_at=now + timedelta(hours=1),
        )
    ]


def _mark_of(tx: Tx, person: int, party: str) -> str:
    record = numbers_of(tx, party).of(person)
    return record.mark if record else ""


def _is_code(tx: Tx, text: _Heard, now: datetime) -> bool:
    """A code typed on the very phone that it went to proves the number as well as one typed in Discord."""
    typed = _CODE.search(text.body)
    waiting = [
        (person, party, record)
        for person, party in text.holders
        if (record := numbers_of(tx, party).of(person)) is not None and code_is_live(record, now)
    ]
    if typed is None or not waiting:
        return False
    right = [each for each in waiting if _opens(each[2], typed[0], text.cipher)]
    for person, party, record in right:
        numbers_of(tx, party).confirm(person, now)
        tx.phones.record_consent(person, ConsentAct("confirmed", "text", record.mark, "", party), now)
    for person, party, _ in waiting if not right else ():
        numbers_of(tx, party).count_try(person)
    return True


def _opens(record: PhoneRecord, typed: str, cipher: Cipher) -> bool:
    code = cipher.decrypt(record.code or b"")
    return code is not None and same_code(typed, code)


def _confirmed(tx: Tx, person: int, party: str) -> bool:
    record = numbers_of(tx, party).of(person)
    return record is not None and record.confirmed_at is not None


def said(tx: Tx, person: int, body: str, via: str, now: datetime) -> StopSaid | None:
    """A stop said in Discord (``via``: "dm"); None when it was something else.

    It ends texts. One that does not speak of texts ends reminders in direct messages too: who says "stop" there
    means what they see there. What they still owe stays in /today, and [Open my inbox] brings reminders back.
    """
    if meaning_of(body) not in (Meaning.STOP, Meaning.STOP_MAYBE):
        return None
    texts = stop_texts(tx, person, via, now, wording=body[:_KEPT])
    inbox = not _speaks_of_texts(body)
    if inbox:
        tx.people.close_dm(person, now)
    return StopSaid(texts, inbox)


def _speaks_of_texts(body: str) -> bool:
    return re.search(r"\b(sms|texts?|texting|txts?|phone|number)\b|短信", body.casefold()) is not None


def texts_ended(tx: Tx, delivery: Delivery, now: datetime) -> TextsEnded | str:
    """The last look: a START meanwhile, and there is nothing to confirm."""
    return (
        TextsEnded(delivery.args["sure"])
        if tx.optouts.of(delivery.args["mark"])
        else "START was texted since"
    )


def text_help(tx: Tx, delivery: Delivery, now: datetime) -> TextHelp:
    return TextHelp(tx.sections.get(delivery.section or 0).name)
