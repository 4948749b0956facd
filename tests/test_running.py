"""The real process from outside: what it says and with which exit code when it cannot run, and who may run."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli import EX_CONFIG
from bot.loopback.process import BotProcess
from bot.loopback.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path) as world:
        yield world


async def ends_with(world: World) -> tuple[int, list[str]]:
    """Starts the bot, which is to end by itself; its exit code and the lines that are not log events."""
    await world.bot.start()
    code = await world.bot.wait(timeout_s=30)
    return code, [line for line in world.bot.output.splitlines() if line and "event=" not in line]


async def test_a_token_that_discord_does_not_know_is_told_in_one_line(world: World):
    world.configure({"discord": {"token": "MTIz.another.token"}})
    code, lines = await ends_with(world)
    assert code == EX_CONFIG
    assert len(lines) == 1
    assert "token" in lines[0]
    assert "MTIz" not in world.bot.output


async def test_one_bad_answer_to_the_first_log_in_is_no_verdict(world: World):
    """Nobody starts a bot again that ended with 78: it asks once more by itself."""
    refused = world.wire.rest.faults.answer("GET /users/@me", 401, 0, "401: Unauthorized")
    await world.start_bot()
    assert refused.hits == 1
    assert "refused_by_discord" in world.bot.output


async def test_one_bad_word_of_the_gateway_is_none_either(world: World):
    await world.start_bot()
    await world.wire.close(4004)
    await world.wire.changes.until(
        lambda: world.wire.gateway.identifies == 2 and world.wire.gateway.connected,
        timeout_s=60, what="the bot to log in once more",
    )  # fmt: skip
    assert "refused_by_discord" in world.bot.output


async def test_a_token_that_the_gateway_refuses_is_told_in_one_line(world: World):
    world.wire.gateway._token = lambda: "reset meanwhile"  # 4004
    code, lines = await ends_with(world)
    assert code == EX_CONFIG
    assert len(lines) == 1
    assert "token" in lines[0]


async def test_intents_that_are_refused_are_told_in_one_line(world: World):
    world.wire.gateway.refuse_intents = True  # 4014
    code, lines = await ends_with(world)
    assert code == EX_CONFIG
    assert len(lines) == 1
    assert "intent" in lines[0]


async def test_wrong_settings_are_told_all_at_once(world: World):
    world.configure({"wake": {"poll_s": -1}, "storag": {"path": "x"}})
    code, lines = await ends_with(world)
    assert code == EX_CONFIG
    assert any("wake.poll_s" in line for line in lines)
    assert any("storag" in line for line in lines)


async def test_missing_settings_say_what_to_do(tmp_path: Path):
    process = BotProcess(tmp_path / "none.toml", tmp_path / "out")
    await process.start()
    assert await process.wait(timeout_s=30) == EX_CONFIG
    assert "config.example.toml" in process.output
    assert "Traceback" not in process.output


async def test_a_database_of_a_newer_version_is_left_alone(world: World):
    connection = sqlite3.connect(world.database_path)
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.commit()
    connection.close()
    code, lines = await ends_with(world)
    assert code == EX_CONFIG
    assert len(lines) == 1
    assert "newer" in lines[0]


async def test_a_second_process_stands_by_until_the_first_is_killed(world: World):
    await world.start_bot()
    second = BotProcess(world.config_path, world.folder / "second.log")
    await second.start()
    try:
        await _says(second, "standing_by")
        assert world.wire.gateway.identifies == 1
        await world.kill_bot()
        await world.wire.changes.until(
            lambda: world.wire.gateway.identifies == 2, timeout_s=20, what="the second one to take over"
        )
    finally:
        await second.close()


async def _says(process: BotProcess, words: str) -> None:
    async with asyncio.timeout(20):
        while words not in process.output:  # noqa: ASYNC110  # a file that another process writes
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_in_order_when_it_is_asked_to(world: World, how: signal.Signals):
    await world.start_bot()
    await world.quiet()
    os.kill(world.bot.pid, how)
    assert await world.bot.wait(timeout_s=15) == 0
    assert "Traceback" not in world.bot.output


async def test_a_crash_loop_cannot_spend_the_days_log_ins(world: World):
    world.configure({"discord": {"identify": {"per_hour": 3}}})
    for _ in range(3):
        await world.start_bot()
        await world.kill_bot()
    await world.bot.start()
    await _says(world.bot, "identify_budget_spent")
    assert world.wire.gateway.identifies == 3


async def test_the_one_who_runs_it_can_lift_a_quarantine(world: World):
    command = [sys.executable, "-m", "bot", "allow-openings", "--config", str(world.config_path)]
    done = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await done.communicate()
    assert done.returncode == 0
    assert b"all along" in said


async def test_with_few_log_ins_left_for_the_day_it_does_not_start(world: World):
    world.wire.gateway.starts_per_day = 49
    code, lines = await ends_with(world)
    assert code == EX_CONFIG
    assert len(lines) == 1
    assert "49 more log-ins" in lines[0]
    assert world.wire.gateway.identifies == 0


def test_the_command_line_makes_keys_and_checks_packs(tmp_path: Path):
    def flipcord(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert len(flipcord("key").stdout.strip()) == 44
    good = flipcord("course", "check", "data/courses/intro-chemistry")
    assert (good.returncode, "Nothing to mend" in good.stdout) == (0, True)
    bad = tmp_path / "bad.toml"
    bad.write_text('[course]\nslug = "Bad Slug"\ntitle = "x"\n')
    faulty = flipcord("course", "check", str(bad))
    assert faulty.returncode == 1
    assert "bad.toml, line 2: course.slug" in faulty.stderr
