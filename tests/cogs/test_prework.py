"""Pre-work, from the teacher's post to the student's credit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest

from tests.classroom import Classroom, Person

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TITLE = "Measurement, units and significant figures"
#: the form of the first unit, filled in by one who watched: eggs, decimal places, a thousand metres
DONE = {
    "c0": "0",
    "c1": "1",
    "t2": "1000",
    "summary": "It was about units, and how to round what was measured.",
    "question": "Why are zeros counted?",
}


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    """Ana and Ben are in the class; it is Monday, ten in the morning."""
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


async def handed_in(who: Person, on: Any = None, **changes: str) -> str:
    await who.press("Hand in", on)
    return (await who.fill(**{**DONE, **changes})).text


def filled(who: Person) -> dict[str, Any]:
    """What stands in the form that was opened: what was typed and what was chosen."""
    assert who.screen is not None
    found: dict[str, Any] = {}
    for name, field in who.screen.fields.items():
        chosen = [each["value"] for each in field.get("options", []) if each.get("default")]
        if field.get("value") or chosen:
            found[name] = field.get("value") or chosen[0]
    return found


# --- the student -------------------------------------------------------------------------------------


async def test_a_student_starts_watches_hands_in_and_is_credited_on_time_once(room: Classroom) -> None:
    ana, ben, _ = room.students
    card = await room.post_prework()
    shown = room.shown_in("period-3-pre-work")[-1]
    for each in (TITLE, "Period 3", "14:24 in all", "After this unit you can:", "<t:1799776800:F>"):
        assert each in shown
    started = await ana.press("Start", card)
    assert started.result.response.ephemeral
    assert "counts from <t:1799683632:t>" in started.text
    assert "The form asks" in started.text
    assert "How many metres are in one kilometre?" in started.text
    assert {"Hand in"} < set(started.buttons)
    await room.move(8 * MINUTE)
    assert await handed_in(ana) == (
        f"### ✅ Done: {TITLE}\nYour pre-work counts, and on time.\nBring your question to class: it is a good place to begin."
    )
    assert "It counts" in (await ana.press("Hand in", card)).text
    assert "It counts" in (await ana.press("Start", card)).text
    status = (await room.teacher.slash("prework status")).text
    assert "✅ 1 on time · 🕓 0 late · 🔁 1 not yet" in status
    assert f"<@{ben.id}>: not opened" in status
    # nobody but the student and the teacher reads any of it
    assert room.shown_in("period-3-pre-work")[1:] == []


async def test_each_reason_is_told_and_the_form_comes_back_with_everything_typed(room: Classroom) -> None:
    ana = room.students[0]
    card = await room.post_prework()
    text = await handed_in(ana, card, c0="1", t2="10 km?", summary="Units", question="Why?")
    for reason in (
        "Question 1 is not right yet",
        "Question 3 is not right yet",
        "Your summary has 1 word. Write at least 8",
        "Your question has 1 word. Write at least 3",
        "Press **Start**",
    ):
        assert reason in text
    assert "Question 2" not in text
    assert {"Start", "Hand in again"} == set(ana.screen.buttons)
    await ana.press("Hand in again")
    assert filled(ana) == {"c0": "1", "c1": "1", "t2": "10 km?", "summary": "Units", "question": "Why?"}

    await ana.press("Start", card)
    await room.move(MINUTE)
    assert "That was quick: 1 min 00 s for 14 min 24 s of pre-work" in await handed_in(ana)
    await room.move(10 * MINUTE)
    await ana.press("Hand in again")
    assert filled(ana) == DONE
    assert "counts" in (await ana.fill(**filled(ana))).text
    row = (await room.teacher.slash("progress student", student=ana.actor)).text
    assert "pre-work on time" in row


async def test_after_the_deadline_it_counts_late_and_the_teacher_sees_both(room: Classroom) -> None:
    ana, ben, _ = room.students
    card = await room.post_prework()
    await ben.press("Start", card)
    await room.move(HOUR)
    await handed_in(ben, card)
    await ana.press("Start", card)
    await room.move(2 * DAY)
    assert "marked late" in await handed_in(ana, card)
    status = (await room.teacher.slash("prework status", unit="1")).text
    assert "✅ 1 on time · 🕓 1 late · 🔁 0 not yet" in status
    assert "Nudge those who owe it" not in room.teacher.screen.buttons
    assert "late. It counts" in (await ana.press("Start", card)).text


async def test_only_who_is_in_the_class_hands_in_and_others_are_shown_the_door(room: Classroom) -> None:
    chloe = room.students[2]
    card = await room.post_prework()
    # a role given by hand lets her see the channel; it makes no student of her
    guild = room.env.backend.get_guild(room.guild.id)
    role = next(each for each in guild.roles.values() if each.name == "Period 3 student")
    with room.env.time_context():
        room.env.backend.add_member_role(guild.id, chloe.id, role.id)
    assert "You are not in that class yet" in (await chloe.press("Start", card)).text
    assert "You are not in that class yet" in (await chloe.press("Hand in", card)).text
    assert "Join Period 3?" in (await chloe.press("Join this class")).text
    assert "You teach Period 3" not in (await room.teacher.press("Start", card)).text
    assert "Join this class" in room.teacher.screen.buttons


async def test_pre_work_of_a_unit_that_is_not_open_says_what_opens_it(room: Classroom) -> None:
    ana = room.students[0]
    card = await room.post_prework("Atoms, elements and the periodic table")
    text = (await ana.press("Hand in", card)).text
    assert "still locked" in text
    assert f"pass the check of **{TITLE}**" in text
    assert "🔒 2 have not opened this unit" in (await room.teacher.slash("prework status")).text
    assert "Nobody owes" in (await room.teacher.slash("nudge")).text


async def test_a_form_that_lies_about_its_fields_is_a_hand_in_like_any_other(room: Classroom) -> None:
    """What comes back from a form is whatever the sender likes."""
    ana = room.students[0]
    card = await room.post_prework()
    await ana.press("Start", card)
    await room.move(HOUR)
    opened = await ana.press("Hand in", card)
    forged = opened.result._interaction.modal
    for each in forged["components"]:
        options = each["component"].get("options")
        if options:
            options[0]["value"] = "99999999999999999999"
    await ana.fill(**{**DONE, "c0": "99999999999999999999", "t2": "\u202e0001"})
    assert "Question 1 is not right yet" in ana.screen.text
    assert "Question 2" not in ana.screen.text


# --- the teacher -------------------------------------------------------------------------------------


async def test_a_teacher_posts_now_or_for_later_and_each_unit_once(room: Classroom) -> None:
    teacher = room.teacher
    text = (await teacher.slash("prework post", unit="1", deadline="fri 8:00", at="tomorrow 7:30")).text
    assert "will be posted <t:1799760600:F>" in text
    assert "Worth a thought before you open a unit" in text
    assert "takes 11:24: cut it into parts of ten minutes" in text
    assert room.prework_cards() == []
    assert "no pre-work yet" in (await teacher.slash("prework status")).text
    assert "no open pre-work" in (await teacher.slash("nudge")).text
    assert "What to do now" in (await room.students[0].slash("today")).text
    assert "due" not in room.students[0].screen.text
    await room.move(21 * HOUR)
    assert room.prework_cards() == []
    await room.move(30 * MINUTE)
    assert len(room.prework_cards()) == 1
    assert "was given already" in (await teacher.slash("prework post", unit="1", deadline="sat 8:00")).text
    assert "2 not yet" in (await teacher.press("Who has done it?")).text
    assert len(room.prework_cards()) == 1


async def test_what_cannot_be_is_refused_with_what_to_write(room: Classroom) -> None:
    refused = 0
    for says, options in (
        ("do not understand that time", {"deadline": "soon"}),
        ("do not understand that time", {"deadline": "9999-12-31 23:59"}),
        ("lies in the past", {"deadline": "today 9:00"}),
        ("do not understand that time", {"deadline": "fri 8:00", "at": "later"}),
        ("posted after its deadline", {"deadline": "fri 8:00", "at": "sat 8:00"}),
        ("There is no unit “12”", {"deadline": "fri 8:00", "unit": "12"}),
        ("No class of yours here", {"deadline": "fri 8:00", "class": "Period 9"}),
    ):
        text = (await room.teacher.slash("prework post", **{"unit": "1", **options})).text
        assert says in text, options
        refused += 1
    assert refused == 7
    assert room.prework_cards() == []


async def test_another_teacher_of_the_school_has_no_say_in_this_class(room: Classroom) -> None:
    lopez = room.colleague("lopez")
    card = await room.post_prework()
    for command, options in (
        ("prework post", {"unit": "2", "deadline": "fri 8:00"}),
        ("prework status", {}),
        ("nudge", {}),
        ("progress student", {"student": room.students[0].actor}),
        ("class check", {}),
    ):
        assert "for the class's teacher" in (await lopez.slash(command, **options)).text, command
    assert isinstance(card, discord.Message)
    assert len(room.prework_cards()) == 1
