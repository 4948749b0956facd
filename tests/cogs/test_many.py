"""Many classes, many students: what does not fit one menu or one card is found all the same."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from bot.services.ports import Tx
from tests.classroom import Classroom


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    return classroom


def _more_classes(tx: Tx, count: int, now: datetime) -> None:
    first = tx.sections.get(1)
    owner = tx.sections.teachers(first.id)[0].person
    for number in range(2, count + 1):
        tx.sections.create(
            handle=f"class-{number}",
            guild=first.guild,
            name=f"Class {number}",
            course=tx.courses.get(first.course_id),
            zone=first.zone,
            bar=first.bar,
            owner=owner,
            at=now,
        )


def _fill_up(tx: Tx, students: int, now: datetime) -> None:
    section = tx.sections.get(1)
    unit = tx.courses.units(section.revision_id)[0].unit.slug
    for account in range(students):
        person = tx.people.known(10_000_000 + account, now).person
        tx.sections.enrol(section.id, person, now)
        tx.progress.open(person, section.course_id, unit, now)


@pytest.mark.parametrize("count", [26, 60, 100])
async def test_the_last_of_many_classes_can_be_joined(room: Classroom, count: int) -> None:
    ana = room.students[0]
    await room.app.services.hand_marks._db.write(_more_classes, count, room.clock())
    await ana.slash("join")
    assert "are listed" not in ana.screen.text
    await ana.pick(f"Class {count}")
    await ana.press("I am old enough. Join")
    assert f"Class {count}" in ana.screen.text


async def test_of_more_classes_than_a_card_has_room_for_it_is_said_that_some_are_not_listed(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await room.app.services.hand_marks._db.write(_more_classes, 130, room.clock())
    await ana.slash("join")
    assert "the first 100 of 130 are listed" in ana.screen.text


async def test_every_student_of_a_large_class_stands_on_one_page_of_who_has_done_it(room: Classroom) -> None:
    await room.join(room.students[0])
    await room.app.services.hand_marks._db.write(_fill_up, 149, room.clock())
    await room.post_prework()
    await room.teacher.slash("prework status")
    found: list[str] = []
    while True:
        found += re.findall(r"<@(\d+)>", room.teacher.screen.text)
        if "More ▶" not in room.teacher.screen.buttons:
            break
        await room.teacher.press("More ▶")
    assert len(found) == len(set(found)) == 150
    assert "Page 2 of 2" in room.teacher.screen.text
    await room.teacher.press("◀ Before")
    assert "Page 1 of 2" in room.teacher.screen.text
