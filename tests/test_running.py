"""The real process from outside: what it says and with which exit code when it cannot run, and who may run."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.cli import EX_CONFIG
from bot.loopback.changes import PATIENCE_S
from bot.loopback.process import BotProcess
from bot.loopback.world import World
from bot.storage.schema import bring_up_to_date


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path) as world:
        yield world


async def ends_with(world: World) -> tuple[int, list[str]]:
    """Starts the bot, which is to end by itself; its exit code and the lines that are not log events."""
    await world.bot.start()
    code = await world.bot.wait()
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
        timeout_s=PATIENCE_S, what="the bot to log in once more",
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
    assert await process.wait() == EX_CONFIG
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


def _nonsense(path: Path) -> None:
    path.write_text("no database at all\n" * 500)


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _changed(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE person ADD COLUMN nickname TEXT")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_nonsense, "not a database"),
        (_cut_short, "damaged"),
        (_folder, "is a folder"),
        (_changed, "nickname"),
    ],
)
async def test_a_database_that_does_not_hold_is_told_in_one_line_and_not_started_again(
    world: World, spoil: Callable[[Path], None], said: str
):
    await asyncio.to_thread(_make, world.database_path)
    spoil(world.database_path)
    code, lines = await ends_with(world)
    assert code == EX_CONFIG
    assert len(lines) == 1
    assert said in lines[0]
    assert world.wire.gateway.identifies == 0


def _make(path: Path) -> None:
    asyncio.run(bring_up_to_date(path))


async def test_the_side_files_are_for_their_owner_alone_and_sqlites_version_is_told(world: World):
    await world.start_bot()
    names = ("", "-wal", "-shm", ".lock")
    found = [world.database_path.with_name(world.database_path.name + each) for each in names]
    assert [oct(each.stat().st_mode & 0o777) for each in found] == ["0o600"] * 4
    assert "sqlite_before_3_51_3" in world.bot.output or "event=sqlite " in world.bot.output


async def test_a_second_process_stands_by_until_the_first_is_killed(world: World):
    await world.start_bot()
    second = BotProcess(world.config_path, world.folder / "second.log")
    await second.start()
    try:
        await second.says("standing_by")
        assert world.wire.gateway.identifies == 1
        await world.kill_bot()
        await world.wire.changes.until(
            lambda: world.wire.gateway.identifies == 2, what="the second one to take over"
        )
    finally:
        await second.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_in_order_when_it_is_asked_to(world: World, how: signal.Signals):
    await world.start_bot()
    await world.quiet()
    os.kill(world.bot.pid, how)
    assert await world.bot.wait() == 0
    assert "Traceback" not in world.bot.output


async def test_a_crash_loop_cannot_spend_the_days_log_ins(world: World):
    world.configure({"discord": {"identify": {"per_hour": 3}}})
    for _ in range(3):
        await world.start_bot()
        await world.kill_bot()
    await world.bot.start()
    await world.bot.says("identify_budget_spent")
    assert world.wire.gateway.identifies == 3


async def allow_openings(world: World) -> tuple[int | None, str]:
    command = [sys.executable, "-m", "bot", "allow-openings", "--config", str(world.config_path)]
    done = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await done.communicate()
    return done.returncode, said.decode()


def _fact(path: Path, name: str) -> list[tuple[str]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchall()
    finally:
        connection.close()


def _stop_openings(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("INSERT INTO fact (name, value) VALUES ('openings_stopped', 'Discord says so')")
    connection.close()


async def test_the_one_who_runs_it_can_lift_a_quarantine_without_a_bot(world: World):
    code, said = await allow_openings(world)
    assert (code, "all along" in said) == (0, True)
    await asyncio.to_thread(_stop_openings, world.database_path)
    code, said = await allow_openings(world)
    assert (code, "open again" in said) == (0, True)
    assert _fact(world.database_path, "openings_stopped") == [("",)]


async def test_a_quarantine_is_lifted_by_the_bot_that_runs_while_nobody_else_writes(world: World):
    await asyncio.to_thread(_make, world.database_path)
    await asyncio.to_thread(_stop_openings, world.database_path)
    await world.start_bot()
    code, said = await allow_openings(world)
    assert (code, "open again" in said) == (0, True)
    assert "event=asked_by_the_command_line" in world.bot.output
    assert _fact(world.database_path, "openings_stopped") == [("",)]


async def test_a_bot_that_does_not_answer_is_told_and_its_file_left_alone(world: World):
    await asyncio.to_thread(_make, world.database_path)
    await asyncio.to_thread(_stop_openings, world.database_path)
    lock = world.database_path.with_name(world.database_path.name + ".lock")
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        code, said = await allow_openings(world)
    assert (code, said.count("\n")) == (1, 1)
    assert "Try again in a minute" in said
    assert _fact(world.database_path, "openings_stopped") == [("Discord says so",)]


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
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert len(flipcord("key").stdout.strip()) == 44
    good = flipcord("course", "check", "data/courses/intro-chemistry")
    assert (good.returncode, "Nothing to mend" in good.stdout) == (0, True)
    bad = tmp_path / "bad.toml"
    bad.write_text('[course]\nslug = "Bad Slug"\ntitle = "x"\n')
    faulty = flipcord("course", "check", str(bad))
    assert faulty.returncode == 1
    assert "bad.toml, line 2: course.slug" in faulty.stderr
