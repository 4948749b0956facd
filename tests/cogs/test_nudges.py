"""Nudges: at the right time, by a way that is open, to those who still owe it, and to nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.loopback.phone import Phone
from tests.classroom import MONDAY, Classroom, Person, open_classroom
from tests.cogs.test_prework import TITLE, handed_in

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


def nudges(who: Person) -> int:
    return sum("Still open" in each for each in (*who.inbox, *who.threads))


async def lived(room: Classroom, *people: Person, until: timedelta, step: timedelta = HOUR) -> list[str]:
    """Moves on step by step; when each nudge had come, in the class's own time, and to whom."""
    names = dict(zip(people, ("ana", "ben", "chloe"), strict=False))
    counts, seen, end = {each: nudges(each) for each in people}, [], room.clock() + until
    while room.clock() < end:
        await room.move(step)
        for each in people:
            if nudges(each) != counts[each]:
                counts[each] = nudges(each)
                seen.append(f"{room.clock() - timedelta(hours=6):%a %H:%M} {names[each]}")
    return seen


async def test_a_day_and_three_hours_before_whoever_owes_it_is_reminded_and_who_is_done_is_not(
    room: Classroom,
) -> None:
    ana, ben, _ = room.students
    card = await room.post_prework(deadline="wed 12:00")
    await ben.press("Start", card)
    await room.move(20 * MINUTE)
    await handed_in(ben, card)
    await room.move(40 * MINUTE)
    assert await lived(room, ana, ben, until=2 * DAY) == ["Tue 12:00 ana", "Wed 09:00 ana"]
    text = ana.inbox[-1]
    assert f"Still open: {TITLE}" in text
    assert "Period 3" in text
    dm = ana.last_dm()
    assert "not handed in" in (await ana.press("Why did I get this?", dm)).text
    assert "Started" in (await ana.press("Start", dm)).text
    await room.move(10 * MINUTE)
    assert "counts, and on time" in await handed_in(ana)
    assert "You owe nothing here any more" in (await ana.press("Why did I get this?", dm)).text


async def test_what_would_come_at_night_comes_the_evening_before(room: Classroom) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="wed 8:00")
    assert await lived(room, ana, until=2 * DAY, step=30 * MINUTE) == ["Tue 08:00 ana", "Tue 21:00 ana"]


async def test_a_bot_that_slept_through_both_reminders_sends_one(room: Classroom) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="tomorrow 12:00")
    await room.sleep(25 * HOUR)
    await room.work()
    assert nudges(ana) == 1
    await room.sleep(DAY)
    await room.work()
    assert nudges(ana) == 1


async def test_with_a_confirmed_phone_a_text_comes_an_hour_before(tmp_path: Path) -> None:
    async with Phone(now=lambda: MONDAY) as phone:
        twilio = {
            "account_sid": phone.account_sid,
            "auth_token": phone.auth_token,
            "from_number": phone.number,
            "api_base": phone.api_base,
        }
        keys = {"keys": [Fernet.generate_key().decode()]}
        async with open_classroom(tmp_path, twilio=twilio, security=keys) as room:
            await room.open_class()
            ana, ben, _ = room.students
            await room.join(ana, ben)
            await ana.slash("phone number")
            await ana.press("Give my number")
            await ana.fill(number="(202) 555-0142")
            await ana.press("Enter the code")
            await ana.fill(code=re.findall(r"\d{6}", phone.texts[-1].body)[0])
            await room.post_prework(deadline="tomorrow 12:00")
            await room.move(24 * HOUR + 59 * MINUTE)
            assert len(phone.texts) == 1
            assert (nudges(ana), nudges(ben)) == (2, 2)
            await room.move(MINUTE)
            assert "is due Tue 12 Jan 12:00" in phone.texts[-1].body
            await room.move(DAY)
            assert len(phone.texts) == 2
            assert (nudges(ana), nudges(ben)) == (2, 2)


async def test_a_closed_dm_goes_into_a_private_thread_at_once_and_the_next_one_too(room: Classroom) -> None:
    ana, ben, _ = room.students
    await room.post_prework(deadline="wed 12:00")
    await ana.close_dms()
    await room.move(26 * HOUR)
    assert (len(ana.inbox), len(ben.inbox)) == (1, 2)
    thread = [each for each in ana.threads if "Still open" in each]
    assert len(thread) == 1
    assert f"<@{ana.id}>" in thread[0]
    assert not any(each in room.shown_in("period-3-pre-work") for each in thread)
    assert ben.threads == []
    await ana.allow_dms()
    await room.move(DAY)
    assert nudges(ana) == 2
    assert len(ana.inbox) == 1
    made = room.requests("POST", "/channels/*/threads")
    assert len(made) == 1
    assert made[0].json["type"] == 12
    assert made[0].json["invitable"] is False


async def test_when_the_thread_is_refused_too_the_teachers_room_hears_who_and_why(room: Classroom) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="wed 12:00")
    await ana.close_dms()
    room.refuse("POST", "/channels/*/threads", 403, 160006)
    await room.move(26 * HOUR)
    closed, told = room.shown_in("period-3-teachers")
    assert f"<@{ana.id}> gets no DMs" in closed
    assert f"<@{ana.id}> did not get the nudge about pre-work" in told
    assert "direct messages are closed" in told
    assert "as many threads as Discord allows" in told
    assert not any("did not get" in each for each in room.shown_in("period-3-pre-work"))


# --- by hand -----------------------------------------------------------------------------------------


async def test_a_teacher_sees_who_gets_what_first_and_sends_it_once(room: Classroom) -> None:
    ana, ben, chloe = room.students
    await room.join(chloe, inbox=False)
    await room.post_prework(deadline="wed 12:00")
    text = (await room.teacher.slash("nudge")).text
    assert "💬 By DM: 2**\n" + f"<@{ana.id}> <@{ben.id}>" in text
    assert f"🧵 In a private thread: 1**\n<@{chloe.id}>" in text
    assert [nudges(each) for each in (ana, ben, chloe)] == [0, 0, 0]
    preview = room.teacher.screen
    assert "3 nudges on the way" in (await room.teacher.press("Send 3")).text
    assert [nudges(each) for each in (ana, ben, chloe)] == [1, 1, 1]
    assert "Nothing was sent" in (await room.teacher.press_as_it_was("Send 3", preview)).text
    assert [nudges(each) for each in (ana, ben, chloe)] == [1, 1, 1]


async def test_who_hands_in_between_preview_and_confirmation_gets_nothing(room: Classroom) -> None:
    ana, ben, _ = room.students
    card = await room.post_prework(deadline="wed 12:00")
    await ana.press("Start", card)
    await room.move(20 * MINUTE)
    await room.teacher.slash("prework status")
    await room.teacher.press("Nudge those who owe it")
    await handed_in(ana, card)
    assert "1 nudge on the way" in (await room.teacher.press("Send 2")).text
    assert (nudges(ana), nudges(ben)) == (0, 1)
    await room.teacher.slash("nudge")
    await ben.press("Start", card)
    await room.move(20 * MINUTE)
    await handed_in(ben, card)
    assert "Nobody needs a nudge any more" in (await room.teacher.press("Send 1")).text
    assert "Nobody owes" in (await room.teacher.slash("nudge")).text


async def test_at_night_a_nudge_by_hand_says_that_it_waits_for_the_morning_and_is_no_trouble(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="fri 12:00")
    await room.move(13 * HOUR)  # eleven at night
    text = (await room.teacher.slash("nudge")).text
    assert "🌙 Quiet hours or a day off: 2 of them go out <t:1799758800:R>" in text
    await room.teacher.press("Send 2")
    await room.move(7 * HOUR + 59 * MINUTE)
    assert nudges(ana) == 0
    assert "is in order" in (await room.teacher.slash("class check")).text
    await room.move(MINUTE)
    assert nudges(ana) == 1
