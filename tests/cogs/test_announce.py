"""Announcements: to exactly those who are meant when it starts, once each, seen before and taken back in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.classroom import ZONE, Classroom, Person, Screen

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORDS = "Bring your goggles on Friday."
PDF = b"%PDF-1.7\n" + b"contract " * 5000


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


async def announced(room: Classroom, words: str = WORDS, **options: object) -> Screen:
    """Types the command and the words; what the teacher then sees."""
    file = options.pop("file", None)
    await room.teacher.slash("announce", **options)
    filled = {"words": words} | ({"file": file} if file else {})
    return await room.teacher.fill(**filled)


def got(who: Person, words: str = WORDS) -> int:
    plain = words.replace(".", r"\.")
    return sum(words in each or plain in each for each in (*who.inbox, *who.threads))


async def test_a_class_gets_it_after_a_moment_in_which_it_can_be_undone(room: Classroom) -> None:
    ana, ben, chloe = room.students
    preview = await announced(room)
    assert "Announce to 2 students?" in preview.text
    assert "By DM: 2" in preview.text
    waiting = await room.teacher.press("Send to 2")
    assert "Goes out <t:" in waiting.text
    assert "Undo" in waiting.buttons
    await room.move(19 * SECOND)
    assert (got(ana), got(ben)) == (0, 0)
    await room.move(2 * SECOND)
    assert (got(ana), got(ben), len(chloe.inbox)) == (1, 1, 0)
    assert "Period 3" in ana.inbox[-1]
    done = await room.teacher.press("How is it going?")
    assert "It has gone out" in done.text
    assert "2 messages sent" in done.text
    await room.move(DAY)
    assert (got(ana), got(ben)) == (1, 1)
