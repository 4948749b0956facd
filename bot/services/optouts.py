"""What a text or a direct message says about texts themselves: stop, start, help, and a guardian's code."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.optouts import Meaning, is_answered_by_twilio, lifts, meaning_of, starts_again
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phones import GUARDIAN, STUDENT, ConsentAct, Holder, PhoneRecord, code_is_live, same_code
from bot.domain.receipts import Receipt
from bot.domain.text_messages import TextHelp, TextsAgain, TextsEnded
from bot.services.ports import Cipher, Ids, Tx
from bot.services.texting import FROM_THE_PHONE, numbers_of, stop_texts

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
    """One text from outside, and by whose rows texts can go back to its phone."""

    number: str
    marks: Sequence[str]
    body: str
    sid: str
    holders: tuple[Holder, ...]
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


def _holders(tx: Tx, marks: Sequence[str], *, stopped: bool = False) -> tuple[Holder, ...]:
    found = (
        each
        for numbers in (tx.phones, tx.guardians)
        for mark in marks
        for each in numbers.holders(mark, stopped=stopped)
    )
    return tuple(dict.fromkeys(found))


def _done(tx: Tx, text: _Heard, now: datetime, ids: Ids) -> bool:
    meaning = meaning_of(text.body)
    if meaning in (Meaning.STOP, Meaning.STOP_MAYBE):
        _stop(tx, text, meaning is Meaning.STOP, now, ids)
        return True
    is_silent = any(tx.optouts.of(mark) for mark in text.marks)
    if lifts(text.body) or (is_silent and starts_again(text.body)):
        _start(tx, text, now, ids)
        return True
    if meaning is Meaning.HELP and text.holders:
        tx.outbox.add(_help(tx, text, now), now, ids)
        return True
    if _is_code(tx, text, now):
        return True
    if any(_confirmed(tx, each) for each in text.holders):
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
    for each in text.holders:
        stop_texts(tx, each, "text", now, wording=text.body[:_KEPT])
    if text.holders and is_new and not is_answered_by_twilio(text.body):
        tx.outbox.add([_ended(text, is_sure, now)], now, ids)


def _ended(text: _Heard, is_sure: bool, now: datetime) -> Effect:
    return _back(text, Kind.TEXTS_ENDED, text.holders[0], {"sure": is_sure}, now)


def _back(text: _Heard, kind: Kind, holder: Holder, args: dict[str, bool], now: datetime) -> Effect:
    """To the phone that wrote, whose number may be kept nowhere else."""
    return Effect(
        key=f"{kind}:{text.sid}",
        kind=kind,
        way=Way.GUARDIAN if holder.party == GUARDIAN else Way.SMS,
        due_at=now,
        person=holder.person,
        args={"sealed": text.cipher.encrypt(text.number).decode(), "mark": text.marks[0], **args},
        expires_at=now + CONFIRMED_WITHIN,
    )


def _start(tx: Tx, text: _Heard, now: datetime, ids: Ids) -> None:
    """The phone says that it may be texted: what was proven goes on, and where a step is missing, that is said.

    A guardian's number that the class's teacher ended, or gave another in its place, is that teacher's to give again.
    """
    known = _holders(tx, text.marks, stopped=True)
    before = {each: tx.phones.last_act(each, "stopped", text.marks) for each in known}
    was_silent = [tx.optouts.lift(mark, now) for mark in text.marks]
    again = [each for each in known if _may_start(tx, each, before[each], text.marks)]
    for each in again:
        numbers_of(tx, each).start_again(each.person, text.cipher.encrypt(text.number), text.marks[0], now)
        act = ConsentAct(
            "confirmed", "text", text.marks[0], text.body[:_KEPT], each.party, None, each.section
        )
        tx.phones.record_consent(each.person, act, now)
    if not known or not (again or any(was_silent)):
        return  # nothing had ended
    first = next(iter(again), known[0])
    stop = before[first]
    if again and stop is not None and is_answered_by_twilio(stop.wording):
        return  # Twilio ended them and says itself that they go on
    args = {"go_on": bool(again), "guardian": first.party == GUARDIAN}
    tx.outbox.add([_back(text, Kind.TEXTS_AGAIN, first, args, now)], now, ids)


def _may_start(tx: Tx, holder: Holder, stop: ConsentAct | None, marks: Sequence[str]) -> bool:
    if stop is None or tx.phones.last_act(holder, "confirmed", marks) is None:
        return False
    return holder.party == STUDENT or stop.via in FROM_THE_PHONE or stop.via == "discord"


def _help(tx: Tx, text: _Heard, now: datetime) -> list[Effect]:
    """Once a day: an answering machine must not talk to another one."""
    if any(tx.optouts.of(mark) for mark in text.marks):
        return []
    first = text.holders[0]
    own = tx.sections.enrolled_in(first.person)
    section = first.section or (own[0].id if own else None)
    if section is None:
        return []
    return [
        Effect(
            key=f"text_help:{text.marks[0]}:{now:%Y-%m-%d}",
            kind=Kind.TEXT_HELP,
            way=Way.GUARDIAN if first.party == GUARDIAN else Way.SMS,
            due_at=now,
            person=first.person,
            section=section,
            args={"sealed": text.cipher.encrypt(text.number).decode(), "mark": _mark_of(tx, first)},
            expires_at=now + timedelta(hours=1),
        )
    ]


def _mark_of(tx: Tx, holder: Holder) -> str:
    record = numbers_of(tx, holder).of(holder.person)
    return record.mark if record else ""


def _is_code(tx: Tx, text: _Heard, now: datetime) -> bool:
    """A code typed on the very phone that it went to proves the number as well as one typed in Discord."""
    typed = _CODE.search(text.body)
    waiting = [
        (each, record)
        for each in text.holders
        if (record := numbers_of(tx, each).of(each.person)) is not None and code_is_live(record, now)
    ]
    if typed is None or not waiting:
        return False
    right = [each for each in waiting if _opens(each[1], typed[0], text.cipher)]
    for holder, record in right:
        numbers_of(tx, holder).confirm(holder.person, now)
        act = ConsentAct("confirmed", "text", record.mark, "", holder.party, None, holder.section)
        tx.phones.record_consent(holder.person, act, now)
    for holder, _ in waiting if not right else ():
        numbers_of(tx, holder).count_try(holder.person)
    return True


def _opens(record: PhoneRecord, typed: str, cipher: Cipher) -> bool:
    code = cipher.decrypt(record.code or b"")
    return code is not None and same_code(typed, code)


def _confirmed(tx: Tx, holder: Holder) -> bool:
    record = numbers_of(tx, holder).of(holder.person)
    return record is not None and record.confirmed_at is not None


def said(tx: Tx, person: int, body: str, via: str, now: datetime) -> StopSaid | None:
    """A stop said in Discord (``via``: "dm"); None when it was something else.

    It ends texts. One that does not speak of texts ends reminders in direct messages too: who says "stop" there
    means what they see there. What they still owe stays in /today, and [Open my inbox] brings reminders back.
    """
    if meaning_of(body) not in (Meaning.STOP, Meaning.STOP_MAYBE):
        return None
    texts = stop_texts(tx, Holder(person), via, now, wording=body[:_KEPT])
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


def texts_again(tx: Tx, delivery: Delivery, now: datetime) -> TextsAgain | str:
    """The last look: a stop meanwhile, and texts do not go on."""
    if tx.optouts.of(delivery.args["mark"]):
        return "a stop was texted since"
    return TextsAgain(delivery.args["go_on"], delivery.args["guardian"])


def text_help(tx: Tx, delivery: Delivery, now: datetime) -> TextHelp:
    return TextHelp(tx.sections.get(delivery.section or 0).name)
