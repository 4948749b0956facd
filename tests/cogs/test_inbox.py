"""Letters to the teacher: kept once, read in one place, answered the way they came; and no number is ever shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
import sqlalchemy as sa

from bot.domain.outbox import Effect, Kind, State, Way
from bot.domain.records import Asker
from bot.services.choosing import NotStaff
from bot.services.desk import LetterGone
from bot.services.incoming import DirectMessage
from bot.storage.message_tables import guardian
from tests.classroom import Classroom, Person, Screen
from tests.cogs.sms import NUMBER, Sms, open_sms

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


async def answered(room: Classroom, student: Person, words: str) -> str:
    """The teacher answers the newest letter in the student's thread; what they saw."""
    letter = [each for each in room.desk(student) if "Answer" in ids(each)][-1]
    await room.teacher.press("Answer", letter)
    return (await room.teacher.fill(words=words)).text


async def answered_in(room: Classroom, student: Person, where: str, words: str) -> None:
    letter = [each for each in room.desk(student, where) if "Answer" in ids(each)][-1]
    await room.teacher.press("Answer", letter)
    await room.teacher.fill(words=words)


def ids(message: discord.Message) -> dict[str, str]:
    """The buttons of a card, by label."""
    return Screen([part.to_dict() for part in message.components]).buttons


async def test_a_dm_stands_in_the_students_thread_and_the_answer_comes_back_as_a_dm(room: Classroom) -> None:
    ana, ben, _ = room.students
    await ana.dm("I do not understand moles.\nCan you help?")
    (letter,) = room.desk_texts(ana)
    assert f"From <@{ana.id}>" in letter
    assert "I do not understand moles.\nCan you help?" in letter
    assert "by direct message" in letter
    assert room.desk_texts(ben) == []
    assert "Your teacher has it" in ana.inbox[-1]
    assert "on its way" in await answered(room, ana, "Look at the video again from 3:10.")
    assert "rivera answers you" in ana.inbox[-1]
    assert "Look at the video again from 3:10." in ana.inbox[-1]
    note = room.desk_texts(ana)[-1]
    assert "Answered 💬 by direct message" in note
    assert f"<@{room.teacher.id}> to <@{ana.id}>" in note
    assert "Look at the video again" in note
    assert len(ben.inbox) == 1  # the hello of their inbox
    assert not any("moles" in each for each in room.shown_in("period-3-pre-work"))


async def test_all_letters_of_a_student_stand_in_one_thread_that_only_teachers_see(room: Classroom) -> None:
    ana, ben, _ = room.students
    for words in ("One", "Two"):
        await ana.dm(words)
    await ben.dm("Three")
    assert [len(room.desk(each)) for each in (ana, ben)] == [2, 1]
    made = room.requests("POST", "/channels/*/messages/*/threads")
    assert [each.json["name"] for each in made] == ["ana · Period 3", "ben · Period 3"]
    assert room.teacher.sees("period-3-teachers")
    assert not ana.sees("period-3-teachers")
    assert len(ana.inbox) == 2  # hello, and that it is with the teacher: once a day
    assert len(room.requests("PUT", "/channels/*/messages/*/reactions/*/@me")) == 3


async def test_with_dms_closed_a_form_reaches_the_teacher_and_the_answer_comes_into_the_private_thread(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await ana.close_dms()
    await room.post_prework(deadline="wed 12:00")
    await room.move(26 * HOUR)  # the reminder goes into a private thread
    await ana.slash("write")
    assert "Your teacher has it" in (await ana.fill(words="When is the check?")).text
    assert "on the server" in room.desk_texts(ana)[-1]
    await answered(room, ana, "On Friday.")
    assert "On Friday." in ana.threads[-1]
    assert "in their private thread" in room.desk_texts(ana)[-1]


async def test_a_dm_that_was_closed_meanwhile_sends_the_answer_into_the_private_thread(
    room: Classroom,
) -> None:
    ana = room.students[0]
    await ana.dm("Hello")
    await ana.close_dms()
    await answered(room, ana, "Hello to you")
    assert "Hello to you" in ana.threads[-1]
    assert "in their private thread" in room.desk_texts(ana)[-1]
    await answered(room, ana, "And once more")
    assert "And once more" in ana.threads[-1]


async def test_when_no_way_is_left_the_thread_says_that_the_answer_did_not_arrive(room: Classroom) -> None:
    ana = room.students[0]
    await ana.dm("Hello")
    await ana.close_dms()
    room.refuse("POST", "/channels/*/threads", 403, 160006)
    await answered(room, ana, "Hello to you")
    assert f"<@{ana.id}> did not get your answer" in room.desk_texts(ana)[-1]
    assert "direct messages are closed" in room.desk_texts(ana)[-1]


async def test_the_same_dm_told_again_is_one_letter_also_after_a_restart(room: Classroom) -> None:
    ana = room.students[0]
    sent = await ana.dm("Only once, please")
    again = lambda: room.app.client.dispatch("message", sent)  # noqa: E731
    again()
    await room.work()
    await room.restart()
    again()
    await room.work()
    assert len(room.desk(ana)) == 1
    await ana.dm("Later")
    assert len(room.desk(ana)) == 2
    assert len(room.requests("POST", "/channels/*/messages/*/threads")) == 1


async def test_a_restart_between_letter_and_answer_loses_nothing(room: Classroom) -> None:
    ana = room.students[0]
    await ana.dm("Are you there?")
    await room.restart()
    await answered(room, ana, "Yes")
    assert "Yes" in ana.inbox[-1]
    await ana.press("Write back", ana.last_dm())
    assert "Your teacher has it" in (await ana.fill(words="Thank you")).text
    assert "Thank you" in room.desk_texts(ana)[-1]


async def test_what_was_written_while_the_bot_was_away_is_read_back(room: Classroom) -> None:
    ana, ben, _ = room.students
    await ben.dm("Before")
    await room.app.client.remove_cog("Letters")  # nobody listens
    await ana.dm("Is anybody there?")
    await ben.dm("And for me?")
    await room.move(2 * DAY)
    assert [len(room.desk(each)) for each in (ana, ben)] == [0, 1]
    await room.restart()
    await room.work()
    assert "Is anybody there?" in room.desk_texts(ana)[-1]
    assert [len(room.desk(each)) for each in (ana, ben)] == [1, 2]
    await room.restart()
    await room.work()
    assert [len(room.desk(each)) for each in (ana, ben)] == [1, 2]


async def test_a_conversation_that_cannot_be_read_back_keeps_no_other_from_it(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben, _ = room.students
    await room.app.client.remove_cog("Letters")
    for each in (ana, ben):
        await each.dm("Is anybody there?")
    unreadable = room.env.backend.get_dm_channel(ana.id).id
    history = discord.PartialMessageable.history

    def cannot(self: discord.PartialMessageable, **options: Any) -> Any:
        """What Discord gave there is nothing that the library understands."""
        if self.id == unreadable:
            raise ZeroDivisionError
        return history(self, **options)

    monkeypatch.setattr(discord.PartialMessageable, "history", cannot)
    await room.restart()
    await room.work()
    assert [len(room.desk(each)) for each in (ana, ben)] == [0, 1]


async def test_out_of_hours_the_sender_hears_once_when_it_will_be_read(room: Classroom) -> None:
    ana = room.students[0]
    await room.move(8 * HOUR)  # Monday, six in the evening
    await ana.dm("Too late?")
    await ana.dm("Hello?")
    told = [each for each in ana.inbox if "reads it later" in each]
    assert len(told) == 1
    assert "<t:1799762400:F>" in told[0]  # Tuesday, eight in the morning in Chicago
    assert len(room.desk(ana)) == 2
    await room.move(DAY)
    await ana.dm("Tuesday evening")
    assert len([each for each in ana.inbox if "reads it later" in each]) == 2
    await answered(room, ana, "I answer in the evening, too")  # at once: it was asked today
    assert "in the evening, too" in ana.inbox[-1]


async def test_a_teacher_sets_the_hours_in_which_they_read_and_switches_letters_off(room: Classroom) -> None:
    ana = room.students[0]
    assert "Mon–Fri 08:00–16:00" in (await room.teacher.slash("inbox hours")).text
    assert "did not understand" in (await room.teacher.slash("inbox hours", when="whenever")).text
    assert (
        "Tue, Thu 13:00–15:00" in (await room.teacher.slash("inbox hours", when="tue and thu 1pm-3pm")).text
    )
    await ana.dm("Monday")
    assert "reads it later" in ana.inbox[-1]
    assert "takes no letters" in (await room.teacher.slash("inbox replies", replies="off")).text
    await ana.dm("Does anybody read this?")
    await ana.dm("Anybody?")
    assert len([each for each in ana.inbox if "Nobody reads messages here" in each]) == 1
    assert len(room.desk(ana)) == 1
    assert "Nobody reads messages here" in (await ana.slash("write")).text
    assert "Tue, Thu 13:00–15:00" in (await room.teacher.slash("inbox replies", replies="on")).text


async def test_the_list_shows_who_waits_the_longest_first_until_answered_or_settled(room: Classroom) -> None:
    ana, ben, _ = room.students
    await ben.dm("First")
    await room.move(MINUTE)
    await ana.dm("Second")
    await ana.dm("Third")
    text = (await room.teacher.slash("inbox list")).text
    assert "2 students to answer" in text
    assert text.index(f"<@{ben.id}>: 1 letter") < text.index(f"<@{ana.id}>: 2 letters")
    assert "First" not in text
    await answered(room, ana, "Done")
    assert "1 student to answer" in (await room.teacher.slash("inbox list")).text
    assert "1 letter settled" in (await room.teacher.press("Needs no answer", room.desk(ben)[-1])).text
    assert "nobody waits" in (await room.teacher.slash("inbox list")).text
    assert "settled already" in (await room.teacher.press("Needs no answer", room.desk(ben)[-1])).text


async def test_nobody_but_the_classs_teachers_answers_whatever_they_press(room: Classroom) -> None:
    ana, ben, _ = room.students
    await ana.dm("A secret")
    handle = ids(room.desk(ana)[0])["Answer"].removeprefix("fc:letter_answer:")
    desk = room.app.services.desk
    forged = Asker(ben.id, room.guild.id, manages=True)
    now = room.clock()
    assert await desk.open(forged, handle) == NotStaff()
    assert await desk.answer(forged, "ben", handle, "Ha", 1, now) == NotStaff()
    assert await desk.settle(forged, handle, now) == NotStaff()
    assert await desk.open(Asker(room.teacher.id, room.guild.id), "no-such") == LetterGone()
    await room.work()
    assert len(ana.inbox) == 2


async def test_a_stranger_hears_how_to_join_and_a_teacher_where_letters_stand(room: Classroom) -> None:
    chloe = room.students[2]
    await chloe.dm("Hello bot")
    await chloe.dm("Hello?")
    assert len(chloe.inbox) == 1
    assert "You are in no class of mine yet" in "".join(chloe.inbox)
    await room.teacher.dm("And I?")
    assert "stands in the teachers' room" in "".join(room.teacher.inbox)
    await room.join(chloe)
    await chloe.dm("Now I am in")
    assert "Now I am in" in room.desk_texts(chloe)[-1]


async def test_hostile_words_are_harmless_and_addresses_stay_addresses(room: Classroom) -> None:
    ana = room.students[0]
    await ana.dm("@everyone **bold** [click](https://evil.example) <@1> # big\nhttps://docs.example/a_b?c=1")
    letter = room.desk_texts(ana)[-1]
    assert "\\*\\*bold\\*\\*" in letter
    assert "\\[click]" in letter
    assert "\nhttps://docs.example/a_b?c=1" in letter
    await ana.dm("x" * 100 + "*" * 1900)
    assert sum(each.count("\\*") for each in room.desk_texts(ana)[1:]) == 1900
    await ana.dm("", attachments=[("homework.png", b"png")])
    last = room.desk_texts(ana)[-1]
    assert "No words" in last
    assert "1 file came with it" in last


async def test_in_several_classes_the_letter_waits_until_its_class_is_chosen(room: Classroom) -> None:
    ana = room.students[0]
    await room.teacher.slash(
        "class create", name="Period 5", course="intro-chemistry", zone="America/Chicago"
    )
    await room.teacher.press("Create the class")
    await ana.slash("join")
    await ana.pick("Period 5")
    await ana.press("I am old enough. Join")
    await room.move(2 * DAY)
    await ana.dm("For whom is this?")
    await ana.dm("And this?")
    assert [len(room.desk(ana, each)) for each in ("period-3-teachers", "period-5-teachers")] == [0, 0]
    asked = [each for each in ana.inbox if "Which teacher is it for?" in each]
    assert len(asked) == 1
    await room.restart()
    menu = ana.last_dm()
    await ana.choose_in(menu, "Period 5")
    assert [len(room.desk(ana, each)) for each in ("period-3-teachers", "period-5-teachers")] == [0, 2]
    await ana.dm("The talk goes on")
    assert "The talk goes on" in room.desk_texts(ana, "period-5-teachers")[-1]
    await ana.dm("About that", reply_to=ana.dms()[0])  # the hello of Period 3
    assert "About that" in room.desk_texts(ana, "period-3-teachers")[-1]
    await answered_in(room, ana, "period-5-teachers", "From Period 5")
    assert "Period 5" in ana.inbox[-1]


async def test_one_student_who_writes_without_end_does_not_hold_up_the_others(room: Classroom) -> None:
    ana, ben, _ = room.students
    await ana.dm("First")
    for number in range(15):
        await room.app.services.incoming.direct(message(room, ana, number), room.clock())
    await room.app.services.incoming.direct(message(room, ben, 99), room.clock())
    await room.work()
    assert len(room.desk(ana)) == 11
    assert len(room.desk(ben)) == 1
    await room.move(MINUTE)
    texts = room.desk_texts(ana)
    assert len(texts) == 16
    assert [int(each.rsplit("number ", 1)[1].split()[0]) for each in texts[1:]] == list(range(15))


def message(room: Classroom, who: Person, number: int) -> DirectMessage:
    channel = room.env.backend.get_dm_channel(who.id).id
    return DirectMessage(10**18 + number, who.id, channel, f"number {number}", 0, None, room.clock())


async def test_who_has_left_the_server_is_still_heard_and_the_thread_says_so(room: Classroom) -> None:
    ana = room.students[0]
    await ana.dm("I am moving")
    await ana.leave()
    await room.app.services.people._db.write(_leave, room.guild.id, ana.id, room.clock())
    await ana.dm("Goodbye")
    assert "They have left" in room.desk_texts(ana)[-1]


def _leave(tx: Any, guild: int, account: int, now: datetime) -> None:
    tx.sections.leave(guild, tx.people.of(account).person, now)


# --- by text -------------------------------------------------------------------------------------------


@pytest.fixture
async def sms(tmp_path: Path) -> AsyncIterator[Sms]:
    async with open_sms(tmp_path) as sms:
        await sms.room.join(*sms.room.students[:2])
        await sms.prove(sms.room.students[0])
        yield sms


async def texted(sms: Sms, words: str, sid: str = "SM1", number: str = NUMBER, files: int = 0) -> None:
    await sms.room.app.services.incoming.text(sid, number, words, sms.room.clock(), files=files)
    await sms.room.work()


async def test_a_text_stands_in_the_thread_without_its_number_and_is_answered_by_text(sms: Sms) -> None:
    room, ana = sms.room, sms.room.students[0]
    await texted(sms, "No internet at home tonight")
    await texted(sms, "No internet at home tonight")
    (letter,) = room.desk_texts(ana)
    assert "No internet at home tonight" in letter
    assert "by text" in letter
    assert "Ask me tomorrow, that is fine." not in "".join(sms.texts())
    assert "📱 by text" in await answered(room, ana, "Ask me tomorrow, “that” is fine.")
    assert sms.texts()[-1] == 'rivera (Period 3): Ask me tomorrow, "that" is fine.'
    assert "Answered 📱 by text" in room.desk_texts(ana)[-1]
    shown = "".join(room.desk_texts(ana)) + "".join(room.shown_in("period-3-teachers"))
    assert NUMBER[-4:] not in shown
    assert len(ana.inbox) == 1


async def test_a_text_at_night_hears_once_when_it_is_read_and_its_answer_waits_for_the_morning(
    sms: Sms,
) -> None:
    room, ana = sms.room, sms.room.students[0]
    await room.move(11 * HOUR)  # nine in the evening
    before = len(sms.texts())
    await texted(sms, "Are you awake?", "SM1")
    await texted(sms, "Hello?", "SM2")
    told = sms.texts()[before:]
    assert len(told) == 1
    assert "Your teacher reads it Tue 12 Jan 08:00" in told[0]
    assert len(told[0]) <= 160
    assert "Nobody is texted at this hour" in await answered(room, ana, "I am now")
    assert len(sms.texts()) == before + 1
    await room.move(11 * HOUR + 59 * MINUTE)
    assert len(sms.texts()) == before + 1
    await room.move(MINUTE)
    assert "I am now" in sms.texts()[-1]


@pytest.mark.parametrize(
    "pressed",
    [
        "Liked “Flipcord, Period 3: pre-work Atoms is due Tue 09:00. Reply STOP to end”",
        "Disliked “Flipcord, Period 3: pre-work Atoms is due Tue 09:00. Reply STOP to end”",
        "👍 to “ Flipcord, Period 3: pre-work Atoms is due Tue 09:00. Reply STOP to end ”",
    ],
)
async def test_a_reaction_is_no_letter_and_no_stop(sms: Sms, pressed: str) -> None:
    room, ana = sms.room, sms.room.students[0]
    await room.move(11 * HOUR)  # out of hours a letter would be answered
    before = len(sms.texts())
    await texted(sms, pressed)
    assert room.desk(ana) == []
    assert len(sms.texts()) == before
    assert "nobody waits for an answer" in (await room.teacher.slash("inbox list")).text
    assert "I text the number ending in 42" in (await ana.slash("phone show")).text


@pytest.mark.parametrize("words", ["Here is my sheet", ""])
async def test_a_photo_is_told_to_the_teacher_and_its_sender_hears_that_it_stays(
    sms: Sms, words: str
) -> None:
    room, ana = sms.room, sms.room.students[0]
    before = len(sms.texts())
    await texted(sms, words, files=1)
    (letter,) = room.desk_texts(ana)
    assert words in letter
    assert "1 file came with it" in letter
    assert len(sms.texts()) == before + 1
    assert "I pass on words only: your file stays with you" in sms.texts()[-1]
    assert len(sms.texts()[-1]) <= 160


async def test_an_answer_too_long_for_a_text_is_refused_and_nothing_is_lost(sms: Sms) -> None:
    room, ana = sms.room, sms.room.students[0]
    await texted(sms, "Why?")
    before = len(sms.texts())
    seen = await answered(room, ana, "Because " * 60)
    assert "Too long for a text" in seen
    assert "It would be 4 texts" in seen
    assert "Because Because" in seen
    assert len(sms.texts()) == before
    await room.teacher.press("Write it again")
    assert "on its way" in (await room.teacher.fill(words="Потому что так устроена природа")).text
    assert "Потому что так устроена природа" in sms.texts()[-1]


async def test_when_texts_were_stopped_meanwhile_the_answer_goes_by_dm(sms: Sms) -> None:
    room, ana = sms.room, sms.room.students[0]
    await texted(sms, "One last text")
    letter = room.desk(ana)[-1]
    await room.teacher.press("Answer", letter)
    await ana.slash("phone stop")
    assert "direct message" in (await room.teacher.fill(words="Here instead")).text
    assert "Here instead" in ana.inbox[-1]


async def test_a_text_from_a_number_nobody_gave_reaches_no_thread(sms: Sms) -> None:
    await texted(sms, "Who is this?", number="+12025550199")
    assert sms.room.desk(sms.room.students[0]) == []
    assert len(sms.room.shown_in("period-3-teachers")) == 0


async def test_a_guardians_text_stands_in_their_students_thread_and_says_that_it_is_the_guardians(
    sms: Sms,
) -> None:
    room, ana = sms.room, sms.room.students[0]
    number = "+12025550177"
    mark = room.app.services.incoming._cipher.mark(number)  # type: ignore[union-attr]
    await room.app.services.people._db.write(_add_guardian, ana.id, mark, room.clock())
    await texted(sms, "Ana is ill today", number=number)
    (letter,) = room.desk_texts(ana)
    assert f"From the guardian of <@{ana.id}>" in letter
    assert number[-4:] not in letter
    assert "guardian" in (await room.teacher.slash("inbox list")).text


async def test_a_guardian_of_two_is_heard_for_the_child_they_were_last_texted_about(sms: Sms) -> None:
    room = sms.room
    ana, ben, _ = room.students
    number = "+12025550177"
    mark = room.app.services.incoming._cipher.mark(number)  # type: ignore[union-attr]
    write = room.app.services.people._db.write
    for child in (ana, ben):
        await write(_add_guardian, child.id, mark, room.clock())
    await write(_texted_about, ben.id, room.clock())
    await texted(sms, "I talked to him", number=number)
    assert [len(room.desk(each)) for each in (ana, ben)] == [0, 1]


def _texted_about(tx: Any, account: int, now: datetime) -> None:
    person = tx.people.of(account).person
    section = tx.sections.enrolled_in(person)[0].id
    effect = Effect("a nudge", Kind.NUDGE, Way.GUARDIAN, now, person=person, section=section, about=1)
    tx.outbox.add([effect], now, lambda: "n")
    (row,) = tx.outbox.claim(now, [Way.GUARDIAN], 1, "me", now)
    tx.outbox.end(row.id, "me", State.SENT, now)


def _add_guardian(tx: Any, account: int, mark: str, now: datetime) -> None:
    me = tx.people.of(account)
    values = {
        "number": b"sealed",
        "number_hash": mark,
        "given_by": me.person,
        "given_at": now,
        "confirmed_at": now,
    }
    section = tx.sections.enrolled_in(me.person)[0].id
    tx.letters._db.execute(sa.insert(guardian).values(person_id=me.person, section_id=section, **values))
