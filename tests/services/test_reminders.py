"""Who may change a class's reminders, and what a change leaves on record."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.records import Asker
from bot.services.choosing import NotStaff
from bot.services.nudges import NudgeService
from bot.services.reminders import AbsenceTyped, HolidayTyped, NotPossible, ReminderService, RemindersShown
from bot.storage.database import Database
from tests.builders import ANA, GUILD, NOW, TEACHER, Ids, a_class, posted_pre_work, student
from tests.services.mail import HOURS

RIVERA = Asker(TEACHER, GUILD, manages=True)


async def test_a_handle_gives_nobody_the_right_to_change_anything(database: Database) -> None:
    section = await a_class(database)
    reminders = ReminderService(database, HOURS, lambda: None)
    for who in (student(), Asker(99, GUILD, manages=True)):
        assert await reminders.show_of(who, section.handle, NOW) == NotStaff()
        assert await reminders.set_ladder(who, section.handle, "none", NOW) == NotStaff()
        assert await reminders.set_hours(who, section.handle, "8:00", "9:00", NOW) == NotStaff()
        assert await reminders.set_days_off(who, section.handle, ["1"], NOW) == NotStaff()
        assert await reminders.set_guardian_rule(who, section.handle, "student", NOW) == NotStaff()
        holiday = HolidayTyped("fri", None, "", remove=False)
        assert await reminders.holiday(who, None, holiday, NOW) == NotStaff()
        away = AbsenceTyped(None, None, back=False)
        assert await reminders.absence(who, None, ANA, away, NOW) == NotStaff()
    shown = await reminders.show(RIVERA, None, NOW)
    assert isinstance(shown, RemindersShown)
    assert (shown.is_own_ladder, shown.holidays, shown.away) == (False, (), ())
    assert await database.read(lambda tx: list(tx.history.of_section(section.id))) == []


async def test_what_a_form_sends_that_it_never_offered_changes_nothing(database: Database) -> None:
    section = await a_class(database)
    reminders = ReminderService(database, HOURS, lambda: None)
    assert isinstance(await reminders.set_guardian_rule(RIVERA, section.handle, "all", NOW), NotPossible)
    seven = await reminders.set_days_off(RIVERA, section.handle, list("1234567"), NOW)
    assert isinstance(seven, NotPossible)
    shown = await reminders.set_days_off(RIVERA, section.handle, ["8", "x", "77", "3"], NOW)
    assert isinstance(shown, RemindersShown)
    assert shown.rules.hours.discord.weekdays_off == {3}


async def test_a_changed_ladder_catches_up_with_nothing_and_repeats_nothing(database: Database) -> None:
    section = await a_class(database)
    posted = await posted_pre_work(database, section, "measurement")
    reminders = ReminderService(database, HOURS, lambda: None)
    nudges = NudgeService(database, HOURS, Ids(), lambda: None)
    three_before = posted.deadline - timedelta(hours=3)
    assert await nudges.plan(three_before) == 1
    changed = three_before + timedelta(minutes=10)
    text = "20 hours before: dm\n3 hours before: dm\n2 hours before: dm"
    await reminders.set_ladder(RIVERA, section.handle, text, changed)
    assert await _planned(nudges, changed) == (0, posted.deadline - timedelta(hours=2))
    assert await nudges.plan(posted.deadline - timedelta(hours=2)) == 1
    await reminders.set_ladder(RIVERA, section.handle, "none", posted.deadline - timedelta(minutes=90))
    assert await _planned(nudges, posted.deadline + timedelta(days=2)) == (0, None)


async def _planned(nudges: NudgeService, now: datetime) -> tuple[int, datetime | None]:
    return await nudges.plan(now), await nudges.next_instant(now)
