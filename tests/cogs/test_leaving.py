"""A student leaves: nothing of theirs can be handed in, what they held is free again, and they can go on when back."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord.actors import _dispatch_actor_interaction, _visible_message, serializers
from simcord.builders import ChannelHandle

from bot.views import presses
from tests.classroom import APOLOGY, ZONE, Classroom, Person, Screen
from tests.cogs.test_quiz import answer, answer_all, open_reading_class
from tests.cogs.test_summative import SUMMATIVE, set_hours, take

HOUR = timedelta(hours=1)
#: coming back; and bringing in a course, which everybody may who will teach
FOR_ANYBODY = {"join", "join_which", "join_old_enough", "course_sample"}
#: what the bot notes of itself
OWN_NOTES = {"fact", "identify", "alembic_version", "sqlite_sequence"}


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await open_reading_class(classroom, *classroom.students)
    return classroom


async def leave(room: Classroom, who: Person) -> None:
    """They leave the server, and the look at the members notes it."""
    await who.leave()
    await look(room)


async def look(room: Classroom) -> None:
    await room.app.reconciler.work()
    await room.work()


def kept(room: Classroom) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored."""
    with closing(sqlite3.connect(room.app.settings.storage.path)) as file, file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            each: file.execute(f'SELECT * FROM "{each}"').fetchall()  # noqa: S608  # a name of the schema's own
            for each in tables
            if each not in OWN_NOTES
        }


def handles(room: Classroom) -> list[str]:
    """What buttons of hers may carry: the handles of everything there is, and places in what has several."""
    found = ["-", "1"]
    with closing(sqlite3.connect(room.app.settings.storage.path)) as file, file:
        for name in ("section", "prework", "attempt", "slot", "booking", "remediation", "contract", "draft"):
            newest = f"SELECT handle FROM {name} ORDER BY id DESC LIMIT 2"  # noqa: S608  # as above
            found += [handle for (handle,) in file.execute(newest)]
        for (handle,) in file.execute("SELECT handle FROM attempt").fetchall():
            found += [f"{handle}.1", f"{handle}.2", f"{handle}.1.1"]
        found += [nonce for (nonce,) in file.execute("SELECT nonce FROM outbox WHERE way = 'dm' LIMIT 3")]
    return found


def every_use(known: list[str]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Each button, menu and form that there is, with each handle: action, kind of interaction, data."""
    for action in sorted(set(presses._presses) - FOR_ANYBODY):
        for handle in known:
            yield action, 3, {"custom_id": f"fc:{action}:{handle}", "component_type": 2}
    for action in sorted(set(presses._picks) - FOR_ANYBODY):
        for handle in known:
            for value in ("1", known[2]):
                data = {"custom_id": f"fs:{action}:{handle}", "component_type": 3, "values": [value]}
                yield action, 3, data
    for action in sorted(set(presses._forms) - FOR_ANYBODY):
        for handle in known:
            names = ("answer", "answers", "summary", "question", "found", "said", "words", "name", "reason",
                     "number", "code", "why", "avoid", "right", "q1", "a1", "1")  # fmt: skip
            fields = [
                {"type": 18, "component": {"type": 4, "custom_id": each, "value": "42 words of a sentence"}}
                for each in names
            ]
            yield action, 5, {"custom_id": f"fm:{action}:{handle}", "components": fields}


async def use(who: Any, message: discord.Message, kind: int, data: dict[str, Any]) -> Screen | None:
    """As a client of their own making would send it."""
    stored = _visible_message(who, message)
    backend = who._env.backend
    channel = ChannelHandle(who._env, getattr(who, "guild", None), backend.get_channel(stored.channel_id))
    extra = {"message": dict(serializers.message_payload(backend, stored))}
    result = await _dispatch_actor_interaction(
        who, kind, channel, data, extra=extra, source_message_id=stored.id
    )
    return Screen(result.response.components, result) if result.response else None


async def busy(room: Classroom, ana: Person) -> None:
    """She has done some of everything, and has a check open."""
    await room.teacher.slash(
        "officehours open", start="thu 15:00", until="15:30", minutes=15, where="Room 12"
    )
    await room.teacher.press("Open them")
    await ana.slash("quiz")
    await answer_all(ana, well=False)
    await ana.press("Hand in my check")
    await ana.press("Choose what to do")
    card = await room.post_prework()
    await ana.press("Start", card)
    await ana.slash("book")
    await ana.pick(next(iter(ana.screen.menu)))
    await ana.fill(reason="Moles")


async def test_whoever_left_presses_everything_there_is_and_nothing_changes(room: Classroom) -> None:
    ana = room.students[0]
    await busy(room, ana)
    await ana.slash("today")
    await leave(room, ana)
    before, known, done = kept(room), handles(room), 0
    for action, kind, data in every_use(known):
        seen = await use(ana.actor.user, ana.last_dm(), kind, data)
        assert seen is None or APOLOGY not in seen.text, (action, data)
        done += 1
    after = kept(room)
    changed = [name for name in before if before[name] != after[name]]
    assert not changed, {each: set(after[each]) ^ set(before[each]) for each in changed}
    assert done > 1000


@pytest.mark.parametrize("command", ["today", "quiz", "journal", "tasks", "book", "contract", "why", "write"])
async def test_whoever_left_types_a_command_and_is_told_kindly_that_no_class_is_theirs(
    room: Classroom, command: str
) -> None:
    ana = room.students[0]
    await leave(room, ana)
    before = kept(room)
    await ana.come_back()
    assert "No class of yours here" in (await ana.slash(command)).text
    after = kept(room)
    assert before == after


async def test_an_open_check_waits_for_whoever_left_and_goes_on_when_they_are_back(room: Classroom) -> None:
    ana = room.students[0]
    await ana.slash("quiz")
    for _ in range(3):
        await answer(ana, well=True)
    question = ana.screen
    attempt = re.search(r"fc:\w+:([\w-]+)\.", str(question.components))
    assert attempt is not None
    await leave(room, ana)
    hand_in = {"custom_id": f"fc:check_submit:{attempt[1]}", "component_type": 2}
    seen = await use(ana.actor.user, ana.last_dm(), 3, hand_in)
    assert seen is not None
    assert "You are not in Period 3 just now" in seen.text
    assert "kept" in seen.text
    await ana.come_back()
    await look(room)
    await ana.slash("quiz")
    assert "question 4 of 5" in ana.screen.text
    await answer_all(ana, well=True)
    assert "100 %" in (await ana.press("Hand in my check")).text


# --- what they held ------------------------------------------------------------------------------------


async def open_one_slot(room: Classroom) -> None:
    await room.teacher.slash(
        "officehours open", start="thu 15:00", until="15:15", minutes=15, where="Room 12"
    )
    await room.teacher.press("Open them")


async def book(who: Person) -> None:
    await who.slash("book")
    await who.pick(next(iter(who.screen.menu)))
    await who.fill(reason="Moles")


async def test_the_slot_of_whoever_left_is_free_again_and_the_teacher_is_told(room: Classroom) -> None:
    ana, ben, _ = room.students
    await open_one_slot(room)
    await book(ana)
    assert "No free slots" in (await ben.slash("book")).text
    await leave(room, ana)
    (told,) = [each for each in room.shown_in("period-3-teachers") if "free again" in each]
    assert f"<@{ana.id}> has left the server" in told
    assert f"<@{ana.id}>" not in (await room.teacher.slash("officehours agenda")).text
    await book(ben)
    assert f"<@{ben.id}>" in (await room.teacher.slash("officehours agenda")).text
    await look(room)
    assert len([each for each in room.shown_in("period-3-teachers") if "has left the server" in each]) == 1


async def test_a_talk_that_was_booked_waits_and_is_booked_again_for_whoever_comes_back(
    classroom: Classroom,
) -> None:
    room, (ana, ben, _) = classroom, classroom.students
    await room.teacher.slash("course import", pack=("reading.toml", SUMMATIVE))
    await room.teacher.slash("class create", name="Period 3", course="reading", zone=ZONE, bar=80)
    await room.teacher.press("Create the class")
    await room.join()
    await set_hours(room)
    await room.teacher.slash("officehours open", start="15:00", until="15:05", minutes=5, for_talks=True)
    await room.teacher.press("Open them")
    for each in (ana, ben):
        await take(each)
    await room.move(4 * HOUR + HOUR / 2)
    assert f"<@{ana.id}>" in (await room.teacher.slash("officehours agenda")).text
    await leave(room, ana)
    assert f"<@{ben.id}>" in (await room.teacher.slash("officehours agenda")).text
    assert f"<@{ana.id}>" not in (await room.teacher.slash("oral")).text
    await room.teacher.slash("officehours open", start="16:00", until="16:05", minutes=5, for_talks=True)
    await room.teacher.press("Open them")
    assert f"<@{ana.id}>" not in (await room.teacher.slash("officehours agenda")).text
    await ana.come_back()
    await look(room)
    assert f"<@{ana.id}>" in (await room.teacher.slash("officehours agenda")).text
