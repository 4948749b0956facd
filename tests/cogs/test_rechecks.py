"""A look back as a student lives it on Discord, months after the unit was mastered."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.classroom import Classroom
from tests.cogs.test_quiz import answer, answer_all, open_reading_class

DAY = timedelta(days=1)
BUTTON = "Take a quick look back"


async def look_back_after_30_days(room: Classroom) -> None:
    rules = await room.teacher.slash("rules")
    await room.teacher.press("Counting and retakes", rules)
    changed = await room.teacher.fill(counts="best", on=[], recheck="30")
    assert "30 days after mastery" in changed.text


async def test_a_look_back_comes_by_dm_shows_what_faded_and_takes_nothing_away(classroom: Classroom) -> None:
    room = classroom
    await open_reading_class(room, *room.students)
    ana = room.students[0]
    await look_back_after_30_days(room)
    await ana.slash("quiz")
    await answer_all(ana, well=True)
    await ana.press("Hand in my check")
    assert "Passed: First steps" in ana.screen.text
    await room.work()
    roles = ana.roles
    await room.move(29 * DAY)
    assert not any("still there" in text for text in ana.inbox)
    before = len(ana.inbox)

    await room.move(2 * DAY)
    assert len(ana.inbox) == before + 1
    assert "Is it still there?" in ana.inbox[-1]
    assert "No grade changes, and every unit stays yours." in ana.inbox[-1]
    today = await ana.slash("today")
    assert "When you like: a quick look back at **First steps**." in today.text
    assert BUTTON in today.buttons
    assert "Second steps" in (await ana.slash("quiz")).text

    asked = await ana.press(BUTTON, ana.last_dm())
    assert "A quick look back: question 1 of 2" in asked.text
    await ana.press(BUTTON, today)
    assert ana.screen.text == asked.text, "it goes on where it was begun"
    while "Hand in my look back" not in ana.screen.buttons:
        await answer(ana, well=False)
    assert "No grade changes" in ana.screen.text
    shown = await ana.press("Hand in my look back")
    assert "**Faded a little:** **First steps**." in shown.text
    assert "Look at this again:" in shown.text
    assert re.search(r"Read the (first|last) page again\.", shown.text)
    assert "the right one" not in shown.text
    assert next(iter(shown.buttons)) == "Book office hours"

    await room.work()
    assert ana.roles == roles
    assert BUTTON not in (await ana.slash("today")).buttons
    card = await room.teacher.slash("progress student", student=ana.actor)
    assert re.search(
        r"✅ 1\. First steps, mastered .* · faded a little by .* · checks: 100 % ✅$", card.text, re.MULTILINE
    )
    assert "1 of 2 units mastered" in card.text

    await room.move(31 * DAY)
    await ana.slash("today")
    await ana.press(BUTTON)
    while "Hand in my look back" not in ana.screen.buttons:
        await answer(ana, well=True)
    assert "**Still there:** **First steps**." in (await ana.press("Hand in my look back")).text
    assert "faded" not in (await room.teacher.slash("progress student", student=ana.actor)).text


async def test_a_look_back_that_is_due_at_night_comes_in_the_morning(classroom: Classroom) -> None:
    await open_reading_class(classroom, *classroom.students)
    ana = classroom.students[0]
    await look_back_after_30_days(classroom)
    await classroom.move(timedelta(hours=13))
    await ana.slash("quiz")
    await answer_all(ana, well=True)
    await ana.press("Hand in my check")
    await classroom.move(30 * DAY + timedelta(hours=1))
    assert not any("still there" in text for text in ana.inbox), "it is midnight"
    await classroom.move(timedelta(hours=12))
    assert "still there" in ana.inbox[-1]
