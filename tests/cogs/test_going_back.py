"""An older database is put back (RH7): nothing is sent twice, nobody loses what they passed, teachers are told."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import discord
import pytest

from bot.delivery.members import Reconciler
from bot.storage.backup import back_up
from tests import classroom as rooms
from tests.classroom import Classroom

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TEACHERS = "period-3-teachers"


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    """Three students; pre-work is posted, due tomorrow at noon, and no reminder was sent yet."""
    await classroom.open_class()
    await classroom.join()
    await classroom.post_prework()
    return classroom


def database_of(room: Classroom) -> Path:
    return room.app.settings.storage.path


def copied(room: Classroom, how: str) -> Path:
    """By our own command; or as a copy of the file by hand, when nothing is in the log beside it."""
    target = database_of(room).with_name("kept.sqlite3")
    back_up(database_of(room), target)
    if how == "by hand":
        connection = sqlite3.connect(target)
        with connection:
            connection.execute("DELETE FROM fact WHERE name = 'copied'")
        connection.close()
    return target


async def put_back(room: Classroom, kept: Path, *, without_mark: bool = False) -> None:
    """Flipcord is stopped, the copy put in the place of the file, and Flipcord started."""
    path = database_of(room)
    await room.app.client.close()
    await room._process.aclose()
    for end in ("-wal", "-shm", *([".mark"] if without_mark else [])):
        path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.copy(kept, path)
    process = AsyncExitStack()
    app = await process.enter_async_context(rooms._open_app(room.app.settings, room.clock))
    await room.env.restart_bot(app.client)
    room.app, room._process = app, process
    await room.move(MINUTE)


HOW = pytest.mark.parametrize("how", ["backup", "by hand"])


@HOW
async def test_what_was_sent_since_the_copy_is_not_sent_again(room: Classroom, how: str):
    kept = copied(room, how)
    await room.move(3 * HOUR + 20 * HOUR)  # the first steps of the ladder come
    await room.teacher.slash("announce")
    await room.teacher.fill(words="Field trip on Friday")
    await room.teacher.press("Send to 3")
    await room.move(MINUTE)
    before = [list(each.inbox) for each in room.students]
    assert all(any("pre-work" in dm or "Pre-work" in dm for dm in inbox) for inbox in before)
    await put_back(room, kept)
    await room.move(MINUTE)
    assert [list(each.inbox) for each in room.students] == before


async def test_on_a_new_machine_too_a_backup_knows_that_it_is_one(room: Classroom):
    kept = copied(room, "backup")
    await room.move(23 * HOUR)
    before = [list(each.inbox) for each in room.students]
    await put_back(room, kept, without_mark=True)
    assert [list(each.inbox) for each in room.students] == before


async def test_the_teacher_is_told_and_sees_what_was_held_back(room: Classroom):
    kept = copied(room, "backup")
    await room.move(23 * HOUR)
    await put_back(room, kept)
    told = room.shown_in(TEACHERS)[-1]
    assert "older database was put back" in told
    assert "3 messages" in told
    assert "/delivery messages" in told
    listed = await room.teacher.slash("delivery messages")
    assert "Measurement" in listed.text


async def test_the_steps_after_the_gap_go_out_as_ever(room: Classroom):
    kept = copied(room, "backup")
    await room.move(3 * HOUR)
    await put_back(room, kept)
    before = len(room.students[0].inbox)
    await room.move(20 * HOUR)
    assert len(room.students[0].inbox) == before + 1


async def test_a_role_that_the_record_cannot_explain_stays_and_the_teacher_is_asked(room: Classroom):
    ana = room.students[0]
    kept = copied(room, "backup")
    await room.teacher.slash("override", student=ana.actor, unit="1", reason="shown in class")
    await room.move(MINUTE)
    roles = ana.roles
    assert len(roles) > 1
    await put_back(room, kept)
    await room.app.reconciler.work()
    await room.work()
    assert ana.roles == roles
    asked = room.shown_in(TEACHERS)[-1]
    assert f"<@{ana.id}>" in asked
    assert "I take nothing away" in asked
    for _ in range(2):  # nor at any later look, and it is asked once
        await room.move(7 * HOUR)
        await room.app.reconciler.work()
        await room.work()
    assert ana.roles == roles
    assert sum("I take nothing away" in each for each in room.shown_in(TEACHERS)) == 1


async def test_whom_the_first_look_after_it_does_not_see_keeps_their_role_at_a_later_one(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
):
    """Discord leaves a member out of its answer now and then: they are asked about when they are seen."""
    ana = room.students[0]
    kept = copied(room, "backup")
    await room.teacher.slash("override", student=ana.actor, unit="1", reason="shown in class")
    await room.move(MINUTE)
    roles = ana.roles
    ask = Reconciler._ask

    async def without_ana(self: Reconciler, guild: discord.Guild, ids: Sequence[int]) -> list[discord.Member]:
        return [each for each in await ask(self, guild, ids) if each.id != ana.id]

    with monkeypatch.context() as patch:
        patch.setattr(Reconciler, "_ask", without_ana)
        await put_back(room, kept)
        await room.app.reconciler.work()
        await room.work()
    for _ in range(2):
        await room.move(7 * HOUR)
        await room.app.reconciler.work()
        await room.work()
    assert ana.roles == roles
    asked = [each for each in room.shown_in(TEACHERS) if "I take nothing away" in each]
    assert len(asked) == 1
    assert f"<@{ana.id}>" in asked[0]


async def test_a_restart_without_any_copy_is_no_gap(room: Classroom):
    await room.move(2 * HOUR)
    await room.restart()
    await room.work()
    assert not any("put back" in each for each in room.shown_in(TEACHERS))
