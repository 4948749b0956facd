"""Another program holds the database, or the disk is full: what people see, and that nothing of theirs is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from bot.services.ports import patience
from tests.classroom import Classroom, Screen
from tests.cogs.test_prework import DONE, MINUTE


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    patience.set(0.2)
    return classroom


@contextmanager
def held(room: Classroom) -> Iterator[None]:
    with closing(sqlite3.connect(room.app.settings.storage.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def seen(result: Any) -> Screen:
    return Screen(result.response.components, result)


async def test_a_press_is_told_and_the_same_press_works_a_moment_later(room: Classroom):
    ana, _, _ = room.students
    card = await room.post_prework()
    start = Screen([part.to_dict() for part in card.components]).buttons["Start"]
    with held(room):
        told = seen(await ana.actor.click(card, custom_id=start))
        assert "Not saved, try again" in told.text
        assert "Nothing was changed" in told.text
        assert told.result.response.ephemeral
        assert list(told.buttons) == ["Try again"]
    started = await ana.press("Try again", told)
    assert "The form asks" in started.text


async def test_who_only_looks_notices_nothing(room: Classroom):
    ana, _, _ = room.students
    before = (await ana.slash("today")).text
    with held(room):
        assert seen(await ana.actor.slash(room.lobby, "today")).text == before


async def test_what_was_typed_into_a_form_stands_in_the_answer(room: Classroom):
    ana, _, _ = room.students
    await ana.press("Start", await room.post_prework())
    await room.move(8 * MINUTE)
    form = await ana.press("Hand in")
    with held(room):
        told = seen(await ana.actor.submit_modal(form.result, DONE))
    assert "Not saved, try again" in told.text
    assert DONE["summary"] in told.text
    assert DONE["question"] in told.text
    await ana.press("Hand in", (room.prework_cards())[-1])
    assert "Your pre-work counts" in (await ana.fill(**DONE)).text


async def test_a_command_is_told_and_a_full_disk_is_the_same_to_people(room: Classroom):
    _, _, chloe = room.students
    raw = room.app.services.upkeep._db._writer.line.raw  # type: ignore[attr-defined]
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    joining = await chloe.slash("join")
    raw.execute("PRAGMA query_only=ON")
    told = seen(
        await chloe.actor.click(
            joining.result.response.message, custom_id=joining.buttons["I am old enough. Join"]
        )
    )
    assert "Not saved, try again" in told.text
    raw.execute("PRAGMA query_only=OFF")
    assert pages
    assert "Try again" in told.buttons
    await chloe.press("Try again", told)
    assert "Period 3 student" in chloe.roles
