"""The report over a class of 150: everybody is in it once, it pages well, and it keeps to Discord's limits."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from bot.domain.messages import Closed, Outcome, Parcel, Sent
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.phones import ConsentAct, NewNumber
from bot.domain.records import Asker, Section
from bot.domain.reporting import Shown
from bot.services.delivery_report import (
    PER_PAGE,
    DeliveryReportService,
    OneSending,
    Recent,
    ResendPreview,
    Resent,
    Sheet,
)
from bot.services.nudges import NudgePreview, NudgeService
from bot.services.ports import Tx
from bot.services.reachability import Reachability, ReachabilityService
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.views.delivery_files import sheet_rows
from bot.views.delivery_report import draw_one, draw_recent, draw_resend_preview
from bot.views.reachability import draw_reach
from tests.builders import GUILD, NOW, TEACHER, Ids, a_class, posted_pre_work
from tests.limits import check_components
from tests.services.mail import HOURS, Mail

MANY = 150
STUDENTS = [200_000_000_000_000_000 + number for number in range(MANY)]
ASKER = Asker(TEACHER, GUILD, True)
VAULT = Vault([Fernet.generate_key().decode()])
WHYS = (
    "the student's direct messages are closed",
    "the server's AutoMod held it back",
    "the thread was locked",
)


def nothing() -> None:
    pass


class Desk:
    """Chem 1 with 150 students; half opened their inbox, a third has a phone."""

    def __init__(self, database: Database, section: Section, prework: int) -> None:
        self.database, self.section, self.prework = database, section, prework
        self.mail = Mail(database, vault=VAULT)
        self.reports = DeliveryReportService(database, HOURS, Ids(90_000), nothing)
        self.reach = ReachabilityService(database, HOURS, Ids(95_000), nothing)
        self.nudges = NudgeService(database, HOURS, Ids(98_000), nothing)

    async def nudge(self, cause: str, fate: random.Random) -> None:
        await self.database.write(self._add, cause)
        await self.mail.carry(NOW, lambda delivery, parcel: self._fate(fate, delivery, parcel))

    def _add(self, tx: Tx, cause: str) -> None:
        effects = [
            Effect(
                f"nudge:{self.prework}:{who.person}:{cause}", Kind.NUDGE, Way.DM, NOW, who.person,
                self.section.id, self.prework, {"step": cause}, NOW + timedelta(days=1),
            )
            for who in tx.sections.students(self.section.id)
        ]  # fmt: skip
        tx.outbox.add(effects, NOW, Ids(1000 * len(cause) + 10_000))

    def _fate(self, draw: random.Random, delivery: Delivery, parcel: Parcel) -> Outcome:
        if delivery.way is Way.ROOM or draw.random() < 0.5:
            return Sent(1000 + (delivery.person or 0), f"x{delivery.id}")
        return Closed(draw.choice(WHYS), lasting=False)


@pytest.fixture
async def desk(database: Database) -> Desk:
    section = await a_class(database, students=STUDENTS)
    posted = await posted_pre_work(database, section, "measurement")

    def open_ways(tx: Tx) -> None:
        tx.sections.set_place(GUILD, f"section:{section.id}:prework", "channel", 1)
        tx.sections.set_place(GUILD, f"section:{section.id}:staff", "channel", 2)
        for number, account in enumerate(STUDENTS):
            who = tx.people.known(account, NOW).person
            if number % 2:
                tx.people.ask_inbox(who, NOW)
                tx.people.set_dm_channel(who, 5000 + number)
            if number % 3 == 0:
                phone = f"+1202555{number:04}"
                new = NewNumber(VAULT.encrypt(phone), VAULT.mark(phone), (), VAULT.encrypt("1"), NOW)
                tx.phones.give(who, new)
                tx.phones.record_consent(who, ConsentAct("confirmed", "discord", new.mark), NOW)
                tx.phones.confirm(who, NOW)

    await database.write(open_ways)
    return Desk(database, section, posted.id)


async def recent(desk: Desk) -> Recent:
    found = await desk.reports.recent(ASKER, None, NOW)
    assert isinstance(found, Recent)
    return found


async def test_everybody_is_on_one_page_of_one_message_and_every_page_keeps_to_the_limits(desk: Desk) -> None:
    await desk.nudge("dm1440", random.Random(1))
    await desk.nudge("dm180", random.Random(2))
    found = await recent(desk)
    assert [sum(number for _, number in each.counts) for each in found.sendings] == [MANY, MANY]
    assert 5 < len(found.missed) < MANY
    check_components(draw_recent(found).to_components())
    for sending in found.sendings[:1]:
        seen: list[int] = []
        for page in range(MANY // PER_PAGE):
            one = await desk.reports.one(ASKER, sending.handle, page, False, NOW)
            assert isinstance(one, OneSending)
            assert (one.page, one.pages, len(one.told)) == (page, MANY // PER_PAGE, PER_PAGE)
            check_components(draw_one(one).to_components())
            seen += [story.last.discord for story in one.told]
        assert sorted(seen) == STUDENTS
        lost = await desk.reports.one(ASKER, sending.handle, 0, True, NOW)
        assert isinstance(lost, OneSending)
        assert {each.shown for each in lost.told} == {Shown.NOT_ARRIVED}
        check_components(draw_one(lost).to_components())


async def test_a_page_past_the_end_is_the_last_and_a_handle_of_nobody_is_nothing(desk: Desk) -> None:
    await desk.nudge("dm1440", random.Random(1))
    (sending,) = (await recent(desk)).sendings
    one = await desk.reports.one(ASKER, sending.handle, 99_999, False, NOW)
    assert isinstance(one, OneSending)
    assert one.page == MANY // PER_PAGE - 1
    assert not isinstance(await desk.reports.one(ASKER, "nobody", 0, False, NOW), OneSending)
    assert not isinstance(
        await desk.reports.one(Asker(STUDENTS[0], GUILD), sending.handle, 0, False, NOW), OneSending
    )


async def test_the_file_has_a_row_for_each_message_and_no_empty_reason(desk: Desk) -> None:
    await desk.nudge("dm1440", random.Random(1))
    sheet = await desk.reports.sheet(ASKER, desk.section.handle, False, NOW)
    assert isinstance(sheet, Sheet)
    rows = list(sheet_rows(sheet, {}))
    assert len(rows) == MANY + 1
    lost = [row for row in rows if row[3] == "not arrived"]
    assert lost
    assert all(row[6] and row[7] for row in lost)
    only = await desk.reports.sheet(ASKER, desk.section.handle, True, NOW)
    assert isinstance(only, Sheet)
    assert [*sheet_rows(only, {})][1:] == lost


async def test_reach_says_of_everybody_what_the_preview_of_a_nudge_says(desk: Desk) -> None:
    preview = await desk.nudges.preview(ASKER, None, NOW)
    reach = await desk.reach.of(ASKER, None, NOW)
    assert isinstance(preview, NudgePreview)
    assert isinstance(reach, Reachability)
    by_nudge: dict[Way, set[int]] = {}
    for each in preview.recipients:
        by_nudge.setdefault(each.way, set()).add(each.account.discord)
    assert {way: {each.discord for each in found} for way, found in reach.ways} == by_nudge
    assert {who.discord for who, _ in reach.unreachable} == {who.discord for who, _ in preview.unreachable}
    assert reach.students == MANY
    check_components(draw_reach(reach, "").to_components())


async def test_whose_newest_message_was_lost_is_told_though_a_way_is_open(desk: Desk) -> None:
    await desk.nudge("dm1440", random.Random(1))
    reach = await desk.reach.of(ASKER, None, NOW)
    assert isinstance(reach, Reachability)
    assert set(reach.doubtful) == {story.last.discord for _, story in (await recent(desk)).missed}
    check_components(draw_reach(reach, "").to_components())


async def test_sending_again_reaches_each_once_and_stays_the_same_message(desk: Desk) -> None:
    await desk.nudge("dm1440", random.Random(1))
    (sending,) = (await recent(desk)).sendings
    preview = await desk.reports.preview_resend(ASKER, sending.handle, NOW)
    assert isinstance(preview, ResendPreview)
    assert sum(number for _, number in preview.ways) == MANY
    check_components(draw_resend_preview(preview).to_components())
    sent = await desk.reports.resend(ASKER, preview.handle, NOW)
    assert sent == Resent(preview.what, MANY, 0)
    await desk.mail.carry(NOW)
    (after,) = (await recent(desk)).sendings
    # a text that was taken is not known to have arrived
    assert {state for state, _ in after.counts} <= {Shown.ARRIVED, Shown.SENT}
    assert sum(number for _, number in after.counts) == MANY
    assert not isinstance(await desk.reports.resend(ASKER, preview.handle, NOW), Resent)
