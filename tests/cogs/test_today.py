"""What do I do now?, and the same question about a student asked by their teacher."""

from __future__ import annotations

from datetime import timedelta

from tests.classroom import Classroom
from tests.cogs.test_prework import TITLE, handed_in

MINUTE = timedelta(minutes=1)


async def test_today_is_always_the_next_step_with_its_button(classroom: Classroom) -> None:
    teacher, (ana, *_) = classroom.teacher, classroom.students
    assert "join your class first" in (await ana.slash("today")).text
    assert "Join a class" in ana.screen.buttons
    await classroom.open_class()
    assert "Join Period 3?" in (await ana.press("Join a class")).text
    await ana.press("I am old enough. Join")

    async def asked_of_teacher() -> str:
        return (await teacher.slash("progress student", student=ana.actor)).text.splitlines()[-1]

    # nothing was given yet: the check of the first unit is open
    text = (await ana.slash("today")).text
    assert f"**{TITLE}** is open for you. Its pre-work is not posted yet" in text
    assert "Your inbox is closed" in text
    assert await asked_of_teacher() == f"Next: check of {TITLE}, attempt 1"

    card = await classroom.post_prework()
    assert "due <t:1799776800:F>" in (await ana.slash("today")).text
    assert await asked_of_teacher() == f"Next: pre-work {TITLE}, due <t:1799776800:R>"
    await ana.press("Start")
    assert "You have started" in (await ana.slash("today")).text
    await classroom.move(MINUTE)
    await handed_in(ana)
    assert "Not yet" in ana.screen.text
    assert "You tried to hand it in" in (await ana.slash("today")).text
    await ana.press("Continue")
    assert ana.screen.modal is not None
    await classroom.move(timedelta(days=2))
    assert "was due <t:1799776800:R>" in (await ana.slash("today")).text
    await handed_in(ana, card)
    await ana.slash("today")
    assert f"take the check of **{TITLE}**" in ana.screen.text
    await ana.press("Start the check")
    assert "question 1 of 5" in ana.screen.text
    assert "is half done" in (await ana.slash("today")).text
    assert "Continue" in ana.screen.buttons
    assert (await asked_of_teacher()).startswith(f"Next: finish the check of {TITLE}")


async def test_today_works_in_a_direct_message_too_and_in_a_class_that_is_not_ones_own_it_says_so(
    classroom: Classroom,
) -> None:
    await classroom.open_class()
    ana = classroom.students[0]
    await classroom.join(ana)
    await classroom.post_prework()
    assert f"Pre-work **{TITLE}**" in (await ana.slash_in_dm("today")).text
    await ana.press("What do I do now?", ana.last_dm())
    assert f"Pre-work **{TITLE}**" in ana.screen.text
    await ana.press("Start")
    await classroom.move(8 * MINUTE)
    assert "counts, and on time" in await handed_in(ana)


async def test_a_teacher_sees_where_a_student_stands_and_only_their_own_students(
    classroom: Classroom,
) -> None:
    await classroom.open_class()
    ana, ben, _ = classroom.students
    await classroom.join(ana)
    await classroom.post_prework()
    await handed_in(ana, classroom.prework_cards()[-1], summary="Too short")
    text = (await classroom.teacher.slash("progress student", student=ana.actor)).text
    assert "**Period 3**: 0 of 4 units mastered, bar 80 %" in text
    assert f"▶️ 1. {TITLE} · pre-work not yet (summary of 2 words; did not press Start)" in text
    assert "🔒 2. Atoms" in text
    assert f"<@{ana.id}>" in text
    assert (
        "Not in a class of yours"
        in (await classroom.teacher.slash("progress student", student=ben.actor)).text
    )
    assert classroom.teacher.screen.result.response.ephemeral


async def test_in_many_classes_at_once_the_card_still_fits(classroom: Classroom) -> None:
    """Nine classes, each with something to do: more buttons and lines than a card has room for."""
    await classroom.open_class("Period 0")
    (door,) = classroom.cards_in("lobby")
    ana = classroom.students[0]
    for number in range(9):
        if number:
            await classroom.teacher.slash(
                "class create", name=f"Period {number}", course="intro-chemistry", zone="America/Chicago"
            )
            await classroom.teacher.press("Create the class")
        await classroom.teacher.slash(
            "prework post", **{"unit": "1", "deadline": "fri 8:00", "class": f"Period {number}"}
        )
    for door in classroom.cards_in("lobby"):
        await ana.press("Join this class", door)
        await ana.press("I am old enough. Join")
    text = (await ana.slash("today")).text
    assert all(f"**Period {number}**" in text for number in range(9))
    assert "Open my inbox" in ana.screen.buttons
