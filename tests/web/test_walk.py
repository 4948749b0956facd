"""What people text back, and what becomes of texts: by Twilio's webhooks into the real bot, and what they see of it."""

from __future__ import annotations

import asyncio
import inspect
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from simcord.backend.access import channel_accessible

from bot.services.incoming import IncomingService
from bot.services.receipts import ReceiptService
from tests.web.walk import PHONE, PUBLIC, Live, Walk, open_live

pytestmark = [
    pytest.mark.skipif(
        any("NotImplementedError" in inspect.getsource(each) for each in (IncomingService, ReceiptService)),
        reason="what comes in is not kept yet",
    ),
]

TEXT = f"{PUBLIC}/twilio/text"
Captured = list[tuple[str, dict[str, str]]]


@pytest.fixture
async def walk(tmp_path: Path) -> AsyncIterator[Walk]:
    """A student whose phone is proven, in a class with a teacher."""
    async with open_live(tmp_path) as live:
        await live.world.start_bot()
        walk = Walk(live)
        await walk.join_and_prove_a_phone()
        yield walk


def capture(live: Live) -> Captured:
    """Every request that Twilio makes from now on."""
    captured: Captured = []
    phone = live.world.phone
    post = phone._post

    async def noted(url: str, params: Mapping[str, str]) -> tuple[int, str]:
        captured.append((url, dict(params)))
        return await post(url, params)

    phone._post = noted
    return captured


def kept(live: Live) -> list[str]:
    """Everything that the database holds, but for what the clock itself writes."""
    connection = sqlite3.connect(live.world.database_path)
    try:
        # how many commits there were is counted in the file, too
        return [
            line
            for line in connection.iterdump()
            if "INSERT" in line and not line.startswith("INSERT INTO \"fact\" VALUES('mark',")
        ]
    finally:
        connection.close()


async def test_stop_in_a_students_own_words_ends_texts_at_once(walk: Walk):
    phone = walk.world.phone
    assert "I text the number" in (await walk.dev.slash("phone show", where="lobby")).text
    status, _ = await phone.reply(PHONE, "please stop texting me", TEXT)
    assert status == 200
    assert "I text the number" not in (await walk.dev.slash("phone show", where="lobby")).text


async def test_a_message_by_text_reaches_the_teacher_and_nobody_else(walk: Walk):
    status, _ = await walk.world.phone.reply(PHONE, "The second video does not open for me", TEXT)
    assert status == 200
    backend = walk.world.wire.backend

    def where() -> list[int]:
        return [
            channel
            for channel, messages in backend.messages.items()
            for message in messages.values()
            if "second video does not open" in json.dumps([message.content, message.components], default=str)
        ]

    (found,) = await walk.world.wire.changes.until(where, what="the teachers' room to have it")
    assert channel_accessible(backend, found, walk.teacher.id)
    assert not channel_accessible(backend, found, walk.dev.id)


async def test_a_thousand_requests_sent_again_change_nothing(walk: Walk):
    """RG15, with the real services and a real database."""
    live, phone = walk.live, walk.world.phone
    captured = capture(live)
    for words in ("The second video does not open for me", "HELP", "stop", "START"):
        await phone.reply(PHONE, words, TEXT)
    await phone.settle()
    await walk.world.quiet(for_s=1.5)
    before, texts = kept(live), len(phone.texts)
    again = [captured[number % len(captured)] for number in range(1000)]
    for start in range(0, len(again), 20):
        answers = await asyncio.gather(*(phone._post(*each) for each in again[start : start + 20]))
        assert {status for status, _ in answers} <= {200, 204}
    await walk.world.quiet(for_s=1)
    assert kept(live) == before
    assert len(phone.texts) == texts


async def test_what_becomes_of_a_text_is_told_and_answered(walk: Walk):
    phone = walk.world.phone
    await phone.settle()
    assert phone.callbacks
    assert {each.answered for each in phone.callbacks} == {204}
    assert all(each.url.startswith(f"{PUBLIC}/twilio/status?n=") for each in phone.callbacks)
