"""The error journal: written by the student in their own words, kept, read by them and their teacher."""

from __future__ import annotations

from tests.classroom import Classroom
from tests.cogs.test_quiz import answer, answer_all, open_reading_class
from tests.cogs.test_remediation import not_yet


async def test_a_student_writes_why_and_how_to_avoid_it_and_both_they_and_their_teacher_read_it(
    classroom: Classroom,
) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    await not_yet(ana)
    assert "5 of 5 still to write" in (await ana.press("Write in my journal")).text
    await ana.pick(next(iter(ana.screen.menu)))
    assert set(ana.screen.fields) == {"why", "avoid"}
    written = await ana.fill(why="I *misread* it.", avoid="Read the question twice.")
    assert "4 of 5 still to write" in written.text
    await ana.pick(next(iter(ana.screen.menu)))
    assert ana.screen.fields["why"]["value"] == "I *misread* it."
    assert r"I \*misread\* it." in (await ana.slash("journal")).text
    assert (
        "Read the question twice."
        in (await classroom.teacher.slash("progress student", student=ana.actor)).text
    )
    assert "Nothing written yet" in (await ben.slash("journal")).text


async def test_what_is_right_is_asked_for_only_once_the_check_is_passed(classroom: Classroom) -> None:
    ana = classroom.students[0]
    await open_reading_class(classroom, ana)
    await ana.slash("quiz")
    await answer(ana, well=False)
    await answer_all(ana, well=True)
    passed = await ana.press("Hand in my check")
    assert "Passed" in passed.text
    await ana.press("Write in my journal")
    await ana.pick(next(iter(ana.screen.menu)))
    assert set(ana.screen.fields) == {"why", "avoid", "right"}
    await ana.fill(why="Too fast", avoid="Slow down", right="What the first page says")
    assert "What the first page says" in (await ana.slash("journal")).text
