"""Announcements from preview to what goes out: everybody meant once, nobody twice, whatever happens in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from cryptography.fernet import Fernet

from bot.domain.announcing import Phase
from bot.domain.messages import Announcement, Closed, Message, Outcome, Parcel, Unreached
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.phones import NewNumber
from bot.domain.records import Asker, Section
from bot.services.announcement_results import (
    AnnouncementPreview,
    Cost,
    Form,
    Gone,
    Request,
    Standing,
    Tariff,
    TooLate,
)
from bot.services.announcement_runs import begin_run
from bot.services.announcements import AnnouncementService
from bot.services.places import prework_channel, staff_channel
from bot.services.ports import Tx
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.words.texts import segments, text
from tests.builders import GUILD, NOW, TEACHER, Ids, a_class, posted_pre_work
from tests.services.mail import HOURS, Mail, arrives

RIVERA = Asker(TEACHER, GUILD, manages=True)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORDS = "Bring your goggles."
START = NOW + 20 * SECOND
#: nine in the evening in Berlin: quiet until seven
EVENING = NOW + 5 * HOUR
ACCOUNTS = tuple(range(500, 506))


class Desk:
    """A class of Berlin with a place for threads. Who can be reached how is up to the test."""

    def __init__(self, database: Database, section: Section, people: dict[int, int]) -> None:
        self.database, self.section, self.people = database, section, people
        self.vault = Vault([Fernet.generate_key().decode()])
        self.mail = Mail(database, vault=self.vault)
        tariff = Tariff(lambda content: segments(text(content)), Decimal("0.01"), "USD")
        self.service = AnnouncementService(database, HOURS, tariff, Ids(), lambda: None)

    async def open_inbox(self, *accounts: int) -> None:
        def write(tx: Tx) -> None:
            for each in accounts:
                tx.people.ask_inbox(self.people[each], NOW)
                tx.people.set_dm_channel(self.people[each], 1000 + self.people[each])

        await self.database.write(write)

    async def give_phone(self, *accounts: int) -> None:
        def write(tx: Tx) -> None:
            for each in accounts:
                sealed = self.vault.encrypt(f"+1202555{each:04}")
                tx.phones.give(self.people[each], NewNumber(sealed, f"hash {each}", (), b"", NOW))
                tx.phones.confirm(self.people[each], NOW)

        await self.database.write(write)

    async def preview(self, now: datetime = NOW, words: str = WORDS, **asked: object) -> AnnouncementPreview:
        form = await self.service.open(RIVERA, Request(**asked), now)  # pyright: ignore[reportArgumentType]
        assert isinstance(form, Form)
        shown = await self.service.write(RIVERA, form.handle, words, None, now)
        assert isinstance(shown, AnnouncementPreview)
        return shown

    async def send(self, now: datetime = NOW, words: str = WORDS, **asked: object) -> str:
        shown = await self.preview(now, words, **asked)
        assert isinstance(await self.service.confirm(RIVERA, shown.it.handle, now), Standing)
        return shown.it.handle

    async def run(self, now: datetime = START) -> int:
        return await self.service.run_due(now)

    async def rows(self) -> list[Delivery]:
        kinds = (Kind.ANNOUNCEMENT, Kind.UNREACHED)
        return [each for each in await self.mail.rows() if each.kind in kinds]

    async def phase(self, handle: str) -> Phase:
        standing = await self.service.show(RIVERA, handle)
        assert isinstance(standing, Standing)
        return standing.it.phase


async def a_desk(database: Database, *accounts: int) -> Desk:
    section = await a_class(database, students=accounts)

    def write(tx: Tx) -> dict[int, int]:
        tx.sections.set_place(GUILD, prework_channel(section), "channel", 31)
        tx.sections.set_place(GUILD, staff_channel(section), "channel", 32)
        return {each: tx.people.known(each, NOW).person for each in accounts}

    return Desk(database, section, await database.write(write))


@pytest.fixture
async def desk(database: Database) -> Desk:
    made = await a_desk(database, *ACCOUNTS)
    await made.open_inbox(*ACCOUNTS)
    return made


async def test_a_run_that_dies_between_two_pieces_is_finished_and_nobody_is_written_to_twice(
    database: Database,
) -> None:
    accounts = tuple(range(1000, 1095))
    desk = await a_desk(database, *accounts)
    await desk.open_inbox(*accounts)
    handle = await desk.send()
    (number,) = await database.read(lambda tx: tx.announcements.due(START))
    assert await database.write(begin_run, number, START, Ids(50_000), 40) == 40
    assert await desk.phase(handle) is Phase.RUNNING
    await desk.mail.carry(START)
    # another process, later
    again = await a_desk_on(desk)
    await again.run(START + MINUTE)
    await again.run(START + 2 * MINUTE)
    await again.mail.carry(START + 2 * MINUTE)
    rows = await again.rows()
    assert sorted(each.person or 0 for each in rows) == sorted(desk.people.values())
    assert {each.state for each in rows} == {State.SENT}
    await again.run(START + 3 * MINUTE)
    assert await again.phase(handle) is Phase.DONE
    assert len(await again.rows()) == len(accounts)


async def a_desk_on(before: Desk) -> Desk:
    """Another process on the same database."""
    desk = Desk(before.database, before.section, before.people)
    desk.vault, desk.mail = before.vault, Mail(before.database, vault=before.vault)
    return desk


async def test_the_preview_counts_what_is_then_sent(desk: Desk) -> None:
    by_dm, by_thread, by_both = ACCOUNTS[:3], ACCOUNTS[3:5], ACCOUNTS[5]
    await desk.give_phone(by_both, by_thread[0])
    await close(desk, *by_thread)
    shown = await desk.preview(texts_too=True)
    ways = sorted(each.way for each in shown.recipients)
    assert len(by_dm) + 1 == ways.count(Way.DM)
    assert shown.unreachable == ()
    assert shown.cost == Cost(texts=2, segments=2, money=Decimal("0.02"), currency="USD")
    await desk.service.confirm(RIVERA, shown.it.handle, NOW)
    await desk.run()
    gone = [each.way for each, _ in await desk.mail.carry(START) if each.kind is Kind.ANNOUNCEMENT]
    assert sorted(gone) == sorted([*ways, Way.SMS, Way.SMS])


async def close(desk: Desk, *accounts: int) -> None:
    def write(tx: Tx) -> None:
        for each in accounts:
            tx.people.close_dm(desk.people[each], NOW)

    await desk.database.write(write)


async def test_where_the_class_has_no_channel_a_text_is_the_fallback_and_the_rest_are_named(
    desk: Desk,
) -> None:
    with_phone, without = ACCOUNTS[0], ACCOUNTS[1]
    await close(desk, with_phone, without)
    await desk.give_phone(with_phone)
    await desk.database.write(forget_channel, desk.section)
    shown = await desk.preview()
    assert [each.way for each in shown.recipients].count(Way.SMS) == 1
    assert [who.discord for who, _ in shown.unreachable] == [without]
    assert shown.cost.texts == 1
    await desk.service.confirm(RIVERA, shown.it.handle, NOW)
    await desk.run()
    told = [parcel for _, parcel in await desk.mail.carry(START)]
    unreached = [
        each.content for each in told if isinstance(each, Message) and isinstance(each.content, Unreached)
    ]
    assert [(each.student, each.what) for each in unreached] == [(without, "your announcement")]


def forget_channel(tx: Tx, section: Section) -> None:
    from bot.storage.tables import place

    purpose = prework_channel(section)
    tx.sections._db.execute(place.delete().where(place.c.purpose == purpose))  # type: ignore[attr-defined]


async def test_a_stop_reaches_all_but_what_is_in_mid_call(desk: Desk) -> None:
    handle = await desk.send()
    await desk.run()
    claimed = await desk.mail.service.claim(START, (Way.DM,), 2)
    called = await desk.mail.service.begin(claimed[0], START)
    stopped = await desk.service.stop(RIVERA, handle, START + SECOND)
    assert isinstance(stopped, Standing)
    assert stopped.stopped == len(ACCOUNTS) - 1
    assert called is not None
    await desk.mail.service.finish(claimed[0], called, arrives(claimed[0], called), START)
    assert await desk.mail.service.begin(claimed[1], START + SECOND) is None
    assert await desk.mail.carry(START + DAY) == []
    rows = await desk.rows()
    assert [each.state for each in rows].count(State.SENT) == 1
    assert {each.why for each in rows if each.state is State.SUPPRESSED} == {"stopped by the teacher"}
    assert await desk.run(START + DAY) == 0


async def test_a_way_that_turns_out_closed_after_the_stop_is_not_followed_by_another(desk: Desk) -> None:
    handle = await desk.send()
    await desk.run()
    (first, *_) = await desk.mail.service.claim(START, (Way.DM,), 1)
    parcel = await desk.mail.service.begin(first, START)
    assert parcel is not None
    await desk.service.stop(RIVERA, handle, START)
    await desk.mail.service.finish(first, parcel, Closed("direct messages are closed"), START)
    went = [each.way for each, _ in await desk.mail.carry(START) if each.kind is Kind.ANNOUNCEMENT]
    assert went == []


async def test_undo_and_start_cannot_both_win(desk: Desk) -> None:
    first, second = await desk.send(), await desk.send()
    assert isinstance(await desk.service.undo(RIVERA, first, START), Standing)
    await desk.run()
    assert isinstance(await desk.service.undo(RIVERA, second, START), TooLate)
    assert await desk.phase(first) is Phase.UNDONE
    assert len(await desk.rows()) == len(ACCOUNTS)


async def test_who_finishes_while_it_waits_for_the_morning_is_spared_it(desk: Desk) -> None:
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    handle = await desk.send(EVENING, group="not_watched")
    await desk.run(EVENING + MINUTE)
    assert await desk.mail.carry(EVENING + MINUTE) == []
    done = desk.people[ACCOUNTS[0]]
    await desk.database.write(
        lambda tx: tx.prework.hand_in(
            posted.id, done, draft={}, at=EVENING + HOUR, reasons=(), credited=True, late=False
        )
    )
    gone = await desk.mail.carry(EVENING + 11 * HOUR)
    assert sorted(each.person or 0 for each, _ in gone) == sorted(set(desk.people.values()) - {done})
    spared = [each for each in await desk.rows() if each.person == done]
    assert [(each.state, each.why) for each in spared] == [(State.SUPPRESSED, "done meanwhile")]
    await desk.run(EVENING + 12 * HOUR)
    assert await desk.phase(handle) is Phase.DONE


async def test_texts_too_is_one_text_each_even_where_every_other_way_is_closed(desk: Desk) -> None:
    who = ACCOUNTS[0]
    await desk.give_phone(who)
    await desk.send(texts_too=True)
    await desk.run()

    def fate(delivery: Delivery, parcel: Parcel) -> Outcome:
        if delivery.person == desk.people[who] and delivery.way in (Way.DM, Way.THREAD):
            return Closed("closed", lasting=False)
        return arrives(delivery, parcel)

    gone = await desk.mail.carry(START, fate)
    mine = [each.way for each, _ in gone if each.person == desk.people[who]]
    assert mine.count(Way.SMS) == 1
    assert not any(each.kind is Kind.UNREACHED for each in await desk.mail.rows())


async def test_a_text_beside_a_message_that_fails_is_no_alarm(desk: Desk) -> None:
    await desk.give_phone(ACCOUNTS[0])
    await desk.send(texts_too=True)
    await desk.run()
    await desk.mail.carry(
        START,
        lambda each, parcel: Closed("x", lasting=False) if each.way is Way.SMS else arrives(each, parcel),
    )
    rows = await desk.rows()
    assert [each.state for each in rows].count(State.FAILED) == 1
    assert {each.kind for each in rows} == {Kind.ANNOUNCEMENT}


async def test_urgent_never_texts_anybody_at_night(desk: Desk) -> None:
    await desk.give_phone(ACCOUNTS[0])
    await desk.send(EVENING, urgent=True, texts_too=True)
    await desk.run(EVENING + MINUTE)
    now = [each.way for each, _ in await desk.mail.carry(EVENING + MINUTE)]
    assert now == [Way.DM] * len(ACCOUNTS)
    assert [each.way for each, _ in await desk.mail.carry(EVENING + 13 * HOUR)] == [Way.SMS]


async def test_what_was_said_and_done_is_in_the_history(desk: Desk) -> None:
    await desk.send()
    await desk.run()
    undone = await desk.send(words="Second")
    await desk.service.undo(RIVERA, undone, START)
    lines = await desk.database.read(lambda tx: list(tx.history.of_section(desk.section.id)))
    mine = [(each.body or {})["act"] for each in lines if each.what == "announcement"]
    assert mine == ["announced", "sent", "announced", "undone"]
    said = lines[1].body or {}
    assert (said["words"], said["audience"], said["messages"]) == (WORDS, "everyone in Chem 1", len(ACCOUNTS))
    assert lines[0].actor is not None
    assert lines[1].actor is None


async def test_a_class_that_its_teacher_lost_gets_nothing_more(desk: Desk) -> None:
    handle = await desk.send(every_week_until="2027-02-01")

    def lose(tx: Tx) -> None:
        from bot.storage.tables import staff

        tx.sections._db.execute(staff.delete())  # type: ignore[attr-defined]

    await desk.database.write(lose)
    assert await desk.run() == 0
    assert await desk.rows() == []
    assert isinstance(await desk.service.stop(RIVERA, handle, START), Standing)


async def test_a_draft_is_forgotten_after_a_day(desk: Desk) -> None:
    shown = await desk.preview()
    await desk.preview(NOW + 2 * DAY)
    assert await desk.service.preview(RIVERA, shown.it.handle, NOW + 2 * DAY) == Gone()


async def test_the_last_look_gives_the_teachers_words_and_the_deliverys_own_handle(desk: Desk) -> None:
    await desk.send(words="Line one\n\nLine two")
    await desk.run()
    (delivery, parcel), *_ = await desk.mail.carry(START)
    assert isinstance(parcel, Message)
    assert parcel.content == Announcement("Chem 1", "Line one\n\nLine two", delivery.nonce, None)
