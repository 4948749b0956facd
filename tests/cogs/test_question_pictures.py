"""Questions with pictures and formulas, as a student meets them on Discord."""

from __future__ import annotations

import io
import zipfile
from io import BytesIO

from PIL import Image

from tests.classroom import ZONE, Classroom, Person, Screen

COURSE = """
[course]
slug = "seeing"
title = "Seeing"

[[units]]
slug = "first"
title = "First sight"
objectives = [ { slug = "1.1", text = "Name what is seen" }, { slug = "1.2", text = "Say what is meant" } ]

[units.prework]
readings = [ { title = "A page", url = "https://example.org/page", minutes = 2 } ]
questions = "Did you read \\\\(H_2O\\\\)? {T}"

[units.check]
draw = 3
cooldown_hours = 0
bank_file = "bank.gift"
"""
BANK = r"""
// [tag:1.1]
::balance::![a balance with two pans](balance.jpg) What is it for? { =mass ~time }

// [tag:1.2]
::water::Which is \(\ce\{H2O\}\)? { =water ~salt }

// [tag:1.2]
::roots::What has the roots \(\frac\{-b \\pm \\sqrt\{b^2-4ac\}\}\{2a\}\)? { =a parabola ~a line }
"""


def pack() -> bytes:
    picture, out = BytesIO(), BytesIO()
    Image.new("RGB", (300, 200), "navy").save(picture, "JPEG", comment=b"the answer is mass")
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("course.toml", COURSE)
        archive.writestr("bank.gift", BANK)
        archive.writestr("balance.jpg", picture.getvalue())
    return out.getvalue()


async def open_class(room: Classroom, student: Person) -> None:
    assert "Seeing is in" in (await room.teacher.slash("course import", pack=("seeing.zip", pack()))).text
    await room.teacher.slash("class create", name="Period 3", course="seeing", zone=ZONE)
    await room.teacher.press("Create the class")
    await room.join(student)


def gallery(screen: Screen) -> list[dict[str, str]]:
    return [item for part in screen.parts if part["type"] == 12 for item in part["items"]]


async def pngs(screen: Screen) -> dict[str, bytes]:
    return {each.filename: await each.read() for each in screen.result.response.attachments}


async def find(student: Person, words: str) -> Screen:
    """Leafs through the check to the question with these words."""
    while "Back" in student.screen.buttons:
        await student.press("Back")
    while words not in student.screen.text:
        await student.press("Next")
    return student.screen


async def test_a_picture_comes_with_its_question_and_goes_with_it(classroom: Classroom) -> None:
    ana = classroom.students[0]
    await open_class(classroom, ana)
    await ana.slash("quiz")

    shown = await find(ana, "What is it for?")
    assert [each["description"] for each in gallery(shown)] == ["a balance with two pans"]
    [(name, png)] = (await pngs(shown)).items()
    assert name == "question.png"
    assert Image.open(io.BytesIO(png)).size == (300, 200)
    assert b"answer" not in png

    plain = await find(ana, "Which is H₂O?")
    assert not gallery(plain)
    assert not await pngs(plain)

    drawn = await find(ana, "What has the roots")
    assert [each["description"] for each in gallery(drawn)] == ["(−b ± √(b² − 4ac))/(2a)"]
    [(name, other)] = (await pngs(drawn)).items()
    assert (name, other != png) == ("question.png", True)


async def test_looking_over_needs_no_picture_and_looking_back_shows_it_again(classroom: Classroom) -> None:
    ana = classroom.students[0]
    await open_class(classroom, ana)
    await ana.slash("quiz")
    for words, right in (("What is it for?", "mass"), ("H₂O", "water"), ("roots", "a parabola")):
        shown = await find(ana, words)
        await ana.press("A" if f"**A** · {right}" in shown.text else "B")
        if "Hand in my check" not in ana.screen.buttons:
            assert "question" in ana.screen.text
    assert not await pngs(ana.screen)
    assert "Passed" in (await ana.press("Hand in my check")).text
    page = await ana.press("See my answers")
    while "What is it for?" not in page.text:
        page = await ana.press("Next")
    assert gallery(page)
    assert await pngs(page)


async def test_a_picture_that_is_missing_is_told_with_its_place(classroom: Classroom) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("course.toml", COURSE)
        archive.writestr("bank.gift", BANK)
    told = await classroom.teacher.slash("course import", pack=("seeing.zip", out.getvalue()))
    assert "bank.gift, line 3: balance: there is no file balance.jpg in the pack" in told.text.replace(
        "\\", ""
    )
