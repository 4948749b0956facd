"""Phones: a number given, proven by a code, and stopped at once. Without a live consent nothing is texted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.messages import PhoneCode
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phones import (
    CODE_LIFE,
    GUARDIAN,
    MOST_TRIES,
    BadNumber,
    ConsentAct,
    Holder,
    NewNumber,
    PhoneRecord,
    code_is_live,
    ending,
    next_code_at,
    same_code,
)
from bot.domain.records import Account, Asker, Section
from bot.services.choosing import NoClass, NotStaff
from bot.services.ports import Cipher, Database, Ids, Numbers, Tx
from bot.services.teaching import a_student_of_mine
from bot.services.texting import numbers_of, stop_texts


@dataclass(frozen=True, slots=True)
class TextsOff:
    """Texting is not set up on this installation."""


@dataclass(frozen=True, slots=True)
class NoPhone:
    """No number is kept: none was given, or texts were stopped."""

    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unproven:
    """A number waits for its code; ``expires_at`` is None when no live code is out."""

    ending: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proven:
    ending: str
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class LostKey:
    """The number's key is not in the settings any more: nothing is texted until it is given again."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Confirmed, but the carrier does not reach it; ``why`` ends a sentence."""

    ending: str
    why: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody with that phone asked for no texts: only a START from there lets texts through again."""

    ending: str


@dataclass(frozen=True, slots=True)
class CodeSent:
    ending: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TooManyCodes:
    #: when one more can be asked for
    again_at: datetime


@dataclass(frozen=True, slots=True)
class WrongCode:
    tries_left: int


@dataclass(frozen=True, slots=True)
class NoCode:
    """No code is out: none was asked for, it is too old, or it was guessed at too often."""


@dataclass(frozen=True, slots=True)
class TextsStopped:
    pass


StatusResult = TextsOff | NoClass | NoPhone | Unproven | Proven | Paused | Silent | LostKey
GiveResult = CodeSent | BadNumber | TooManyCodes | Silent | TextsOff | NoClass
EnterResult = Proven | WrongCode | NoCode | TextsOff | NoClass
StopResult = TextsStopped | NoPhone
StopForResult = TextsStopped | NoPhone | NotStaff


class PhoneService:
    """``numbers`` and ``cipher`` are None where texting is not set up; stopping works there too."""

    def __init__(
        self,
        database: Database,
        numbers: Numbers | None,
        cipher: Cipher | None,
        ids: Ids,
        codes: Callable[[], str],
        wake: Callable[[], None],
    ) -> None:
        self._db, self._numbers, self._cipher = database, numbers, cipher
        self._ids, self._codes, self._wake = ids, codes, wake

    async def status(self, asker: Asker, now: datetime) -> StatusResult:
        return await self._db.read(_status, asker, self._cipher, now)

    async def give(self, asker: Asker, number: str, wording: str, now: datetime) -> GiveResult:
        """Texts a code to a number as its owner typed it; ``wording`` is what they agreed to, as shown."""
        if self._numbers is None or self._cipher is None:
            return TextsOff()
        section = await self._db.read(_first_class, asker)
        if section is None:
            return NoClass()
        # read outside the write: the first use loads the world's numbering plans
        e164 = self._numbers.read(number, section.zone)
        if isinstance(e164, BadNumber):
            return e164
        given = Given(e164, tuple(self._numbers.zones(e164)), self._codes(), wording, self._cipher)
        result = await self._db.write(_give, asker, given, now, self._ids)
        if isinstance(result, CodeSent):
            self._wake()
        return result

    async def enter(self, asker: Asker, code: str, now: datetime) -> EnterResult:
        """The right code confirms the number; a wrong one costs a try."""
        if self._cipher is None:
            return TextsOff()
        return await self._db.write(_enter, asker, code, self._cipher, now)

    async def stop(self, asker: Asker, now: datetime) -> StopResult:
        """Ends all texts at once, those that wait too, and forgets the number."""
        return await self._db.write(_stop, asker, now)

    async def stop_for(self, asker: Asker, student: int, now: datetime) -> StopForResult:
        """A teacher does it for the student with that Discord account, who told them so in any way (RB9)."""
        return await self._db.write(_stop_for, asker, student, now)

    async def stop_by_page(self, person: int, party: str, now: datetime) -> StopResult:
        """From the page behind a signed link; ``party`` is "student" or "guardian" (of all classes that know one)."""
        return await self._db.write(_stop_by_page, person, party, now)


@dataclass(frozen=True, slots=True)
class Given:
    """A number as somebody gave it, before it is sealed."""

    number: str
    zones: tuple[str, ...]
    code: str = field(repr=False)
    wording: str
    cipher: Cipher

    def sealed(self, now: datetime) -> NewNumber:
        seal = self.cipher.encrypt
        return NewNumber(seal(self.number), self.cipher.mark(self.number), self.zones, seal(self.code), now)

    def __repr__(self) -> str:
        """Says nothing: a number or code must not reach a log by way of a traceback."""
        return "Given()"


def _first_class(tx: Tx, asker: Asker) -> Section | None:
    me = tx.people.of(asker.account)
    sections = tx.sections.enrolled_in(me.person) if me else ()
    return sections[0] if sections else None


def _status(tx: Tx, asker: Asker, cipher: Cipher | None, now: datetime) -> StatusResult:
    me = tx.people.of(asker.account)
    record = tx.phones.of(me.person) if me else None
    if record is not None and record.number and cipher is not None:
        return shown(tx, record, cipher, now)
    if cipher is None:
        return TextsOff()
    if _first_class(tx, asker) is None:
        return NoClass()
    return NoPhone(record.stopped_at if record else None)


def shown(
    tx: Tx, record: PhoneRecord, cipher: Cipher, now: datetime
) -> Unproven | Proven | Paused | Silent | LostKey:
    number = cipher.decrypt(record.number)
    if number is None:
        return LostKey()
    if tx.optouts.of(record.mark) is not None:
        return Silent(ending(number))
    if record.paused_why:
        return Paused(ending(number), record.paused_why)
    if record.confirmed_at is not None:
        return Proven(ending(number), record.confirmed_at)
    return Unproven(ending(number), record.code_expires_at if code_is_live(record, now) else None)


def _give(tx: Tx, asker: Asker, given: Given, now: datetime, ids: Ids) -> GiveResult:
    me = tx.people.of(asker.account)
    if me is None:
        return NoClass()
    asked = tx.phones.consents(me.person, "asked")
    again_at = next_code_at(asked, now)
    if again_at is not None:
        return TooManyCodes(again_at)
    if is_silenced(tx, me.person, given, now):
        return Silent(ending(given.number))
    new = given.sealed(now)
    tx.phones.give(me.person, new)
    tx.phones.record_consent(me.person, ConsentAct("asked", "discord", new.mark, given.wording), now)
    tx.outbox.add([_code_text(me, len(asked) + 1, new.expires_at, now)], now, ids)
    return CodeSent(ending(given.number), new.expires_at)


def is_silenced(tx: Tx, person: int, given: Given, now: datetime) -> bool:
    """Whether that number asked for no texts, so that not even a code goes there.

    Who ended their own texts elsewhere than on the phone may give the number anew: their code proves it again.
    """
    marks = given.cipher.marks(given.number)
    live = [(mark, optout) for mark in marks if (optout := tx.optouts.of(mark)) is not None]
    if any(each.from_the_phone or not tx.phones.has_stopped(person, mark) for mark, each in live):
        return True
    for mark, _ in live:
        tx.optouts.lift(mark, now)
    return False


def _code_text(me: Account, number: int, expires_at: datetime, now: datetime) -> Effect:
    return Effect(
        key=f"{Kind.PHONE_CODE}:{me.person}:{number}",
        kind=Kind.PHONE_CODE,
        way=Way.SMS,
        due_at=now,
        person=me.person,
        args={"number": number},
        expires_at=expires_at,
    )


def _enter(tx: Tx, asker: Asker, typed: str, cipher: Cipher, now: datetime) -> EnterResult:
    me = tx.people.of(asker.account)
    record = tx.phones.of(me.person) if me else None
    if me is None or record is None:
        return NoCode()
    if not tx.sections.enrolled_in(me.person):
        return NoClass()
    number = cipher.decrypt(record.number)
    if record.confirmed_at is not None and number:
        return Proven(ending(number), record.confirmed_at)
    code = cipher.decrypt(record.code) if record.code is not None and code_is_live(record, now) else None
    if code is None or not number:
        return NoCode()
    if not same_code(typed, code):
        tx.phones.count_try(me.person)
        left = MOST_TRIES - record.code_tries - 1
        return WrongCode(left) if left else NoCode()
    tx.phones.confirm(me.person, now)
    tx.phones.record_consent(me.person, ConsentAct("confirmed", "discord", record.mark), now)
    return Proven(ending(number), now)


def _stop(tx: Tx, asker: Asker, now: datetime) -> StopResult:
    me = tx.people.of(asker.account)
    return _stop_one(tx, Holder(me.person), "discord", now) if me else NoPhone(None)


def _stop_for(tx: Tx, asker: Asker, student: int, now: datetime) -> StopForResult:
    found = a_student_of_mine(tx, asker, student)
    if isinstance(found, NotStaff):
        return found
    return _stop_one(tx, Holder(found.student.person), "teacher", now, by=found.me.person)


def _stop_by_page(tx: Tx, person: int, party: str, now: datetime) -> StopResult:
    if party != GUARDIAN:
        return _stop_one(tx, Holder(person), "page", now)
    holders = [Holder(person, GUARDIAN, each) for each in tx.guardians.classes(person)]
    results = [_stop_one(tx, each, "page", now) for each in holders]
    return next(
        (each for each in results if each == TextsStopped()), results[-1] if results else NoPhone(None)
    )


def _stop_one(tx: Tx, holder: Holder, via: str, now: datetime, by: int | None = None) -> StopResult:
    before = numbers_of(tx, holder).of(holder.person)
    if stop_texts(tx, holder, via, now, by=by):
        return TextsStopped()
    return NoPhone(before.stopped_at if before else None)


def phone_code(tx: Tx, delivery: Delivery, now: datetime, cipher: Cipher | None) -> PhoneCode | str:
    """The last look before a code is texted: of several asked for, only the newest."""
    record = tx.phones.of(delivery.person or 0)
    newest = len(tx.phones.consents(delivery.person or 0, "asked"))
    if record is None or record.code is None or delivery.args["number"] != newest:
        return "not wanted any more"
    code = cipher.decrypt(record.code) if cipher else None
    if code is None:
        return "texting is not set up"
    return PhoneCode(code, int(CODE_LIFE.total_seconds()) // 60)
