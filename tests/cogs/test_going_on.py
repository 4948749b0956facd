"""What opens the next unit, asked as a student on Discord; and tasks ticked there."""

from __future__ import annotations

from datetime import timedelta

from tests.classroom import Classroom
from tests.cogs.test_today import handed_in

TITLE = "Measurement, units and significant figures"


async def test_a_locked_unit_says_what_opens_it_and_the_first_step_is_a_button(classroom: Classroom) -> None:
    await classroom.open_class()
    ana = classroom.students[0]
    await classroom.join(ana)
    await classroom.post_prework()
    await ana.slash("quiz", unit="2")
    assert "is still locked" in ana.screen.text
    await ana.press("Why is this locked?")
    text = ana.screen.text
    assert "Atoms, elements and the periodic table is still locked" in text
    assert f"1. Do the pre-work of **{TITLE}** · 18 min" in text
    assert f"2. Pass the check of **{TITLE}** · 8 min" in text
    assert "About 26 minutes of work." in text
    await ana.press("Start the pre-work")
    await classroom.move(timedelta(minutes=20))
    assert "counts, and on time" in await handed_in(ana)
    assert "1. Pass the check" in (await ana.slash("why", unit="atoms")).text
    await ana.press("Take the check")
    assert "question 1 of 5" in ana.screen.text
    assert "is not locked" in (await ana.slash("why", unit="1")).text


async def test_tasks_are_ticked_in_the_list_and_the_teacher_sees_how_many(classroom: Classroom) -> None:
    await classroom.open_class()
    ana = classroom.students[0]
    await classroom.join(ana)
    text = (await ana.slash("tasks")).text
    assert "**Should do** ▱ 0 of 1\n☐ Measure three things in your kitchen" in text
    assert "**Aspire to do** ▱ 0 of 1" in text
    await ana.pick("☐ Measure three things in your kitchen")
    assert "**Should do** ▰ 1 of 1\n☑ Measure three things in your kitchen" in ana.screen.text
    seen = (await classroom.teacher.slash("progress student", student=ana.actor)).text
    assert "tasks should 1/1, aspire 0/1" in seen
    await ana.slash("tasks")
    await ana.pick("☑ Measure three things in your kitchen")
    assert "☐ Measure three things" in ana.screen.text
