"""A course pack brought in on Discord, read in a process of its own, mended and brought in again."""

from __future__ import annotations

import io
import zipfile

from bot.services.courses import LARGEST_PACK
from tests.classroom import ZONE, Classroom, Person

HEAD = '[course]\nslug = "reading"\ntitle = "Reading"\n'


def unit(slug: str = "first", title: str = "First steps", **changes: str) -> str:
    parts = {
        "objectives": '[ { slug = "1.1", text = "Tell right from wrong" } ]',
        "readings": '[ { title = "A page", url = "https://example.org/page", minutes = 2 } ]',
        "draw": "1",
        **changes,
    }
    return f"""
[[units]]
slug = "{slug}"
title = "{title}"
objectives = {parts["objectives"]}
[units.prework]
readings = {parts["readings"]}
questions = "::p1:: Did you read it? {{T}}"
[units.check]
draw = {parts["draw"]}
bank = "::b1:: Is it so? {{T}}"
"""


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_dot_", "."), text)
    return buffer.getvalue()


async def brought(teacher: Person, data: bytes | str, name: str = "course.toml") -> str:
    raw = data.encode() if isinstance(data, str) else data
    return (await teacher.slash("course import", pack=(name, raw))).text


async def test_a_pack_comes_in_once_and_a_changed_one_moves_the_class_on_when_the_teacher_wants(
    classroom: Classroom,
) -> None:
    teacher, ana = classroom.teacher, classroom.students[0]
    text = await brought(teacher, HEAD + unit())
    assert "Reading is in" in text
    assert "1 unit, 1 question, revision 1" in text
    assert "`/class create` with the course `reading`" in text
    await teacher.slash("class create", name="Period 3", course="reading", zone=ZONE)
    await teacher.press("Create the class")
    await classroom.join(ana)

    assert "This very pack was here already" in await brought(teacher, HEAD + unit())
    assert "Use it in Period 3" not in teacher.screen.buttons
    text = await brought(teacher, HEAD + unit() + unit("second", "Second steps"))
    assert "2 units, 2 questions, revision 2" in text
    assert "unit-2-second" not in classroom.channels
    offer = teacher.screen
    assert "uses revision 2" in (await teacher.press("Use it in Period 3")).text
    assert "unit-2-second" in classroom.channels
    assert "up to date already" in (await teacher.press_as_it_was("Use it in Period 3", offer)).text
    assert not ana.sees("unit-2-second")


async def test_a_zip_with_question_files_comes_in_too(classroom: Classroom) -> None:
    toml = HEAD + unit().replace('bank = "::b1:: Is it so? {T}"', 'bank_file = "questions/first.gift"')
    pack = zipped(**{"course_dot_toml": toml, "questions/first_dot_gift": "::b1:: Is it so? {T}\n"})
    assert "Reading is in" in await brought(classroom.teacher, pack, "reading.zip")


async def test_every_fault_is_listed_with_file_line_and_field(classroom: Classroom) -> None:
    bad = HEAD + unit(draw="9", readings='[ { title = "A page", url = "http://example.org", minutes = 2 } ]')
    text = await brought(classroom.teacher, bad.replace("objectives =", "objectivs ="))
    lines = [line.replace("\\", "") for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) >= 4
    assert all(line.startswith("- course.toml, line ") for line in lines)
    for field in ("units[1].objectivs", "units[1].prework.readings[1].url", "units[1].check.draw"):
        assert any(field in line for line in lines), field
    assert "Nothing was changed" in text
    assert (
        "First the course"
        in (await classroom.teacher.slash("class create", name="P", course="reading", zone=ZONE)).text
    )


async def test_whatever_a_file_is_it_is_answered_kindly(classroom: Classroom) -> None:
    for data, name, says in (
        (b"", "course.toml", "to mend"),
        (b"\x00\xff" * 50, "course.toml", "to mend"),
        (b"PK\x03\x04 not a zip", "course.zip", "to mend"),
        (zipped(readme_dot_txt="hello"), "course.zip", "there is no course.toml"),
        (b"x" * 10, "course.exe", "to mend"),
        (HEAD.encode() + b"a = [" * 4000, "course.toml", "to mend"),
    ):
        text = (await brought(classroom.teacher, data, name)).replace("\\", "")
        assert says in text, name
        assert "Nothing was changed" in text


async def test_a_file_that_is_too_large_is_not_even_fetched(classroom: Classroom) -> None:
    text = await brought(classroom.teacher, b"#" * (LARGEST_PACK + 1))
    assert "too large" in text
    assert "8 MB" in text


async def test_a_student_brings_in_nothing(classroom: Classroom) -> None:
    ana = classroom.students[0]
    command = classroom.env.backend.find_command("course", classroom.guild.id)
    classroom.guild.set_command_permissions(int(command["id"]), {ana.actor: True})
    assert "for the class's teacher" in await brought(ana, HEAD + unit())
    assert "for the class's teacher" in (await ana.slash("course sample")).text


async def test_a_unit_that_a_revision_adds_opens_to_whoever_had_mastered_everything(
    classroom: Classroom,
) -> None:
    teacher, (ana, ben, _) = classroom.teacher, classroom.students
    await brought(teacher, HEAD + unit())
    await teacher.slash("class create", name="Period 3", course="reading", zone=ZONE)
    await teacher.press("Create the class")
    await classroom.join(ana, ben)
    await ana.slash("quiz")
    for label in ("A", "Look over and hand in", "Hand in my check"):
        if label in ana.screen.buttons:
            await ana.press(label)
    assert "mastered all 1 unit" in (await ana.slash("today")).text
    await brought(teacher, HEAD + unit() + unit("second", "Second steps"))
    await teacher.press("Use it in Period 3")
    assert "Second steps" in (await ana.slash("today")).text
    assert ana.sees("unit-2-second")
    assert not ben.sees("unit-2-second")
