"""Nudges as the clock plans them and as a teacher sends them, up to what goes out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from bot.domain.ladder import LADDER
from bot.domain.messages import Closed, Message, Outcome, Parcel, PreWorkNudge, Sent, Unreached
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.phones import NewNumber
from bot.domain.records import Asker, Posted
from bot.services.choosing import NoClass, NotStaff
from bot.services.nudges import (
    NobodyOwes,
    NothingOpen,
    Nudged,
    NudgePreview,
    NudgeService,
    PreviewGone,
    WhyNudged,
)
from bot.services.places import prework_channel, staff_channel
from bot.services.ports import Tx
from bot.storage.database import Database
from bot.storage.secrets import Vault
from tests.builders import ANA, BEN, GUILD, NOW, TEACHER, Ids, a_class, posted_pre_work, student
from tests.services.mail import HOURS, Mail, arrives

RIVERA = Asker(TEACHER, GUILD, manages=True)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Tuesday, four in the afternoon in Berlin: nothing on the way there is quiet
DEADLINE = NOW + DAY


class Desk:
    """Ana and Ben of Berlin owe the pre-work of the first unit, due in a day. Nobody opened an inbox yet."""

    def __init__(self, database: Database, posted: Posted, people: dict[int, int]) -> None:
        self.database, self.posted, self.people = database, posted, people
        self.vault = Vault([Fernet.generate_key().decode()])
        self.mail = Mail(database, vault=self.vault)
        self.nudges = NudgeService(database, HOURS, Ids(), lambda: None)

    async def open_inbox(self, *accounts: int) -> None:
        def write(tx: Tx) -> None:
            for each in accounts:
                tx.people.ask_inbox(self.people[each], NOW)
                tx.people.set_dm_channel(self.people[each], 1000 + self.people[each])

        await self.database.write(write)

    async def give_phone(self, account: int) -> None:
        sealed = self.vault.encrypt("+12025550142")

        def write(tx: Tx) -> None:
            new = NewNumber(sealed, f"hash {account}", (), b"", NOW)
            tx.phones.give(self.people[account], new)
            tx.phones.confirm(self.people[account], NOW)

        await self.database.write(write)

    async def no_channel(self) -> None:
        """The class lost its pre-work channel, so threads and cards have no place."""
        section = self.posted.section

        def write(tx: Tx) -> None:
            from bot.storage.tables import place, prework

            tx.sections._db.execute(place.delete().where(place.c.purpose == prework_channel(section)))  # type: ignore[attr-defined]
            tx.prework._db.execute(prework.update().values(channel_id=None))  # type: ignore[attr-defined]

        await self.database.write(write)

    async def credit(self, account: int, at: datetime = NOW) -> None:
        await self.database.write(
            lambda tx: tx.prework.hand_in(
                self.posted.id, self.people[account], draft={}, at=at, reasons=(), credited=True, late=False
            )
        )

    async def live(self, until: datetime, start: datetime = NOW) -> list[tuple[str, str]]:
        """Lives through every instant; (day and time in UTC, way and student) of what arrived."""
        seen: list[tuple[str, str]] = []
        now: datetime | None = start
        names = {self.people[ANA]: "ana", self.people[BEN]: "ben", None: "list"}
        while now is not None and now <= until:
            await self.nudges.plan(now)
            for delivery, _ in await self.mail.carry(now):
                seen.append((f"{now:%d %H:%M}", f"{delivery.way} {names[delivery.person]}"))
            held = await self.mail.service.next_due(now)
            instants = [await self.nudges.next_instant(now), held if held and held > now else None]
            now = min((each for each in instants if each is not None), default=None)
        return seen


@pytest.fixture
async def desk(database: Database) -> Desk:
    section = await a_class(database, students=(ANA, BEN))

    def places(tx: Tx) -> dict[int, int]:
        tx.sections.set_place(GUILD, prework_channel(section), "channel", 5)
        tx.sections.set_place(GUILD, staff_channel(section), "channel", 6)
        return {each.discord: each.person for each in tx.sections.students(section.id)}

    people = await database.write(places)
    posted = await posted_pre_work(database, section, "measurement")
    # it was posted, and they had joined, a while before the first step
    await database.write(lambda tx: _post_earlier(tx, posted.id))
    return Desk(database, await database.read(lambda tx: tx.prework.get(posted.id)), people)


def _post_earlier(tx: Tx, prework_id: int) -> None:
    from bot.storage.tables import enrolment, prework, progress

    for change in (
        prework.update().where(prework.c.id == prework_id).values(posted_at=NOW - HOUR),
        enrolment.update().values(joined_at=NOW - HOUR),
        progress.update().values(opened_at=NOW - HOUR),
    ):
        tx.prework._db.execute(change)  # type: ignore[attr-defined]


async def test_who_joins_after_a_step_came_is_not_caught_up_with_it(desk: Desk) -> None:
    await desk.open_inbox(ANA, BEN)

    def joins_now(tx: Tx) -> None:
        from bot.storage.tables import enrolment

        late = enrolment.update().where(enrolment.c.person_id == desk.people[BEN])
        tx.prework._db.execute(late.values(joined_at=NOW + MINUTE))  # type: ignore[attr-defined]

    await desk.database.write(joins_now)
    assert await desk.live(NOW + HOUR, start=NOW + 2 * MINUTE) == [("23 15:02", "dm ana")]


# --- by the clock ------------------------------------------------------------------------------------


async def test_a_day_and_three_hours_ahead_by_dm_and_an_hour_ahead_by_text_to_a_confirmed_phone(
    desk: Desk,
) -> None:
    await desk.open_inbox(ANA, BEN)
    await desk.give_phone(ANA)
    assert await desk.live(DEADLINE + DAY) == [
        ("23 15:00", "dm ana"),
        ("23 15:00", "dm ben"),
        ("24 12:00", "dm ana"),
        ("24 12:00", "dm ben"),
        ("24 14:00", "sms ana"),
        ("24 15:15", "room list"),
    ]


async def test_whoever_has_not_opened_the_inbox_is_nudged_in_a_private_thread(desk: Desk) -> None:
    await desk.open_inbox(ANA)
    assert await desk.live(NOW + MINUTE) == [("23 15:00", "dm ana"), ("23 15:00", "thread ben")]


async def test_who_is_done_hears_nothing_also_when_it_was_planned_already(desk: Desk) -> None:
    await desk.open_inbox(ANA, BEN)
    await desk.credit(BEN)
    assert await desk.nudges.plan(NOW) == 1
    await desk.credit(ANA)
    assert await desk.mail.carry(NOW) == []
    (row,) = await desk.mail.rows()
    assert (row.state, row.why) == (State.SUPPRESSED, "done meanwhile")


async def test_planning_twice_or_from_two_sides_makes_one_nudge(desk: Desk) -> None:
    await desk.open_inbox(ANA, BEN)
    assert await desk.nudges.plan(NOW) == 2
    assert await desk.nudges.plan(NOW) == 0
    assert await desk.nudges.plan(NOW + HOUR) == 0


async def test_a_bot_that_slept_through_all_of_it_sends_one_nudge_in_time_and_none_after(desk: Desk) -> None:
    await desk.open_inbox(ANA)
    await desk.credit(BEN)
    await desk.give_phone(ANA)
    assert await desk.live(DEADLINE, start=DEADLINE - 30 * MINUTE) == [("24 14:30", "sms ana")]
    assert await desk.live(DEADLINE, start=DEADLINE) == []


async def test_what_was_planned_before_the_sleep_is_not_sent_after_the_deadline(desk: Desk) -> None:
    await desk.open_inbox(ANA, BEN)
    await desk.nudges.plan(NOW)
    assert await desk.mail.carry(DEADLINE) == []
    assert {each.state for each in await desk.mail.rows()} == {State.EXPIRED}


async def test_a_student_in_another_zone_is_left_in_peace_by_their_own_clock(desk: Desk) -> None:
    """Three hours before the deadline it is four in the morning in Los Angeles."""
    await desk.open_inbox(ANA, BEN)

    def move(tx: Tx) -> None:
        from bot.storage.tables import person

        tx.people._db.execute(  # type: ignore[attr-defined]
            person.update().where(person.c.id == desk.people[BEN]).values(zone="America/Los_Angeles")
        )

    await desk.database.write(move)
    assert await desk.live(DEADLINE) == [
        # a day before it is seven in Los Angeles
        ("23 15:00", "dm ana"),
        ("23 15:00", "dm ben"),
        ("24 04:59", "dm ben"),
        ("24 12:00", "dm ana"),
    ]


async def test_a_closed_dm_goes_to_the_next_way_at_once_and_stays_noted(desk: Desk) -> None:
    await desk.open_inbox(ANA)
    await desk.credit(BEN)
    assert await desk.nudges.plan(NOW) == 1
    assert await desk.mail.ways(NOW, closed(Way.DM)) == [Way.DM, Way.THREAD]
    await desk.nudges.plan(DEADLINE - 3 * HOUR)
    assert await desk.mail.ways(DEADLINE - 3 * HOUR) == [Way.THREAD]


async def test_when_every_way_is_closed_the_teachers_room_hears_who_and_why(desk: Desk) -> None:
    await desk.open_inbox(ANA)
    await desk.give_phone(ANA)
    await desk.credit(BEN)
    await desk.nudges.plan(NOW)
    gone = await desk.mail.carry(NOW, closed(Way.DM, Way.THREAD, Way.SMS))
    assert [each.way for each, _ in gone if each.kind in (Kind.NUDGE, Kind.UNREACHED)] == [
        Way.DM,
        Way.THREAD,
        Way.SMS,
        Way.ROOM,
    ]
    told = gone[-1][1]
    assert isinstance(told, Message)
    assert isinstance(told.content, Unreached)
    assert told.content.student == ANA
    assert told.content.tried == ("dm: dm is closed", "thread: thread is closed", "sms: sms is closed")


async def test_who_can_be_reached_by_no_way_is_told_to_the_teacher_once_for_each_step(desk: Desk) -> None:
    await desk.no_channel()
    await desk.credit(BEN)
    assert await desk.live(DEADLINE) == [("23 15:00", "room ana"), ("24 12:00", "room ana")]
    assert await desk.nudges.plan(DEADLINE - HOUR) == 0


async def test_a_student_who_turns_out_to_have_left_is_left_alone_from_then_on(desk: Desk) -> None:
    await desk.credit(BEN)
    await desk.nudges.plan(NOW)
    left = Closed("the student has left the server", lasting=False, left=True)
    gone = await desk.mail.carry(
        NOW, lambda delivery, parcel: left if delivery.way is Way.THREAD else Sent(1, "2")
    )
    assert [delivery.way for delivery, _ in gone] == [Way.THREAD, Way.ROOM]
    assert await desk.live(DEADLINE, start=NOW + MINUTE) == []
    assert await desk.nudges.why(student(ANA), desk.posted.handle, NOW) == WhyNudged(desk.posted, owes=False)


def closed(*ways: Way):
    def fate(delivery: Delivery, parcel: Parcel) -> Outcome:
        return Closed(f"{delivery.way} is closed") if delivery.way in ways else arrives(delivery, parcel)

    return fate


# --- by hand -----------------------------------------------------------------------------------------


async def preview(desk: Desk, now: datetime = NOW) -> NudgePreview:
    result = await desk.nudges.preview(RIVERA, None, now)
    assert isinstance(result, NudgePreview), result
    return result


async def test_a_teacher_sees_who_gets_what_and_sends_it_once(desk: Desk) -> None:
    await desk.open_inbox(ANA)
    shown = await preview(desk)
    assert [(each.account.discord, each.way) for each in shown.recipients] == [
        (ANA, Way.DM),
        (BEN, Way.THREAD),
    ]
    assert await desk.mail.rows() == []
    assert await desk.nudges.send(RIVERA, shown.handle, NOW) == Nudged(desk.posted, 2, 0)
    assert await desk.nudges.send(RIVERA, shown.handle, NOW) == PreviewGone()
    assert sorted(await desk.mail.ways(NOW)) == [Way.DM, Way.THREAD]


async def test_a_nudge_by_hand_uses_no_step_of_the_ladder(desk: Desk) -> None:
    await desk.open_inbox(ANA, BEN)
    await desk.nudges.send(RIVERA, (await preview(desk)).handle, NOW)
    assert await desk.nudges.plan(NOW) == 2
    assert [each.kind for each in await desk.mail.rows()] == [Kind.NUDGE] * 4


async def test_who_hands_in_between_preview_and_confirmation_gets_nothing(desk: Desk) -> None:
    await desk.open_inbox(ANA, BEN)
    shown = await preview(desk)
    await desk.credit(ANA)
    assert await desk.nudges.send(RIVERA, shown.handle, NOW) == Nudged(desk.posted, 1, 0)
    await desk.credit(BEN)
    assert await desk.mail.carry(NOW) == []


async def test_a_preview_is_its_teachers_own_and_lasts_to_the_deadline(desk: Desk) -> None:
    shown = await preview(desk)
    for who in (student(), Asker(BEN, GUILD, manages=True)):
        assert await desk.nudges.send(who, shown.handle, NOW) == PreviewGone()
    assert await desk.nudges.send(RIVERA, shown.handle, DEADLINE) == PreviewGone()
    assert await desk.mail.rows() == []


async def test_in_quiet_hours_a_nudge_by_hand_waits_for_the_morning_and_the_preview_says_so(
    desk: Desk,
) -> None:
    await desk.open_inbox(ANA)
    night, morning = NOW + 7 * HOUR, NOW + 15 * HOUR  # eleven at night and seven in the morning in Berlin
    shown = await preview(desk, night)
    assert {each.held_until for each in shown.recipients} == {morning}
    await desk.nudges.send(RIVERA, shown.handle, night)
    assert await desk.mail.carry(night) == []
    assert await desk.mail.carry(morning - MINUTE) == []
    assert len(await desk.mail.carry(morning)) == 2


async def test_a_preview_names_whom_no_way_reaches_and_why(desk: Desk) -> None:
    await desk.open_inbox(ANA)
    await desk.no_channel()
    shown = await preview(desk)
    assert [each.account.discord for each in shown.recipients] == [ANA]
    ((account, why),) = shown.unreachable
    assert account.discord == BEN
    assert why.startswith("has not opened the inbox")
    assert await desk.nudges.send(RIVERA, shown.handle, NOW) == Nudged(await reread(desk), 1, 1)


async def reread(desk: Desk) -> Posted:
    return await desk.database.read(lambda tx: tx.prework.get(desk.posted.id))


async def test_with_nothing_owed_or_nothing_open_there_is_nothing_to_confirm(desk: Desk) -> None:
    assert isinstance(await desk.nudges.preview(RIVERA, None, DEADLINE), NothingOpen)
    await desk.credit(ANA)
    await desk.credit(BEN)
    assert await desk.nudges.preview(RIVERA, None, NOW) == NobodyOwes(desk.posted)


async def test_only_the_classs_teacher_sees_a_preview(desk: Desk) -> None:
    section = desk.posted.section
    for who in (student(), Asker(BEN, GUILD, manages=True)):
        assert await desk.nudges.preview(who, None, NOW) == NotStaff()
        assert await desk.nudges.preview_of(who, section.handle, NOW) == NotStaff()
    assert await desk.nudges.preview(RIVERA, "another", NOW) == NoClass()
    assert await desk.nudges.preview_of(RIVERA, "made-up", NOW) == NotStaff()


# --- what is said ------------------------------------------------------------------------------------


async def test_a_nudge_says_what_is_owed_by_when_and_whether_it_was_begun(desk: Desk) -> None:
    await desk.open_inbox(ANA, BEN)
    await desk.database.write(lambda tx: tx.prework.start(desk.posted.id, desk.people[ANA], NOW))
    await desk.nudges.plan(NOW)
    said = [parcel.content for _, parcel in await desk.mail.carry(NOW) if isinstance(parcel, Message)]
    first, second = (each for each in said if isinstance(each, PreWorkNudge))
    assert (first.started, second.started) == (True, False)
    assert first.deadline_local == "Tue 24 Nov 16:00"
    assert (first.deadline, first.length_s, first.handle) == (DEADLINE, 360, desk.posted.handle)


async def test_why_did_i_get_this_is_answered_to_members_and_nothing_is_told_to_strangers(desk: Desk) -> None:
    handle = desk.posted.handle
    told = await desk.nudges.why(student(ANA), handle, NOW)
    assert told is not None
    assert (told.posted, told.owes, told.ladder) == (desk.posted, True, LADDER)
    assert told.next is not None
    assert told.next.at == DEADLINE - 3 * HOUR
    await desk.credit(ANA)
    assert await desk.nudges.why(student(ANA), handle, NOW) == WhyNudged(desk.posted, owes=False)
    assert await desk.nudges.why(student(ANA), "made-up", NOW) is None
    assert await desk.nudges.why(student(200_000_000_000_000_099), handle, NOW) is None
