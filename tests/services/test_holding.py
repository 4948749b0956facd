"""When reminders go out, whoever is where: in open hours, on open days, not too many, and to nobody who is away."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.domain.ladder import Step, ladder_to_json
from bot.domain.messages import GuardianNudge, Message, NudgeList
from bot.domain.nudging import Hours, Limits
from bot.domain.outbox import Delivery, Effect, Kind, State, Way
from bot.domain.quiet import Days, OpenHours
from bot.domain.records import Asker, Holiday, Messaging, Posted, Section
from bot.services.got_it import GotItService, Noted, NotYours, StillOpen
from bot.services.nudge_words import prework_nudge
from bot.services.nudges import NudgeService
from bot.services.places import prework_channel, staff_channel
from bot.services.ports import Tx
from bot.storage.database import Database
from bot.storage.message_tables import guardian
from bot.storage.tables import enrolment, outbox, person, prework, progress
from tests.builders import ANA, BEN, GUILD, NOW, TEACHER, Ids, a_class, posted_pre_work, student
from tests.services.mail import HOURS, Mail

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = (
    "America/Chicago",
    "America/New_York",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/St_Johns",
    "America/Havana",
    "Europe/Berlin",
    "Europe/Dublin",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
RIVERA = Asker(TEACHER, GUILD, manages=True)
LADDER = (
    Step(20 * HOUR, Way.DM),
    Step(9 * HOUR, Way.DM),
    Step(5 * HOUR, Way.DM),
    Step(HOUR, Way.SMS),
    Step(-3 * HOUR, Way.DM),
)
MONDAYS_OFF = Messaging(ladder=ladder_to_json(LADDER), dm_opens="06:00", dm_closes="22:00", days_off=(1,))


def connection(tx: Tx) -> sa.Connection:
    return tx.outbox._db  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Gone:
    at: datetime
    delivery: Delivery


class School:
    """Three classes with the same students, each of whom lives in another zone."""

    def __init__(
        self, database: Database, people: dict[int, str], posted: list[Posted], limits: Limits
    ) -> None:
        self.database, self.people, self.posted = database, people, posted
        self.mail = Mail(database, limits=limits)
        self.nudges = NudgeService(database, HOURS, Ids(), lambda: None, limits)
        self.gone: list[Gone] = []

    async def look(self, now: datetime) -> list[Delivery]:
        await self.nudges.plan(now)
        went = [delivery for delivery, _ in await self.mail.carry(now)]
        self.gone += [Gone(now, each) for each in went if each.kind is Kind.NUDGE]
        return went


async def a_school(database: Database, start: datetime, limits: Limits) -> School:
    accounts = [3_000 + number for number in range(len(ZONES))]
    sections = [await a_class(database, students=accounts, name=f"Chem {number}") for number in range(3)]
    posted = [await posted_pre_work(database, each, "measurement") for each in sections]

    def write(tx: Tx) -> School:
        db = connection(tx)
        for table, column in ((enrolment, "joined_at"), (progress, "opened_at")):
            db.execute(table.update().values({column: start}))
        for number, each in enumerate(posted):
            due = start + timedelta(hours=40 + 5 * number)
            row = prework.update().where(prework.c.id == each.id)
            db.execute(row.values(posted_at=start, deadline=due, next_at=start))
        people = [tx.people.of(each) for each in accounts]
        zones: dict[int, str] = {}
        for who, zone in zip(people, ZONES, strict=True):
            assert who is not None
            zones[who.person] = zone
            db.execute(person.update().where(person.c.id == who.person).values(zone=zone))
            tx.people.ask_inbox(who.person, start)
            tx.people.set_dm_channel(who.person, 1000 + who.person)
        for each in sections:
            tx.messaging.keep(each.id, MONDAYS_OFF)
            tx.sections.set_place(GUILD, prework_channel(each), "channel", 5)
            tx.sections.set_place(GUILD, staff_channel(each), "channel", 6)
        return School(database, zones, [tx.prework.get(each.id) for each in posted], limits)

    return await database.write(write)


@pytest.mark.parametrize(
    "start",
    [
        datetime(2027, 3, 13, 1, tzinfo=UTC),  # the clocks change in North America and on Cuba on the 14th
        datetime(2027, 3, 26, 20, tzinfo=UTC),  # in Europe on the 28th
        datetime(2027, 4, 2, 20, tzinfo=UTC),  # on Lord Howe and the Chatham Islands on the 4th
        datetime(2026, 10, 30, 12, tzinfo=UTC),  # back in North America on November 1st
    ],
)
async def test_over_changes_of_the_clocks_nobody_is_written_to_at_night_on_a_day_off_or_too_often(
    database: Database, start: datetime
) -> None:
    limits, dice = Limits(per_day=3, unanswered=1000), random.Random(start.day)
    school = await a_school(database, start, limits)
    away, done, *_ = school.people
    holiday = Days(start.date() + DAY, start.date() + DAY)

    def days_off(tx: Tx) -> None:
        tx.reminders.keep_holiday(school.posted[0].section.id, Holiday(holiday, "Fair"))
        for each in school.posted:
            tx.reminders.note_absence(each.section.id, away, start.date(), None, 1, start)

    await database.write(days_off)
    now, done_at = start, start + 30 * HOUR
    while now < start + 4 * DAY:
        if now >= done_at:
            await database.write(lambda tx: hand_in_everything(tx, school, done))
            done_at = start + 100 * DAY
        await school.look(now)
        now += dice.choice((11 * MINUTE, 17 * MINUTE, 17 * MINUTE, 4 * HOUR))  # now and then the bot sleeps
    assert len(school.gone) > 40
    hours = {Way.DM: (time(6), time(22)), Way.SMS: (time(9), time(20))}
    a_day: Counter[tuple[int, date]] = Counter()
    for each in school.gone:
        who = each.delivery.person or 0
        local = each.at.astimezone(ZoneInfo(school.people[who]))
        opens, closes = hours[each.delivery.way]
        assert opens <= local.time() < closes, each
        assert local.isoweekday() != 1, each
        assert each.delivery.section != school.posted[0].section.id or not holiday.hold(local.date()), each
        assert who != away, each
        assert who != done or each.at < start + 30 * HOUR, each
        a_day[who, local.date()] += 1
    assert max(a_day.values()) == limits.per_day  # and more were wanted:
    whys = {each.why for each in await school.mail.rows() if each.state is State.SUPPRESSED}
    assert "3 reminders a day are enough" in whys
    keys = [(each.delivery.person, each.delivery.about, each.delivery.args["step"]) for each in school.gone]
    assert len(set(keys)) == len(keys)


def hand_in_everything(tx: Tx, school: School, who: int) -> None:
    for each in school.posted:
        tx.prework.hand_in(each.id, who, draft={}, at=NOW, reasons=(), credited=True, late=False)


# --- one class ---------------------------------------------------------------------------------------


class Desk:
    def __init__(self, database: Database, posted: Posted, people: dict[int, int], limits: Limits) -> None:
        self.database, self.posted, self.people = database, posted, people
        self.section: Section = posted.section
        self.mail = Mail(database, limits=limits)
        self.nudges = NudgeService(database, HOURS, Ids(), lambda: None, limits)
        self.got_it = GotItService(database)

    async def nudge(
        self, at: datetime, who: int = ANA, *, by_hand: bool = False, way: Way = Way.DM
    ) -> Delivery:
        """One reminder about the pre-work, carried at once; the row as it stands then."""
        count = len(await self.mail.rows())
        effect = Effect(
            key=f"n{count}",
            kind=Kind.NUDGE,
            way=way,
            due_at=at,
            person=self.people[who],
            section=self.section.id,
            about=self.posted.id,
            args={} if by_hand else {"step": f"dm{count}"},
            expires_at=at + DAY,
        )
        await self.database.write(lambda tx: tx.outbox.add([effect], at, Ids(5000 + 10 * count)))
        await self.mail.carry(at)
        return (await self.mail.rows())[count]


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await a_desk(database, Limits(per_day=2, unanswered=4))


async def a_desk(database: Database, limits: Limits) -> Desk:
    section = await a_class(database, students=(ANA, BEN))
    posted = await posted_pre_work(database, section, "measurement")

    def write(tx: Tx) -> Desk:
        tx.sections.set_place(GUILD, prework_channel(section), "channel", 5)
        tx.sections.set_place(GUILD, staff_channel(section), "channel", 6)
        people = {each.discord: each.person for each in tx.sections.students(section.id)}
        for each in people.values():
            tx.people.ask_inbox(each, NOW)
            tx.people.set_dm_channel(each, 1000 + each)
        return Desk(database, posted, people, limits)

    return await database.write(write)


async def test_a_third_reminder_on_one_day_is_left_out_and_the_next_day_is_a_new_one(desk: Desk) -> None:
    states = [(await desk.nudge(NOW + number * MINUTE)).state for number in range(3)]
    assert states == [State.SENT, State.SENT, State.SUPPRESSED]
    assert (await desk.nudge(NOW, BEN)).state is State.SENT
    assert (await desk.nudge(NOW + DAY)).state is State.SENT


async def test_what_a_teacher_sends_by_hand_is_neither_held_back_nor_counted(desk: Desk) -> None:
    for number in range(3):
        assert (await desk.nudge(NOW + number * MINUTE, by_hand=True)).state is State.SENT
    assert (await desk.nudge(NOW + 3 * MINUTE)).state is State.SENT


@pytest.mark.parametrize("sign", ["got it", "start", "hand in", "nothing"])
async def test_after_four_without_an_answer_only_a_sign_of_life_brings_another(desk: Desk, sign: str) -> None:
    ana = desk.people[ANA]
    for day in range(4):
        assert (await desk.nudge(NOW + day * DAY)).state is State.SENT
    fifth = await desk.nudge(NOW + 4 * DAY)
    assert (fifth.state, "not answered" in fifth.why) == (State.SUPPRESSED, True)
    later = NOW + 4 * DAY + HOUR

    def live(tx: Tx) -> None:
        if sign == "start":
            tx.prework.start(desk.posted.id, ana, later)
        elif sign == "hand in":
            tx.prework.hand_in(
                desk.posted.id, ana, draft={}, at=later, reasons=("no",), credited=False, late=None
            )

    await desk.database.write(live)
    if sign == "got it":
        first = (await desk.mail.rows())[0]
        assert isinstance(await desk.got_it.note(student(), first.nonce, later), StillOpen)
    wanted = State.SUPPRESSED if sign == "nothing" else State.SENT
    assert (await desk.nudge(NOW + 7 * DAY)).state is wanted


async def test_got_it_is_for_the_one_it_was_to_and_never_counts_as_done(desk: Desk) -> None:
    row = await desk.nudge(NOW)
    assert await desk.got_it.note(student(BEN), row.nonce, NOW) == NotYours()
    assert await desk.got_it.note(student(), "made-up", NOW) == NotYours()

    def noted(tx: Tx) -> datetime | None:
        return connection(tx).execute(sa.select(outbox.c.got_it_at).where(outbox.c.id == row.id)).scalar()

    assert await desk.database.read(noted) is None
    assert await desk.got_it.note(student(), row.nonce, NOW + MINUTE) == StillOpen(
        desk.posted, started=False, is_late=False
    )
    await desk.got_it.note(student(), row.nonce, NOW + HOUR)
    assert await desk.database.read(noted) == NOW + MINUTE
    ana = desk.people[ANA]
    assert await desk.database.read(lambda tx: tx.prework.owes(desk.posted.id, ana))
    await desk.database.write(
        lambda tx: tx.prework.hand_in(
            desk.posted.id, ana, draft={}, at=NOW, reasons=(), credited=True, late=False
        )
    )
    assert await desk.got_it.note(student(), row.nonce, NOW + HOUR) == Noted()


async def test_who_goes_away_after_it_was_planned_gets_nothing_by_any_way(desk: Desk) -> None:
    ana = desk.people[ANA]
    await desk.database.write(
        lambda tx: tx.reminders.note_absence(desk.section.id, ana, NOW.date(), None, 1, NOW)
    )
    row = await desk.nudge(NOW)
    assert (row.state, row.why) == (State.SUPPRESSED, "the student is away")
    assert len(await desk.mail.rows()) == 1


async def test_on_a_day_off_a_reminder_waits_and_an_appointment_does_not(desk: Desk) -> None:
    saturday = NOW + 5 * DAY
    row = await desk.nudge(
        saturday, by_hand=True
    )  # of use until Sunday: dropped, and the next ways are closed too
    assert (row.state, row.why) == (State.EXPIRED, "quiet hours and days off last until it is of no use")
    effect = Effect(
        key="late", kind=Kind.NUDGE, way=Way.DM, due_at=saturday, person=desk.people[ANA],
        section=desk.section.id, about=desk.posted.id, expires_at=saturday + 3 * DAY,
    )  # fmt: skip
    await desk.database.write(lambda tx: tx.outbox.add([effect], saturday, Ids(9000)))
    assert Kind.NUDGE not in [each.kind for each, _ in await desk.mail.carry(saturday)]
    held = next(each for each in await desk.mail.rows() if each.key == "late")
    assert (held.state, held.due_at) == (State.DUE, datetime(2026, 11, 30, 6, tzinfo=UTC))  # seven in Berlin


async def test_a_guardian_is_told_only_under_the_rule_and_in_words_for_them(database: Database) -> None:
    desk = await a_desk(database, Limits())
    ana = desk.people[ANA]

    def confirm(tx: Tx) -> None:
        given = {"section_id": desk.section.id, "number": b"n", "number_hash": "h", "given_by": 1}
        connection(tx).execute(
            guardian.insert().values(person_id=ana, given_at=NOW, confirmed_at=NOW, **given)
        )

    def planned(tx: Tx) -> list[str]:
        query = sa.select(outbox.c.args["step"].as_string()).where(outbox.c.way == Way.GUARDIAN)
        return list(connection(tx).execute(query).scalars())

    await database.write(confirm)
    evening = NOW + DAY + 3 * HOUR + 59 * MINUTE  # the last open minute of the day of the deadline, in Berlin
    await desk.nudges.plan(evening)
    assert await database.read(planned) == []
    off = await database.read(lambda tx: tx.messaging.of(desk.section.id))

    def allow(tx: Tx) -> None:
        tx.messaging.keep(desk.section.id, replace(off, guardian_rule="teacher"))
        tx.planning.look_again(desk.section.id, evening)

    await database.write(allow)
    await desk.nudges.plan(evening)
    assert await database.read(planned) == ["guardian-720"]
    row = next(each for each in await desk.mail.rows() if each.way is Way.GUARDIAN)
    told = await database.read(lambda tx: prework_nudge(tx, row, evening))
    assert isinstance(told, GuardianNudge)
    assert told.is_late


async def test_after_the_last_way_a_guardian_is_tried_and_then_the_teachers_room_is_told(
    database: Database,
) -> None:
    desk = await a_desk(database, Limits())

    def close(tx: Tx) -> None:
        given = {"section_id": desk.section.id, "number": b"n", "number_hash": "h", "given_by": 1}
        row = guardian.insert().values(person_id=desk.people[ANA], given_at=NOW, confirmed_at=NOW, **given)
        connection(tx).execute(row)
        tx.messaging.keep(desk.section.id, Messaging(guardian_rule="student"))
        tx.people.close_dm(desk.people[ANA], NOW)
        tx.sections.set_place(GUILD, prework_channel(desk.section), "channel", 5)
        connection(tx).execute(prework.update().values(channel_id=None))

    await database.write(close)
    shown = await desk.nudges.preview(RIVERA, None, NOW)
    assert [each.way for each in shown.recipients if each.account.discord == ANA] == [Way.GUARDIAN]  # type: ignore[union-attr]


async def test_the_list_names_who_owes_it_most_behind_first_excuses_who_is_away_and_says_who_is_silent(
    database: Database,
) -> None:
    desk = await a_desk(database, Limits(per_day=9, unanswered=2))
    for number in range(2):
        await desk.nudge(NOW + number * MINUTE)
    deadline = NOW + DAY
    assert await desk.mail.ways(deadline + 15 * MINUTE, of=Kind.NUDGE_LIST) == []
    await desk.nudges.plan(deadline + 14 * MINUTE)
    assert await desk.mail.ways(deadline + 14 * MINUTE, of=Kind.NUDGE_LIST) == []
    ben = desk.people[BEN]
    await desk.database.write(lambda tx: tx.prework.start(desk.posted.id, ben, NOW))
    await desk.nudges.plan(deadline + 15 * MINUTE)
    gone = [
        parcel
        for each, parcel in await desk.mail.carry(deadline + 15 * MINUTE)
        if each.kind is Kind.NUDGE_LIST
    ]
    (told,) = (each.content for each in gone if isinstance(each, Message))
    assert isinstance(told, NudgeList)
    assert [(each.discord, each.silent_after) for each in told.owing] == [(ANA, 2), (BEN, 0)]
    await desk.database.write(
        lambda tx: tx.reminders.note_absence(desk.section.id, ben, deadline.date(), None, 1, deadline)
    )
    await desk.nudges.plan(deadline + HOUR)
    assert await desk.mail.ways(deadline + HOUR, of=Kind.NUDGE_LIST) == []  # one to each pre-work


async def test_who_is_away_is_excused_on_the_list_and_an_empty_list_is_not_sent(desk: Desk) -> None:
    deadline, ben = NOW + DAY, desk.people[BEN]

    def write(tx: Tx) -> None:
        tx.reminders.note_absence(desk.section.id, ben, deadline.date(), None, 1, deadline)
        tx.prework.hand_in(
            desk.posted.id, desk.people[ANA], draft={}, at=NOW, reasons=(), credited=True, late=False
        )

    await desk.database.write(write)
    await desk.nudges.plan(deadline + HOUR)
    gone = [parcel for each, parcel in await desk.mail.carry(deadline + HOUR) if each.kind is Kind.NUDGE_LIST]
    (told,) = (each.content for each in gone if isinstance(each, Message))
    assert isinstance(told, NudgeList)
    assert (told.owing, told.excused) == ((), (BEN,))


def test_the_installations_hours_for_texts_are_nobody_elses_to_change() -> None:
    from bot.services.rules import rules_of

    narrow = Hours(HOURS.discord, OpenHours(time(10), time(18)))
    rules = rules_of(Messaging(dm_opens="06:00", dm_closes="21:30", days_off=()), (), narrow)
    assert rules.hours.sms == OpenHours(time(10), time(18))
    assert (rules.hours.discord.opens, rules.hours.discord.closes) == (time(6), time(21, 30))
