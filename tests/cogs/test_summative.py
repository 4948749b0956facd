"""A summative check as a class and its teacher live it: its hours, its result, the two minutes after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.records import Asker
from bot.services.summatives import TalkGone
from tests.classroom import ZONE, Classroom, Person, Screen
from tests.cogs.test_quiz import PACK, answer, answer_all, press_by_hand

SUMMATIVE = PACK.replace(b"draw = 5\n", b"draw = 5\nsummative = true\n")
HOUR = timedelta(hours=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.teacher.slash("course import", pack=("reading.toml", SUMMATIVE))
    await classroom.teacher.slash("class create", name="Period 3", course="reading", zone=ZONE, bar=80)
    await classroom.teacher.press("Create the class")
    await classroom.join()
    return classroom


async def set_hours(room: Classroom, opens: str = "now", closes: str = "14:00", **more: object) -> Screen:
    """It is ten in the morning."""
    return await room.teacher.slash("summative open", unit="1", opens=opens, closes=closes, **more)


async def take(who: Person, *, well: bool = True) -> Screen:
    await who.slash("quiz")
    await who.press("Begin now")
    await answer_all(who, well=well)
    return await who.press("Hand in my check")


async def open_hours(room: Classroom, start: str = "15:00") -> Screen:
    await room.teacher.slash("officehours open", start=start, until="1h", minutes=5, for_talks=True)
    return await room.teacher.press("Open them")


# --- its hours -------------------------------------------------------------------------------------


async def test_before_its_hours_a_student_is_told_when_it_opens_and_what_it_is(room: Classroom) -> None:
    ana = room.students[0]
    assert "Your teacher sets the time" in (await ana.slash("quiz")).text
    await set_hours(room, "11:00", "12:00")
    assert "opens <t:" in (await ana.slash("quiz")).text
    assert "opens <t:" in (await ana.slash("today")).text
    await room.move(HOUR)
    screen = await ana.slash("quiz")
    assert "taken once" in screen.text
    assert "two minutes about two of your answers" in screen.text
    assert "question 1 of 5" in (await ana.press("Begin now")).text


async def test_after_its_hours_a_student_is_sent_to_their_teacher(room: Classroom) -> None:
    ana = room.students[0]
    await set_hours(room, closes="11:00")
    await ana.slash("quiz")
    await room.move(HOUR + timedelta(seconds=3))
    screen = await ana.press("Begin now")
    assert "closed" in screen.text
    assert "Talk to your teacher" in screen.text
    assert "Book office hours" in screen.buttons


async def test_two_seconds_after_the_close_a_press_still_counts(room: Classroom) -> None:
    ana = room.students[0]
    await set_hours(room, closes="11:00")
    await ana.slash("quiz")
    await room.sleep(HOUR + timedelta(seconds=1))
    assert "question 1 of 5" in (await ana.press("Begin now")).text


async def test_what_is_open_when_it_closes_is_handed_in_by_the_clock(room: Classroom) -> None:
    ana = room.students[0]
    await set_hours(room, closes="11:00", results="16:00")
    await ana.slash("quiz")
    await ana.press("Begin now")
    await answer(ana, well=True)
    await room.move(HOUR + timedelta(minutes=1))
    assert "Its time was up" in ana.inbox[-1]
    assert "Results come <t:" in ana.inbox[-1]
    assert "%" not in ana.inbox[-1]
    await room.move(5 * HOUR)
    assert "Not yet" in ana.inbox[-1]
    assert "20 %" in ana.inbox[-1]


async def test_hours_that_cannot_be_are_refused_with_what_was_understood(room: Classroom) -> None:
    screen = await set_hours(room, "12:00", "14:00", results="2027-01-11 13:00")
    assert "Results would come while others still take it" in screen.text or "<t:" in screen.text
    assert "cannot read" in (await set_hours(room, "soonish")).text
    assert (
        "no unit" in (await room.teacher.slash("summative open", unit="9", opens="now", closes="14:00")).text
    )
    second = await room.teacher.slash("summative open", unit="2", opens="now", closes="14:00")
    assert "summative = true" in second.text
    other = await room.colleague("Mr. Other").slash("summative open", unit="1", opens="now", closes="14:00")
    assert "teacher" in other.text


# --- its result ------------------------------------------------------------------------------------


async def test_who_is_done_early_learns_nothing_that_others_could_use(room: Classroom) -> None:
    """RF11: neither score nor hint nor key nor role, by any way, until the hour that was promised."""
    ana, ben, _ = room.students
    await set_hours(room, results="15:00", oral=False)
    handed_in = await take(ana)
    await take(ben, well=False)
    for who in (ana, ben):
        for screen in (who.screen, await who.slash("quiz"), await who.slash("today")):
            assert "Results come <t:" in screen.text
            assert "%" not in screen.text
            assert not {"See my answers", "Try again"} & set(screen.buttons)
    assert not ana.sees("unit-2-second")
    await room.move(4 * HOUR + timedelta(minutes=30))
    assert "Results come" in (await ana.slash("quiz")).text
    assert not any("100" in text for text in ana.inbox)
    await room.move(HOUR)
    assert any("Passed" in text and "100 %" in text for text in ana.inbox)
    assert any("Not yet" in text for text in ben.inbox)
    assert ana.sees("unit-2-second")
    assert not ben.sees("unit-2-second")
    assert "Results come" in handed_in.text


#: what Moodle's review options tell apart, as a student would see it; only a pass ever shows the key
REVIEW = {
    "score": "%",
    "objectives": "█",
    "where to look": "Read the first page again",
    "feedback": "Not that one",
    "whether right": "✅ *right*",
    "key": "Right would be",
}


@pytest.mark.parametrize("well", [True, False])
@pytest.mark.parametrize(
    ("after", "shown"),
    [(0, False), (1, False), (5, False), (7, True)],
    ids=["just handed in", "others still take it", "closed", "results are out"],
)
async def test_of_the_review_nothing_is_seen_before_the_time_that_was_set(
    room: Classroom, after: int, *, shown: bool, well: bool
) -> None:
    """RF11, four instants by six things to see, of a pass and of a "not yet"."""
    ana = room.students[0]
    await set_hours(room, closes="14:00", results="16:00", oral=False)
    await ana.slash("quiz")
    begun = await ana.press("Begin now")
    handle = next(each for each in begun.buttons.values() if ":check_over:" in each).rpartition(":")[2]
    await answer_all(ana, well=well)
    seen = [(await ana.press("Hand in my check")).text]
    await room.move(after * HOUR)
    card = await ana.slash("today")
    result = await press_by_hand(ana, f"fc:check_result:{handle}", card)
    for position in range(1, 6):  # which of them are chosen from options is as the form was drawn
        card = await ana.slash("today")
        seen.append((await press_by_hand(ana, f"fc:check_back:{handle}.{position}", card)).text)
    seen += [card.text, result.text, (await ana.slash("quiz")).text, *ana.inbox]
    found = {thing for thing, mark in REVIEW.items() if any(mark in text for text in seen)}
    if not shown:
        assert found == set()
    else:
        assert "score" in found
        assert ("whether right" in found) is well
        assert ("where to look" in found) is not well


async def test_it_is_taken_once_unless_the_teacher_grants_another(room: Classroom) -> None:
    ana = room.students[0]
    await set_hours(room, closes="11:00", oral=False)
    await take(ana, well=False)
    await room.move(2 * HOUR)
    screen = await ana.slash("quiz")
    assert "Ask your teacher for the next try" in screen.text
    assert "Begin now" not in screen.buttons


# --- the talk --------------------------------------------------------------------------------------


async def test_a_pass_is_booked_for_a_talk_by_itself_and_confirmed_it_opens_the_unit(room: Classroom) -> None:
    ana = room.students[0]
    await set_hours(room, closes="14:00")
    await open_hours(room)
    await take(ana)
    assert "two minutes" not in (await room.teacher.slash("oral")).text
    await room.move(4 * HOUR + timedelta(minutes=1))
    assert "100 %" in ana.inbox[-1]
    assert "two minutes of talk" in ana.inbox[-1]
    assert not ana.sees("unit-2-second")
    assert "They open the next unit" in (await ana.slash("today")).text
    await room.teacher.slash("officehours agenda")
    listed = await room.teacher.slash("oral")
    assert f"<@{ana.id}>" in listed.text
    shown = await room.teacher.pick(next(iter(listed.menu)))
    assert shown.text.count("You may ask") == 2
    assert set(shown.buttons) == {"Confirmed", "Does not match", "Did not come"}
    await room.teacher.press("Confirmed")
    await room.work()
    assert ana.sees("unit-2-second")
    assert "Thank you for explaining" in "\n".join(ana.inbox)


async def test_a_student_moves_the_talk_with_the_usual_button(room: Classroom) -> None:
    ana = room.students[0]
    await set_hours(room)
    await open_hours(room)
    await take(ana)
    await room.move(4 * HOUR + timedelta(minutes=1))
    before = (await room.teacher.slash("oral")).text
    screen = await ana.press("Choose another time", ana.last_dm())
    await ana.choose_in(screen.result.response.message, list(screen.menu)[-1])
    after = (await room.teacher.slash("oral")).text
    assert before != after
    assert "no time yet" not in after


async def test_without_a_free_slot_the_teachers_room_hears_of_it_and_opening_hours_books(
    room: Classroom,
) -> None:
    ana, ben, _ = room.students
    await set_hours(room)
    await take(ana)
    await take(ben)
    await room.move(4 * HOUR + timedelta(minutes=1))
    assert "as soon as one is free" in ana.inbox[-1]
    cards = [
        Screen([part.to_dict() for part in each.components]).text
        for each in room.cards_in("period-3-teachers")
    ]
    assert sum("without a time" in text for text in cards) == 1
    assert "2 two-minute talks" in next(text for text in cards if "without a time" in text)
    await open_hours(room)
    await room.work()
    assert "<t:" in ana.inbox[-1]
    assert "no time yet" not in (await room.teacher.slash("oral")).text


async def test_a_talk_that_does_not_match_is_the_teachers_to_decide_and_accuses_nobody(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await set_hours(room)
    await open_hours(room)
    await take(ana)
    await room.move(4 * HOUR + timedelta(minutes=1))
    listed = await room.teacher.slash("oral")
    await room.teacher.pick(next(iter(listed.menu)))
    decide = await room.teacher.press("Does not match")
    await room.work()
    assert "Nothing is decided" in ana.inbox[-1]
    for word in ("copied", "cheat", "match", "suspect"):
        assert word not in "\n".join(ana.inbox).casefold()
    assert not ana.sees("unit-2-second")
    assert "Let them take it again" in decide.buttons
    await room.teacher.press("Count it as passed")
    await room.work()
    assert ana.sees("unit-2-second")


async def test_a_check_that_does_not_count_can_be_asked_for_again(room: Classroom) -> None:
    ana = room.students[0]
    await set_hours(room)
    await open_hours(room)
    await take(ana)
    await room.move(4 * HOUR + timedelta(minutes=1))
    listed = await room.teacher.slash("oral")
    await room.teacher.pick(next(iter(listed.menu)))
    await room.teacher.press("Does not match")
    await room.teacher.press("Let them take it again")
    await room.work()
    assert "take this check again" in ana.inbox[-1]
    assert "no talks wait" in (await room.teacher.slash("oral")).text
    assert "Ask your teacher for the next try" in (await ana.slash("today")).text


async def test_who_misses_the_talk_is_booked_once_more_and_then_stays_on_the_teachers_list(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await set_hours(room)
    await open_hours(room)
    await take(ana)
    await room.move(5 * HOUR + timedelta(minutes=10))
    listed = await room.teacher.slash("oral")
    await room.teacher.pick(next(iter(listed.menu)))
    assert "booked again" in (await room.teacher.press("Did not come")).text
    await room.work()
    assert "We missed you" in ana.inbox[-1]
    listed = await room.teacher.slash("oral")
    await room.teacher.pick(next(iter(listed.menu)))
    assert "no third time" in (await room.teacher.press("Did not come")).text
    assert "did not come twice" in (await room.teacher.slash("oral")).text


async def test_nobody_but_the_teacher_sees_or_decides_a_talk(room: Classroom) -> None:
    ana, ben, _ = room.students
    await set_hours(room)
    await open_hours(room)
    await take(ana)
    await room.move(4 * HOUR + timedelta(minutes=1))
    listed = await room.teacher.slash("oral")
    handle = next(iter(listed.menu.values()))
    service = room.app.services.summatives
    for who in (ana, ben):
        asker = Asker(who.id, room.guild.id, manages=False)
        assert isinstance(await service.show(asker, handle), TalkGone)
        assert isinstance(await service.confirm(asker, handle, room.clock()), TalkGone)
    assert not ana.sees("unit-2-second")
