"""Questions brought into a unit on Discord: seen first, then in; taken away and brought back without loss."""

from __future__ import annotations

import pytest

from bot.formats.bank import read_bank
from tests.classroom import ZONE, Classroom, Person

PACK = """
[course]
slug = "metals"
title = "Metals"

[[units]]
slug = "first"
title = "First steps"
objectives = [ { slug = "1.1", text = "Tell metals" }, { slug = "1.2", text = "Name metals" } ]
[units.prework]
readings = [ { title = "A page", url = "https://example.org/page", minutes = 2 } ]
questions = "::p1:: Did you read it? {T}"
[units.check]
draw = 1
bank = '''
// [id:gold] [tag:1.1]
Is gold a metal? {T}

// [id:salt] [tag:1.2]
Is salt a metal? {F}
'''
"""

BROUGHT = """
// [tag:1.1]
Is gold a metal? {T}

// [tag:1.2]
Is salt a metal? {F#It is an ionic compound.}

// [tag:1.2]
Match. {=Au -> gold =Ag -> silver =Fe -> iron}

Which has no objective? {T}

// [tag:1.1]
Broken {=
"""


@pytest.fixture
async def teacher(classroom: Classroom) -> Person:
    teacher = classroom.teacher
    await teacher.slash("course import", pack=("course.toml", PACK.encode()))
    await teacher.slash("class create", name="Period 3", course="metals", zone=ZONE)
    await teacher.press("Create the class")
    return teacher


async def bring(teacher: Person, text: str, name: str = "bank.gift", **options: str) -> str:
    return (await teacher.slash("bank import", unit="1", file=(name, text.encode()), **options)).text


async def test_a_teacher_sees_what_a_file_would_change_with_reasons_and_places_and_then_brings_it_in(
    teacher: Person,
):
    text = await bring(teacher, BROUGHT)
    assert "**1 new**" in text
    assert "**1 changed**" in text
    assert "= 1 question just as you have them" in text
    assert "**2 left out**" in text
    assert "line 11" in text
    assert "no objective" in text
    assert "line 14" in text
    done = await teacher.press("Bring them in")
    assert "First steps: 3 questions now" in done.text
    assert "1 new, 1 changed. Metals has revision 2." in done.text
    assert "uses revision 2" in (await teacher.press("Use it in Period 3")).text
    assert "has them all" in await bring(teacher, BROUGHT)


async def test_what_was_left_leaves_the_bank_as_it_was(teacher: Person):
    await bring(teacher, BROUGHT)
    assert "Nothing was changed" in (await teacher.press("Leave it")).text
    assert "**1 new**" in await bring(teacher, BROUGHT)


async def test_a_preview_counts_once_and_not_over_a_newer_one(teacher: Person):
    await bring(teacher, BROUGHT)
    older = teacher.screen
    await bring(teacher, "// [tag:1.1]\nIs iron a metal? {T}\n")
    await teacher.press("Bring them in")
    assert "too old" in (await teacher.press_as_it_was("Bring them in", older)).text


async def test_an_objective_can_be_said_for_a_file_that_names_none(teacher: Person):
    assert "no objective" in await bring(teacher, "Is iron a metal? {T}\n")
    assert "**1 new**" in await bring(teacher, "Is iron a metal? {T}\n", objective="1.1")
    assert "no objective “9.9”" in await bring(teacher, "Is iron a metal? {T}\n", objective="9.9")


async def test_a_file_that_is_no_bank_says_what_to_do(teacher: Person):
    text = await bring(teacher, "<html><body>Not a quiz</body></html>", "bank.xml")
    assert "No question of that file can be used" in text
    assert "Nothing was changed" in text


@pytest.mark.parametrize(("kind", "held"), [("GIFT", 3), ("Moodle XML", 3), ("CSV", 2)])
async def test_a_bank_taken_away_and_brought_back_is_the_same(teacher: Person, kind: str, held: int):
    await bring(teacher, BROUGHT)
    await teacher.press("Bring them in")
    answer = await teacher.slash("bank export", unit="first", format=kind)
    assert "It holds the key" in answer.text
    assert ("cannot hold 1 question: salt" in answer.text) == (held < 3)  # its word to who says True
    (attached,) = answer.result.response.attachments
    name, data = attached.filename, await attached.read()
    assert len(read_bank(name, data).questions) == held
    assert "has them all" in (await teacher.slash("bank import", unit="1", file=(name, data))).text


async def test_a_colleague_of_another_class_gets_no_questions(classroom: Classroom, teacher: Person):
    stranger = classroom.colleague("Mr Stone")
    assert "It holds the key" not in (await stranger.slash("bank export", unit="first", format="CSV")).text
