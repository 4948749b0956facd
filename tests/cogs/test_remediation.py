"""After "not yet": the student chooses a way to work on it, and what they record opens the next try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.classroom import Classroom, Person
from tests.cogs.test_quiz import answer_all, open_reading_class, work_on_it

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await open_reading_class(classroom, *classroom.students)
    return classroom


async def not_yet(who: Person) -> None:
    await who.slash("quiz")
    await answer_all(who, well=False)
    assert "Not yet" in (await who.press("Hand in my check")).text


async def may_begin(who: Person) -> bool:
    return "question 1 of 5" in (await who.slash("quiz")).text


async def test_the_result_shows_each_objective_and_no_key(room: Classroom) -> None:
    ana = room.students[0]
    await not_yet(ana)
    told = ana.screen.text
    assert "1.1 ░░░░ 0 of 3" in told
    assert "1.2 ░░░░ 0 of 2" in told
    assert "Best attempt counts. Next try 4 hours after the last one." in told
    for key in ("the right one", "mole", "42"):
        assert key not in told
    assert next(iter(ana.screen.buttons)) == "Choose what to do"


async def test_time_alone_does_not_open_the_next_try_and_work_alone_does_neither(room: Classroom) -> None:
    ana, ben, _ = room.students
    await not_yet(ana)
    await not_yet(ben)
    await ben.slash("today")
    assert "Recorded" in (await work_on_it(ben)).text
    assert "opens <t:" in ben.screen.text
    assert not await may_begin(ben)
    await room.move(5 * HOUR)
    assert not await may_begin(ana)
    assert "Work on what is still open" in ana.screen.text
    assert await may_begin(ben)


async def test_a_sentence_that_says_too_little_is_kept_and_asked_for_again(room: Classroom) -> None:
    ana = room.students[0]
    await not_yet(ana)
    await ana.press("Choose what to do")
    assert "Read the first page again." in (await ana.pick("Watch or read a part again")).text
    await ana.press("Write my sentence")
    assert "has 1 word." in (await ana.fill(found="Nothing")).text
    await ana.press("Go on writing")
    assert ana.screen.fields["found"]["value"] == "Nothing"
    assert "Recorded" in (await ana.fill(found="Nothing is as easy as it looks")).text


async def test_a_partner_is_named_or_found_by_the_teacher_and_nobody_else_hears_of_it(
    room: Classroom,
) -> None:
    ana, ben, _ = room.students
    await ben.slash("quiz")
    await answer_all(ben, well=True)
    await ben.press("Hand in my check")
    await not_yet(ana)
    await ana.press("Choose what to do")
    await ana.pick("Work with a classmate")
    assert "looks for a partner" in (await ana.press("Find me a partner")).text
    (told,) = [each for each in room.shown_in("period-3-teachers") if "partner" in each]
    assert f"<@{ana.id}>" in told
    assert f"Have mastered it: <@{ben.id}>" in told
    assert not any("partner" in each for each in [*ben.inbox, *room.shown_in("period-3-pre-work")])
    await ana.press("Write my sentence")
    await ana.fill(partner="Ben", found="He showed me where the last page says it")
    assert "Recorded" in ana.screen.text


async def test_practice_asks_other_questions_and_says_right_or_not_yet_but_never_the_answer(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await not_yet(ana)
    await ana.press("Choose what to do")
    # the form had all five questions of the bank
    assert "no other questions" in (await ana.pick("Practise")).text
    await ana.press("Choose another way")
    assert "Practise" in ana.screen.menu


async def test_a_booked_talk_counts_once_it_is_over(room: Classroom) -> None:
    ana = room.students[0]
    await room.teacher.slash("officehours open", start="tomorrow 15:00", until="15:15")
    await room.teacher.press("Open them")
    await not_yet(ana)
    await ana.press("Choose what to do")
    await ana.pick("One-to-one with your teacher")
    await ana.press("Book office hours")
    await ana.pick(next(iter(ana.screen.menu)))
    await ana.fill(reason="The first page")
    assert "Your office hours count" in (await ana.slash("today")).text
    await room.move(29 * HOUR)
    assert not await may_begin(ana)
    await room.move(20 * timedelta(minutes=1))
    assert await may_begin(ana)


async def test_a_teacher_records_what_a_student_did_and_sees_what_stands(room: Classroom) -> None:
    ana, ben, _ = room.students
    await not_yet(ana)
    stands = await room.teacher.slash("progress student", student=ana.actor)
    assert "work on what was missed first" in stands.text
    done = await room.teacher.slash("remediation", student=ana.actor, kind="group", note="at noon")
    assert "Recorded" in done.text
    assert (
        "Nothing to record" in (await room.teacher.slash("remediation", student=ben.actor, kind="group")).text
    )
    await room.move(5 * HOUR)
    assert await may_begin(ana)


async def test_whoever_teaches_nobody_records_nothing(room: Classroom) -> None:
    ana = room.students[0]
    await not_yet(ana)
    stranger = room.colleague("someone")
    refused = await stranger.slash("remediation", student=ana.actor, kind="peer")
    assert "for the class's teacher" in refused.text
    await room.move(5 * HOUR)
    assert not await may_begin(ana)
