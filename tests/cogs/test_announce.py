"""Announcements: to exactly those who are meant when it starts, once each, seen before and taken back in time."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import discord
import pytest
from cryptography.fernet import Fernet
from simcord.actors import _component_interaction, _visible_message

from bot.loopback.phone import Phone
from tests.classroom import MONDAY, ZONE, Classroom, Person, Screen, open_classroom
from tests.cogs.test_prework import handed_in
from tests.photos import PLACE, photo
from tests.photos import WORDS as WORDS_IN_PHOTO

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORDS = "Bring your goggles on Friday."
PDF = b"%PDF-1.7\n" + b"contract " * 5000


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


async def announced(room: Classroom, words: str = WORDS, **options: object) -> Screen:
    """Types the command and the words; what the teacher then sees."""
    file = options.pop("file", None)
    await room.teacher.slash("announce", **options)
    filled = {"words": words} | ({"file": file} if file else {})
    return await room.teacher.fill(**filled)


def got(who: Person, words: str = WORDS) -> int:
    plain = words.replace(".", r"\.")
    return sum(words in each or plain in each for each in (*who.inbox, *who.threads))


async def test_a_class_gets_it_after_a_moment_in_which_it_can_be_undone(room: Classroom) -> None:
    ana, ben, chloe = room.students
    preview = await announced(room)
    assert "Announce to 2 students?" in preview.text
    assert "By DM: 2" in preview.text
    waiting = await room.teacher.press("Send to 2")
    assert "Goes out <t:" in waiting.text
    assert "Undo" in waiting.buttons
    await room.move(19 * SECOND)
    assert (got(ana), got(ben)) == (0, 0)
    await room.move(2 * SECOND)
    assert (got(ana), got(ben), len(chloe.inbox)) == (1, 1, 0)
    assert "Period 3" in ana.inbox[-1]
    done = await room.teacher.press("How is it going?")
    assert "It has gone out" in done.text
    assert "2 messages sent" in done.text
    await room.move(DAY)
    assert (got(ana), got(ben)) == (1, 1)


async def test_whoever_is_in_two_of_the_classes_gets_it_once(room: Classroom) -> None:
    ana, ben, chloe = room.students
    await two_classes(room)
    await room.teacher.slash("announce")
    asked = await room.teacher.fill(words=WORDS)
    assert "Which classes?" in asked.text
    preview = await room.teacher.pick("Period 3", "Period 4")
    assert "**Period 3**, **Period 4**" in preview.text
    await room.teacher.press("Send to 3")
    await room.move(MINUTE)
    assert [got(each) for each in (ana, ben, chloe)] == [1, 1, 1]


async def test_classes_are_named_or_all_or_chosen_again_on_the_preview(room: Classroom) -> None:
    ana, ben, chloe = room.students
    await two_classes(room)
    assert await room.teacher.choices("announce", "class", "") == ["All my classes", "Period 3", "Period 4"]
    assert "Announce to 3 students?" in (await announced(room, **{"class": "*"})).text
    assert "Announce to 2 students?" in (await announced(room, **{"class": "period 4"})).text
    await room.teacher.press("Choose classes…")
    assert "Announce to 2 students?" in (await room.teacher.pick("Period 3")).text
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    assert [got(each) for each in (ana, ben, chloe)] == [1, 1, 0]
    assert "No class of yours here" in (await room.teacher.slash("announce", **{"class": "Period 9"})).text


async def test_who_is_behind_is_looked_up_when_it_starts(room: Classroom) -> None:
    ana, ben, _ = room.students
    card = await room.post_prework(deadline="tomorrow 12:00")
    await ana.press("Start", card)
    none = await announced(room, to="behind", at="tomorrow 15:00")
    assert "Nobody is meant just now; who is when it starts will get it." in none.text
    scheduled = await room.teacher.press("Schedule it")
    assert "<t:1799787600:F>" in scheduled.text
    await room.move(DAY + 3 * HOUR)
    assert "Announce to 2 students?" in (await announced(room, to="behind")).text
    await handed_in(ana, card)
    await room.move(3 * HOUR)
    assert (got(ana), got(ben)) == (0, 1)


async def test_not_watched_and_working_on_a_unit_are_groups(room: Classroom) -> None:
    ana, ben, _ = room.students
    card = await room.post_prework(deadline="wed 12:00")
    await ana.press("Start", card)
    await room.move(20 * MINUTE)
    await handed_in(ana, card)
    unwatched = await announced(room, to="not_watched")
    assert f"By DM: 1**\n<@{ben.id}>" in unwatched.text
    offered = await room.teacher.choices("announce", "to", "work on")
    assert offered[0] == "Those who work on Measurement, units and significant figures"
    working = await announced(room, to="unit:measurement")
    assert "Announce to 2 students?" in working.text
    assert "I know no group “unit:alchemy”" in (await room.teacher.slash("announce", to="unit:alchemy")).text


async def test_students_are_picked_by_hand_and_others_are_left_alone(room: Classroom) -> None:
    ana, ben, chloe = room.students
    asked = await announced(room, to="people")
    assert "Whom do you want to write to?" in asked.text
    assert not any("Send" in each for each in asked.buttons)
    shown = await pick_people(room.teacher, ana, chloe)
    assert f"By DM: 1**\n<@{ana.id}>" in shown.text
    assert f"Not in these classes, so they get nothing: <@{chloe.id}>" in shown.text
    await room.teacher.press("Send to 1")
    await room.move(MINUTE)
    assert [got(each) for each in (ana, ben, chloe)] == [1, 0, 0]


async def test_it_can_be_undone_until_it_starts_and_not_later(room: Classroom) -> None:
    ana = room.students[0]
    await announced(room)
    waiting = await room.teacher.press("Send to 2")
    await room.move(19 * SECOND)
    assert "Taken back: nobody got it" in (await room.teacher.press("Undo", waiting)).text
    await room.move(HOUR)
    assert got(ana) == 0
    await announced(room, "Second try")
    waiting = await room.teacher.press("Send to 2")
    await room.move(21 * SECOND)
    late = await room.teacher.press_as_it_was("Undo", waiting)
    assert "cannot be undone any more" in late.text
    assert got(ana, "Second try") == 1


async def test_what_waits_for_the_morning_is_stopped_and_reaches_nobody(room: Classroom) -> None:
    ana, ben, _ = room.students
    await room.move(13 * HOUR)  # eleven at night
    preview = await announced(room)
    assert "🌙 Quiet hours: 2 of them get it <t:1799758800:R>" in preview.text
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    going = await room.teacher.press("How is it going?")
    assert "It is going out" in going.text
    assert "0 messages sent, 2 under way" in going.text
    stopped = await room.teacher.press("Stop")
    assert "2 messages stopped before going out" in stopped.text
    await room.move(DAY)
    assert (got(ana), got(ben)) == (0, 0)
    assert "No announcement of yours" in (await room.teacher.slash("announcements")).text


async def test_without_a_stop_it_goes_out_when_the_night_is_over(room: Classroom) -> None:
    ana = room.students[0]
    await room.move(13 * HOUR)
    await announced(room)
    await room.teacher.press("Send to 2")
    await room.move(7 * HOUR + 59 * MINUTE)
    assert got(ana) == 0
    await room.move(2 * MINUTE)
    assert got(ana) == 1


async def test_what_is_urgent_goes_out_at_night_too(room: Classroom) -> None:
    ana, ben, _ = room.students
    await room.move(13 * HOUR)
    preview = await announced(room, urgent=True)
    assert "🔔 Urgent" in preview.text
    assert "🌙" not in preview.text
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    assert (got(ana), got(ben)) == (1, 1)


async def test_every_week_at_the_same_time_on_the_wall_up_to_its_last_day(room: Classroom) -> None:
    """On 14 March Chicago goes from UTC-6 to UTC-5."""
    ana = room.students[0]
    preview = await announced(room, at="2027-03-08 08:00", every_week_until="22 Mar")
    assert (
        "every week at 08:00 by the clock of America/Chicago, up to 2027-03-22: 3 times in all"
        in preview.text
    )
    await room.teacher.press("Schedule it")
    seen: list[str] = []
    await room.move(timedelta(days=50))
    while len(seen) < 10 and room.clock().month < 5:
        before = got(ana)
        await room.move(HOUR)
        if got(ana) != before:
            seen.append(f"{room.clock():%d %b %H}")
        if room.clock().hour == 15:
            await room.move(20 * HOUR)
    assert seen == ["08 Mar 14", "15 Mar 13", "22 Mar 13"]
    assert "No announcement of yours" in (await room.teacher.slash("announcements")).text


async def test_a_weekly_one_is_listed_and_stopped_between_two_runs(room: Classroom) -> None:
    ana = room.students[0]
    await announced(room, every_week_until="31 Mar")
    await room.teacher.press("Schedule it")
    await room.move(DAY)
    assert got(ana) == 1
    listed = await room.teacher.slash("announcements")
    assert "every week up to 2027-03-31" in listed.text
    assert "Stopped" in (await room.teacher.press("Stop 1")).text
    await room.move(timedelta(days=10))
    assert got(ana) == 1


async def test_a_file_arrives_with_its_bytes_under_a_harmless_name(room: Classroom) -> None:
    ana = room.students[0]
    preview = await announced(room, file=("Vertrag für Ana.pdf", PDF))
    assert "📎 Vertrag\\_fur\\_Ana.pdf" in preview.text
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    dm = ana.last_dm()
    assert WORDS.rstrip(".") in ana.inbox[-1]
    (file,) = dm.attachments
    assert (file.filename, await file.read()) == ("Vertrag_fur_Ana.pdf", PDF)
    assert any(part.get("file", {}).get("url", "").endswith(file.filename) for part in shown_in(dm).parts)


async def test_a_photo_arrives_without_where_it_was_taken(room: Classroom) -> None:
    ana = room.students[0]
    await announced(room, file=("board.jpg", photo("JPEG")))
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    (file,) = ana.last_dm().attachments
    data = await file.read()
    assert data.startswith(b"\xff\xd8\xff")
    assert PLACE not in data
    assert WORDS_IN_PHOTO not in data


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (("IMG_7.HEIC", b"\0\0\0\x18ftypheic" + bytes(40)), "a HEIC or AVIF photo, which I cannot read yet"),
        (("photo.jpg", photo("JPEG")[:200]), "did not arrive whole"),
        (("contract.exe", b"MZ" * 100), "files of these kinds"),
        (("picture.png", b"MZ" * 100), "files of these kinds"),
        (("contract.pdf", b""), "It is empty"),
        (("contract.pdf", b"%PDF-" + bytes(8 * 1024 * 1024)), "at most 8 MB"),
    ],
)
async def test_a_file_that_cannot_be_sent_costs_no_words(
    room: Classroom, file: tuple[str, bytes], why: str
) -> None:
    refused = await announced(room, file=file)
    assert why in refused.text
    assert "Your words are kept" in refused.text
    assert "Announce to 2 students?" in (await room.teacher.press("Go on without it")).text


async def test_whom_nothing_reaches_is_named_first_and_in_the_teachers_room(room: Classroom) -> None:
    ana, ben, chloe = room.students
    await room.join(chloe, inbox=False)
    forget_channel(room)
    preview = await announced(room)
    assert f"Cannot be reached: 1**\n<@{chloe.id}>: has not opened the inbox, no phone" in preview.text
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    assert [got(each) for each in (ana, ben, chloe)] == [1, 1, 0]
    told = room.shown_in("period-3-teachers")[-1]
    assert f"<@{chloe.id}> did not get your announcement" in told


async def test_a_closed_dm_leads_into_a_thread_at_once(room: Classroom) -> None:
    ana, ben, _ = room.students
    await ana.close_dms()
    await announced(room)
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    assert (got(ana), got(ben)) == (1, 1)
    assert any(WORDS.rstrip(".") in each for each in ana.threads)


async def test_only_its_own_teacher_can_press_on_it(room: Classroom) -> None:
    other = room.colleague("mx-stone")
    await announced(room)
    preview = room.teacher.screen
    for label in ("Send to 2", "Change text"):
        assert "not there any more" in (await forged(other, label, preview)).text
    waiting = await room.teacher.press("Send to 2")
    for label in ("Undo", "How is it going?"):
        assert "not there any more" in (await forged(other, label, waiting)).text
    await room.move(MINUTE)
    assert got(room.students[0]) == 1
    assert "not there any more" in (await forged(room.students[0], "Undo", waiting)).text
    assert "This is for the class's teacher" in (await other.slash("announce")).text
    assert await other.choices("announce", "to", "") == []


async def test_a_restart_between_confirmation_and_start_changes_nothing(room: Classroom) -> None:
    ana, ben, _ = room.students
    await announced(room, file=("plan.pdf", PDF))
    await room.teacher.press("Send to 2")
    await room.restart()
    await room.move(MINUTE)
    assert (got(ana), got(ben)) == (1, 1)
    await room.restart()
    await room.move(DAY)
    assert (got(ana), got(ben)) == (1, 1)


async def test_a_bot_that_was_off_for_a_day_tells_the_teachers_and_sends_nothing_stale(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await announced(room, at="tomorrow 8:00")
    await room.teacher.press("Schedule it")
    await room.sleep(timedelta(days=3))
    await room.work()
    assert got(ana) == 0
    assert "was not sent: I was off for too long" in room.shown_in("period-3-teachers")[-1].lower().replace(
        "i was off", "I was off"
    )


async def test_hostile_words_ping_nobody_and_keep_only_their_links(room: Classroom) -> None:
    ana = room.students[0]
    words = "@everyone <@1> **bold**\n# Big\n> quote\n[trap](https://evil.example)\nhttps://school.example/a_b?c=1"
    await announced(room, words)
    await room.teacher.press("Send to 2")
    await room.move(MINUTE)
    text = ana.inbox[-1]
    for shown in ("\\*\\*bold\\*\\*", "\n\\# Big", "\n\\> quote", "\nhttps://school.example/a_b?c=1"):
        assert shown in text
    assert "\\[trap](https" in text


async def test_words_are_changed_before_they_go_out_and_blank_ones_do_not(room: Classroom) -> None:
    ana = room.students[0]
    assert "There are no words yet" in (await announced(room, "   \n ")).text
    await room.teacher.press("Write it again")
    await room.teacher.fill(words="Frist")
    await room.teacher.press("Change text")
    assert room.teacher.screen.fields["words"]["value"] == "Frist"
    await room.teacher.fill(words="First")
    preview = room.teacher.screen
    await room.teacher.press("Send to 2")
    assert "Goes out" in (await room.teacher.press_as_it_was("Send to 2", preview)).text
    await room.move(MINUTE)
    assert (got(ana, "First"), got(ana, "Frist")) == (1, 0)


async def test_times_that_make_no_sense_are_refused_before_anything_is_written(room: Classroom) -> None:
    said = [
        (await room.teacher.slash("announce", **options)).text
        for options in (
            {"at": "noonish"},
            {"at": "2027-01-02 08:00"},
            {"every_week_until": "sometime"},
            {"every_week_until": "2027-01-02"},
            {"every_week_until": "2031-01-02"},
        )
    ]
    for text, words in zip(
        said,
        ("do not understand that time", "lies in the past", "is no day", "lies before", "more than a year"),
        strict=True,
    ):
        assert words in text


async def test_a_time_that_passes_while_the_preview_is_open_is_asked_about_again(room: Classroom) -> None:
    ana = room.students[0]
    await announced(room, at="in 10 min")
    await room.move(HOUR)
    assert "That time has passed meanwhile" in (await room.teacher.press("Schedule it")).text
    await room.move(HOUR)
    assert got(ana) == 0
    await room.teacher.press("Send it now")
    await room.move(MINUTE)
    assert got(ana) == 1


async def test_a_text_goes_where_it_was_asked_for_and_the_preview_says_what_it_costs(tmp_path: Path) -> None:
    async with Phone(now=lambda: MONDAY) as phone:
        twilio = {
            "account_sid": phone.account_sid,
            "auth_token": phone.auth_token,
            "from_number": phone.number,
            "api_base": phone.api_base,
            "price_per_segment": "0.0083",
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
            long = "Bring your goggles and read the safety sheet before you come to the lab on Friday. " * 8
            shown = await announced(room, long, texts_too=True, file=("sheet.pdf", PDF))
            assert "📱 1 text, 3 segments, about 0.02 USD each time" in shown.text
            await room.teacher.press("Send to 2")
            await room.move(MINUTE)
            (code, text) = [each.body for each in phone.texts]
            assert "code" in code
            assert text.startswith("Flipcord, Period 3: Bring your goggles")
            assert "more on Discord. A file is on Discord." in text
            assert [len(each.inbox) for each in (ana, ben)] == [2, 2]


async def two_classes(room: Classroom) -> None:
    """Ana in Period 3, Ben in both, Chloe in Period 4."""
    _, ben, chloe = room.students
    await room.teacher.slash("class create", name="Period 4", course="intro-chemistry", zone=ZONE)
    await room.teacher.press("Create the class")
    for each in (ben, chloe):
        await each.slash("join")
        if "Which class?" in each.screen.text:
            await each.pick("Period 4")
        await each.press("I am old enough. Join")
    await chloe.press("Open my inbox")


async def pick_people(teacher: Person, *people: Person) -> Screen:
    menu = next(part for part in teacher.screen.parts if part["type"] == 5)
    message = teacher.screen.result.response.message
    return await teacher._seen(
        await teacher.actor.select(
            message, values=[each.actor for each in people], custom_id=menu["custom_id"]
        )
    )


async def forged(who: Person, label: str, shown: Screen) -> Screen:
    """Somebody sends the press of a button that another person was shown, from a message of their own."""
    await who.slash("today")
    stored = _visible_message(who.actor, who.screen.result.response.message)
    stored.components = deepcopy(shown.components)
    button = next(part for part in shown.parts if part.get("label") == label)
    press = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    return await who._seen(await _component_interaction(who.actor, stored, press))


def forget_channel(room: Classroom) -> None:
    """The class never got its pre-work channel."""
    with closing(sqlite3.connect(room.app.settings.storage.path)) as database:
        database.execute("DELETE FROM place WHERE purpose LIKE 'section:%:prework'")
        database.commit()


def shown_in(message: discord.Message) -> Screen:
    return Screen([each.to_dict() for each in message.components])
