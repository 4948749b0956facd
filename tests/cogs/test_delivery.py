"""/delivery: a teacher sees who did not get a message, why, and what helps; and who can be reached at all."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import discord
import pytest
import sqlalchemy as sa
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.formats.table_csv import read_csv
from bot.services.ports import Tx
from bot.storage.tables import outbox, place
from tests.classroom import Classroom, Person, Screen
from tests.cogs.sms import NUMBER, Sms, open_sms
from tests.cogs.test_nudges import nudges
from tests.cogs.test_prework import TITLE, handed_in
from tests.cogs.test_quiz import press_by_hand
from tests.limits import check_requests

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


@pytest.fixture
async def sms(tmp_path: Path) -> AsyncIterator[Sms]:
    """With phones; nobody has joined yet."""
    async with open_sms(tmp_path) as sms:
        yield sms
        check_requests(sms.room.env.http_requests)


async def nudge_by_hand(room: Classroom) -> None:
    await room.teacher.slash("nudge")
    send = next(each for each in room.teacher.screen.buttons if each.startswith("Send"))
    await room.teacher.press(send)


async def look_at_newest(teacher: Person) -> Screen:
    await teacher.slash("delivery messages")
    return await teacher.pick(next(iter(teacher.screen.menu)))


async def file_of(screen: Screen) -> tuple[str, bytes]:
    """Name and bytes of the file that came with an answer."""
    (attachment,) = screen.result.response.attachments
    return attachment.filename, await attachment.read()


async def press_got_it(room: Classroom, who: Person) -> None:
    """As the button under the message notes it."""

    def note(tx: Tx) -> None:
        connection: sa.Connection = tx.outbox._db  # pyright: ignore[reportAttributeAccessIssue]
        person = tx.people.of(who.id)
        assert person is not None
        mine = outbox.c.person_id == person.person, outbox.c.kind == "nudge", outbox.c.state == "sent"
        connection.execute(sa.update(outbox).where(*mine).values(got_it_at=room.clock()))

    reports = room.app.services.reports
    await reports._db.write(note)


# --- what became of it ---------------------------------------------------------------------------------


async def test_a_closed_dm_a_text_and_a_stop_are_three_stories_in_words(sms: Sms) -> None:
    """Ana has closed her DMs, Ben gets texts, Chloe answered STOP; threads cannot be made."""
    room = sms.room
    ana, ben, chloe = room.students
    await room.join(ana)
    await room.join(ben, chloe, inbox=False)
    await sms.prove(ben)
    await chloe.slash("phone number")
    await chloe.press("Give my number")
    await chloe.fill(number="(202) 555-0143")
    await chloe.press("Enter the code")
    await chloe.fill(code=re.findall(r"\d{6}", sms.texts("+12025550143")[-1])[0])
    await room.post_prework(deadline="wed 12:00")
    await ana.close_dms()
    sms.phone.fail("+12025550143", 21610)
    await nudge_by_hand(room)
    text = (await look_at_newest(room.teacher)).text
    assert re.search(rf"✅ <@{ana.id}>: \*\*arrived\*\* · DM closed → private thread, <t:\d+:f>", text)
    assert text.count("no [Got it] yet") == 3  # threads reach the others

    room.refuse("POST", "/channels/*/threads", 403, 160006)
    room.refuse("POST", f"/channels/{thread_of(room, ana)}/messages", 403, 160005)
    for each in (ben, chloe):
        room.refuse("POST", f"/channels/{thread_of(room, each)}/messages", 403, 160005)
    await room.move(MINUTE)
    await nudge_by_hand(room)
    text = (await room.teacher.slash("delivery messages")).text
    assert "⚠️ 2 of 3 students missed a message" in text
    assert f"<@{ben.id}>: Nudge" not in text
    await look_at_newest(room.teacher)
    text = room.teacher.screen.text
    assert f"⚠️ <@{chloe.id}>: **not arrived** · private thread: the thread was locked; " in text
    assert "text: STOP was answered from that phone" in text
    assert "only they can start them again" in text
    assert f"⚠️ <@{ana.id}>: **not arrived**" in text
    assert re.search(
        rf"📨 <@{ben.id}>: \*\*sent, not confirmed yet\*\* · private thread closed → text, ", text
    )


def thread_of(room: Classroom, who: Person) -> int:
    channels = room.env.backend.channels.values()
    return next(each.id for each in channels if who.id in each.thread_members)


async def test_what_a_carrier_says_later_changes_the_story(sms: Sms) -> None:
    room = sms.room
    ben = room.students[1]
    await room.join(ben, inbox=False)
    await sms.prove(ben)
    await room.post_prework(deadline="wed 12:00")
    room.refuse("POST", "/channels/*/threads", 403, 160006)
    await nudge_by_hand(room)
    assert "📨 1 sent, not confirmed yet" in (await room.teacher.slash("delivery messages")).text
    await receipt(room, "delivered", None)
    assert "✅ 1 arrived" in (await room.teacher.slash("delivery messages")).text
    await receipt(room, "undelivered", 30005)
    text = (await room.teacher.slash("delivery messages")).text
    assert "⚠️ 1 of 1 student missed a message" in text
    assert "text: the number does not exist any more → They can give a number that gets texts" in text
    assert NUMBER not in text


async def receipt(room: Classroom, status: str, code: int | None) -> None:
    """What Twilio told about the newest text."""

    def keep(tx: Tx) -> None:
        connection: sa.Connection = tx.outbox._db  # pyright: ignore[reportAttributeAccessIssue]
        sid = connection.execute(
            sa.text("SELECT result FROM outbox WHERE way = 'sms' ORDER BY id DESC LIMIT 1")
        ).scalar()
        connection.execute(
            sa.text(
                "INSERT OR REPLACE INTO receipt (sid, status, rank, error_code, at) VALUES (:s, :t, 1, :c, 0)"
            ),
            {"s": sid, "t": status, "c": code},
        )

    await room.app.services.reports._db.write(keep)


async def test_what_waits_for_the_morning_says_until_when_and_why(room: Classroom) -> None:
    await room.post_prework(deadline="fri 12:00")
    await room.move(13 * HOUR)  # eleven at night
    await nudge_by_hand(room)
    assert (
        "⏳ 2 waiting until <t:1799758800:f> (quiet hours"
        in (await room.teacher.slash("delivery messages")).text
    )
    assert "Nobody missed a message" in room.teacher.screen.text


async def test_who_finished_before_it_went_out_is_told_as_not_needed(room: Classroom) -> None:
    ana = room.students[0]
    card = await room.post_prework(deadline="fri 12:00")
    await ana.press("Start", card)
    await room.move(13 * HOUR)
    await nudge_by_hand(room)
    await handed_in(ana, card)
    await room.move(9 * HOUR)
    text = (await look_at_newest(room.teacher)).text
    assert f"➖ <@{ana.id}>: **not needed any more** · done meanwhile" in text


async def test_a_class_to_which_nothing_was_sent_is_told_so(room: Classroom) -> None:
    assert "Nothing went out" in (await room.teacher.slash("delivery messages")).text
    await room.teacher.press("Who can be reached?")
    assert "2 of 2 can be reached" in room.teacher.screen.text


# --- once more -----------------------------------------------------------------------------------------


async def test_it_is_sent_again_only_to_those_who_have_not_pressed_got_it_and_still_owe_it(
    room: Classroom,
) -> None:
    ana, ben, chloe = room.students
    await room.join(chloe)
    card = await room.post_prework(deadline="wed 12:00")
    await nudge_by_hand(room)
    await press_got_it(room, ana)
    await ben.press("Start", card)
    await room.move(20 * MINUTE)
    text = (await look_at_newest(room.teacher)).text
    assert f"🆗 <@{ana.id}>: **got it**" in text
    preview = await room.teacher.press("Send again to 2…")
    assert "Send this again to 2 students?" in preview.text
    assert [nudges(each) for each in room.students] == [1, 1, 1]
    await handed_in(ben, card)
    assert "1 message on the way" in (await room.teacher.press("Send again to 2")).text
    assert [nudges(each) for each in room.students] == [1, 1, 2]
    assert "Nothing was sent" in (await room.teacher.press_as_it_was("Send again to 2", preview)).text
    assert [nudges(each) for each in room.students] == [1, 1, 2]
    text = (await look_at_newest(room.teacher)).text
    assert re.search(rf"<@{chloe.id}>: \*\*arrived\*\* · DM, <t:\d+:f>; again: DM, <t:\d+:f>", text)
    assert len(room.teacher.screen.buttons) == 3, "one story a student, and the same message still"


async def test_a_message_that_waits_is_not_sent_again_beside_itself(room: Classroom) -> None:
    await room.post_prework(deadline="fri 12:00")
    await room.move(13 * HOUR)
    await nudge_by_hand(room)
    await look_at_newest(room.teacher)
    assert not any(each.startswith("Send again") for each in room.teacher.screen.buttons)


async def test_whom_it_reaches_at_last_is_not_named_any_more(room: Classroom) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="wed 12:00")
    await ana.close_dms()
    room.refuse("POST", "/channels/*/threads", 403, 160006)
    await nudge_by_hand(room)
    text = (await room.teacher.slash("delivery messages")).text
    assert f"⚠️ <@{ana.id}>: Nudge by hand: {TITLE[:20]}" in text
    assert "DM: the student's direct messages are closed; private thread: the server has as many" in text
    assert "They can open DMs for this server and press “Open my inbox”" in text
    room.accept("/channels/*/threads")
    await look_at_newest(room.teacher)
    await room.teacher.press("Send again to 2…")
    await room.teacher.press("Send again to 2")
    assert nudges(ana) == 1
    assert "Nobody missed a message" in (await room.teacher.slash("delivery messages")).text


# --- files ---------------------------------------------------------------------------------------------


async def test_the_file_of_what_did_not_arrive_names_who_why_and_what_helps(room: Classroom) -> None:
    ana, ben, _ = room.students
    await room.post_prework(deadline="wed 12:00")
    await ana.close_dms()
    room.refuse("POST", "/channels/*/threads", 403, 160006)
    await nudge_by_hand(room)
    await room.teacher.slash("delivery messages")
    screen = await room.teacher.press("Not arrived, as a file")
    assert screen.result.response.ephemeral
    name, data = await file_of(screen)
    assert name == "not-arrived-2027-01-11.csv"
    header, row = read_csv(data)
    assert header == ["message", "student", "Discord", "state", "by", "when (America/Chicago)", "reason",
                      "what helps"]  # fmt: skip
    assert row[:6] == [
        f"Nudge by hand: {TITLE}",
        "ana",
        f"<@{ana.id}>",
        "not arrived",
        "",
        "2027-01-11 10:00",
    ]
    assert "direct messages are closed" in row[6]
    assert "Open my inbox" in row[7]
    await room.teacher.slash("delivery messages")
    _, data = await file_of(await room.teacher.press("All, as a file"))
    assert [each[1] for each in read_csv(data)[1:]] == ["ana", "ben"]
    assert str(ben.id) in data.decode()


async def test_the_history_is_taken_away_as_a_table_or_for_programs_and_ends_with_its_digest(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="wed 12:00")
    await nudge_by_hand(room)
    screen = await room.teacher.slash("delivery history")
    assert "Nobody can edit the record" in screen.text
    name, data = await file_of(screen)
    assert name == "history.csv"
    header, *rows, last = read_csv(data)
    assert header[:5] == ["number", "when (America/Chicago)", "what", "student", "Discord"]
    told = next(each for each in rows if each[2] == "message nudge" and each[3] == "ana")
    assert told[4:8] == [f"<@{ana.id}>", "the bot", "dm", "sent"]
    assert f"unit title: {TITLE}" in told[8]
    digest = (await room.app.services.reports._db.read(lambda tx: tx.history.head()))[1]
    assert last[:2] == ["digest", digest]
    name, data = await file_of(await room.teacher.slash("delivery history", format="json"))
    assert name == "history.json"
    whole = json.loads(data)
    assert whole["digest"] == digest
    assert str(ana.id) in {each["student"] for each in whole["lines"]}


async def test_a_day_that_is_none_is_explained(room: Classroom) -> None:
    assert "Write it as `2026-11-24`" in (await room.teacher.slash("delivery history", since="ages ago")).text
    assert "no day before today" in (await room.teacher.slash("delivery history", since="2027-02-01")).text
    await room.move(2 * DAY)
    assert "0 lines of the record" in (await room.teacher.slash("delivery history", since="2027-01-13")).text


# --- who can be reached --------------------------------------------------------------------------------


async def test_reach_counts_everybody_by_the_way_that_a_nudge_would_take(sms: Sms) -> None:
    room = sms.room
    ana, ben, chloe = room.students
    await room.join(ana)
    await room.join(ben, chloe, inbox=False)
    await sms.prove(ben)
    await room.post_prework(deadline="wed 12:00")
    text = (await room.teacher.slash("delivery reach")).text
    assert "✅ 3 of 3 can be reached" in text
    preview = (await room.teacher.slash("nudge")).text
    for way in ("💬 By DM: 1", "🧵 In a private thread: 2"):
        assert way in text
        assert way in preview
    assert f"Only in a private thread: 1**\n<@{chloe.id}>" in text


async def test_who_cannot_be_reached_is_named_with_the_reason_and_what_helps(room: Classroom) -> None:
    chloe = room.students[2]
    await room.join(chloe, inbox=False)
    await room.delete_channel("period-3-pre-work")
    await forget_channel(room)
    text = (await room.teacher.slash("delivery reach")).text
    assert "⚠️ 2 of 3 can be reached" in text
    assert (
        f"<@{chloe.id}>: has not opened the inbox, no phone, and the class has no pre-work channel → " in text
    )


async def forget_channel(room: Classroom) -> None:
    def forget(tx: Tx) -> None:
        connection: sa.Connection = tx.outbox._db  # pyright: ignore[reportAttributeAccessIssue]
        prework = place.c.purpose.like("section:%:prework"), place.c.kind == "channel"
        connection.execute(sa.delete(place).where(*prework))

    await room.app.services.reports._db.write(forget)


async def test_a_deleted_channel_and_a_missing_permission_are_told_before_a_thread_fails(
    room: Classroom,
) -> None:
    await deny_threads(room, "period-3-pre-work")
    text = (await room.teacher.slash("delivery reach")).text
    assert "No private thread can be made" in text
    assert "my role lacks **Create Private Threads**" in text
    await room.delete_channel("period-3-pre-work")
    assert "The class's channel was deleted" in (await room.teacher.slash("delivery reach")).text


async def deny_threads(room: Classroom, name: str) -> None:
    """Somebody takes that away from the bot in the channel's own settings."""
    backend = room.env.backend
    denied = discord.Permissions(create_private_threads=True).value
    with room.env.time_context():
        backend.set_overwrite(
            room.channel(name).id, Overwrite(backend.bot_user.id, OverwriteType.MEMBER, 1 << 10, denied)
        )
    await room.work()


async def test_the_class_is_asked_to_open_its_inbox_once_a_day_and_nobody_is_named(room: Classroom) -> None:
    chloe = room.students[2]
    await room.join(chloe, inbox=False)
    await room.teacher.slash("delivery reach")
    reach = room.teacher.screen
    assert "I ask the class" in (await room.teacher.press("Ask the class to open their inbox")).text
    shown = room.shown_in("period-3-pre-work")[-1]
    assert "Is your inbox open?" in shown
    assert "<@" not in shown
    assert (
        "asked today already" in (await room.teacher.press("Ask the class to open their inbox", reach)).text
    )
    assert sum("Is your inbox open?" in each for each in room.shown_in("period-3-pre-work")) == 1
    await chloe.press("Open my inbox", room.prework_cards()[-1])
    assert "Your inbox is open" in chloe.inbox[-1]
    assert "💬 By DM: 3" in (await room.teacher.slash("delivery reach")).text


# --- who may -------------------------------------------------------------------------------------------


async def test_students_and_teachers_of_other_classes_see_nothing_and_send_nothing(room: Classroom) -> None:
    ana = room.students[0]
    await room.post_prework(deadline="wed 12:00")
    await nudge_by_hand(room)
    await room.teacher.slash("delivery messages")
    recent = room.teacher.screen
    one = await room.teacher.pick(next(iter(recent.menu)))
    preview = await room.teacher.press("Send again to 2…")
    stranger = room.colleague("jones")
    for name in ("messages", "reach", "history"):
        assert "This is for the class's teacher" in (await stranger.slash(f"delivery {name}")).text
    seen = [*recent.buttons.values(), *one.buttons.values(), *preview.buttons.values()]
    assert len(seen) > 6
    for who in (ana, stranger):
        mine = who.screen
        for pressed in seen:
            text = (await press_by_hand(who, pressed, mine)).text
            assert f"<@{ana.id}>" not in text
            assert "on the way" not in text
    assert [nudges(each) for each in room.students[:2]] == [1, 1]
