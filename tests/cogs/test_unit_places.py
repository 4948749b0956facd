"""A class that does without roles and channels of units: nobody sees how far another has got."""

from __future__ import annotations

from datetime import timedelta

from tests.classroom import ZONE, Classroom
from tests.cogs.test_quiz import PACK, answer_all

FIRST, SECOND = "Unit 1: First steps", "Unit 2: Second steps"
STUDENT = "Period 3 student"
SOON = timedelta(seconds=10)


async def open_class(room: Classroom, name: str = "Period 3", *, unit_roles: bool = False) -> None:
    if name == "Period 3":
        await room.teacher.slash("course import", pack=("reading.toml", PACK))
    await room.teacher.slash("class create", name=name, course="reading", zone=ZONE, unit_roles=unit_roles)
    await room.teacher.press("Create the class")


async def pass_first(room: Classroom) -> None:
    ana = room.students[0]
    await ana.slash("quiz")
    await answer_all(ana, well=True)
    await ana.press("Hand in my check")
    await room.move(SOON)


async def test_without_unit_roles_a_student_does_everything_and_no_profile_tells_of_it(
    classroom: Classroom,
) -> None:
    room, ana = classroom, classroom.students[0]
    await open_class(room)
    await room.join()
    assert ana.roles - {"@everyone"} == {STUDENT}
    await pass_first(room)
    assert "Second steps" in ana.inbox[-1]
    assert "channel" not in ana.inbox[-1]
    assert "Second steps" in (await ana.slash("today")).text
    assert ana.roles - {"@everyone"} == {STUDENT}
    assert not any(each.startswith("unit-") for each in room.channels)
    await room.app.reconciler.work()
    await room.work()
    assert ana.roles - {"@everyone"} == {STUDENT}
    assert "is in order" in (await room.teacher.slash("class check")).text


async def test_the_choice_is_told_before_a_class_is_made(classroom: Classroom) -> None:
    await classroom.teacher.slash("course import", pack=("reading.toml", PACK))
    make = {"name": "Period 3", "course": "reading", "zone": ZONE}
    assert "classmates can see" in (await classroom.teacher.slash("class create", **make)).text
    without = await classroom.teacher.slash("class create", unit_roles=False, **make)
    assert "nobody sees how far another has got" in without.text
    assert "unit-1" not in without.text


async def test_a_class_that_changes_its_mind_loses_its_unit_roles_and_gets_them_again(
    classroom: Classroom,
) -> None:
    room, ana = classroom, classroom.students[0]
    await open_class(room, unit_roles=True)
    await room.join()
    await pass_first(room)
    assert {FIRST, SECOND} <= ana.roles
    await room.teacher.slash("class edit", unit_roles=False)
    await room.move(SOON)
    assert all(each.roles - {"@everyone"} == {STUDENT} for each in room.students)
    assert not ana.sees("unit-1-first")
    await room.delete_channel("unit-1-first")
    await room.delete_role(FIRST)
    await room.move(SOON)
    assert not any("changed on the server" in each for each in room.shown_in("period-3-teachers"))
    await room.teacher.slash("class edit", unit_roles=True)
    await room.move(SOON)
    assert {STUDENT, FIRST, SECOND} <= ana.roles
    assert room.students[1].roles >= {STUDENT, FIRST}
    assert SECOND not in room.students[1].roles
    assert ana.sees("unit-1-first")
    assert "It was so before" in (await room.teacher.slash("class edit", unit_roles=True)).text


async def test_a_role_that_another_class_of_theirs_gives_stays(classroom: Classroom) -> None:
    room = classroom
    ana, ben, _ = room.students
    await open_class(room, unit_roles=True)
    await room.join()
    await open_class(room, "Period 4", unit_roles=True)
    await ana.slash("join")
    await ana.pick("Period 4")
    await ana.press("I am old enough. Join")
    await room.teacher.slash("class edit", unit_roles=False, **{"class": "Period 3"})
    await room.move(SOON)
    for _ in range(2):
        assert FIRST in ana.roles
        assert FIRST not in ben.roles
        await room.app.reconciler.work()
        await room.work()


async def test_only_the_classs_teacher_changes_it(classroom: Classroom) -> None:
    room = classroom
    await open_class(room, unit_roles=True)
    await room.join()
    stranger = room.colleague("mallory")
    assert "teacher" in (await stranger.slash("class edit", unit_roles=False)).text
    await room.move(SOON)
    assert FIRST in room.students[0].roles
