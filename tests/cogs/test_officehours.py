"""Office hours, from the teacher's windows to the student's reminder, as both see them."""

from __future__ import annotations

from datetime import timedelta

import discord
import pytest
from simcord.backend.errors import SetupError

from tests.classroom import Classroom, Person, Screen

NEXT = "Book the next: Tue 12 Jan 15:15"
LINK = "https://meet.example/a_b_c"


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    """A class of Ana and Ben; it is Monday, ten in the morning in Chicago."""
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


async def opened(
    room: Classroom, start: str = "tomorrow 15:00", until: str = "1h", **options: object
) -> None:
    await room.teacher.slash("officehours open", start=start, until=until, **options)
    await room.teacher.press("Open them")


async def booked(who: Person, time: str, reason: str = "Moles") -> Screen:
    await who.slash("book")
    await who.pick(time)
    return await who.fill(reason=reason)


def is_private(who: Person) -> bool:
    assert who.screen is not None
    return bool(who.screen.result.response.ephemeral)


async def test_a_teacher_sees_the_slots_first_and_students_see_them_once_they_are_open(
    room: Classroom,
) -> None:
    ana = room.students[0]
    plan = await room.teacher.slash("officehours open", start="tomorrow 15:00", until="70 min", where=LINK)
    assert "Open 4 slots of 15 minutes?" in plan.text
    assert "America/Chicago): Tue 12 Jan 15:00 to Tue 12 Jan 16:00" in plan.text
    assert "last 10 min are too short" in plan.text
    assert LINK in plan.text
    assert "No free slots" in (await ana.slash("book")).text
    assert "4 slots open" in (await room.teacher.press("Open them")).text
    shown = await ana.slash("book")
    assert list(shown.menu) == [f"Tue 12 Jan 15:{minute:02}" for minute in (0, 15, 30, 45)]
    assert "<t:1799787600:F>" in shown.text
    assert is_private(ana)
    assert is_private(room.teacher)


async def test_a_teacher_who_thinks_better_of_it_opens_nothing(room: Classroom) -> None:
    await room.teacher.slash("officehours open", start="tomorrow 15:00", until="1h")
    assert "Nothing was changed" in (await room.teacher.press("Never mind")).text
    assert "No free slots" in (await room.students[0].slash("book")).text


@pytest.mark.parametrize(
    ("start", "until", "words"),
    [
        ("today 9:00", "1h", "lies in the past"),
        ("tomorrow", "1h", "Write a day and a time"),
        ("tomorrow 15:00", "soon", "how long it lasts"),
        ("tomorrow 15:00", "14:00", "end come before the start"),
        ("14 mar 2027 2:30", "1h", "skip 02:30"),
    ],
)
async def test_times_that_cannot_be_are_answered_with_what_to_write(
    room: Classroom, start: str, until: str, words: str
) -> None:
    screen = await room.teacher.slash("officehours open", start=start, until=until)
    assert words in screen.text
    assert "Open them" not in screen.buttons


async def test_a_teacher_hears_that_they_hold_office_hours_then_already(room: Classroom) -> None:
    await opened(room)
    screen = await room.teacher.slash("officehours open", start="tomorrow 15:45", until="1h")
    assert "You hold office hours then already" in screen.text


async def test_a_student_books_sees_the_place_and_is_reminded(room: Classroom) -> None:
    ana = room.students[0]
    await opened(room, where=LINK)
    shown = await booked(ana, "Tue 12 Jan 15:00", "Why is a mole *so* big?")
    assert "Booked: <t:1799787600:F>" in shown.text
    assert LINK in shown.text
    assert is_private(ana)
    (told,) = room.shown_in("period-3-teachers")
    assert f"<@{ana.id}>: <t:1799787600:F>" in told
    assert r"Why is a mole \*so\* big?" in told

    before = len(ana.inbox)
    await room.move(timedelta(hours=28, minutes=29))
    assert len(ana.inbox) == before
    await room.move(timedelta(minutes=1))
    assert "Office hours <t:1799787600:R>" in ana.inbox[-1]
    assert LINK in ana.inbox[-1]
    assert "Your slot is given back" in (await ana.press("Cancel my slot", ana.last_dm())).text
    assert "gave back" in room.shown_in("period-3-teachers")[-1]


async def test_two_students_press_at_once_and_the_second_takes_the_next_with_what_they_wrote(
    room: Classroom,
) -> None:
    ana, ben, _ = room.students
    await opened(room)
    for each in (ana, ben):
        await each.slash("book")
        await each.pick("Tue 12 Jan 15:00")
    await ana.fill(reason="Moles")
    lost = await ben.fill(reason="Significant digits")
    assert "Somebody was faster" in lost.text
    assert list(lost.buttons) == [NEXT, "All free times"]
    won = await ben.press(NEXT)
    assert "Booked: <t:1799788500:F>" in won.text
    assert "Significant digits" in won.text
    agenda = await room.teacher.slash("officehours agenda")
    assert "2 of 4 slots are booked" in agenda.text
    assert f"<@{ana.id}>: Moles" in agenda.text
    assert f"<@{ben.id}>: Significant digits" in agenda.text
    assert "<t:1799789400:t>, <t:1799790300:t>: free" in agenda.text


async def test_when_the_last_slot_is_gone_the_second_student_hears_what_to_do(room: Classroom) -> None:
    ana, ben, _ = room.students
    await opened(room, until="15m")
    for each in (ana, ben):
        await each.slash("book")
        await each.pick("Tue 12 Jan 15:00")
    await ana.fill(reason="Moles")
    lost = await ben.fill(reason="Moles")
    assert "Somebody was faster" in lost.text
    assert list(lost.buttons) == ["Look again"]
    await ana.press("Cancel my slot")
    assert list((await ben.press("Look again")).menu) == ["Tue 12 Jan 15:00"]


async def test_a_student_changes_the_time_and_keeps_the_reason(room: Classroom) -> None:
    ana = room.students[0]
    await opened(room)
    await booked(ana, "Tue 12 Jan 15:00")
    assert "You have a slot" in (await ana.slash("book")).text
    await ana.press("Change")
    moved = await ana.pick("Tue 12 Jan 15:45")
    assert "Booked: <t:1799790300:F>" in moved.text
    assert "You gave back <t:1799787600:F>" in moved.text
    await room.move(timedelta(days=2))
    assert sum("Office hours <t:" in each for each in ana.inbox) == 1


async def test_a_slot_that_began_while_the_form_was_open_is_refused_kindly(room: Classroom) -> None:
    ana = room.students[0]
    await opened(room, start="today 11:00")
    await ana.slash("book")
    await ana.pick("Mon 11 Jan 11:00")
    await room.env.advance_time(56 * 60)
    late = await ana.fill(reason="Moles")
    assert "begins now or has begun" in late.text
    assert "Booked" in (await ana.press("Book the next: Mon 11 Jan 11:15")).text


async def test_a_teacher_cancels_a_slot_after_a_second_look_and_the_student_is_told(room: Classroom) -> None:
    ana = room.students[0]
    await opened(room)
    await booked(ana, "Tue 12 Jan 15:00")
    await room.teacher.slash("officehours agenda")
    asked = await room.teacher.pick("Tue 12 Jan 15:00")
    assert f"<@{ana.id}>" in asked.text
    await room.teacher.press("Cancel it and tell them")
    assert "Your office hours are cancelled" in ana.inbox[-1]
    assert "Tue 12 Jan 15:00" in (await ana.press("Book another", ana.last_dm())).menu
    await room.move(timedelta(days=2))
    assert not any("Office hours <t:" in each for each in ana.inbox)


async def test_whoever_is_in_no_class_is_shown_how_to_join(room: Classroom) -> None:
    await opened(room)
    screen = await room.students[2].slash("book")
    assert list(screen.buttons) == ["Join a class"]


async def test_a_student_cannot_open_office_hours_or_read_the_agenda(room: Classroom) -> None:
    await opened(room)
    ana = room.students[0]
    await booked(ana, "Tue 12 Jan 15:00")
    with pytest.raises(SetupError, match="not visible"):
        await ana.slash("officehours open", start="tomorrow 18:00", until="1h")
    with pytest.raises(SetupError, match="not visible"):
        await ana.slash("officehours agenda")


async def test_who_may_manage_the_server_but_does_not_teach_the_class_opens_nothing(room: Classroom) -> None:
    head = room.guild.create_role("Head", permissions=discord.Permissions(manage_guild=True))
    other = Person(room, room.guild.add_member(room.env.create_user("okafor"), roles=[head]))
    screen = await other.slash("officehours open", start="tomorrow 18:00", until="1h")
    assert "for the class's teacher" in screen.text
    assert "for the class's teacher" in (await other.slash("officehours agenda")).text


async def test_long_hostile_and_right_to_left_words_stay_words(room: Classroom) -> None:
    ana = room.students[0]
    await opened(room, where="](https://evil.example) **x** @everyone " + "ש" * 100)
    shown = await booked(ana, "Tue 12 Jan 15:00", "@everyone " + "👩‍👩‍👧‍👦" * 20 + " <@1> `x` " + "ש" * 50)
    assert "Booked" in shown.text
    assert "Cancel a student's slot" in str((await room.teacher.slash("officehours agenda")).parts)


async def test_many_slots_come_in_pages(room: Classroom) -> None:
    ana = room.students[0]
    await opened(room, start="tomorrow 8:00", until="8h", minutes=10)
    first = await ana.slash("book")
    assert len(first.menu) == 25
    later = await ana.press("Later times")
    assert len(later.menu) == 23
    assert not set(later.menu) & set(first.menu)
    await ana.pick("Tue 12 Jan 15:50")
    assert "Booked" in (await ana.fill(reason="Moles")).text
    await ana.press("Change")
    assert "You give back" in (await ana.press("Later times")).text
