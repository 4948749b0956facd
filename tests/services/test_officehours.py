"""A teacher opens office hours and looks over who comes."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.domain.booking import wall_label
from bot.domain.records import Asker
from bot.domain.times import BadTime
from bot.services.choosing import NoClass, NotStaff
from bot.services.officehours import Agenda, HoursOpened, HoursPlanned, Overlaps, PlanGone
from bot.storage.database import Database
from tests.builders import ANA, GUILD, NOW, a_class, student
from tests.services.office import RIVERA, STRANGER, Office, an_office, utc


@pytest.fixture
async def office(database: Database) -> Office:
    return await an_office(database)


async def test_a_teacher_sees_the_slots_before_they_open_and_nothing_is_open_until_then(
    office: Office,
) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "16:40", 15, "  Room  4 ", NOW)
    assert isinstance(plan, HoursPlanned)
    assert [wall_label(each.starts_at, "Europe/Berlin") for each in plan.cut.slots][:2] == [
        "Tue 24 Nov 15:00",
        "Tue 24 Nov 15:15",
    ]
    assert (plan.cut.left_over, plan.where) == (timedelta(minutes=10), "Room 4")
    assert await office.free() == []
    opened = await office.service.open(RIVERA, plan.handle, NOW)
    assert isinstance(opened, HoursOpened)
    assert [each.starts_at for each in await office.free()] == [each.starts_at for each in plan.cut.slots]


async def test_confirming_twice_opens_once(office: Office) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "1h", 15, "", NOW)
    assert isinstance(plan, HoursPlanned)
    results = await asyncio.gather(*(office.service.open(RIVERA, plan.handle, NOW) for _ in range(5)))
    assert Counter(type(each) for each in results) == {HoursOpened: 1, PlanGone: 4}
    assert len(await office.free()) == 4


async def test_nobody_else_confirms_a_teachers_plan(office: Office) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "1h", 15, "", NOW)
    assert isinstance(plan, HoursPlanned)
    assert isinstance(await office.service.open(student(), plan.handle, NOW), PlanGone)
    assert isinstance(await office.service.open(RIVERA, plan.handle, NOW), HoursOpened)


async def test_a_plan_confirmed_after_its_start_opens_nothing(office: Office) -> None:
    plan = await office.service.plan(RIVERA, None, "tue 15:00", "1h", 15, "", NOW)
    assert isinstance(plan, HoursPlanned)
    assert isinstance(await office.service.open(RIVERA, plan.handle, utc(24, 14, 1)), BadTime)
    assert await office.free() == []


async def test_a_teacher_is_not_in_two_places_at_once_in_another_class_either(office: Office) -> None:
    await a_class(office.database, students=(), name="Chem 2")
    first = await office.service.plan(RIVERA, "Chem 1", "tue 15:00", "1h", 15, "", NOW)
    second = await office.service.plan(RIVERA, "Chem 2", "tue 15:30", "1h", 15, "", NOW)
    assert isinstance(first, HoursPlanned)
    assert isinstance(second, HoursPlanned)
    assert isinstance(await office.service.open(RIVERA, first.handle, NOW), HoursOpened)
    late = await office.service.open(RIVERA, second.handle, NOW)
    assert isinstance(late, Overlaps)
    assert late.span == first.cut.window
    again = await office.service.plan(RIVERA, "Chem 2", "tue 15:59", "1h", 15, "", NOW)
    assert isinstance(again, Overlaps)
    beside = await office.service.plan(RIVERA, "Chem 2", "tue 16:00", "1h", 15, "", NOW)
    assert isinstance(beside, HoursPlanned)


async def test_only_a_teacher_of_the_class_opens_or_looks_over_office_hours(office: Office) -> None:
    for who in (student(), STRANGER, Asker(STRANGER.account, GUILD, manages=True)):
        assert isinstance(await office.service.plan(who, None, "tue 15:00", "1h", 15, "", NOW), NotStaff)
        assert isinstance(await office.service.agenda(who, None, NOW), NotStaff)
    assert isinstance(await office.service.plan(RIVERA, "Chem 9", "tue 15:00", "1h", 15, "", NOW), NoClass)


async def test_the_agenda_shows_who_comes_and_why_until_the_slot_is_over(office: Office) -> None:
    await office.open()
    booking = await office.book(1, reason="Significant digits")
    agenda = await office.service.agenda(RIVERA, None, NOW)
    assert isinstance(agenda, Agenda)
    assert [each.student for each in agenda.lines] == [None, ANA, None, None]
    assert agenda.lines[1].booking == booking
    during = await office.service.agenda(RIVERA, None, utc(24, 14, 20))
    assert isinstance(during, Agenda)
    assert [each.student for each in during.lines] == [ANA, None, None]
    after = await office.service.agenda(RIVERA, None, utc(24, 15))
    assert isinstance(after, Agenda)
    assert after.lines == ()
