"""Contracts from the teacher's side: who has signed, the goals on offer, what was signed on paper, an own word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.contracts import BadTiers, Bar, Contract, Stage, Via, bar_at, in_force, read_tiers, waiting
from bot.domain.contracts import tier_of as tier_offered
from bot.domain.mastery_rules import MasteryRules, Tier
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Account, Asker, HistoryLine, Section
from bot.domain.times import BadTime, local_day, parse_day
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class, taught_of
from bot.services.contracts import Wording, put_in_force, record
from bot.services.ports import Database, Ids, Tx

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class StudentContract:
    account: Account
    bar: Bar
    in_force: Contract | None
    waiting: Contract | None
    #: oldest first, all that were ever signed
    contracts: tuple[Contract, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Every student of the class; ``said`` tells what was changed just now, if anything."""

    section: Section
    rules: MasteryRules
    students: tuple[StudentContract, ...]
    said: str = ""

    @property
    def signed(self) -> list[StudentContract]:
        return [each for each in self.students if each.in_force and not each.waiting]

    @property
    def for_guardian(self) -> list[StudentContract]:
        return [each for each in self.students if each.waiting]

    @property
    def unsigned(self) -> list[StudentContract]:
        return [each for each in self.students if not each.in_force and not each.waiting]


@dataclass(frozen=True, slots=True)
class BadSetting:
    """Nothing was changed; ``typed`` is kept for another try."""

    overview: Overview
    problem: str
    typed: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many students a reminder goes to; the others had one today."""

    section: Section
    students: int
    had_one: int


@dataclass(frozen=True, slots=True)
class Recorded:
    discord: int
    section: Section
    contract: Contract


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """``problem`` says why, and what to do."""

    problem: str


@dataclass(frozen=True, slots=True)
class NotInClass:
    discord: int
    section: Section


@dataclass(frozen=True, slots=True)
class Paper:
    """What was signed on paper: the day that stands on it, as typed, and a note."""

    bar: int
    day: str | None
    note: str


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A bar by the teacher's own word."""

    bar: int
    reason: str


OverviewResult = Overview | WhichClass | NoClass | NotStaff
SettingResult = Overview | BadSetting | NotStaff
RecordResult = Recorded | NotRecorded | NotInClass | BadTime | WhichClass | NoClass | NotStaff


class ContractDeskService:
    def __init__(self, database: Database, wording: Wording, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._wording, self._ids, self._wake = database, wording, ids, wake

    async def overview(self, asker: Asker, class_name: str | None, now: datetime) -> OverviewResult:
        return await self._db.read(_overview, asker, class_name, now)

    async def overview_of(self, asker: Asker, handle: str, now: datetime) -> Overview | NotStaff:
        return await self._db.read(_overview_of, asker, handle, now)

    async def set_tiers(
        self, asker: Asker, handle: str, typed: str, guardian_signs: bool, now: datetime
    ) -> SettingResult:
        """One goal a line, as ``bot.domain.contracts.read_tiers`` reads them. What was signed stays as it is."""
        result = await self._db.write(_set_tiers, asker, handle, typed, guardian_signs, now, self._ids)
        self._wake()
        return result

    async def remind(self, asker: Asker, handle: str, now: datetime) -> Reminded | NotStaff:
        """Reminds each student who has not signed, or whose guardian has not: once a day, as class rules let it."""
        result = await self._db.write(_remind, asker, handle, now, self._ids)
        self._wake()
        return result

    async def record(
        self, asker: Asker, class_name: str | None, student: int, what: Paper | OwnWord, now: datetime
    ) -> RecordResult:
        """Puts a contract in force that was signed on paper, or by the teacher's own word, from now on."""
        result = await self._db.write(
            _record, asker, class_name, student, what, self._wording, now, self._ids
        )
        self._wake()
        return result


def _overview(tx: Tx, asker: Asker, name: str | None, now: datetime) -> OverviewResult:
    section = taught_class(tx, asker, name)
    return _shown(tx, section, now) if isinstance(section, Section) else section


def _overview_of(tx: Tx, asker: Asker, handle: str, now: datetime) -> Overview | NotStaff:
    section = taught_of(tx, asker, handle)
    return _shown(tx, section, now) if section else NotStaff()


def _shown(tx: Tx, section: Section, now: datetime, said: str = "") -> Overview:
    by_person: dict[int, list[Contract]] = {}
    for each in tx.contracts.of_section(section.id):
        by_person.setdefault(each.person, []).append(each)
    students = [
        _student(who, tuple(by_person.get(who.person, ())), section, now)
        for who in tx.sections.students(section.id)
    ]
    return Overview(section, tx.mastery_rules.of(section.id), tuple(students), said)


def _student(who: Account, own: tuple[Contract, ...], section: Section, now: datetime) -> StudentContract:
    return StudentContract(who, bar_at(own, section.bar, now), in_force(own), waiting(own), own)


# --- goals on offer --------------------------------------------------------------------------------


def _set_tiers(
    tx: Tx, asker: Asker, handle: str, typed: str, guardian_signs: bool, now: datetime, ids: Ids
) -> SettingResult:
    me, section = tx.people.of(asker.account), taught_of(tx, asker, handle)
    if me is None or section is None:
        return NotStaff()
    tiers = read_tiers(typed)
    if isinstance(tiers, BadTiers):
        return BadSetting(_shown(tx, section, now), tiers.problem, typed)
    before = tx.mastery_rules.of(section.id)
    tx.mastery_rules.keep(section.id, replace(before, tiers=tiers, guardian_signs=guardian_signs))
    body = {"tiers": [[each.bar, each.name, each.consequence] for each in tiers]}
    told = HistoryLine(now, "rules", {**body, "guardian_signs": guardian_signs}, section.id, None, me.person)
    tx.history.add(told)
    if before.guardian_signs and not guardian_signs:
        for each in tx.contracts.of_section(section.id):
            # nobody's signature is missing any more
            if each.stage is Stage.WAITING and tx.sections.enrolment(section.id, each.person):
                put_in_force(tx, each, me.person, now, ids)
    return _shown(tx, section, now, "Changed. What was signed before stays as it was signed.")


# --- reminding -------------------------------------------------------------------------------------


def _remind(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> Reminded | NotStaff:
    section = taught_of(tx, asker, handle)
    if section is None:
        return NotStaff()
    overview = _shown(tx, section, now)
    owing = [*overview.unsigned, *overview.for_guardian] if overview.rules.tiers else []
    day = local_day(now, section.zone)
    wanted = [_reminder(section, each.account, day, now) for each in owing]
    new = [each for each in wanted if not tx.outbox.chain(each.key)]
    tx.outbox.add(new, now, ids)
    return Reminded(section, len(new), len(wanted) - len(new))


def _reminder(section: Section, who: Account, day: date, now: datetime) -> Effect:
    return Effect(
        key=f"contract_to_sign:{section.id}:{who.person}:{day.isoformat()}",
        kind=Kind.CONTRACT_TO_SIGN,
        way=Way.DM if who.dm_open and who.dm_channel is not None else Way.THREAD,
        due_at=now,
        person=who.person,
        section=section.id,
        # over a weekend and a holiday
        expires_at=now + timedelta(days=4),
    )


# --- recording -------------------------------------------------------------------------------------


def _record(
    tx: Tx,
    asker: Asker,
    name: str | None,
    student: int,
    what: Paper | OwnWord,
    wording: Wording,
    now: datetime,
    ids: Ids,
) -> RecordResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    me, who = tx.people.known(asker.account, now), tx.people.of(student)
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return NotInClass(student, section)
    made = _made(tx, section, who, what, wording, now, ids)
    if not isinstance(made, tuple):
        return made
    contract, words, via = made
    tx.contracts.guardian_signed(contract.id, "", words, via, now)
    record(tx, contract, "recorded", {"wording": words, "via": via}, me.person, now)
    put_in_force(tx, contract, me.person, now, ids)
    return Recorded(student, section, contract)


def _made(
    tx: Tx, section: Section, who: Account, what: Paper | OwnWord, wording: Wording, now: datetime, ids: Ids
) -> tuple[Contract, str, Via] | NotRecorded | BadTime:
    rules, own = tx.mastery_rules.of(section.id), tx.contracts.of(section.id, who.person)
    match what:
        case Paper(bar, day, note):
            tier, via = tier_offered(rules.tiers, bar), Via.PAPER
            if tier is None:
                offered = ", ".join(f"{each.bar} %" for each in rules.tiers) or "none"
                return NotRecorded(f"The class offers {offered}. Another bar: `/contracts override`.")
            signed = parse_day(day, now, section.zone) if day else local_day(now, section.zone)
            if isinstance(signed, BadTime):
                return signed
            if signed > local_day(now, section.zone):
                return NotRecorded(
                    f"{signed:%d %b %Y} has not come yet. Give the day that stands on the paper."
                )
            words = f"Signed on paper, dated {signed.isoformat()}. {' '.join(note.split())}".strip()
        case OwnWord(bar, reason):
            said = " ".join(reason.split())
            if not said:
                return NotRecorded("Say why: the reason is kept, and can be read later.")
            tier, via = tier_offered(rules.tiers, bar) or Tier(bar, "Own goal", ""), Via.TEACHER
            words = f"Set by the teacher: {said}"
    if (now_held := in_force(own)) is not None and now_held.bar == bar:
        return NotRecorded(f"Their bar is {bar} % by a contract already. Nothing was changed.")
    open_one = waiting(own)
    if open_one is not None and open_one.bar == bar and via is Via.PAPER:
        return open_one, words[:LONGEST_REASON], via
    shown = wording.student(tier, section.name, rules.guardian_signs) if via is Via.PAPER else words
    made = tx.contracts.add(
        handle=ids(),
        section=section.id,
        person=who.person,
        bar=bar,
        tier=tier.name,
        wording=shown,
        name="",
        at=now,
    )
    return made, words[:LONGEST_REASON], via
