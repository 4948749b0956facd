"""A class's own reminders: a teacher changes them and sees what holds; students get what was said, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.classroom import Classroom
from tests.cogs.test_nudges import lived, nudges
from tests.cogs.test_prework import TITLE, handed_in

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


async def test_a_teacher_sees_the_usual_reminders_and_gives_the_class_steps_of_its_own(
    room: Classroom,
) -> None:
    ana, ben, _ = room.students
    text = (await room.teacher.slash("reminders show")).text
    assert "1 day before the deadline: by DM" in text
    assert "15 minutes after the deadline: a list for you" in text
    assert "07:00–21:00" in text
    assert "Saturday, Sunday" in text
    assert "guardians are never texted" in text
    await room.teacher.press("Change the steps")
    assert room.teacher.screen.fields["ladder"]["value"].startswith("1 day before: dm\n3 hours before: dm")
    await room.teacher.fill(ladder="tomorrow at noon")
    assert "I do not understand “tomorrow at noon”" in room.teacher.screen.text
    await room.teacher.press("Try again")
    text = (await room.teacher.fill(ladder="2 hours before: dm\n30 minutes after: list")).text
    assert "✅ Changed" in text
    assert "2 hours before the deadline: by DM" in text
    assert "1 day before" not in text
    await room.post_prework(deadline="wed 12:00")
    assert await lived(room, ana, ben, until=51 * HOUR, step=30 * MINUTE) == [
        "Wed 10:00 ana",
        "Wed 10:00 ben",
    ]
    (told,) = room.shown_in("period-3-teachers")
    assert f"Not yet: {TITLE}" in told


async def test_hours_and_days_off_are_the_classs_own(room: Classroom) -> None:
    ana = room.students[0]
    shown = await room.teacher.slash("reminders show")
    await room.teacher.press("Change the hours", shown)
    assert "at night people sleep" in (await room.teacher.fill(opens="23:00", closes="23:30")).text
    await room.teacher.press("Change the hours", shown)
    assert "“usual”" not in (await room.teacher.fill(opens="noon", closes="13:00")).text
    assert "Write a time of day" in room.teacher.screen.text
    await room.teacher.press("Change the hours", shown)
    assert "08:00–15:00" in (await room.teacher.fill(opens="8:00", closes="3pm")).text
    await room.teacher.press("Change the days off", shown)
    assert "**Days off:** Tuesday" in (await room.teacher.fill(days=["2"])).text
    # three hours before is five in the morning and the day before is off: Monday, before three
    await room.post_prework(deadline="wed 8:00")
    assert await lived(room, ana, until=2 * DAY, step=30 * MINUTE) == ["Mon 15:00 ana"]


async def test_over_a_holiday_the_reminder_comes_before_it(room: Classroom) -> None:
    ana = room.students[0]
    text = (await room.teacher.slash("reminders holiday", first="tue", last="thu", name="Fair")).text
    assert "Tue 12 Jan 2027 to Thu 14 Jan 2027 (Fair)" in text
    assert (
        "ends before it begins"
        in (await room.teacher.slash("reminders holiday", first="2027-01-20", last="2027-01-19")).text
    )
    assert "Write a day" in (await room.teacher.slash("reminders holiday", first="soon")).text
    assert (
        "No holiday of this class"
        in (await room.teacher.slash("reminders holiday", first="2027-02-01", remove=True)).text
    )
    await room.post_prework(deadline="fri 8:00")
    assert await lived(room, ana, until=4 * DAY, step=30 * MINUTE) == ["Mon 21:00 ana"]
    text = (await room.teacher.slash("reminders holiday", first="2027-01-13", remove=True)).text
    assert "is a holiday no more" in text
    assert "Fair" not in text


async def test_who_is_away_is_left_in_peace_excused_on_the_list_and_reminded_again_once_back(
    room: Classroom,
) -> None:
    ana, ben, chloe = room.students
    noted = await room.teacher.slash("reminders absence", student=ana.actor, until="tue")
    assert "Tue 12 Jan 2027" in noted.text
    assert "Not in that class" in (await room.teacher.slash("reminders absence", student=chloe.actor)).text
    assert (
        f"<@{ana.id}>: Mon 11 Jan 2027 to Tue 12 Jan 2027"
        in (await room.teacher.slash("reminders show")).text
    )
    await room.post_prework(deadline="tomorrow 12:00")
    text = (await room.teacher.slash("nudge")).text
    assert f"💤 Away, and left in peace: 1**\n<@{ana.id}>" in text
    assert "Send 1" in room.teacher.screen.buttons
    assert await lived(room, ana, ben, until=27 * HOUR) == ["Mon 12:00 ben", "Tue 09:00 ben"]
    (told,) = room.shown_in("period-3-teachers")
    assert f"- <@{ben.id}>: not opened" in told
    assert f"💤 Away, so excused: <@{ana.id}>" in told
    await room.teacher.slash("reminders absence", student=ana.actor)
    assert "until further notice" in room.teacher.screen.text
    assert "Back again" in (await room.teacher.slash("reminders absence", student=ana.actor, back=True)).text
    assert (
        "Was not away" in (await room.teacher.slash("reminders absence", student=ana.actor, back=True)).text
    )
    assert f"<@{ana.id}>" not in (await room.teacher.slash("reminders show")).text


async def test_got_it_thanks_and_the_reminders_go_on_until_it_is_handed_in(room: Classroom) -> None:
    ana = room.students[0]
    card = await room.post_prework(deadline="wed 12:00")
    await room.move(26 * HOUR)
    dm = ana.last_dm()
    seen = await ana.press("Got it", dm)
    assert "Thank you" in seen.text
    assert "still open until" in seen.text
    why = (await ana.press("Why did I get this?", dm)).text
    assert (
        "1 day before the deadline: by DM, or in a private thread where that is closed **← this one**" in why
    )
    assert "**The next one** comes <t:1799852400:F>" in why
    await room.move(22 * HOUR)
    assert nudges(ana) == 2
    await ana.press("Start", card)
    await room.move(20 * MINUTE)
    await handed_in(ana, card)
    assert "Good to know" in (await ana.press("Got it", ana.last_dm())).text
    await room.move(4 * HOUR)
    assert nudges(ana) == 2
    (told,) = room.shown_in("period-3-teachers")
    assert f"<@{ana.id}>" not in told


async def test_from_a_closed_dm_to_the_list_and_one_more_nudge_after_the_deadline(room: Classroom) -> None:
    ana, ben, _ = room.students
    await room.post_prework(deadline="tomorrow 12:00")
    await ana.close_dms()
    await room.move(24 * HOUR)
    assert len([each for each in ana.threads if "Still open" in each]) == 2
    await room.move(2 * HOUR + 15 * MINUTE)
    _, told = room.shown_in("period-3-teachers")
    assert f"- <@{ana.id}>: not opened" in told
    assert f"- <@{ben.id}>: not opened" in told
    await room.teacher.press("Nudge them", room.cards_in("period-3-teachers")[-1])
    assert "2 nudges on the way" in (await room.teacher.press("Send 2")).text
    assert "was due" in ben.inbox[-1]
    assert "Late work counts" in ben.inbox[-1]
    assert (
        "Your teacher sent this one by hand" in (await ben.press("Why did I get this?", ben.last_dm())).text
    )


async def test_only_the_classs_teacher_sees_and_changes_them(room: Classroom) -> None:
    ana = room.students[0]
    stranger = room.colleague("moreau")
    assert "for the class's teacher" in (await stranger.slash("reminders show")).text
    assert "for the class's teacher" in (await stranger.slash("reminders absence", student=ana.actor)).text
    assert "for the class's teacher" in (await stranger.slash("reminders holiday", first="fri")).text


async def test_every_change_is_on_record_with_who_made_it(room: Classroom) -> None:
    ana = room.students[0]
    await room.teacher.slash("reminders show")
    await room.teacher.press("Guardians")
    assert "You give guardians’ numbers" in (await room.teacher.fill(rule=["teacher"])).text
    await room.teacher.slash("reminders holiday", first="fri", name="Fair")
    await room.teacher.slash("reminders absence", student=ana.actor)
    database = room.app.services.reminders._db

    def lines(tx):
        section = tx.sections.on_guild(room.guild.id)[0]
        rivera = tx.people.of(room.teacher.id).person
        return [(each.what, each.actor == rivera) for each in tx.history.of_section(section.id)]

    found = await database.read(lines)
    assert [each for each in found if each[0] in ("rules", "holiday", "absence")] == [
        ("rules", True),
        ("holiday", True),
        ("absence", True),
    ]


async def test_who_never_answers_is_left_alone_and_reads_how_it_goes_on(room: Classroom) -> None:
    ana = room.students[0]
    shown = await room.teacher.slash("reminders show")
    await room.teacher.press("Change the steps", shown)
    steps = "\n".join(f"{days} days before: dm" for days in range(2, 8))
    await room.teacher.fill(ladder=f"{steps}\n15 minutes after: list")
    await room.teacher.press("Change the days off", shown)
    await room.teacher.fill(days=[])
    await room.post_prework(deadline="2027-01-18 12:00")
    await room.move(7 * DAY + 3 * HOUR)
    assert nudges(ana) == 4
    assert "silent since 4 reminders" in room.shown_in("period-3-teachers")[-1]
    assert "I have stopped" in (await ana.press("Why did I get this?", ana.last_dm())).text
    await ana.press("Got it", ana.last_dm())
    assert "I have stopped" not in (await ana.press("Why did I get this?", ana.last_dm())).text
