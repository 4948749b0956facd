"""The mastery check as students live it on Discord, from the first question to the opened unit."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest
from simcord.actors import _component_interaction, _visible_message

from bot.client import FlipcordClient
from tests.classroom import ZONE, Classroom, Person, Screen

#: whoever reads can tell the right answers: that is what a student does
PACK = b'''
[course]
slug = "reading"
title = "Reading"

[[units]]
slug = "first"
title = "First steps"
objectives = [
  { slug = "1.1", text = "Tell right from wrong", review = "Read the first page again." },
  { slug = "1.2", text = "Write down what is asked for", review = "Read the last page again." },
]

[units.prework]
readings = [ { title = "A page", url = "https://example.org/page", minutes = 2 } ]
questions = """
// [id:p1]
::p1::Did you read it? {T}
"""

[units.check]
draw = 5
cooldown_hours = 4
bank = """
// [id:a] [tag:1.1]
::a::Choose well (a). { =the right one ~a wrong one#Not that one. ~another wrong one ~one more wrong one }

// [id:b] [tag:1.1]
::b::Choose well (b). { =the right one ~a wrong one ~another wrong one ~one more wrong one }

// [id:c] [tag:1.1]
::c::Choose all that are right. {
  ~%50%right at first
  ~%50%right at last
  ~%-50%wrong at first
  ~%-50%wrong at last
}

// [id:d] [tag:1.2]
::d::Write the number 42. {#42}

// [id:e] [tag:1.2]
::e::Write the word mole. {=mole}
"""

[[units]]
slug = "second"
title = "Second steps"
objectives = [ { slug = "2.1", text = "Go on" } ]

[units.prework]
readings = [ { title = "Another page", url = "https://example.org/other", minutes = 2 } ]
questions = """
// [id:p2]
::p2::Did you read it? {T}
"""

[units.check]
draw = 1
bank = """
// [id:z]
::z::Is it so? {T}
"""
'''


async def open_reading_class(room: Classroom, *students: Person) -> None:
    await room.teacher.slash("course import", pack=("reading.toml", PACK))
    await room.teacher.slash("class create", name="Period 3", course="reading", zone=ZONE, bar=80)
    await room.teacher.press("Create the class")
    await room.join(*students)


async def answer(who: Person, *, well: bool) -> Screen:
    """Reads the question and answers it in the way it is asked."""
    assert who.screen is not None
    if "Type my answer" in who.screen.buttons or "Change my answer" in who.screen.buttons:
        asked = re.search(r"Write the (?:number|word) (\w+)", who.screen.text)
        assert asked is not None, who.screen
        await who.press("Type my answer" if "Type my answer" in who.screen.buttons else "Change my answer")
        return await who.fill(answer=asked[1] if well else "17")
    if "all that are right" in who.screen.text:
        return await who.pick(*(label for label in who.screen.menu if ("right" in label) is well))
    letters = dict(re.findall(r"\*\*([A-J])\*\* · (.*)", who.screen.text))
    return await who.press(next(letter for letter, text in letters.items() if ("the right" in text) is well))


async def answer_all(who: Person, *, well: bool) -> Screen:
    assert who.screen is not None
    while "Hand in my check" not in who.screen.buttons:
        await answer(who, well=well)
    return who.screen


async def work_on_it(who: Person) -> Screen:
    """What a student does after "not yet", from the card that shows it."""
    await who.press("Choose what to do")
    await who.pick("Watch or read a part again")
    await who.press("Write my sentence")
    return await who.fill(found="The first page says it all, in order.")


async def press_by_hand(who: Person, custom_id: str, shown: Screen) -> Screen:
    """A press with any custom_id on a card that claims to have it: a hand-made client can send that."""
    stored = _visible_message(who.actor, shown.result.response.message)
    button = {"type": 2, "style": 2, "label": "?", "custom_id": custom_id, "id": 900}
    real = stored.components
    stored.components = [{"type": 1, "id": 901, "components": [button]}]
    try:
        data = {"custom_id": custom_id, "component_type": 2, "id": 900}
        return await who._seen(await _component_interaction(who.actor, stored, data))
    finally:
        if stored.components[0].get("id") == 901:
            stored.components = real


async def test_a_student_passes_and_the_next_unit_opens_within_seconds(classroom: Classroom) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    assert "Unit 2: Second steps" not in ana.roles

    first = await ana.slash("quiz")
    assert first.text.startswith("### ❔ First steps: question 1 of 5")
    await answer_all(ana, well=True)
    passed = await ana.press("Hand in my check")

    assert "**100 %**. Your bar is 80 %." in passed.text
    assert "**Second steps** is open for you now" in passed.text
    assert "Unit 2: Second steps" in ana.roles
    assert "Second steps" in ana.inbox[-1]
    assert "Second steps" in (await ana.press("What do I do now?", passed)).text


async def test_not_yet_says_what_to_look_at_and_when_to_come_back(classroom: Classroom) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    await ana.slash("quiz")
    await answer_all(ana, well=False)
    not_yet = await ana.press("Hand in my check")

    assert "Not yet: First steps" in not_yet.text
    assert "Read the first page again." in not_yet.text
    assert "Read the last page again." in not_yet.text
    assert "the right one" not in not_yet.text
    assert "Unit 2: Second steps" not in ana.roles
    assert len(ana.inbox) == 1

    assert "Before your next try" in not_yet.text
    early = await ana.slash("quiz")
    assert "a little later" in early.text
    await work_on_it(ana)
    await classroom.move(timedelta(hours=4, seconds=1))
    assert "question 1 of 5" in (await ana.slash("quiz")).text
    await answer_all(ana, well=True)
    assert "Passed: First steps" in (await ana.press("Hand in my check")).text


async def test_a_student_skips_goes_back_changes_their_mind_and_looks_it_over(classroom: Classroom) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    await ana.slash("quiz")
    await ana.press("Next")
    second = await answer(ana, well=False)
    assert "question 3 of 5" in second.text
    back = await ana.press("Back")
    assert "question 2 of 5" in back.text
    assert "☑" in back.text
    over = await ana.press("Look over and hand in")
    assert "4 questions are still open" in over.text
    assert "Hand in my check" not in over.buttons

    first = await ana.press("Go to question 1")
    assert "question 1 of 5" in first.text
    over = await answer_all(ana, well=True)
    await ana.pick(next(each for each in over.menu if each.startswith("Question 2")))
    await answer(ana, well=True)
    assert "**100 %**" in (await ana.press("Hand in my check")).text


async def test_after_a_restart_the_old_buttons_and_today_lead_back_to_the_same_question(
    classroom: Classroom,
) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    await ana.slash("quiz")
    shown = await answer(ana, well=True)
    assert "question 2 of 5" in shown.text

    async with new_client(classroom) as client:
        await classroom.env.restart_bot(client)
        assert "question 3 of 5" in (await ana.press("Next", shown)).text
        await ana.slash("today")
        assert (await ana.press("Continue")).text == shown.text


def new_client(room: Classroom) -> FlipcordClient:
    """As a new process would have it, on the same database."""
    return FlipcordClient(room.app.services, identifies_per_hour=1000, http_trace=aiohttp.TraceConfig())


async def test_everything_about_a_check_is_for_the_students_eyes_alone(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    before = {each.id for each in all_messages(classroom)}
    await ana.slash("quiz")
    await answer_all(ana, well=False)
    await ana.press("Hand in my check")
    new = [each for each in all_messages(classroom) if each.id not in before]
    assert new
    assert all(each.flags & EPHEMERAL for each in new)


EPHEMERAL = discord.MessageFlags(ephemeral=True).value


def all_messages(room: Classroom) -> list[Any]:
    return [each for messages in room.env.backend.messages.values() for each in messages.values()]


async def test_pre_work_that_is_owed_comes_first(classroom: Classroom) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    await classroom.post_prework()
    refused = await ana.slash("quiz")
    assert "First the pre-work: First steps" in refused.text
    assert "What do I do now?" in refused.buttons


async def test_a_locked_unit_and_an_unknown_one_are_explained(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana)
    locked = await ana.slash("quiz", unit="2")
    assert "Second steps is still locked" in locked.text
    assert "**First steps**" in locked.text
    assert "1. First steps" in (await ana.slash("quiz", unit="optics")).text
    assert "Join a class" in (await ben.slash("quiz")).buttons


async def test_answers_and_key_can_be_looked_at_after_a_pass(classroom: Classroom) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    await ana.slash("quiz")
    await answer_all(ana, well=True)
    await ana.press("Hand in my check")
    page = await ana.press("See my answers")
    for number in range(1, 6):
        assert f"answer {number} of 5" in page.text
        assert "✅ Right." in page.text
        if number < 5:
            page = await ana.press("Next")
    assert "Next" not in page.buttons


@pytest.mark.parametrize("presses", [2, 5])
async def test_handing_in_several_times_counts_once(classroom: Classroom, presses: int) -> None:
    ana, *_ = classroom.students
    await open_reading_class(classroom, ana)
    await ana.slash("quiz")
    over = await answer_all(ana, well=True)
    hand_in = over.buttons["Hand in my check"]
    results = [(await press_by_hand(ana, hand_in, over)).text for _ in range(presses)]
    assert "It counted once." not in results[0]
    assert all("It counted once." in each for each in results[1:])
    opened = [each for each in ana.inbox if "Second steps" in each]
    assert len(opened) == 1


FORGED = [
    "check_at:{}.1",
    "check_at:{}.99999999",
    "check_at:{}",
    "check_say:{}.1.0",
    "check_say:{}.٣.x",
    "check_type:{}.1",
    "check_over:{}",
    "check_submit:{}",
    "check_back:{}.1",
]


async def test_forged_handles_are_answered_kindly_and_change_nothing(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    mine = await ana.slash("quiz")
    handle = next(each for each in mine.buttons.values() if ":check_over:" in each).rpartition(":")[2]
    for forged in FORGED:
        card = await ben.slash("today")
        said = await press_by_hand(ben, "fc:" + forged.format(handle), card)
        assert "not your check" in said.text
    assert "5 questions are still open" in (await ana.press("Look over and hand in", mine)).text
