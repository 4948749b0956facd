"""Contracts from signing to the bar of a check: what was agreed holds, and nothing that was passed before changes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.contract_messages import ContractInForce, ContractToSign
from bot.domain.contracts import Contract, Stage, Via, bar_at, waiting
from bot.domain.mastery_rules import USUAL
from bot.domain.nudging import USUAL_LIMITS, Hours, SendAt, SendNow
from bot.domain.outbox import Kind
from bot.domain.quiet import OpenHours
from bot.domain.records import Section
from bot.domain.showing import Asked
from bot.services.bars import bar_of, bars
from bot.services.contract_desk import (
    ContractDeskService,
    NotRecorded,
    Overview,
    OwnWord,
    Paper,
    Recorded,
    Reminded,
)
from bot.services.contracts import (
    AlreadySigned,
    ContractService,
    EnoughToday,
    GuardianSigned,
    NoSuchTier,
    NotToSign,
    OwnContracts,
    SignedBefore,
    ToSign,
    contract_in_force,
    contract_to_sign,
)
from bot.services.holding import Withhold, look
from bot.services.ports import Tx
from bot.services.unlocking import NotYet, Passed
from bot.storage.database import Database, open_database
from bot.storage.mastery_tables import attempt
from bot.words.contracts import ContractWording
from tests.builders import ANA, BEN, NOW, TEACHER, a_class, a_course, a_unit, single, student
from tests.services.quiz_desk import Desk, execute

ONE_DAY = timedelta(days=1)
TEACHES = student(TEACHER)


class Signing(Desk):
    def __init__(self, database: Database, section: Section) -> None:
        super().__init__(database)
        self.section = section
        self.contracts = ContractService(database, ContractWording(), None, self.ids, self._wake)
        self.desk = ContractDeskService(database, ContractWording(), self.ids, self._wake)

    async def own(self, who: int = ANA, now: datetime = NOW) -> OwnContracts:
        result = await self.contracts.own(student(who), None, now)
        assert isinstance(result, OwnContracts)
        return result

    async def sign(self, bar: int, who: int = ANA, now: datetime = NOW) -> object:
        return await self.contracts.sign(student(who), self.section.handle, bar, "Ana Li", now)

    async def guardian(self, who: int = ANA, now: datetime = NOW) -> object:
        open_one = waiting((await self.own(who, now)).contracts)
        return await self.contracts.guardian_signs(open_one.id if open_one else 0, Via.TEXT, "Wei Li", now)

    async def both(self, bar: int, who: int = ANA, now: datetime = NOW) -> None:
        await self.sign(bar, who, now)
        assert isinstance(await self.guardian(who, now), GuardianSigned)

    async def overview(self, now: datetime = NOW) -> Overview:
        result = await self.desk.overview(TEACHES, None, now)
        assert isinstance(result, Overview)
        return result


async def a_signing(database: Database, draw: int = 4) -> Signing:
    bank = [single(f"q{number}", "1.1") for number in range(draw)]
    course = a_course(a_unit(bank=bank, draw=draw, cooldown_s=3600), a_unit("matter", "Matter"))
    return Signing(database, await a_class(database, course, students=(ANA, BEN)))


@pytest.fixture
async def signing(database: Database) -> Signing:
    return await a_signing(database)


async def test_the_bar_is_the_contracts_only_once_both_have_signed(signing: Signing):
    await signing.sign(93)
    assert (await signing.own()).bar.percent == 80
    assert isinstance(await signing.guardian(), GuardianSigned)
    own = await signing.own()
    assert (own.bar.percent, own.bar.since) == (93, NOW)
    assert (await signing.own(BEN)).bar.percent == 80


async def test_a_check_is_judged_by_the_contract_in_force_when_it_began_and_names_it(signing: Signing):
    await signing.both(76)
    asked = await signing.begin()
    await signing.both(93, now=NOW + timedelta(minutes=1))
    await signing.answer_all(asked, 4)
    result = await signing.quizzes.submit(student(ANA), asked.attempt, NOW + timedelta(minutes=2))
    assert isinstance(result, Passed)
    assert (result.bar, result.signed) == (76, NOW)


async def test_a_changed_goal_counts_from_the_next_attempt_on(signing: Signing):
    await signing.both(76)
    first = await signing.take(3)  # 75 %: not 76
    assert isinstance(first, NotYet)
    assert (first.bar, first.signed) == (76, NOW)
    await signing.both(93, now=NOW + timedelta(hours=1))
    await signing.work_on_it(now=NOW + timedelta(hours=1))
    second = await signing.take(3, now=NOW + timedelta(hours=2))
    assert isinstance(second, NotYet)
    assert (second.bar, second.signed) == (93, NOW + timedelta(hours=1))


async def test_the_old_goal_stays_in_force_until_the_new_one_is_signed_by_both(signing: Signing):
    await signing.both(86)
    await signing.sign(93, now=NOW + ONE_DAY)
    own = await signing.own(now=NOW + ONE_DAY)
    assert own.bar.percent == 86
    assert [each.stage for each in own.contracts] == [Stage.IN_FORCE, Stage.WAITING]
    await signing.guardian(now=NOW + 2 * ONE_DAY)
    own = await signing.own(now=NOW + 2 * ONE_DAY)
    assert [each.stage for each in own.contracts] == [Stage.ENDED, Stage.IN_FORCE]
    assert bar_at(own.contracts, 80, NOW + ONE_DAY).percent == 86
    assert bar_at(own.contracts, 80, NOW + 2 * ONE_DAY).percent == 93


async def test_signing_is_refused_kindly_where_it_cannot_be(signing: Signing):
    assert isinstance(await signing.sign(77), NoSuchTier)
    nameless = await signing.contracts.sign(student(), signing.section.handle, 86, "  ", NOW)
    assert isinstance(nameless, ToSign)
    assert (await signing.own()).contracts == ()
    await signing.sign(86)
    assert isinstance(await signing.sign(86), AlreadySigned)
    for bar in (93, 76, 86, 93, 76):
        await signing.sign(bar)
    assert isinstance(await signing.sign(86), EnoughToday)
    assert not isinstance(await signing.sign(86, now=NOW + ONE_DAY), EnoughToday)


async def test_a_guardians_second_signature_and_one_for_a_withdrawn_goal_change_nothing(signing: Signing):
    await signing.sign(86)
    await signing.sign(93)
    withdrawn, open_one = (await signing.own()).contracts
    sign = signing.contracts.guardian_signs
    assert isinstance(await sign(withdrawn.id, Via.TEXT, "Wei Li", NOW), NotToSign)
    assert isinstance(await sign(open_one.id, Via.TEXT, "Wei Li", NOW), GuardianSigned)
    before = (await signing.own()).contracts
    assert isinstance(await sign(open_one.id, Via.CODE, "Mallory", NOW + ONE_DAY), SignedBefore)
    assert isinstance(await sign(9999, Via.TEXT, "Wei Li", NOW), NotToSign)
    assert (await signing.own()).contracts == before


async def test_every_signature_stands_in_the_record_with_the_words_that_were_shown(signing: Signing):
    await signing.both(86)
    lines = await signing.database.read(lambda tx: list(tx.history.of_section(signing.section.id)))
    told = [each.body for each in lines if each.what == "contract" and each.body]
    assert [each["what"] for each in told] == ["signed", "guardian signed", "in force"]
    assert "My goal in Chem 1: Strong, 86 %." in told[0]["wording"]
    assert "Class time is for practice" in told[1]["wording"]
    assert told[1]["name"] == "Wei Li"


async def test_the_student_is_told_that_it_is_in_force_unless_it_is_outdated(signing: Signing):
    await signing.both(86)
    await signing.both(93, now=NOW + ONE_DAY)
    old, new = await signing.deliveries(Kind.CONTRACT_IN_FORCE)
    read = signing.database.read
    assert isinstance(await read(contract_in_force, old, NOW), str)
    assert await read(contract_in_force, new, NOW) == ContractInForce(
        "Chem 1", signing.section.handle, "Expert", 93
    )


# --- the teacher -----------------------------------------------------------------------------------


async def test_paper_counts_from_when_it_is_noted_and_says_what_is_wrong_otherwise(signing: Signing):
    async def note(bar: int, day: str | None = None) -> object:
        return await signing.desk.record(TEACHES, None, ANA, Paper(bar, day, "in the blue folder"), NOW)

    assert isinstance(await note(50), NotRecorded)
    assert isinstance(await note(86, "2026-12-24"), NotRecorded)
    assert isinstance(await note(86, "2026-11-20"), Recorded)
    assert isinstance(await note(86), NotRecorded)
    (kept,) = (await signing.own()).contracts
    assert (kept.guardian_via, kept.in_force_at) == ("paper", NOW)
    assert "2026-11-20" in kept.guardian_wording
    assert "blue folder" in kept.guardian_wording


async def test_paper_completes_what_the_student_signed_here(signing: Signing):
    await signing.sign(86)
    await signing.desk.record(TEACHES, None, ANA, Paper(86, None, ""), NOW)
    (kept,) = (await signing.own()).contracts
    assert (kept.signed_name, kept.guardian_via, kept.stage) == ("Ana Li", "paper", Stage.IN_FORCE)


async def test_a_bar_by_the_teachers_word_needs_a_reason_and_is_in_the_record(signing: Signing):
    record = signing.desk.record
    assert isinstance(await record(TEACHES, None, ANA, OwnWord(70, "  "), NOW), NotRecorded)
    assert (await signing.own()).bar.percent == 80
    assert isinstance(
        await record(TEACHES, None, ANA, OwnWord(70, "agreed at the conference"), NOW), Recorded
    )
    assert (await signing.own()).bar.percent == 70
    lines = await signing.database.read(lambda tx: list(tx.history.of_section(signing.section.id)))
    told = next(each for each in lines if each.body and each.body.get("what") == "recorded")
    assert "agreed at the conference" in (told.body or {})["wording"]
    assert told.actor is not None


async def test_the_overview_tells_everybody_apart_and_the_reminder_goes_once_a_day(signing: Signing):
    await signing.sign(86)
    overview = await signing.overview()
    assert [each.account.discord for each in overview.for_guardian] == [ANA]
    assert [each.account.discord for each in overview.unsigned] == [BEN]
    remind = signing.desk.remind
    assert await remind(TEACHES, signing.section.handle, NOW) == Reminded(signing.section, 2, 0)
    assert await remind(TEACHES, signing.section.handle, NOW) == Reminded(signing.section, 0, 2)
    sent = await signing.deliveries(Kind.CONTRACT_TO_SIGN)
    told = [await signing.database.read(contract_to_sign, each, NOW) for each in sent]
    assert {each.for_guardian for each in told if isinstance(each, ContractToSign)} == {True, False}
    await signing.guardian()
    told = [await signing.database.read(contract_to_sign, each, NOW) for each in sent]
    assert sum(isinstance(each, str) for each in told) == 1


async def test_when_guardians_need_not_sign_what_waited_is_in_force_and_new_ones_are_at_once(
    signing: Signing,
):
    await signing.sign(86)
    result = await signing.desk.set_tiers(
        TEACHES, signing.section.handle, "86 Strong: x\n95 Top: y", False, NOW
    )
    assert isinstance(result, Overview)
    assert (await signing.own()).bar.percent == 86
    await signing.sign(95, BEN)
    assert (await signing.own(BEN)).bar.percent == 95


async def test_what_was_signed_for_holds_though_the_class_offers_it_no_more(signing: Signing):
    await signing.both(86)
    await signing.desk.set_tiers(TEACHES, signing.section.handle, "none", True, NOW)
    assert (await signing.own()).bar.percent == 86
    assert isinstance(await signing.sign(93, BEN), NoSuchTier)


async def test_for_whoever_does_not_teach_the_class_nothing_is_shown_or_changed(signing: Signing):
    handle = signing.section.handle
    for asker in (student(BEN), student(4711)):
        assert not isinstance(await signing.desk.overview(asker, None, NOW), Overview)
        assert not isinstance(await signing.desk.overview_of(asker, handle, NOW), Overview)
        assert not isinstance(await signing.desk.set_tiers(asker, handle, "none", False, NOW), Overview)
        assert not isinstance(await signing.desk.remind(asker, handle, NOW), Reminded)
        paper = await signing.desk.record(asker, None, ANA, Paper(86, None, ""), NOW)
        assert not isinstance(paper, Recorded)
    rules = await signing.database.read(lambda tx: tx.mastery_rules.of(signing.section.id))
    assert rules == USUAL


async def test_the_bars_of_a_class_are_those_of_each_of_its_students(signing: Signing):
    await signing.both(93)

    def look(tx: Tx) -> tuple[dict[int, int], dict[int, int]]:
        people = [each.person for each in tx.sections.students(signing.section.id)]
        together = {who: bar.percent for who, bar in bars(tx, signing.section).items()}
        return together, {who: bar_of(tx, signing.section, who).percent for who in people}

    together, alone = await signing.database.read(look)
    assert together == alone
    assert sorted(alone.values()) == [80, 93]


# --- over random histories -------------------------------------------------------------------------


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("sign", "guardian", "paper", "word", "tiers", "take")),
        st.sampled_from((76, 86, 93)),
        st.integers(0, 4),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_whatever_is_signed_and_changed_no_earlier_pass_changes(
    empty_database_file: Path, tmp_path: Path, steps: list[tuple[str, int, int]]
):
    """And each attempt has the bar that a slow look through all contracts finds for the instant it began."""
    async with open_database(a_copy(empty_database_file, tmp_path)) as database:
        signing = await a_signing(database)
        now, before = NOW, list[tuple[object, ...]]()
        for what, bar, right in steps:
            now += timedelta(hours=5)
            await _step(signing, what, bar, right, now)
            rows = await database.read(_attempts)
            assert rows[: len(before)] == before
            before = rows
            own = await signing.own(now=now)
            assert own.bar.percent == slow_bar(own.contracts, now)
            assert sum(each.stage is Stage.IN_FORCE for each in own.contracts) <= 1
            assert sum(each.stage is Stage.WAITING for each in own.contracts) <= 1
        contracts = (await signing.own(now=now)).contracts
        for held, began, *_ in before:
            assert isinstance(began, datetime)
            assert held == slow_bar(contracts, began)


async def _step(signing: Signing, what: str, bar: int, right: int, now: datetime) -> None:
    match what:
        case "sign":
            await signing.sign(bar, now=now)
        case "guardian":
            await signing.guardian(now=now)
        case "paper":
            await signing.desk.record(TEACHES, None, ANA, Paper(bar, None, ""), now)
        case "word":
            await signing.desk.record(TEACHES, None, ANA, OwnWord(bar - 1, "a reason"), now)
        case "tiers":
            text = "\n".join(f"{each} T{each}: x" for each in (76, 86, 93) if each != bar)
            await signing.desk.set_tiers(TEACHES, signing.section.handle, text, right > 1, now)
        case _:
            asked = await signing.quizzes.begin(student(ANA), None, "1", now)
            if isinstance(asked, Asked):
                await signing.answer_all(asked, right, ANA, now)
                await signing.quizzes.submit(student(ANA), asked.attempt, now)


def slow_bar(contracts: tuple[Contract, ...], at: datetime) -> int:
    """Plays every beginning and end in the order in which they came."""
    events = [(each.in_force_at, 1, each) for each in contracts if each.in_force_at]
    events += [(each.ended_at, 0, each) for each in contracts if each.in_force_at and each.ended_at]
    held: dict[int, int] = {}
    for when, begins, each in sorted(events, key=lambda event: event[:2]):
        if when > at:
            break
        if begins:
            held[each.id] = each.bar
        else:
            held.pop(each.id, None)
    return next(iter(held.values()), 80)


def _attempts(tx: Tx) -> list[tuple[object, ...]]:
    columns = (attempt.c.bar, attempt.c.began_at, attempt.c.contract_id, attempt.c.score, attempt.c.passed)
    return [tuple(row) for row in execute(tx, sa.select(*columns).order_by(attempt.c.id))]


def a_copy(schema: Path, folder: Path) -> Path:
    path = folder / "again.sqlite3"
    for each in folder.glob("again.sqlite3*"):
        each.unlink()
    path.write_bytes(schema.read_bytes())
    return path


async def test_a_reminder_to_sign_goes_to_nobody_who_is_away_and_not_on_a_day_off(signing: Signing):
    day, section = NOW.date(), signing.section.id

    def away(tx: Tx) -> None:
        ana, teacher = tx.people.of(ANA), tx.people.of(TEACHER)
        assert ana is not None
        assert teacher is not None
        tx.reminders.note_absence(section, ana.person, day, day, teacher.person, NOW)

    await signing.database.write(away)
    await signing.desk.remind(TEACHES, signing.section.handle, NOW)
    anas, bens = await signing.deliveries(Kind.CONTRACT_TO_SIGN)
    hours = Hours(OpenHours(time(7), time(21)), OpenHours(time(9), time(20)))

    def now_or_later(tx: Tx, at: datetime) -> list[object]:
        return [look(tx, each, "Europe/Berlin", hours, USUAL_LIMITS, at) for each in (anas, bens)]

    told_today = await signing.database.read(now_or_later, NOW)
    assert [type(each) for each in told_today] == [Withhold, SendNow]
    saturday = await signing.database.read(now_or_later, NOW - 2 * ONE_DAY)
    assert isinstance(saturday[1], SendAt)
