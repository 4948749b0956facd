from __future__ import annotations

import asyncio
import os
import signal
import struct
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import offset_clock
from bot.config import read_settings
from bot.loopback.process import BotEndedError
from bot.loopback.world import World, merge, to_toml
from tests.loopback.conftest import SAMPLE_BOT, furnish
from tests.loopback.sample_bot import REFUSED


async def test_a_card_of_before_the_kill_is_answered_after_it(world: World):
    room = furnish(world)
    await world.start_bot()
    posted = await room.ana.slash("card")
    await world.kill_bot()
    assert world.bot.exit_code == -9
    assert not world.wire.gateway.connected
    await world.start_bot()
    answer = await room.ana.press("Pressed 0", posted)
    assert (answer.kind, answer.text) == ("update", "pressed 1 times")
    assert world.wire.gateway.identifies == 2
    assert world.bot.output.count("logging in") == 2


async def test_a_polite_stop_ends_the_session(world: World):
    await world.start_bot()
    assert await world.bot.stop() in (0, -15)
    await world.changes.until(lambda: not world.wire.gateway.connected, what="the socket to go")
    assert not world.bot.running


async def test_a_token_that_discord_refuses_ends_the_bot(world: World):
    world.configure({"discord": {"token": "wrong"}})
    with pytest.raises(BotEndedError, match="refused: token") as ended:
        await world.start_bot()
    assert ended.value.code == REFUSED
    assert world.wire.gateway.identifies == 0


async def test_a_token_reset_while_the_bot_runs_closes_it_with_4004(world: World):
    await world.start_bot()
    world.wire.token = "reset"
    await world.wire.cut()
    assert await world.bot.wait() == REFUSED
    assert "closed: 4004" in world.bot.output


async def test_intents_that_discord_refuses_end_the_bot(world: World):
    world.wire.gateway.refuse_intents = True
    with pytest.raises(BotEndedError, match="refused: intents"):
        await world.start_bot()


async def test_a_bot_that_is_never_ready_is_told_with_what_it_reached(tmp_path: Path):
    command = (sys.executable, "-c", "print('thinking', flush=True); import time; time.sleep(60)")
    async with World(tmp_path, command=command) as world:
        with pytest.raises(TimeoutError, match="identified=False"):
            await world.start_bot(timeout_s=0.3)
        process = world.bot
    assert not process.running


async def test_time_moves_for_discord_the_phone_and_the_bot_at_once(tmp_path: Path):
    start = datetime(2026, 9, 7, 8, tzinfo=UTC)
    async with World(tmp_path, start=start) as world:
        bots_clock = offset_clock(world.clock_file)
        assert start <= world.now() < start + timedelta(seconds=5)
        await world.move(timedelta(days=1, hours=2))
        later = start + timedelta(days=1, hours=2)
        for now in (world.now(), bots_clock(), world.wire.backend.clock.now()):
            assert later <= now < later + timedelta(seconds=5)
        (offset,) = struct.unpack("<q", world.clock_file.read_bytes())
        assert abs(timedelta(microseconds=offset) - world.clock.offset) < timedelta(microseconds=2)
        await world.move_to(later + timedelta(hours=1))
        assert bots_clock() >= later + timedelta(hours=1)
        with pytest.raises(ValueError, match="is past"):
            await world.move_to(start)


async def test_quiet_comes_when_the_bot_asks_for_nothing_any_more(world: World):
    room = furnish(world)
    await world.start_bot()
    await room.ana.slash("card")
    await world.quiet(for_s=0.1)
    with pytest.raises(TimeoutError, match="still busy"):
        await world.quiet(for_s=600, timeout_s=0.1)


async def test_a_bot_that_the_machine_holds_up_is_not_taken_for_quiet(world: World):
    furnish(world)
    await world.start_bot()
    os.kill(world.bot.pid, signal.SIGSTOP)
    waiting = asyncio.create_task(world.quiet(for_s=0.1))
    await asyncio.wait([waiting], timeout=1)
    assert not waiting.done()
    os.kill(world.bot.pid, signal.SIGCONT)
    await waiting


async def test_the_configuration_is_one_that_the_bot_takes(tmp_path: Path):
    settings = {"discord": {"identify": {"per_hour": 500}}, "twilio": None}
    async with World(tmp_path, settings=settings, command=SAMPLE_BOT) as world:
        read = read_settings(world.config_path)
        assert read.discord.api_base == world.wire.api_base
        assert read.discord.gateway == world.wire.gateway_url
        assert read.discord.identify.per_hour == 500
        assert read.twilio is None
        assert read.dev.clock_offset_file == world.clock_file
        world.configure({})
        assert (again := read_settings(world.config_path)).twilio is not None
        assert again.twilio.api_base == world.phone.api_base
        assert again.security.keys == read.security.keys


def test_settings_become_toml_and_come_back():
    settings = {
        "top": 1,
        "a": {"text": 'quote " line\n \\ é ✓', "yes": True, "list": ["x", "y"], "b": {"deep": 0.5}},
        "only": {"inner": {"n": -3}},
    }
    assert tomllib.loads(to_toml(settings)) == settings


def test_settings_are_merged_part_by_part():
    base = {"a": {"x": 1, "y": 2}, "b": {"z": 3}}
    assert merge(base, {"a": {"y": 5}, "b": None, "c": {"w": 6}}) == {"a": {"x": 1, "y": 5}, "c": {"w": 6}}
