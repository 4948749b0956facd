"""Texts to a student's phone: agreed to, proven, used when Discord is not enough, and stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.classroom import Classroom
from tests.cogs.sms import NUMBER, Sms, open_sms


@pytest.fixture
async def sms(tmp_path: Path) -> AsyncIterator[Sms]:
    async with open_sms(tmp_path) as sms:
        await sms.room.join(*sms.room.students[:2])
        yield sms


async def test_a_student_reads_what_is_texted_gives_a_number_and_proves_it(sms: Sms) -> None:
    ana = sms.room.students[0]
    asked = await ana.slash("phone number")
    for words in ("What I text", "How often", "To stop", "parent or guardian", "encrypted"):
        assert words in asked.text
    assert asked.result.response.ephemeral
    assert sms.texts() == []
    await ana.press("Give my number")
    sent = await ana.fill(number="(202) 555-0142")
    assert "number ending in 42" in sent.text
    assert NUMBER not in sent.text
    (text,) = sms.texts()
    assert "10 min" in text
    await ana.press("Enter the code")
    assert "Your phone is confirmed" in (await ana.fill(code=sms.code())).text
    assert "I text the number ending in 42" in (await ana.slash("phone show")).text


async def test_a_wrong_code_says_how_many_tries_are_left_and_then_asks_for_a_new_one(sms: Sms) -> None:
    ana = sms.room.students[0]
    await ana.slash("phone number")
    await ana.press("Give my number")
    await ana.fill(number=NUMBER)
    wrong = "000000" if sms.code() != "000000" else "000001"
    for left in ("4 tries", "3 tries", "2 tries", "one try"):
        await ana.slash("phone code")
        assert f"You have {left} left" in (await ana.fill(code=wrong)).text
    await ana.press("Enter the code")
    over = await ana.fill(code=wrong)
    assert "No code is good just now" in over.text
    await ana.slash("phone code")
    assert "No code is good just now" in (await ana.fill(code=sms.code())).text
    await ana.press("Give my number")
    await ana.fill(number=NUMBER)
    await ana.press("Enter the code")
    assert "Your phone is confirmed" in (await ana.fill(code=sms.code())).text


async def test_what_is_no_mobile_number_is_told_and_nothing_is_sent(sms: Sms) -> None:
    ana = sms.room.students[0]
    await ana.slash("phone number")
    await ana.press("Give my number")
    assert "not a phone number" in (await ana.fill(number="the red one")).text
    await ana.press("Try again")
    assert "too few digits" in (await ana.fill(number="555")).text
    assert sms.phone.texts == []


async def test_five_codes_a_day_are_enough(sms: Sms) -> None:
    ana = sms.room.students[0]
    await ana.slash("phone number")
    await ana.press("Give my number")
    for _ in range(5):
        await ana.fill(number=NUMBER)
        await ana.press("Another number")
    assert "Enough codes for today" in (await ana.fill(number=NUMBER)).text
    assert len(sms.texts()) == 5


async def test_reminders_come_as_texts_where_the_inbox_is_closed_until_they_are_stopped(sms: Sms) -> None:
    """Ana never opened her inbox; a text that waits is held back the moment she stops."""
    room = sms.room
    chloe = room.students[2]
    await room.join(chloe, inbox=False)
    await sms.prove(chloe)
    await room.post_prework(deadline="tomorrow 12:00")
    await room.move(timedelta(hours=25, minutes=1))
    assert any("pre-work" in each for each in sms.texts())
    before = len(sms.texts())

    await room.post_prework(unit="2", deadline="tomorrow 12:00")
    assert "Texts have stopped" in (await chloe.slash("phone stop")).text
    await room.move(timedelta(days=2))
    assert len(sms.texts()) == before
    shown = await chloe.slash("phone show")
    assert "I keep no number" in shown.text
    assert "I do not text you" in (await chloe.slash("phone stop")).text


async def test_a_text_that_waits_is_not_sent_once_its_reader_has_stopped(sms: Sms) -> None:
    """RB9: what Twilio was too busy to take is looked at again before the next try."""
    ana = sms.room.students[0]
    await sms.prove(ana)
    sms.phone.fail(NUMBER, 20429)
    await sms.room.post_prework(deadline="tomorrow 12:00")
    await sms.room.move(timedelta(hours=25, minutes=1))
    assert "Texts have stopped" in (await ana.slash("phone stop")).text
    sms.phone.mend(NUMBER)
    await sms.room.move(timedelta(minutes=30))
    assert len(sms.texts()) == 1


async def test_stop_texted_back_ends_texts_for_good(sms: Sms) -> None:
    ana = sms.room.students[0]
    await sms.prove(ana)
    sms.phone.fail(NUMBER, 21610)
    await sms.room.post_prework(deadline="tomorrow 12:00")
    await sms.room.move(timedelta(hours=25, minutes=1))
    assert "I do not text you" in (await ana.slash("phone show")).text
    assert len(sms.texts()) == 1


async def test_a_number_that_texts_do_not_reach_is_paused_and_its_owner_asked_on_discord(sms: Sms) -> None:
    """RB14: a landline by now."""
    ana = sms.room.students[0]
    await sms.prove(ana)
    sms.phone.fail(NUMBER, 21614)
    await sms.room.post_prework(deadline="tomorrow 12:00")
    await sms.room.move(timedelta(hours=25, minutes=1))
    assert any("My texts do not reach your phone" in each for each in ana.inbox)
    assert "The carrier says: the number is not a mobile one" in (await ana.slash("phone show")).text
    sms.phone.mend(NUMBER)
    await ana.press("Give my number")
    await ana.fill(number=NUMBER)
    await ana.press("Enter the code")
    assert "Your phone is confirmed" in (await ana.fill(code=sms.code())).text


async def test_a_teacher_stops_texts_to_a_student_who_asked_for_it(sms: Sms) -> None:
    room = sms.room
    ana, ben = room.students[:2]
    await sms.prove(ana)
    for who in (ben, room.colleague("okafor")):
        assert (
            "This is for the class's teacher" in (await who.slash("phone stop-for", student=ana.actor)).text
        )
    stopped = await room.teacher.slash("phone stop-for", student=ana.actor)
    assert "Texts have stopped" in stopped.text
    assert stopped.result.response.ephemeral
    assert "I do not text you" in (await ana.slash("phone show")).text
    assert "nothing to stop" in (await room.teacher.slash("phone stop-for", student=ana.actor)).text


async def test_a_phone_that_asked_for_no_texts_gets_not_even_a_code_that_somebody_else_asked_for(
    sms: Sms,
) -> None:
    """RB8."""
    ana, ben = sms.room.students[:2]
    await sms.prove(ana)
    await ana.slash("phone stop")
    await ben.slash("phone number")
    await ben.press("Give my number")
    told = await ben.fill(number=NUMBER)
    assert "asked for no texts" in told.text
    assert "text START from that very phone" in told.text
    assert len(sms.texts()) == 1


async def test_whoever_is_in_no_class_is_shown_how_to_join(sms: Sms) -> None:
    screen = await sms.room.newcomer("dana").slash("phone number")
    assert list(screen.buttons) == ["Join a class"]


async def test_where_texting_is_not_set_up_it_is_said(classroom: Classroom) -> None:
    ana = classroom.students[0]
    await classroom.open_class()
    await classroom.join(ana)
    for command in ("phone number", "phone show"):
        screen = await ana.slash(command)
        assert "Texts are not set up here" in screen.text
        assert screen.buttons == {}


async def test_numbers_and_codes_are_in_no_log(sms: Sms, capsys: pytest.CaptureFixture[str]) -> None:
    """RC6, with everything logged."""
    ana = sms.room.students[0]
    await sms.prove(ana)
    await ana.slash("phone stop")
    said = "".join(capsys.readouterr())
    assert sms.code() not in said
    assert "2025550142" not in said
    assert "555-0142" not in said
