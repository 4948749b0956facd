"""Rarely seen buttons, menus and forms: each is reached by a walk, does what it says, and does nothing for others."""

from __future__ import annotations

import re
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from tests.classroom import ZONE, Classroom, Person, Screen, open_classroom
from tests.cogs.test_answer_marking import COURSE
from tests.cogs.test_leaving import FOR_ANYBODY, busy
from tests.cogs.test_quiz import PACK, answer, answer_all, open_reading_class, press_by_hand
from tests.cogs.test_remediation import not_yet
from tests.forger import open_forger

HOUR = timedelta(hours=1)
#: as many as stand in buttons, and as many as need a menu
FEW, MANY = 3, 11


def _order(count: int) -> str:
    items = "".join(f'<answer fraction="{n}"><text>step {n:02}</text></answer>' for n in range(1, count + 1))
    return (
        f'<question type="ordering"><name><text>o{count}</text></name>'
        f'<questiontext format="plain_text"><text>Order {count}</text></questiontext>{items}'
        "<tags><tag><text>1.1</text></tag></tags></question>"
    )


def orders() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("course.toml", COURSE)
        archive.writestr("bank.xml", f"<quiz>{_order(FEW)}{_order(MANY)}</quiz>")
    return out.getvalue()


async def open_with(room: Classroom, name: str, pack: bytes, *students: Person) -> None:
    await room.teacher.slash("course import", pack=(name, pack))
    slug = "writing" if name.endswith("zip") else "reading"
    await room.teacher.slash("class create", name="Period 3", course=slug, zone=ZONE, bar=80)
    await room.teacher.press("Create the class")
    await room.join(*students)


async def pick_at(who: Person, action: str, label: str) -> Screen:
    """Chooses in the menu of that action, where several offer the same."""
    menu = next(each for each in who.screen.parts if each.get("custom_id", "").startswith(f"fs:{action}:"))
    value = next(each["value"] for each in menu["options"] if each["label"] == label)
    message = who.screen.result.response.message
    return await who._seen(await who.actor.select(message, values=[value], custom_id=menu["custom_id"]))


def place_of(who: Person, step: int) -> str:
    found = re.search(rf"\*\*([A-Z])\*\* · step {step:02}", who.screen.text)
    assert found is not None, who.screen
    return found[1]


async def put_in_order(who: Person, count: int) -> None:
    for step in range(1, count + 1):
        letter = place_of(who, step)
        if count == FEW:
            await who.press(letter)
        else:
            await who.pick(f"{letter} · step {step:02}")


async def to_order(who: Person, count: int) -> None:
    if f"Order {count}\n" not in f"{who.screen.text}\n":
        await who.press("Next" if "Next" in who.screen.buttons else "Back")
    assert f"Order {count}" in who.screen.text


async def test_steps_are_put_in_order_by_buttons_and_by_a_menu_started_over_and_count(
    classroom: Classroom,
) -> None:
    ana, ben, _ = classroom.students
    await open_with(classroom, "writing.zip", orders(), ana, ben)
    forger = await open_forger(classroom, ben)
    await ana.slash("quiz")
    for count, put in ((FEW, "fc:check_put"), (MANY, "fs:check_put")):
        await to_order(ana, count)
        last = place_of(ana, count)
        await (ana.press(last) if count == FEW else ana.pick(f"{last} · step {count:02}"))
        await forger.forge(ana, put, "fc:check_reset", secret=(f"Order {count}", "step 0", "First words"))
        await ana.press("Start over")
        assert "Start over" not in ana.screen.buttons
        await put_in_order(ana, count)
    if "Hand in my check" not in ana.screen.buttons:
        await ana.press("Look over and hand in")
    done = await ana.press("Hand in my check")
    assert "**100 %**" in done.text


async def test_who_knows_it_already_takes_the_check_before_the_pre_work_and_the_next_unit_opens(
    classroom: Classroom,
) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    await classroom.post_prework()
    await classroom.teacher.slash("rules")
    await classroom.teacher.press("Counting and retakes")
    await classroom.teacher.fill(counts="best", on=["test_out"])
    forger = await open_forger(classroom, ben)
    assert "I know this already" in (await ana.slash("quiz")).buttons
    await forger.forge(ana, "fc:check_test_out", secret=("First steps",))
    assert "question 1 of 5" in (await ana.press("I know this already")).text
    await answer_all(ana, well=True)
    assert "Passed" in (await ana.press("Hand in my check")).text
    assert any("Second steps" in each for each in ana.roles)
    assert not any("Second steps" in each for each in ben.roles)


# --- a question marked anew ------------------------------------------------------------------------


async def regrade(room: Classroom, words: str) -> Screen:
    asked = next(
        each for each in await room.teacher.choices("regrade", "question", "", unit="1") if words in each
    )
    return await room.teacher.slash("regrade", unit="1", question=asked, reason="two are right")


async def hand_in_but(who: Person, *wrong: str) -> Screen:
    """Right, but for the questions with these words."""
    await who.slash("quiz")
    while "Hand in my check" not in who.screen.buttons:
        await answer(who, well=not any(each in who.screen.text for each in wrong))
    return await who.press("Hand in my check")


async def test_a_further_right_option_lets_pass_who_chose_it(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    forger = await open_forger(classroom, ben)
    assert "Not yet" in (await hand_in_but(ana, "(a)", "Write the number 42")).text
    await regrade(classroom, "Choose well (a)")
    await forger.forge(
        ana, "fs:regrade_also", "fs:regrade_instead", secret=("Choose well", "the right one", "First steps")
    )
    for label in ("a wrong one", "another wrong one", "one more wrong one"):
        preview = await pick_at(classroom.teacher, "regrade_also", label)
        if "**1** pass now" in preview.text or "**1** scores go up" in preview.text:
            break
        await regrade(classroom, "Choose well (a)")
    assert f"<@{ana.id}>: 60 % → 80 % ✅" in classroom.teacher.screen.text
    await forger.forge(ana, "fc:regrade_apply", secret=("Choose well",))
    await classroom.teacher.press("Apply")
    assert "Units opened: 1" in classroom.teacher.screen.text
    assert any("Second steps" in each for each in ana.roles)


async def test_another_right_option_takes_a_unit_back_only_by_the_second_button(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    forger = await open_forger(classroom, ben)
    assert "Passed" in (await hand_in_but(ana, "Write the number 42")).text
    assert any("Second steps" in each for each in ana.roles)
    await regrade(classroom, "Choose well (a)")
    preview = await pick_at(classroom.teacher, "regrade_instead", "a wrong one")
    assert "**1** would not pass" in preview.text
    await forger.forge(ana, "fc:regrade_take", secret=("Choose well", "First steps"))
    await classroom.teacher.press("Apply, and take back units")
    assert "Units taken back: 1" in classroom.teacher.screen.text
    assert not any("Second steps" in each for each in ana.roles)
    await classroom.teacher.press("Undo this regrade")
    assert any("Second steps" in each for each in ana.roles)


async def test_a_further_answer_is_typed_and_what_cannot_be_one_is_asked_again(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    forger = await open_forger(classroom, ben)
    await hand_in_but(ana, "(a)", "Write the number 42")
    await regrade(classroom, "Write the number 42")
    await classroom.teacher.press("Accept another answer")
    await forger.forge(ana, "fc:regrade_type", "fm:regrade_type", secret=("Write the number", "First steps"))
    assert "is it a number?" in (await classroom.teacher.fill(answer="many")).text
    await classroom.teacher.press("Type another")
    assert f"<@{ana.id}>: 60 % → 80 % ✅" in (await classroom.teacher.fill(answer="17")).text
    await classroom.teacher.press("Apply")
    assert any("Second steps" in each for each in ana.roles)


async def test_an_override_is_taken_back_from_the_list(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    forger = await open_forger(classroom, ben)
    await classroom.teacher.slash("override", student=ana.actor, unit="1", reason="Showed it")
    assert any("Second steps" in each for each in ana.roles)
    await classroom.teacher.slash("override")
    await classroom.teacher.pick(next(iter(classroom.teacher.screen.menu)))
    secret = ("Showed it", "First steps")
    await forger.forge(ana, "fs:ruling_undo", "fc:ruling_undo", "fm:ruling_undo", secret=secret)
    await classroom.teacher.fill(reason="Meant for Ben")
    assert not any("Second steps" in each for each in ana.roles)
    assert "No overrides" in (await classroom.teacher.slash("override")).text


# --- practice --------------------------------------------------------------------------------------


async def test_practice_asks_what_the_form_did_not_and_opens_the_next_try(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_with(classroom, "reading.toml", PACK.replace(b"draw = 5", b"draw = 2"), ana, ben)
    forger = await open_forger(classroom, ben)
    await not_yet(ana)
    await ana.press("Choose what to do")
    await ana.pick("Practise")
    if ana.screen.modal is None:
        await ana.press("Practise")
    fields = ana.screen.fields
    await forger.forge(ana, "fm:remedy_practice", secret=("Choose well", "Write the", "First steps"))
    answers = {name: "17" if name.startswith("t") else tried(each) for name, each in fields.items()}
    done = await ana.fill(**answers)
    assert "Practised: First steps" in done.text
    assert "🔁 Not yet." in done.text or "✅ Right." in done.text
    await forger.forge(ana, "fc:remedy_practice", secret=("Choose well", "Write the", "First steps"))
    await ana.press("Practise more")
    await classroom.move(5 * HOUR)
    assert "question 1 of 2" in (await ana.slash("quiz")).text


def tried(field: dict[str, object]) -> object:
    """The first of what can be chosen, as the field takes it."""
    options = field["options"]
    assert isinstance(options, list)
    value = options[0]["value"]
    return [value] if field["type"] in (3, 22) else value


# --- which class -----------------------------------------------------------------------------------


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Classroom]:
    """Ana is in two classes of one server, Ben in one."""
    async with open_classroom(tmp_path) as room:
        await open_reading_class(room, *room.students[:2])
        await room.teacher.slash("class create", name="Period 5", course="reading", zone=ZONE, bar=80)
        await room.teacher.press("Create the class")
        ana = room.students[0]
        await ana.slash("join")
        await ana.pick("Period 5")
        await ana.press("I am old enough. Join")
        yield room


@pytest.mark.parametrize(
    ("command", "action", "seen"),
    [
        ("quiz", "check_which", "question 1 of 5"),
        ("why", "why_which", "Second steps is still locked"),
        ("contract", "contract_which", "Your goal in Period 5"),
        ("book", "book_which", "No free"),
        ("journal", "journal_which", "othing"),
        ("tasks", "tasks_which", "First steps"),
        ("write", "letter_which", "Write to your teacher"),
    ],
)
async def test_who_is_in_two_classes_chooses_which_is_meant(
    two: Classroom, command: str, action: str, seen: str
) -> None:
    ana, ben, _ = two.students
    forger = await open_forger(two, ben)
    assert "Which class?" in (await ana.slash(command)).text
    await forger.forge(ana, f"fs:{action}", secret=("Choose well", "Period 5"), inside=("First steps",))
    await ana.pick("Period 5")
    if ana.screen.modal is None:
        assert seen in ana.screen.text
    else:
        assert action == "letter_which"
        await ana.fill(words="May I ask?")
        assert any("May I ask?" in each for each in two.desk_texts(ana, "period-5-teachers"))


async def test_a_button_that_names_no_class_asks_which_to_work_for(two: Classroom) -> None:
    ana, ben, _ = two.students
    forger = await open_forger(two, ben)
    await ana.slash("quiz")
    await ana.pick("Period 5")
    await answer_all(ana, well=False)
    shown_last = await ana.press("Hand in my check")
    await press_by_hand(ana, "fc:remedy:-", shown_last)
    await forger.forge(ana, "fs:remedy_which", secret=("Period 5",), inside=("First steps",))
    assert "Before your next try: First steps" in (await ana.pick("Period 5")).text


async def test_who_can_join_two_classes_chooses_one(two: Classroom) -> None:
    chloe, ben = two.students[2], two.students[1]
    forger = await open_forger(two, ben)
    await chloe.slash("join")
    await forger.forge(chloe, "fs:join_which")
    await chloe.pick("Period 5")
    await chloe.press("I am old enough. Join")
    assert any(each.startswith("Period 5") for each in chloe.roles)
    assert not any(each.startswith("Period 3") for each in chloe.roles)


# --- whatever else is on screens -------------------------------------------------------------------


@pytest.mark.slow
async def test_whatever_a_busy_class_has_on_its_screens_serves_nobody_else(classroom: Classroom) -> None:
    """Each button, menu and form of a week of one student and one teacher, by everybody else."""
    ana, ben, _ = classroom.students
    teacher = classroom.teacher
    await open_reading_class(classroom, ana, ben)
    forger = await open_forger(classroom, ben)
    await busy(classroom, ana)
    for command in ("today", "quiz", "journal", "tasks", "contract", "why", "rules", "book"):
        await ana.slash(command)
    for command in (
        "announce", "nudge", "rules", "reminders show", "class check", "checks analysis", "marking",
        "prework status", "officehours agenda", "contracts show", "delivery messages", "delivery reach",
        "override", "regrade",
    ):  # fmt: skip
        await teacher.slash(command)
    await teacher.slash("mark", unit="1")
    names = [each for each in forger.shown() if each.partition(":")[2] not in FOR_ANYBODY]
    assert len(names) >= 40
    await forger.forge(ana, *names, inside=("Choose well", "First steps"), brief=True)
