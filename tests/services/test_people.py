"""Joining a class and asking for messages, at the level of the rules."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.messages import Closed, Message, Refused, ToDirectMessage, Wait
from bot.domain.outbox import Kind
from bot.services.choosing import NoClass, WhichClass
from bot.services.people import (
    AlreadyIn,
    AskAge,
    Drip,
    InboxIsOpen,
    InboxOpens,
    Joined,
    OwnClass,
    PeopleService,
    drip_slot,
)
from bot.storage.database import Database
from tests.builders import ANA, BEN, GUILD, NOW, TEACHER, Ids, a_class, a_course, student
from tests.services.mail import DRIP, Mail

MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(database: Database) -> PeopleService:
    return PeopleService(database, DRIP, Ids(), lambda: None)


@pytest.fixture
def mail(database: Database) -> Mail:
    return Mail(database)


# --- joining -----------------------------------------------------------------------------------------


async def test_joining_asks_for_the_age_first_and_takes_nobody_in_before(
    people: PeopleService, database: Database
) -> None:
    section = await a_class(database, students=())
    assert await people.join(student(), None, NOW) == AskAge(section)
    assert await people.join(student(), section.handle, NOW) == AskAge(section)
    assert await people.join(student(), section.handle, NOW, old_enough=True) == Joined(
        section, inbox_open=False, has_goals=True
    )
    assert await people.join(student(), None, NOW) == AlreadyIn(section, inbox_open=False)


async def test_a_made_up_class_another_servers_and_none_at_all_are_no_class(
    people: PeopleService, database: Database
) -> None:
    assert await people.join(student(), None, NOW) == NoClass()
    section = await a_class(database)
    for who in (student(BEN, GUILD + 1), student(BEN, None)):
        assert await people.join(who, section.handle, NOW, old_enough=True) == NoClass()
    assert await people.join(student(BEN), "made-up", NOW, old_enough=True) == NoClass()


async def test_with_several_classes_the_student_chooses_and_the_teacher_is_told_it_is_theirs(
    people: PeopleService, database: Database
) -> None:
    one = await a_class(database, name="Chem 1")
    two = await a_class(database, a_course(slug="more-chemistry"), name="Chem 2")
    assert await people.join(student(BEN), None, NOW) == WhichClass((one, two))
    assert await people.join(student(TEACHER), one.handle, NOW, old_enough=True) == OwnClass(one)


async def test_whoever_joins_gets_the_class_role_and_the_first_units(
    people: PeopleService, database: Database, mail: Mail
) -> None:
    section = await a_class(database, students=())
    await people.join(student(), section.handle, NOW, old_enough=True)
    purposes = [each.args["purpose"] for each in await mail.rows() if each.kind is Kind.GRANT_ROLE]
    course = section.course_id
    assert purposes == [f"section:{section.id}:student", f"course:{course}:unit:measurement"]


async def test_whoever_comes_back_gets_every_role_again_by_joining_again(
    people: PeopleService, database: Database, mail: Mail
) -> None:
    section = await a_class(database, students=())
    await people.join(student(), section.handle, NOW, old_enough=True)
    later = NOW + timedelta(days=3)
    for _ in range(3):  # an impatient hand
        assert isinstance(await people.join(student(), section.handle, later), AlreadyIn)
    grants = [each for each in await mail.rows() if each.kind is Kind.GRANT_ROLE]
    assert len(grants) == 4
    assert [each.due_at for each in grants[2:]] == [later, later]


# --- the inbox ---------------------------------------------------------------------------------------


async def test_nobody_is_written_to_who_is_in_no_class(people: PeopleService, database: Database) -> None:
    await a_class(database, students=(ANA,))
    assert await people.open_inbox(student(BEN), NOW) == NoClass()


async def test_a_press_opens_once_and_another_one_says_when(
    people: PeopleService, database: Database, mail: Mail
) -> None:
    await a_class(database)
    assert await people.open_inbox(student(), NOW) == InboxOpens(NOW, in_queue=False)
    assert await people.open_inbox(student(), NOW) == InboxOpens(NOW, in_queue=False)
    ((delivery, parcel),) = await mail.carry(NOW)
    assert delivery.kind is Kind.OPEN_INBOX
    assert isinstance(parcel, Message)
    assert parcel.address == ToDirectMessage(ANA, None)
    assert await people.open_inbox(student(), NOW) == InboxIsOpen()
    assert await mail.carry(NOW) == []


@pytest.mark.parametrize(
    "fate", [Closed("filtered", lasting=False), Closed("closed"), Refused("a fault in the message")]
)
async def test_an_opening_that_came_to_nothing_can_be_asked_for_again(
    people: PeopleService, database: Database, mail: Mail, fate: Closed | Refused
) -> None:
    await a_class(database)
    await people.open_inbox(student(), NOW)
    await mail.carry(NOW, lambda _, __: fate)
    assert await people.open_inbox(student(), NOW + MINUTE) == InboxOpens(NOW + MINUTE, in_queue=False)
    assert len(await mail.carry(NOW + MINUTE)) == 1
    assert await people.open_inbox(student(), NOW + MINUTE) == InboxIsOpen()


async def test_a_closed_inbox_that_is_opened_again_uses_the_conversation_it_has(
    people: PeopleService, database: Database, mail: Mail
) -> None:
    await a_class(database)
    await people.open_inbox(student(), NOW)
    await mail.carry(NOW)
    account = await database.read(lambda tx: tx.people.of(ANA))
    assert account is not None
    await database.write(lambda tx: tx.people.close_dm(account.person, NOW))
    assert await people.open_inbox(student(), NOW + MINUTE) == InboxOpens(NOW + MINUTE, in_queue=False)
    ((_, parcel),) = await mail.carry(NOW + MINUTE)
    assert isinstance(parcel, Message)
    assert parcel.address == ToDirectMessage(ANA, account.dm_channel)


CROWD = [300_000_000_000_000_000 + number for number in range(45)]


async def test_a_crowd_is_told_when_each_ones_turn_comes_and_they_come_thirty_at_a_time(
    people: PeopleService, database: Database, mail: Mail
) -> None:
    await a_class(database, students=CROWD)
    promised = [await people.open_inbox(student(each), NOW) for each in CROWD]
    minutes = [(each.at - NOW) / MINUTE for each in promised if isinstance(each, InboxOpens)]
    assert minutes == [0] * 30 + [10] * 15
    assert [len(await mail.carry(NOW + each * MINUTE)) for each in (0, 9, 10, 20)] == [30, 0, 15, 0]


async def test_after_a_long_sleep_of_the_bot_they_still_come_thirty_at_a_time(
    people: PeopleService, database: Database, mail: Mail
) -> None:
    await a_class(database, students=CROWD)
    for each in CROWD:
        await people.open_inbox(student(each), NOW)
    late = NOW + timedelta(hours=5)
    went = {minute: len(await mail.carry(late + minute * MINUTE)) for minute in range(15)}
    assert {minute: count for minute, count in went.items() if count} == {0: 30, 10: 15}


async def test_when_discord_wants_it_slower_nobodys_opening_is_lost_and_none_comes_before(
    people: PeopleService, database: Database, mail: Mail
) -> None:
    await a_class(database, students=CROWD)
    for each in CROWD:
        await people.open_inbox(student(each), NOW)
    slower = Wait(600, "Discord wants conversations opened more slowly")
    refused = await mail.begin(NOW)
    for delivery, parcel in refused:
        await mail.service.finish(delivery, parcel, slower, NOW)
    arrived = {minute: len(await mail.carry(NOW + minute * MINUTE)) for minute in range(1, 32)}
    assert sum(arrived.values()) == len(CROWD)
    assert max(arrived.values()) <= 30
    assert all(count == 0 for minute, count in arrived.items() if minute < 10)


@given(
    st.integers(1, 5),
    st.integers(1, 20),
    st.lists(st.integers(0, 15), max_size=40),
)
def test_however_people_press_no_span_ever_sees_more_openings_than_the_drip(
    opens: int, span: int, pauses: list[int]
) -> None:
    drip, now = Drip(opens, span * MINUTE), NOW
    taken: list[datetime] = []
    for pause in pauses:
        now += pause * MINUTE
        at = drip_slot([each for each in sorted(taken) if each >= now - drip.span], drip, now)
        assert at >= now
        taken.append(at)
        # the first instant that keeps within it: one minute earlier would not
        earlier = at - MINUTE
        assert at == now or fullest([*taken[:-1], earlier], drip) > opens
    assert fullest(taken, drip) <= opens


def fullest(taken: list[datetime], drip: Drip) -> int:
    """The most openings in any span, counted one by one."""
    return max((sum(start <= each < start + drip.span for each in taken) for start in taken), default=0)
