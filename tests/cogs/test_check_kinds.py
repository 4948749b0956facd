"""Checks with questions of every kind, as students press and type their way through them on Discord."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.classroom import Classroom, Person, Screen
from tests.cogs.test_quiz import PACK

BANK = b'''
[units.check]
draw = 4
time_limit_minutes = 30
cooldown_hours = 4
bank = """
// [id:a] [tag:1.1]
::a::Match each with its number. { =one -> 1 =two -> 2 =three -> 3 }

// [id:b] [tag:1.1]
::b::The word {=mole} has some letters.

// [id:d] [tag:1.2]
::d::Write the number 42. {#42}

// [id:e] [tag:1.2]
::e::Explain it in a sentence. {}
"""

[[units]]
slug = "second"
'''
KINDS = re.sub(
    rb'\n\[units\.check\]\ndraw = 5.*?\n\[\[units\]\]\nslug = "second"\n',
    lambda _: BANK,
    PACK,
    flags=re.DOTALL,
)


async def open_class(room: Classroom, *students: Person) -> None:
    await room.teacher.slash("course import", pack=("reading.toml", KINDS))
    await room.teacher.slash("class create", name="Period 3", course="reading", zone="Europe/Berlin", bar=80)
    await room.teacher.press("Create the class")
    await room.join(*students)


async def pick_in(who: Person, custom_id: str, label_end: str) -> Screen:
    menu = next(part for part in who.screen.parts if part["type"] == 3 and part["custom_id"] == custom_id)
    value = next(each["value"] for each in menu["options"] if each["label"].endswith(label_end))
    message = who.screen.result.response.message
    return await who._seen(await who.actor.select(message, values=[value], custom_id=custom_id))


async def answer(who: Person) -> Screen:
    screen = who.screen
    if "Match each" in screen.text:
        menus = [part["custom_id"] for part in screen.parts if part["type"] == 3]
        assert len(menus) == 3
        for custom_id, right in zip(menus, ("1", "2", "3"), strict=True):
            await pick_in(who, custom_id, f"· {right}")
        return who.screen
    if "Explain it" in screen.text:
        await who.press("Type my answer")
        return await who.fill(essay="Because the mole is a number.\nThat is why.")
    await who.press("Type my answer")
    return await who.fill(answer="42" if "42" in screen.text else "mole")


async def test_a_check_of_many_kinds_is_answered_within_its_time_and_waits_for_the_teacher(
    classroom: Classroom,
) -> None:
    ana, *_ = classroom.students
    await open_class(classroom, ana)
    first = await ana.slash("quiz")
    assert "⏳ Time until" in first.text
    while "Hand in my check" not in ana.screen.buttons:
        await answer(ana)
    done = await ana.press("Hand in my check")
    assert "Your teacher marks 1 answer." in done.text
    assert "Your teacher marks it" in (await ana.press("What do I do now?")).text
    assert "Your teacher marks 1 answer." in (await ana.slash("quiz")).text


async def test_the_clock_hands_in_what_was_answered_and_tells_the_student(classroom: Classroom) -> None:

    ana, *_ = classroom.students
    await open_class(classroom, ana)
    shown = await ana.slash("quiz")
    while "Match each" not in ana.screen.text:
        await ana.press("Next")
    await answer(ana)
    await classroom.move(timedelta(minutes=31))
    assert "Its time was up, so I handed it in for you" in ana.inbox[-1]
    assert "**25 %**" in ana.inbox[-1]
    assert "It counted once" in (await ana.press("Look over and hand in", shown)).text
    assert "Not yet: First steps" in (await ana.press("See my result", ana.last_dm())).text


async def test_the_teacher_notes_more_time_in_private_and_a_student_cannot(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_class(classroom, ana, ben)
    kept = await classroom.teacher.slash("accommodate", student=ana.actor, more_time=50, fewer_options=1)
    assert "50 % more time" in kept.text
    assert "1 option fewer" in kept.text
    assert kept.result.response.message.flags.ephemeral
    await classroom.teacher.slash("accommodate", student=classroom.newcomer("dora").actor, more_time=50)
    assert "Not in your class" in classroom.teacher.screen.text
