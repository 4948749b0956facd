"""The teacher's side of letters: answering them, seeing which wait, and saying when they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.letters import (
    MOST_FORM,
    MOST_SEGMENTS,
    BadHours,
    Letter,
    Party,
    ReadingHours,
    Unanswered,
    hours_of,
    next_read,
    read_hours,
    stored_hours,
)
from bot.domain.nudging import Hours
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.quiet import next_open
from bot.domain.records import Account, Asker, Section
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.letters import open_ways, record_answer
from bot.services.ports import Database, Ids, TextLength, Tx

TEXTS = (Way.SMS, Way.GUARDIAN)


@dataclass(frozen=True, slots=True)
class Answerable:
    letter: Letter
    section: Section
    #: Discord id
    student: int
    #: by which the answer will go first; None when none is open
    way: Way | None


@dataclass(frozen=True, slots=True)
class LetterGone:
    """There is no such letter (any more)."""


@dataclass(frozen=True, slots=True)
class Answered:
    student: int
    party: Party
    way: Way
    #: texts wait for the hours in which people are texted; None when it goes at once
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class TooLong:
    """It would be billed as ``texts`` texts."""

    handle: str
    words: str
    texts: int


@dataclass(frozen=True, slots=True)
class NothingSaid:
    """An empty answer."""


@dataclass(frozen=True, slots=True)
class NoWayBack:
    student: int


@dataclass(frozen=True, slots=True)
class Settled:
    count: int


@dataclass(frozen=True, slots=True)
class Inbox:
    section: Section
    waiting: tuple[Unanswered, ...]
    hours: ReadingHours


@dataclass(frozen=True, slots=True)
class HoursKept:
    section: Section
    hours: ReadingHours
    #: None where letters are off
    next_at: datetime | None


Choice = WhichClass | NoClass | NotStaff
OpenResult = Answerable | LetterGone | NotStaff
AnswerResult = Answered | TooLong | NothingSaid | NoWayBack | LetterGone | NotStaff
SettleResult = Settled | LetterGone | NotStaff
InboxResult = Inbox | Choice
HoursResult = HoursKept | BadHours | Choice


class DeskService:
    """``length`` counts the texts that an answer comes to; ``hours`` are those in which people are texted."""

    def __init__(
        self, database: Database, hours: Hours, length: TextLength, ids: Ids, wake: Callable[[], None]
    ) -> None:
        self._db, self._hours, self._length, self._ids, self._wake = database, hours, length, ids, wake

    async def open(self, asker: Asker, handle: str) -> OpenResult:
        """The letter of that handle, for those who teach its class."""
        return await self._db.read(_open, asker, handle)

    async def answer(
        self, asker: Asker, teacher: str, handle: str, words: str, form: int, now: datetime
    ) -> AnswerResult:
        """Answers by the way the letter came; ``teacher`` is their name as the class sees it.

        ``form`` is Discord's id of the form's sending: one that is told twice is sent once.
        """
        said = _Said(teacher, words.strip()[:MOST_FORM], form)
        result = await self._db.write(_answer, asker, handle, said, self._hours, self._length, now, self._ids)
        if isinstance(result, Answered):
            self._wake()
        return result

    async def settle(self, asker: Asker, handle: str, now: datetime) -> SettleResult:
        """That letter and those before it need no answer."""
        return await self._db.write(_settle, asker, handle, now)

    async def inbox(self, asker: Asker, name: str | None) -> InboxResult:
        """Who waits for an answer in the class of that name, or the only one."""
        return await self._db.read(_inbox, asker, name)

    async def read_at(self, asker: Asker, name: str | None, text: str, now: datetime) -> HoursResult:
        """Sets the hours in which letters are read, as typed; an empty text changes nothing."""
        return await self._db.write(_read_at, asker, name, text, now)

    async def switch(self, asker: Asker, name: str | None, *, on: bool, now: datetime) -> HoursResult:
        """Lets students and guardians of a class write to the teacher, or not."""
        return await self._db.write(_switch, asker, name, on, now)


@dataclass(frozen=True, slots=True)
class _Said:
    teacher: str
    words: str
    form: int


def _open(tx: Tx, asker: Asker, handle: str) -> OpenResult:
    found = _mine(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    _, letter, section, student = found
    return Answerable(letter, section, student.discord, next(iter(open_ways(tx, letter, fits=True)), None))


def _mine(
    tx: Tx, asker: Asker, handle: str
) -> tuple[Account, Letter, Section, Account] | LetterGone | NotStaff:
    me, letter = tx.people.of(asker.account), tx.letters.by_handle(handle)
    if me is None or letter is None or letter.section is None:
        return NotStaff() if me is None else LetterGone()
    if not tx.sections.teaches(letter.section, me.person):
        return NotStaff()
    student = tx.people.account(letter.person)
    return (me, letter, tx.sections.get(letter.section), student) if student else LetterGone()


def _answer(
    tx: Tx, asker: Asker, handle: str, said: _Said, hours: Hours, length: TextLength, now: datetime, ids: Ids
) -> AnswerResult:
    found = _mine(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    me, letter, section, student = found
    if not said.words:
        return NothingSaid()
    texts = length(section.name, said.teacher, said.words)
    fits = texts <= MOST_SEGMENTS
    way = next(iter(open_ways(tx, letter, fits=True)), None)
    if way is None:
        return NoWayBack(student.discord)
    if way in TEXTS and not fits:
        return TooLong(handle, said.words, texts)
    # texts know hours, but no days off: this one was asked for
    at = (next_open(now, student.zone or section.zone, hours.sms) or now) if way in TEXTS else now
    answer = tx.letters.keep(
        handle=ids(),
        section=section.id,
        person=letter.person,
        party=letter.party,
        via=letter.via,
        body=said.words,
        files=0,
        author=me.person,
        external=f"answer{said.form}",
        at=now,
    )
    if answer is not None:
        tx.outbox.add([_effect(answer, way, at, {"teacher": said.teacher, "fits": fits})], now, ids)
        tx.letters.settle(section.id, letter.person, letter.party, now)
        record_answer(tx, answer)
    return Answered(student.discord, letter.party, way, at if at > now else None)


def _effect(answer: Letter, way: Way, at: datetime, args: dict[str, object]) -> Effect:
    return Effect(
        key=f"{Kind.ANSWER}:{answer.id}",
        kind=Kind.ANSWER,
        way=way,
        due_at=at,
        person=answer.person,
        section=answer.section,
        about=answer.id,
        args=args,
    )


def _settle(tx: Tx, asker: Asker, handle: str, now: datetime) -> SettleResult:
    found = _mine(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    _, letter, section, _ = found
    return Settled(tx.letters.settle(section.id, letter.person, letter.party, letter.at))


def _inbox(tx: Tx, asker: Asker, name: str | None) -> InboxResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    hours = hours_of(tx.messaging.of(section.id).reads)
    return Inbox(section, tuple(tx.letters.unanswered(section.id)), hours)


def _read_at(tx: Tx, asker: Asker, name: str | None, text: str, now: datetime) -> HoursResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    if not text.strip():
        return _kept(tx, section, hours_of(tx.messaging.of(section.id).reads), now)
    hours = read_hours(text)
    if isinstance(hours, BadHours):
        return hours
    replies = hours_of(tx.messaging.of(section.id).reads).replies
    return _keep(tx, section, replace(hours, replies=replies), now)


def _switch(tx: Tx, asker: Asker, name: str | None, on: bool, now: datetime) -> HoursResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    hours = hours_of(tx.messaging.of(section.id).reads)
    return _keep(tx, section, replace(hours, replies=on), now)


def _keep(tx: Tx, section: Section, hours: ReadingHours, now: datetime) -> HoursKept:
    rules = tx.messaging.of(section.id)
    tx.messaging.keep(section.id, replace(rules, reads=stored_hours(hours)))
    return _kept(tx, section, hours, now)


def _kept(tx: Tx, section: Section, hours: ReadingHours, now: datetime) -> HoursKept:
    return HoursKept(section, hours, next_read(now, section.zone, hours, tx.letters.holidays(section.id)))
