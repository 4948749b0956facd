"""Guardians: a number given under the class's rule, texted only once the guardian's own code came back (RB12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.messages import GuardianCode
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phones import (
    DAY,
    GUARDIAN,
    MOST_TRIES,
    BadNumber,
    ConsentAct,
    Holder,
    PhoneRecord,
    code_is_live,
    ending,
    next_code_at,
    same_code,
)
from bot.domain.quiet import OpenHours, next_open
from bot.domain.records import Account, Asker, Section
from bot.domain.text_messages import GuardianEnded
from bot.services.choosing import NoClass, NotStaff, WhichClass
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
from bot.services.texting import stop_texts, trouble

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


@dataclass(frozen=True, slots=True)
class NumberStays:
    """A guardian agreed to texts to the number that is there: only they, or the class's teacher, let it go.

    ``ending`` is None where the student has ended the texts, and the number is forgotten.
    """

    ending: str | None


Refusal = TextsOff | NoClass | NotStaff | GuardiansOff | WhichClass
GuardianStatus = NoPhone | Unproven | Proven | Paused | Silent | LostKey | Refusal
GuardianGiven = (
    GuardianAsked | Proven | BadNumber | TooManyCodes | Silent | OwnNumber | QuietNow | NumberStays | Refusal
)
GuardianEntered = Proven | WrongCode | NoCode | Refusal
GuardianStopped = TextsStopped | NoPhone | Refusal


@dataclass(frozen=True, slots=True)
class Of:
    """Whose guardian is meant."""

    #: a Discord account, for a teacher of theirs; None for a student about their own guardian
    student: int | None = None
    #: the class's handle; None for the only one that it can be
    section: str | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """Whose guardian it is about, who acts, and in which class."""

    me: Account
    student: Account
    section: Section

    @property
    def holder(self) -> Holder:
        return Holder(self.student.person, GUARDIAN, self.section.id)

    @property
    def is_own(self) -> bool:
        return self.me.person == self.student.person


class GuardianService:
    """``answers``: texts back are heard, by the bot's own web server."""

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

    async def status(self, asker: Asker, of: Of, now: datetime, *, gives: bool = False) -> GuardianStatus:
        """What is known of that guardian; ``gives``: to somebody who would give a number."""
        if self._cipher is None:
            return TextsOff()
        return await self._db.read(_status, asker, of, gives, self._cipher, now)

    async def give(self, asker: Asker, of: Of, number: str, wording: str, now: datetime) -> GuardianGiven:
        """Texts a code to the guardian; ``wording`` is what whoever gives the number agreed to, as shown."""
        if self._numbers is None or self._cipher is None:
            return TextsOff()
        case = await self._db.read(_may_give, asker, of)
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
        result = await self._db.write(_give, asker, of, given, self._answers, now, self._ids)
        if isinstance(result, GuardianAsked):
            self._wake()
        return result

    async def enter(self, asker: Asker, of: Of, code: str, now: datetime) -> GuardianEntered:
        """The code as the guardian told it; a wrong one costs a try."""
        if self._cipher is None:
            return TextsOff()
        return await self._db.write(_enter, asker, of, code, self._cipher, now)

    async def stop(self, asker: Asker, of: Of, now: datetime) -> GuardianStopped:
        """Ends the texts; where a student does, the guardian and the teachers hear of it."""
        result = await self._db.write(_stop, asker, of, now, self._ids)
        self._wake()
        return result


def _may_give(tx: Tx, asker: Asker, of: Of) -> _Case | NoClass | NotStaff | GuardiansOff | WhichClass:
    return _case(tx, asker, of, gives=True)


def _case(
    tx: Tx, asker: Asker, of: Of, *, gives: bool
) -> _Case | NoClass | NotStaff | GuardiansOff | WhichClass:
    """Who gives the number is the class's rule; its teachers may look, and end the texts, by either rule."""
    if of.student is None:
        me = tx.people.of(asker.account)
        student, sections = me, tx.sections.enrolled_in(me.person) if me else ()
        sections = [each for each in sections if asker.guild in (None, each.guild)]
    else:
        found = a_student_of_mine(tx, asker, of.student)
        if isinstance(found, NotStaff):
            return found
        me, student, sections = found.me, found.student, found.sections
    sections = [each for each in sections if of.section in (None, each.handle)]
    if me is None or student is None or not sections:
        return NoClass()
    lets = {each.id: tx.messaging.of(each.id).guardian_rule for each in sections}
    wanted = {BY_STUDENT} if of.student is None else {BY_TEACHER} if gives else {BY_STUDENT, BY_TEACHER}
    fitting = [each for each in sections if lets[each.id] in wanted]
    if not fitting:
        return GuardiansOff(next((rule for rule in lets.values() if rule != "off"), "off"))
    return _Case(me, student, fitting[0]) if len(fitting) == 1 else WhichClass(tuple(fitting))


def _status(tx: Tx, asker: Asker, of: Of, gives: bool, cipher: Cipher, now: datetime) -> GuardianStatus:
    case = _case(tx, asker, of, gives=gives)
    if not isinstance(case, _Case):
        return case
    record = tx.guardians.in_class(case.section.id).of(case.student.person)
    if record is None or not record.number:
        return NoPhone(record.stopped_at if record else None)
    return shown(tx, record, cipher, now)


def _give(
    tx: Tx, asker: Asker, of: Of, given: Given, answers: bool, now: datetime, ids: Ids
) -> GuardianGiven:
    case = _case(tx, asker, of, gives=True)
    if not isinstance(case, _Case):
        return case
    person, by = case.student.person, case.me.person
    guardians, marks = tx.guardians.in_class(case.section.id), given.cipher.marks(given.number)
    before = guardians.of(person)
    # by who gives it: nobody's asking in another class uses up what can be asked here
    again_at = next_code_at(tx.phones.consents(person, "asked", GUARDIAN, by=by), now)
    if again_at is not None:
        return TooManyCodes(again_at)
    # also one that the student had, and stopped
    own = [each for mark in marks for late in (False, True) for each in tx.phones.holders(mark, stopped=late)]
    if any(each.person == person for each in own):
        return OwnNumber()
    if before is not None and (stays := _stays(tx, case, before, given)) is not None:
        return stays
    if is_silenced(tx, person, given, now):
        return Silent(ending(given.number))
    if before is not None and before.confirmed_at is not None:
        _let_go(tx, case, before, given, now, ids)
    new = given.sealed(now)
    guardians.keep(person, new, by)
    act = ConsentAct("asked", "discord", new.mark, given.wording, GUARDIAN, by, case.section.id)
    tx.phones.record_consent(person, act, now)
    number = len(tx.phones.consents(person, "asked", GUARDIAN))
    tx.outbox.add([_code_text(case, number, new.expires_at, now)], now, ids)
    return GuardianAsked(ending(given.number), new.expires_at, answers)


def _stays(tx: Tx, case: _Case, before: PhoneRecord, given: Given) -> NumberStays | Proven | None:
    """None when the number given may stand in the place of the one before.

    A student takes nobody's place: neither where a guardian agreed and texts go on, nor where the student ended them.
    """
    is_same = before.mark in given.cipher.marks(given.number)
    if before.confirmed_at is not None and not before.paused_why:
        if is_same and given.cipher.decrypt(before.number) is not None:
            return Proven(ending(given.number), before.confirmed_at)
        if case.is_own:
            number = given.cipher.decrypt(before.number)
            return NumberStays(ending(number) if number else None)
    stop = tx.phones.last_act(case.holder, "stopped", (before.mark,)) if before.stopped_at else None
    if case.is_own and stop is not None and stop.via == "discord" and not is_same:
        agreed = tx.phones.last_act(case.holder, "confirmed", (before.mark,))
        return NumberStays(None) if agreed is not None else None
    return None


def _let_go(tx: Tx, case: _Case, before: PhoneRecord, given: Given, now: datetime, ids: Ids) -> None:
    """Another number comes in the place of one that a guardian had confirmed: they hear of it, and so do the teachers."""
    stop_texts(tx, case.holder, "replaced", now, by=case.me.person)
    told = (
        f"<@{case.me.discord}> gave another number for the guardian of <@{case.student.discord}>. "
        f"It ends in {ending(given.number)} and has to be confirmed"
    )
    tx.outbox.add(_farewell(case, before, told, by_student=False, now=now), now, ids)


def _farewell(
    case: _Case, before: PhoneRecord, told: str, *, by_student: bool, now: datetime
) -> list[Effect]:
    sealed = {"sealed": before.number.decode(), "mark": before.mark, "zones": before.zones}
    last = Effect(
        key=f"{Kind.GUARDIAN_ENDED}:{case.section.id}:{case.student.person}:{now:%Y-%m-%dT%H:%M:%S.%f}",
        kind=Kind.GUARDIAN_ENDED,
        way=Way.GUARDIAN,
        due_at=now,
        person=case.student.person,
        section=case.section.id,
        args={**sealed, "by_student": by_student},
        expires_at=now + DAY,
    )
    cause = f"guardian:{case.student.person}:{now:%H:%M:%S}"
    return [last, trouble(case.section.id, told, "", now, cause=cause)]


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


def _enter(tx: Tx, asker: Asker, of: Of, typed: str, cipher: Cipher, now: datetime) -> GuardianEntered:
    case = _case(tx, asker, of, gives=True)
    if isinstance(case, WhichClass):
        case = _awaited(tx, asker, of, case)
    if not isinstance(case, _Case):
        return case
    person, guardians = case.student.person, tx.guardians.in_class(case.section.id)
    record = guardians.of(person)
    number = cipher.decrypt(record.number) if record else None
    if record is None or not number:
        return NoCode()
    if record.confirmed_at is not None:
        return Proven(ending(number), record.confirmed_at)
    code = _live_code(record, cipher, now)
    if code is None:
        return NoCode()
    if not same_code(typed, code):
        guardians.count_try(person)
        left = MOST_TRIES - record.code_tries - 1
        return WrongCode(left) if left else NoCode()
    guardians.confirm(person, now)
    act = ConsentAct("confirmed", "discord", record.mark, "", GUARDIAN, case.me.person, case.section.id)
    tx.phones.record_consent(person, act, now)
    return Proven(ending(number), now)


def _awaited(
    tx: Tx, asker: Asker, of: Of, several: WhichClass
) -> _Case | NoClass | NotStaff | GuardiansOff | WhichClass:
    """Of several classes the one in which a code is out, if it is one."""
    who = tx.people.of(of.student or asker.account)
    waiting = [
        each
        for each in several.sections
        if who
        and (record := tx.guardians.in_class(each.id).of(who.person)) is not None
        and record.code is not None
    ]
    if len(waiting) != 1:
        return several
    return _case(tx, asker, replace(of, section=waiting[0].handle), gives=True)


def _live_code(record: PhoneRecord, cipher: Cipher, now: datetime) -> str | None:
    return cipher.decrypt(record.code) if record.code is not None and code_is_live(record, now) else None


def _stop(tx: Tx, asker: Asker, of: Of, now: datetime, ids: Ids) -> GuardianStopped:
    case = _case(tx, asker, of, gives=False)
    if not isinstance(case, _Case):
        return case
    before = tx.guardians.in_class(case.section.id).of(case.student.person)
    via = "discord" if case.is_own else "teacher"
    if before is None or not stop_texts(tx, case.holder, via, now, by=case.me.person):
        return NoPhone(before.stopped_at if before else None)
    if case.is_own and before.confirmed_at is not None:
        told = f"<@{case.student.discord}> ended the texts to their guardian, who hears of it by a last text"
        tx.outbox.add(_farewell(case, before, told, by_student=True, now=now), now, ids)
    return TextsStopped()


def guardian_code(tx: Tx, delivery: Delivery, now: datetime, cipher: Cipher | None) -> GuardianCode | str:
    """The last look before a guardian is asked: of several codes of a class, only the newest."""
    record = tx.guardians.in_class(delivery.section or 0).of(delivery.person or 0)
    code = _live_code(record, cipher, now) if record and cipher else None
    # each code has an end of its own: another class's asking changes nothing
    if record is None or code is None or record.code_expires_at != delivery.expires_at:
        return "not wanted any more"
    return GuardianCode(tx.sections.get(delivery.section or 0).name, code)


def guardian_ended(tx: Tx, delivery: Delivery, now: datetime) -> GuardianEnded:
    return GuardianEnded(tx.sections.get(delivery.section or 0).name, delivery.args["by_student"])
