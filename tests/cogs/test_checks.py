"""/checks analysis: a teacher sees which question does not work, and what to do about it."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from bot.formats.table_csv import read_csv
from bot.services.ports import Tx
from tests.classroom import Classroom, Screen
from tests.cogs.test_quiz import answer_all, open_reading_class
from tests.limits import check_requests
from tests.services.sittings import sit


async def the_class_sits(room: Classroom, students: int) -> None:
    def put_down(tx: Tx) -> None:
        (section,) = tx.sections.on_guild(room.env.backend.channels[room.lobby.id].guild_id)
        sit(tx, section, students, "b")

    await room.app.services.reports._db.write(put_down)


async def files_of(screen: Screen) -> dict[str, bytes]:
    return {each.filename: await each.read() for each in screen.result.response.attachments}


async def test_a_teacher_sees_the_question_whose_key_is_wrong(classroom: Classroom) -> None:
    await open_reading_class(classroom)
    await the_class_sits(classroom, 24)
    seen = await classroom.teacher.slash("checks analysis", unit="1")

    assert "### ⚠️ Look at" in seen.text
    assert "**1. Choose well (b).**" in seen.text
    assert (
        "Strong students choose “a wrong one” more than the key “the right one”. → Check the key."
        in seen.text
    )
    assert "**What the class has not got yet**\n• Tell right from wrong: " in seen.text
    assert seen.result.response.ephemeral
    picture = Image.open(BytesIO((await files_of(seen))["questions.png"]))
    assert (picture.format, picture.width) == ("PNG", 800)
    (gallery,) = [part for part in seen.parts if part["type"] == 12]
    assert "1. " in gallery["items"][0]["description"]
    assert "check the key" in gallery["items"][0]["description"]

    one = await classroom.teacher.pick(next(each for each in seen.menu if "(b)" in each))
    assert "🔑 the right one: " in one.text
    assert "▫️ a wrong one: " in one.text
    assert "best third of 8 / weakest third" in one.text

    await classroom.teacher.press("All, as a file", seen)
    rows = read_csv((await files_of(classroom.teacher.screen))["questions-first.csv"])
    assert rows[0][1:4] == ["question", "objective", "first answers"]
    assert [row[1] for row in rows[1:]] == ["Choose well (a).", "Choose well (b)."]
    check_requests(classroom.env.http_requests)


async def test_a_few_answers_are_counted_and_nothing_is_made_of_them(classroom: Classroom) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    nothing = await classroom.teacher.slash("checks analysis")
    assert "No check is handed in yet" in nothing.text
    assert "From 10 first answers on" in nothing.text

    await ana.slash("quiz")
    await answer_all(ana, well=False)
    await ana.press("Hand in my check")
    seen = await classroom.teacher.slash("checks analysis")
    assert "No question stands out" in seen.text
    assert "1 student · 5 questions" in seen.text
    assert "All questions have fewer than 10 first answers" in seen.text
    assert "has not got" not in seen.text


async def test_a_colleague_of_another_class_is_told_that_it_is_for_its_teacher(classroom: Classroom) -> None:
    """Students do not have the command; whoever manages the server has it."""
    await open_reading_class(classroom)
    await the_class_sits(classroom, 12)
    seen = await classroom.colleague("Mr Holt").slash("checks analysis")
    assert "This is for the class's teacher" in seen.text
    assert seen.result.response.attachments == []


async def test_a_mistyped_unit_is_answered_with_the_units_there_are(classroom: Classroom) -> None:
    await open_reading_class(classroom)
    seen = await classroom.teacher.slash("checks analysis", unit="frist")
    assert "“frist” is none of this course." in seen.text
    assert "**First steps**, **Second steps**" in seen.text
