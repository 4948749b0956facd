"""A class's rules for its checks: said once by the teacher, read and lived by the students."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.classroom import Classroom
from tests.cogs.test_quiz import answer_all, open_reading_class, work_on_it
from tests.cogs.test_remediation import may_begin, not_yet

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await open_reading_class(classroom, *classroom.students)
    return classroom


async def test_a_teacher_sets_waits_and_a_most_and_students_read_one_sentence(room: Classroom) -> None:
    ana = room.students[0]
    shown = await room.teacher.slash("rules")
    assert "Best attempt counts." in shown.text
    await room.teacher.press("Tries")
    await room.teacher.fill(waits="soon", limit="3", window="", last_day="")
    assert "I do not understand “soon”" in room.teacher.screen.text
    await room.teacher.press("Tries", shown)
    await room.teacher.fill(waits="1 day, 2 days", limit="0", window="", last_day="")
    assert "whole number from 1" in room.teacher.screen.text
    await room.teacher.press("Tries", shown)
    changed = await room.teacher.fill(waits="1 day, 2 days", limit="2", window="", last_day="2027-06-12")
    sentence = "Next try 1 day after the first, 2 days after each later one; at most 2 tries by 12 June."
    assert "✅ Changed" in changed.text
    assert sentence in changed.text
    mine = await ana.slash("rules")
    assert sentence in mine.text
    assert "Tries" not in mine.buttons
    await not_yet(ana)
    assert sentence in ana.screen.text
    await work_on_it(ana)
    await room.move(23 * HOUR)
    assert not await may_begin(ana)
    await room.move(2 * HOUR)
    await not_yet(ana)
    assert "All 2 tries are used" in ana.screen.text
    assert next(iter(ana.screen.buttons)) == "Book office hours"


async def test_the_average_has_to_reach_the_bar_where_the_average_counts(room: Classroom) -> None:
    ana = room.students[0]
    shown = await room.teacher.slash("rules")
    await room.teacher.press("Counting and retakes", shown)
    assert "average of all attempts" in (await room.teacher.fill(counts="mean", on=[])).text
    await not_yet(ana)
    await work_on_it(ana)
    await room.move(5 * HOUR)
    await ana.slash("quiz")
    await answer_all(ana, well=True)
    told = (await ana.press("Hand in my check")).text
    assert "Not yet" in told
    assert "**100 %** this time. What counts, the average of all attempts, is **50 %**" in told
    assert "the right one" not in told


async def test_a_request_goes_to_the_teachers_room_and_the_answer_to_the_student(room: Classroom) -> None:
    ana, _ben, _ = room.students
    await room.teacher.slash("rules")
    await room.teacher.press("Counting and retakes")
    await room.teacher.fill(counts="best", on=["by_request"])
    await not_yet(ana)
    await work_on_it(ana)
    await ana.press("Ask for another try")
    assert "Asked" in (await ana.fill(said="I read both pages twice.")).text
    assert "You asked your teacher" in (await ana.slash("today")).text
    card = room.cards_in("period-3-teachers")[-1]
    (told,) = [each for each in room.shown_in("period-3-teachers") if "Asks to try again" in each]
    assert "I read both pages twice." in told
    assert "Recorded since: video." in told
    await room.move(5 * HOUR)
    assert not await may_begin(ana)
    await room.teacher.press("Not now", card)
    await room.teacher.fill(why="Do the sheet first.")
    assert "Do the sheet first." in ana.inbox[-1]
    assert "Do the sheet first." in (await ana.slash("today")).text
    await ana.press("Ask for another try")
    await ana.fill(said="I did the sheet.")
    await room.teacher.press("Grant", room.cards_in("period-3-teachers")[-1])
    assert "You may try again" in ana.inbox[-1]
    assert await may_begin(ana)
    assert "Already decided" in (await room.teacher.press("Grant", card)).text


async def test_a_retake_session_has_places_and_opens_the_check_when_it_begins(room: Classroom) -> None:
    ana, ben, chloe = room.students
    await room.teacher.slash("rules")
    await room.teacher.press("Counting and retakes")
    await room.teacher.fill(counts="best", on=["in_sessions"])
    for who in (ana, ben, chloe):
        await not_yet(who)
        await work_on_it(who)
    assert "No free places" in (await ana.press("Book a retake session")).text
    plan = await room.teacher.slash(
        "officehours open", start="tomorrow 15:00", until="16:00", retake_places=2
    )
    assert "retake session with 2 places" in plan.text
    await room.teacher.press("Open it")
    for who, free in ((ana, 2), (ben, 1)):
        await who.slash("today")
        assert f"{free} of 2 places free" in (await who.press("Book a retake session")).text
        await who.pick(next(iter(who.screen.menu)))
        assert "Booked" in (await who.fill(reason="The first page")).text
    await chloe.slash("today")
    assert "No free places" in (await chloe.press("Book a retake session")).text
    assert "No free slots" in (await chloe.slash("book")).text
    await room.move(28 * HOUR)
    assert "when your retake session begins" in (await ana.slash("today")).text
    assert not await may_begin(ana)
    await room.move(HOUR + timedelta(minutes=1))
    assert await may_begin(ana)
    assert not await may_begin(chloe)
