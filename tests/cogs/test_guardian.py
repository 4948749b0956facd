"""A guardian's phone, from the student's or the teacher's screen to the text that asks for a yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.records import Messaging
from tests.classroom import Classroom
from tests.cogs.sms import Sms, open_sms

NUMBER = "+12025550150"


@pytest.fixture
async def sms(tmp_path: Path) -> AsyncIterator[Sms]:
    """In the class of Ana and Ben, students may give a guardian's number."""
    async with open_sms(tmp_path) as sms:
        await sms.room.join(*sms.room.students[:2])
        await rule(sms.room, "student")
        yield sms


async def rule(room: Classroom, who: str) -> None:
    database = room.app.services.phones._db
    section = await database.read(lambda tx: tx.sections.by_name(room.guild.id, "Period 3"))
    assert section is not None
    await database.write(lambda tx: tx.messaging.keep(section.id, Messaging(guardian_rule=who)))


async def test_a_student_reads_what_it_means_gives_the_number_and_brings_back_the_code(sms: Sms) -> None:
    ana = sms.room.students[0]
    asked = await ana.slash("guardian number")
    for words in ("Never a score", "I ask first", "To stop", "encrypted", "knows that you give it"):
        assert words in asked.text
    assert asked.result.response.ephemeral
    await ana.press("Give the number")
    sent = await ana.fill(number="(202) 555-0150")
    assert "number ending in 50" in sent.text
    assert "5550150" not in sent.text
    (text,) = sms.texts(NUMBER)
    assert "Period 3" in text
    assert "give your child this code" in text
    assert text.endswith("Reply STOP to end")
    await ana.press("Enter the code")
    assert "The guardian agreed" in (await ana.fill(code=sms_code(text))).text
    shown = await ana.slash("guardian show")
    assert "I text the guardian’s number ending in 50" in shown.text
    await ana.press("Stop the texts")
    assert "have stopped" in ana.screen.text
    assert "I keep no number" in (await ana.slash("guardian show")).text


def sms_code(text: str) -> str:
    return "".join(each for each in text.split("code: ")[1][:6])


async def test_where_the_rule_is_the_teachers_the_teacher_gives_it_and_the_student_is_told_so(
    sms: Sms,
) -> None:
    room = sms.room
    ana = room.students[0]
    await rule(room, "teacher")
    assert "the teacher sees to guardians’ numbers" in (await ana.slash("guardian number")).text
    await room.teacher.slash("guardian set", student=ana.actor)
    await room.teacher.press("Give the number")
    await room.teacher.fill(number=NUMBER)
    await room.teacher.press("Enter the code")
    assert "Not that code yet" in (await room.teacher.fill(code="12")).text
    await room.teacher.press("Enter the code")
    (text,) = sms.texts(NUMBER)
    assert "The guardian agreed" in (await room.teacher.fill(code=sms_code(text))).text
    assert "ending in 50" in (await room.teacher.slash("guardian show", student=ana.actor)).text
    stopped = await room.teacher.slash("guardian stop", student=ana.actor)
    assert "have stopped" in stopped.text


async def test_who_does_not_teach_the_student_learns_nothing(sms: Sms) -> None:
    """Neither another student nor a teacher of another class, nor by a button that was made up."""
    room = sms.room
    ana, ben = room.students[:2]
    await rule(room, "teacher")
    for who in (ben, room.colleague("okafor")):
        for command in ("guardian set", "guardian show", "guardian stop"):
            assert "This is for the class's teacher" in (await who.slash(command, student=ana.actor)).text
    assert sms.phone.texts == []


async def test_a_class_that_texts_no_guardians_says_so(sms: Sms) -> None:
    await rule(sms.room, "off")
    screen = await sms.room.students[0].slash("guardian number")
    assert "This class does not text guardians" in screen.text
    assert screen.buttons == {}


async def test_at_night_no_guardian_is_asked(sms: Sms) -> None:
    await sms.room.move(timedelta(hours=12))
    ana = sms.room.students[0]
    await ana.slash("guardian number")
    await ana.press("Give the number")
    assert "too late or too early" in (await ana.fill(number=NUMBER)).text
    assert sms.phone.texts == []


async def test_where_texting_is_not_set_up_it_is_said(classroom: Classroom) -> None:
    await classroom.open_class()
    await classroom.join(classroom.students[0])
    for command in ("guardian number", "guardian show"):
        assert "Texts are not set up here" in (await classroom.students[0].slash(command)).text
