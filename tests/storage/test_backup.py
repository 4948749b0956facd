"""A backup is whole, checked, and in nobody's way (RH6)."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import app
from bot.services.ports import Tx
from bot.storage.backup import NoBackup, back_up
from bot.storage.database import Database, open_database
from tests.builders import ANA, NOW


def count_up(tx: Tx) -> int:
    number = int(tx.upkeep.fact("count") or 0) + 1
    tx.upkeep.set_fact("count", str(number))
    tx.upkeep.set_fact("same", str(number))
    return number


def fact(path: Path, name: str) -> str | None:
    with closing(sqlite3.connect(path)) as file:
        row = file.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


async def test_a_backup_under_writes_holds_everything_acknowledged_before_it_and_nothing_by_half(
    database: Database, tmp_path: Path
) -> None:
    acknowledged = 0
    is_over = False

    async def write() -> None:
        nonlocal acknowledged
        while not is_over:
            acknowledged = max(acknowledged, await database.write(count_up))

    writers = [asyncio.create_task(write()) for _ in range(5)]
    while acknowledged <= 20:  # noqa: ASYNC110  # turns of the loop, not time
        await asyncio.sleep(0)
    for number in range(10):
        before, copy = acknowledged, tmp_path / f"{number}.sqlite3"
        await asyncio.to_thread(back_up, tmp_path / "flipcord.sqlite3", copy)
        held = int(fact(copy, "count") or 0)
        assert before <= held <= acknowledged + 5
        assert fact(copy, "same") == str(held)
    is_over = True
    await asyncio.gather(*writers)


async def test_a_backup_is_one_file_for_its_owner_alone_and_opens_as_a_database(
    database: Database, tmp_path: Path
) -> None:
    await database.write(lambda tx: tx.people.known(ANA, NOW))
    folder = tmp_path / "kept"
    folder.mkdir()
    size = back_up(tmp_path / "flipcord.sqlite3", folder / "copy.sqlite3")
    (copy,) = folder.iterdir()
    assert copy.stat().st_size == size
    assert copy.stat().st_mode & 0o077 == 0
    async with open_database(copy) as again:
        assert await again.read(lambda tx: tx.people.of(ANA)) is not None


def settings_for(folder: Path, database: str) -> Path:
    path = folder / "config.toml"
    path.write_text(f'[discord]\ntoken = "x.y.z"\n[storage]\npath = "{folder / database}"\n')
    return path


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        app(list(words))
    code = end.value.code
    return code if isinstance(code, int) else 0 if code is None else 1


async def test_the_command_says_what_it_made_and_refuses_to_overwrite(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, copy = settings_for(tmp_path, "flipcord.sqlite3"), tmp_path / "copy.sqlite3"
    assert run("backup", str(copy), "--config", str(config)) == 0
    assert "whole and checked" in capsys.readouterr().out
    first = copy.read_bytes()
    assert run("backup", str(copy), "--config", str(config)) == 1
    assert "not overwritten" in capsys.readouterr().err
    assert copy.read_bytes() == first


def test_without_a_database_it_says_so_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings_for(tmp_path, "none.sqlite3")
    assert run("backup", str(tmp_path / "copy.sqlite3"), "--config", str(config)) == 1
    assert "no database at" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_a_damaged_database_gives_no_backup(empty_database_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    pages = bytearray(empty_database_file.read_bytes())
    pages[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    broken.write_bytes(pages)
    with pytest.raises(NoBackup):
        back_up(broken, tmp_path / "copy.sqlite3")
    assert {each.name for each in tmp_path.iterdir()} <= {
        "broken.sqlite3",
        "broken.sqlite3-shm",
        "broken.sqlite3-wal",
    }


def test_a_folder_that_is_not_there_is_told(empty_database_file: Path, tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="No such file"):
        back_up(empty_database_file, tmp_path / "none" / "copy.sqlite3")
