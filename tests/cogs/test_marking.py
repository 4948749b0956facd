"""A teacher decides about checks, as the teacher and the students see it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain.records import Asker
from bot.services import hand_marking
from bot.services.hand_marking import GoesOn
from bot.services.ports import Tx
from tests.classroom import Classroom, Person

#: students in one write of these tests
PIECE = 6


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join()
    return classroom


async def choose(teacher: Person, *students: Person) -> None:
    """Picks people in the first menu of what the teacher sees."""
    menu = next(part for part in teacher.screen.parts if part["type"] == 5)
    message = teacher.screen.result.response.message
    values = [each.actor for each in students]
    await teacher._seen(await teacher.actor.select(message, values=values, custom_id=menu["custom_id"]))


async def test_an_override_opens_the_next_unit_for_that_student_and_tells_them_kindly(
    room: Classroom,
) -> None:
    ana, ben, _ = room.students
    screen = await room.teacher.slash(
        "override", student=ana.actor, unit="1", reason="Showed it at the board"
    )
    assert "Showed it at the board" in screen.text
    await room.work()
    assert ana.sees("unit-2-atoms")
    assert not ben.sees("unit-2-atoms")
    assert "Your teacher opened" in ana.inbox[-1]
    assert "board" not in ana.inbox[-1]


async def test_without_a_reason_nothing_is_overridden(room: Classroom) -> None:
    ana = room.students[0]
    screen = await room.teacher.slash("override", student=ana.actor, unit="1")
    assert "reason" in screen.text
    await room.work()
    assert not ana.sees("unit-2-atoms")


async def test_an_override_that_is_taken_back_takes_role_and_channel_with_it(room: Classroom) -> None:
    ana = room.students[0]
    before = ana.roles
    await room.teacher.slash("override", student=ana.actor, unit="1", reason="by mistake", decision="excused")
    await room.work()
    assert ana.roles > before
    await room.teacher.press("Undo")
    await room.teacher.fill(reason="meant for Ben")
    await room.work()
    assert ana.roles == before
    assert "kept" in ana.inbox[-1]
    assert "No overrides" in (await room.teacher.slash("override")).text


async def test_who_does_not_teach_the_class_overrides_nothing_and_is_offered_no_units(
    room: Classroom,
) -> None:
    ana, other = room.students[0], room.colleague("Mr. Other")
    screen = await other.slash("override", student=ana.actor, unit="1", reason="please")
    assert "teacher" in screen.text
    await room.work()
    assert not ana.sees("unit-2-atoms")
    assert await other.choices("override", "unit", "") == []
    assert len(await room.teacher.choices("override", "unit", "")) > 1


async def test_a_unit_role_that_is_not_open_to_a_student_is_taken_away_and_no_other(room: Classroom) -> None:
    ana = room.students[0]
    before = ana.roles
    choir = room.guild.create_role("Choir")
    guild = room.env.backend.get_guild(room.guild.id)
    unit = next(each for each in guild.roles.values() if each.name.startswith("Unit 3"))
    guild.members[ana.id].role_ids.extend([choir.id, unit.id])
    await room.app.reconciler.work()
    await room.work()
    assert ana.roles == before | {"Choir"}


async def test_a_regrade_is_shown_before_it_is_applied_and_can_be_undone(room: Classroom) -> None:
    asked = (await room.teacher.choices("regrade", "question", "", unit="1"))[0]
    await room.teacher.slash("regrade", unit="1", question=asked, reason="two are right")
    assert "Nothing is applied" in room.teacher.screen.text
    await room.teacher.press("Drop it from the score")
    assert "asked no more" in room.teacher.screen.text
    await room.teacher.press("Apply")
    assert "Marked anew" in room.teacher.screen.text
    await room.teacher.slash("regrade")
    assert "1 regrade" in room.teacher.screen.text
    assert "two are right" in str(room.teacher.screen.components)
    again = await room.teacher.slash("regrade", unit="1", question=asked, reason="again")
    assert "Regraded before" in again.text
    await room.teacher.press("Undo that regrade")
    assert "As it was before" in room.teacher.screen.text


async def test_a_regrade_without_a_known_question_says_what_to_do(room: Classroom) -> None:
    assert (
        "Which question?" in (await room.teacher.slash("regrade", unit="1", question="zzz", reason="x")).text
    )
    assert "There are:" in (await room.teacher.slash("regrade", unit="99", question="zzz", reason="x")).text


async def test_a_whole_class_is_marked_by_hand_in_a_few_presses_and_can_be_undone_unseen(
    room: Classroom,
) -> None:
    ana, ben, cay = room.students
    before = ana.roles
    await room.teacher.slash("mark", unit="1")
    await room.teacher.press("All 3 who have it open")
    await room.teacher.press("Mastered")
    assert "3 students" in room.teacher.screen.text
    told = len(ana.inbox)
    await room.work()
    assert all(each.sees("unit-2-atoms") for each in (ana, ben, cay))
    assert len(ana.inbox) == told
    await room.teacher.press("Undo")
    await room.move(timedelta(minutes=3))
    assert (ana.roles, len(ana.inbox)) == (before, told)


def _fill_up(tx: Tx, students: int, now: datetime) -> None:
    """Puts so many more students into the only class, as if each had joined."""
    section = tx.sections.get(1)
    unit = tx.courses.units(section.revision_id)[0].unit.slug
    for account in range(students):
        person = tx.people.known(10_000_000 + account, now).person
        tx.sections.enrol(section.id, person, now)
        tx.progress.open(person, section.course_id, unit, now)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_marking, "PIECE", PIECE)


@pytest.mark.usefixtures("small_pieces")
async def test_a_large_group_is_marked_and_undone_piece_by_piece_and_the_teacher_sees_how_far_it_is(
    room: Classroom,
) -> None:
    await room.app.services.hand_marks._db.write(_fill_up, 17, room.clock())
    await room.teacher.slash("mark", unit="1")
    await room.teacher.press("All 20 who have it open")
    for button, done in (
        ("Mastered", "mastered, 20 students"),
        ("Undo", "The marks of 20 students are gone"),
    ):
        before = len(room.env.http_requests)
        await room.teacher.press(button)
        assert done in room.teacher.screen.text
        asked = [str(each.json) for each in room.env.http_requests[before:]]
        assert any(f"{PIECE} done, {20 - PIECE} to go" in each for each in asked)


async def test_a_group_half_marked_when_the_bot_dies_is_gone_on_with_by_the_same_press(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_marking, "PIECE", 2)
    await room.teacher.slash("mark", unit="1")
    await room.teacher.press("All 3 who have it open")
    handle = room.teacher.screen.buttons["Mastered"].rpartition(":")[2]
    marks, asker = room.app.services.hand_marks, Asker(room.teacher.id, room.guild.id)
    assert await marks.mark(asker, handle, room.clock(), passed=True) == GoesOn(2, 1)
    await room.restart()
    # what was begun as "mastered" stays that, whatever is pressed to go on
    await room.teacher.press("Not yet")
    assert "mastered, 3 students" in room.teacher.screen.text
    await room.work()
    assert all(each.sees("unit-2-atoms") for each in room.students)


async def test_not_yet_with_a_comment_reaches_the_student_kindly(room: Classroom) -> None:
    ana, ben, _ = room.students
    await room.teacher.slash("mark", unit="1", done="today 9:00")
    await choose(room.teacher, ana)
    await room.teacher.press("With a comment")
    await room.teacher.fill(verdict=["not_yet"], comment="Label your axes")
    await room.move(timedelta(minutes=3))
    assert "not yet" in ana.inbox[-1]
    assert "Label your axes" in ana.inbox[-1]
    assert not ana.sees("unit-2-atoms")
    assert "axes" not in ben.inbox[-1]


async def test_work_that_lies_ahead_cannot_be_marked(room: Classroom) -> None:
    assert "When was it done?" in (await room.teacher.slash("mark", unit="1", done="tomorrow 9:00")).text
