"""A teacher marks essays and handed-in files in a few presses, and the student hears of it."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from simcord.backend.errors import SetupError

from tests.classroom import ZONE, Classroom, Person, Screen
from tests.services.test_hand_ins import PDF, PNG

COURSE = """
[course]
slug = "writing"
title = "Writing"

[[units]]
slug = "first"
title = "First words"
objectives = [ { slug = "1.1", text = "Say what is meant" } ]

[units.prework]
readings = [ { title = "A page", url = "https://example.org/page", minutes = 2 } ]
questions = "Did you read it? {T}"

[units.check]
draw = 2
cooldown_hours = 0
bank_file = "bank.xml"

[[units]]
slug = "second"
title = "More words"
objectives = [ { slug = "2.1", text = "Say more" } ]

[units.prework]
readings = [ { title = "A page", url = "https://example.org/page", minutes = 2 } ]
questions = "Did you read it? {T}"

[units.check]
draw = 1
cooldown_hours = 0
bank = '''
// [tag:2.1]
Is it so? {T}
'''
"""
ESSAY = """<question type="essay">
  <name><text>{name}</text></name>
  <questiontext format="plain_text"><text>{prompt}</text></questiontext>
  <generalfeedback><text>Names the unit.</text></generalfeedback>
  <attachmentsrequired>{files}</attachmentsrequired>
  <tags><tag><text>1.1</text></tag></tags>
</question>"""
BANK = f"""<?xml version="1.0"?><quiz>
{ESSAY.format(name="words", prompt="Explain it in a sentence.", files=0)}
{ESSAY.format(name="work", prompt="Show your work.", files=1)}
</quiz>"""


def pack() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("course.toml", COURSE)
        archive.writestr("bank.xml", BANK)
    return out.getvalue()


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.teacher.slash("course import", pack=("writing.zip", pack()))
    await classroom.teacher.slash("class create", name="Period 3", course="writing", zone=ZONE)
    await classroom.teacher.press("Create the class")
    await classroom.join(*classroom.students[:2])
    return classroom


async def hand_in(who: Person, words: str = "It is a number.") -> None:
    await who.slash("quiz")
    for _ in range(2):
        has_file = "Show your work" in who.screen.text
        await who.press("Hand in a file" if has_file else "Type my answer")
        if has_file:
            await who.fill(essay="See *both* files.", files=[("photo.png", PNG), ("notes.pdf", PDF)])
        else:
            await who.fill(essay=words)
    await who.press("Hand in my check")
    assert "Your teacher marks 2 answers." in who.screen.text


async def files(screen: Screen) -> dict[str, bytes]:
    return {each.filename: await each.read() for each in screen.result.response.attachments}


async def until(teacher: Person, words: str) -> Screen:
    """Skips to the answer to that question."""
    for _ in range(2):
        if words in teacher.screen.text:
            break
        await teacher.press("Skip")
    assert words in teacher.screen.text
    return teacher.screen


async def test_an_essay_and_files_are_marked_in_presses_and_the_student_reads_comment_and_result(
    room: Classroom,
) -> None:
    ana, teacher = room.students[0], room.teacher
    await hand_in(ana)
    await teacher.slash("marking")
    assert "1 of 2 to mark" in teacher.screen.text
    work = await until(teacher, "Show your work")
    assert f"<@{ana.id}>" in work.text
    assert "See \\*both\\* files." in work.text
    assert "Names the unit." in work.text
    assert await files(work) == {"1_photo.png": PNG, "2_notes.pdf": PDF}
    await teacher.press("Comment")
    await teacher.fill(comment="Label your axes")
    assert "Label your axes" in teacher.screen.text
    told = len(ana.inbox)
    await teacher.press("Nearly · 75 %")
    assert "1 of 1 to mark" in teacher.screen.text
    assert "Explain it in a sentence." in teacher.screen.text
    assert await files(teacher.screen) == {}
    assert len(ana.inbox) == told
    await teacher.press("Mastered · 100 %")
    assert "All marked" in teacher.screen.text
    assert "passed" in teacher.screen.text
    marked = next(
        each for each in ana.dms() if "See my result" in str([part.to_dict() for part in each.components])
    )
    result = await ana.press("See my result", marked)
    assert "Passed: First words" in result.text
    assert "**87" in result.text
    assert "Label your axes" in result.text
    looked = await ana.press("See my answers")
    both = looked.text + (await ana.press("Next")).text
    assert "Your teacher says: Label your axes" in both
    assert any("More words" in each for each in ana.roles)


async def test_a_mark_can_be_undone_before_the_result_is_out_and_two_presses_count_once(
    room: Classroom,
) -> None:
    ana, teacher = room.students[0], room.teacher
    await hand_in(ana)
    await teacher.slash("marking")
    first = await until(teacher, "Explain it in a sentence.")
    told = len(ana.inbox)
    await teacher.press("Not yet · 0 %")
    again = await teacher.press_as_it_was("Mastered · 100 %", first)
    assert "is marked already" in again.text
    await teacher.slash("marking")
    await teacher.press("Comment")
    await teacher.fill(comment="")
    assert "1 of 1 to mark" in teacher.screen.text
    await teacher.press("Not yet · 0 %")
    assert "not yet passed" in teacher.screen.text
    assert len(ana.inbox) == told + 1
    assert "Undo my last mark" not in teacher.screen.buttons


async def test_undo_shows_the_answer_again(room: Classroom) -> None:
    teacher = room.teacher
    await hand_in(room.students[0])
    await teacher.slash("marking")
    await until(teacher, "Explain it in a sentence.")
    await teacher.press("Not yet · 0 %")
    await teacher.press("Undo my last mark")
    assert "Your mark is taken back" in teacher.screen.text
    assert "Explain it in a sentence." in teacher.screen.text
    assert "of 2 to mark" in teacher.screen.text


async def test_words_longer_than_a_card_come_whole_in_a_file(room: Classroom) -> None:
    words = "A *long* story. " * 180
    await hand_in(room.students[0], words.strip())
    await room.teacher.slash("marking")
    shown = await until(room.teacher, "Explain it in a sentence.")
    assert await files(shown) == {"answer.txt": words.strip().encode()}


async def test_files_that_discord_refuses_leave_the_answer_to_be_marked(room: Classroom) -> None:
    await hand_in(room.students[0])
    await room.teacher.slash("marking")
    if "Show your work" in room.teacher.screen.text:  # its files came; round the queue, and they are refused
        await room.teacher.press("Skip")
    room.refuse("PATCH", "/webhooks/*", 413, 40005, times=1)
    shown = await room.teacher.press("Skip")
    assert "Show your work" in shown.text
    assert "did not take the files: 1\\_photo.png, 2\\_notes.pdf" in shown.text
    await room.teacher.press("Mastered · 100 %")
    assert "**100 %**" in room.teacher.screen.text


async def test_another_teacher_is_refused_and_students_do_not_see_the_command(room: Classroom) -> None:
    ana, other = room.students[0], room.colleague("Mr. Other")
    await hand_in(ana)
    await room.teacher.slash("marking")
    for name in ({}, {"class": "Period 3"}):
        refused = await other.slash("marking", **name)
        assert "for the class's teacher" in refused.text
        assert "to mark" not in refused.text
    with pytest.raises(SetupError, match="not visible"):
        await ana.slash("marking")
