"""Guardians: a number given under the class's rule, texted only once the guardian's own code came back (RB12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.messages import GuardianCode
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phones import (
    MOST_TRIES,
    BadNumber,
    ConsentAct,
    PhoneRecord,
    code_is_live,
    ending,
    next_code_at,
    same_code,
)
from bot.domain.quiet import OpenHours, next_open
from bot.domain.records import Account, Asker, Section
from bot.services.choosing import NoClass, NotStaff
from bot.services.phones import (
    Given,
    LostKey,
    NoCode,
    NoPhone,
    Paused,
    Proven,
    Silent,
    TextsOff,
    TextsStopped,
    TooManyCodes,
    Unproven,
    WrongCode,
    is_silenced,
    shown,
)
from bot.services.ports import Cipher, Database, Ids, Numbers, Tx
from bot.services.teaching import a_student_of_mine
from bot.services.texting import GUARDIAN, stop_texts

#: what a class lets whom do
BY_STUDENT, BY_TEACHER = "student", "teacher"


@dataclass(frozen=True, slots=True)
class GuardiansOff:
    """The class's rule does not let this person do it; ``rule`` is "off", or whom it lets: "student", "teacher"."""

    rule: str


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """It is the student's own."""


@dataclass(frozen=True, slots=True)
class QuietNow:
    """The code would ring on a phone at night; ``again_at`` is when it may."""

    again_at: datetime


@dataclass(frozen=True, slots=True)
class GuardianAsked:
    ending: str
    expires_at: datetime
    #: the guardian answers the text itself; else the code comes back by way of who gave the number
    by_text: bool


Refusal = TextsOff | NoClass | NotStaff | GuardiansOff
GuardianStatus = NoPhone | Unproven | Proven | Paused | Silent | LostKey | Refusal
GuardianGiven = GuardianAsked | BadNumber | TooManyCodes | Silent | OwnNumber | QuietNow | Refusal
GuardianEntered = Proven | WrongCode | NoCode | Refusal
GuardianStopped = TextsStopped | NoPhone | Refusal


@dataclass(frozen=True, slots=True)
class _Case:
    """Whose guardian it is about, who acts, and in which class."""

    me: Account
    student: Account
    section: Section


class GuardianService:
    """``student`` is a Discord account for a teacher of theirs, None for a student about their own guardian.

    ``answers``: texts back are heard, by the bot's own web server.
    """

    def __init__(
        self,
        database: Database,
        numbers: Numbers | None,
        cipher: Cipher | None,
        ids: Ids,
        codes: Callable[[], str],
        wake: Callable[[], None],
        hours: OpenHours,
        *,
        answers: bool,
    ) -> None:
        self._db, self._numbers, self._cipher = database, numbers, cipher
        self._ids, self._codes, self._wake = ids, codes, wake
        self._hours, self._answers = hours, answers

    async def status(self, asker: Asker, student: int | None, now: datetime) -> GuardianStatus:
        if self._cipher is None:
            return TextsOff()
        return await self._db.read(_status, asker, student, self._cipher, now)

    async def give(
        self, asker: Asker, student: int | None, number: str, wording: str, now: datetime
    ) -> GuardianGiven:
        """Texts a code to the guardian; ``wording`` is what whoever gives the number agreed to, as shown."""
        if self._numbers is None or self._cipher is None:
            return TextsOff()
        case = await self._db.read(_case, asker, student)
        if not isinstance(case, _Case):
            return case
        # read outside the write: the first use loads the world's numbering plans
        e164 = self._numbers.read(number, case.section.zone)
        if isinstance(e164, BadNumber):
            return e164
        again_at = max(
            next_open(now, zone, self._hours) or now
            for zone in (case.section.zone, *self._numbers.zones(e164))
        )
        if again_at > now:
            return QuietNow(again_at)
        given = Given(e164, tuple(self._numbers.zones(e164)), self._codes(), wording, self._cipher)
        result = await self._db.write(_give, asker, student, given, self._answers, now, self._ids)
        if isinstance(result, GuardianAsked):
            self._wake()
        return result

    async def enter(self, asker: Asker, student: int | None, code: str, now: datetime) -> GuardianEntered:
        """The code as the guardian told it; a wrong one costs a try."""
        if self._cipher is None:
            return TextsOff()
        return await self._db.write(_enter, asker, student, code, self._cipher, now)

    async def stop(self, asker: Asker, student: int | None, now: datetime) -> GuardianStopped:
        return await self._db.write(_stop, asker, student, now)


def _case(tx: Tx, asker: Asker, student: int | None) -> _Case | NoClass | NotStaff | GuardiansOff:
    """Who gives the number is the class's rule; both may look, and whoever gives may stop."""
    return _own(tx, asker) if student is None else _of_teacher(tx, asker, student)


def _own(tx: Tx, asker: Asker) -> _Case | NoClass | GuardiansOff:
    me = tx.people.of(asker.account)
    mine = [
        each
        for each in (tx.sections.enrolled_in(me.person) if me else ())
        if asker.guild in (None, each.guild)
    ]
    if me is None or not mine:
        return NoClass()
    chosen = _ruled(tx, mine, BY_STUDENT)
    return _Case(me, me, chosen) if isinstance(chosen, Section) else chosen


def _of_teacher(tx: Tx, asker: Asker, student: int) -> _Case | NotStaff | GuardiansOff:
    found = a_student_of_mine(tx, asker, student)
    if isinstance(found, NotStaff):
        return found
    chosen = _ruled(tx, found.sections, BY_TEACHER)
    return _Case(found.me, found.student, chosen) if isinstance(chosen, Section) else chosen


def _ruled(tx: Tx, sections: list[Section] | tuple[Section, ...], wanted: str) -> Section | GuardiansOff:
    rules = [tx.messaging.of(each.id).guardian_rule for each in sections]
    if wanted in rules:
        return sections[rules.index(wanted)]
    return GuardiansOff(next((rule for rule in rules if rule != "off"), "off"))


def _status(tx: Tx, asker: Asker, student: int | None, cipher: Cipher, now: datetime) -> GuardianStatus:
    case = _case(tx, asker, student)
    if not isinstance(case, _Case):
        return case
    record = tx.guardians.of(case.student.person)
    if record is None or not record.number:
        return NoPhone(record.stopped_at if record else None)
    return shown(tx, record, cipher, now)


def _give(
    tx: Tx, asker: Asker, student: int | None, given: Given, answers: bool, now: datetime, ids: Ids
) -> GuardianGiven:
    case = _case(tx, asker, student)
    if not isinstance(case, _Case):
        return case
    person, by = case.student.person, case.me.person
    asked = tx.phones.consents(person, "asked", GUARDIAN)
    again_at = next_code_at(asked, now)
    if again_at is not None:
        return TooManyCodes(again_at)
    if any(person in tx.phones.holders(mark) for mark in given.cipher.marks(given.number)):
        return OwnNumber()
    if is_silenced(tx, person, given, now):
        return Silent(ending(given.number))
    new = given.sealed(now)
    tx.guardians.keep(person, new, case.section.id, by)
    act = ConsentAct("asked", "discord", new.mark, given.wording, GUARDIAN, by)
    tx.phones.record_consent(person, act, now)
    tx.outbox.add([_code_text(case, len(asked) + 1, new.expires_at, now)], now, ids)
    return GuardianAsked(ending(given.number), new.expires_at, answers)


def _code_text(case: _Case, number: int, expires_at: datetime, now: datetime) -> Effect:
    return Effect(
        key=f"{Kind.GUARDIAN_CODE}:{case.student.person}:{number}",
        kind=Kind.GUARDIAN_CODE,
        way=Way.GUARDIAN,
        due_at=now,
        person=case.student.person,
        section=case.section.id,
        args={"number": number},
        expires_at=expires_at,
    )


def _enter(
    tx: Tx, asker: Asker, student: int | None, typed: str, cipher: Cipher, now: datetime
) -> GuardianEntered:
    case = _case(tx, asker, student)
    if not isinstance(case, _Case):
        return case
    person = case.student.person
    record = tx.guardians.of(person)
    number = cipher.decrypt(record.number) if record else None
    if record is None or not number:
        return NoCode()
    if record.confirmed_at is not None:
        return Proven(ending(number), record.confirmed_at)
    code = _live_code(record, cipher, now)
    if code is None:
        return NoCode()
    if not same_code(typed, code):
        tx.guardians.count_try(person)
        left = MOST_TRIES - record.code_tries - 1
        return WrongCode(left) if left else NoCode()
    tx.guardians.confirm(person, now)
    act = ConsentAct("confirmed", "discord", record.mark, "", GUARDIAN, case.me.person)
    tx.phones.record_consent(person, act, now)
    return Proven(ending(number), now)


def _live_code(record: PhoneRecord, cipher: Cipher, now: datetime) -> str | None:
    return cipher.decrypt(record.code) if record.code is not None and code_is_live(record, now) else None


def _stop(tx: Tx, asker: Asker, student: int | None, now: datetime) -> GuardianStopped:
    case = _case(tx, asker, student)
    if not isinstance(case, _Case):
        return case
    person = case.student.person
    via = "discord" if student is None else "teacher"
    before = tx.guardians.of(person)
    if stop_texts(tx, person, via, now, party=GUARDIAN, by=case.me.person):
        return TextsStopped()
    return NoPhone(before.stopped_at if before else None)


def guardian_code(tx: Tx, delivery: Delivery, now: datetime, cipher: Cipher | None) -> GuardianCode | str:
    """The last look before a guardian is asked: of several codes, only the newest."""
    person = delivery.person or 0
    record = tx.guardians.of(person)
    newest = len(tx.phones.consents(person, "asked", GUARDIAN))
    code = _live_code(record, cipher, now) if record and cipher else None
    if code is None or delivery.args["number"] != newest:
        return "not wanted any more"
    return GuardianCode(tx.sections.get(delivery.section or 0).name, code)
