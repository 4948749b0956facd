"""How an older file in the place of the database is told from the one that was there."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.services.ports import Tx
from bot.storage.backup import back_up
from bot.storage.database import open_database
from tests.builders import ANA, NOW

HOUR = timedelta(hours=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(empty_database_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "flipcord.sqlite3"
    shutil.copy(empty_database_file, path)
    return path


def note(tx: Tx, value: str) -> None:
    tx.people.known(ANA, NOW)
    tx.upkeep.set_fact("a", value)


async def noted(path: Path, clock: Clock, *values: str) -> str | None:
    """One life of a bot that writes these; gives the gap that it found at its start."""
    async with open_database(path, clock) as database:
        gap = await database.read(lambda tx: tx.upkeep.fact("gap"))
        for each in values:
            await database.jot(note, each)
        return gap


def copied(path: Path, to: Path) -> None:
    """A copy of the whole, by hand."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


async def test_one_start_after_the_other_is_no_gap(path: Path, clock: Clock):
    assert [await noted(path, clock, "x", "y") for _ in range(3)] == [None, None, None]


async def test_one_commit_after_the_copy_is_enough(path: Path, clock: Clock, tmp_path: Path):
    await noted(path, clock, "x")
    copied(path, tmp_path / "kept")
    since = clock.now
    clock.now += HOUR
    assert await noted(path, clock, "y") is None
    shutil.copy(tmp_path / "kept", path)
    assert await noted(path, clock) == f"{micros(since)} {micros(clock.now)}"


async def test_a_log_that_was_lost_is_a_gap_too(path: Path, clock: Clock, tmp_path: Path):
    """Deleting -wal beside a file that was not closed loses what was committed last."""
    await noted(path, clock, "x")
    async with open_database(path, clock) as database:
        shutil.copy(path, tmp_path / "before")
        await database.write(note, "y")
        for each in (path, path.with_name(path.name + ".mark")):
            shutil.copy(each, tmp_path / f"lost{each.suffix}")
    shutil.copy(tmp_path / "before", tmp_path / "lost.sqlite3")
    shutil.move(tmp_path / "lost.mark", tmp_path / "lost.sqlite3.mark")
    assert await noted(tmp_path / "lost.sqlite3", clock) is not None


async def test_what_was_committed_before_a_kill_is_no_gap(path: Path, clock: Clock, tmp_path: Path):
    """As a machine finds the files whose process was killed: all of them, the log too."""
    await noted(path, clock, "x")
    async with open_database(path, clock) as database:
        await database.write(note, "y")
        for end in ("", "-wal", ".mark"):
            shutil.copy(path.with_name(path.name + end), tmp_path / f"killed.sqlite3{end}")
    assert await noted(tmp_path / "killed.sqlite3", clock) is None


async def test_another_database_in_its_place_is_a_gap(path: Path, clock: Clock, tmp_path: Path):
    await noted(path, clock, "x")
    other = tmp_path / "other.sqlite3"
    async with open_database(other, clock) as database:
        await database.write(note, "z")
    shutil.copy(other, path)
    assert await noted(path, clock) is not None


async def test_a_file_that_moves_to_another_machine_without_a_mark_goes_on(
    path: Path, clock: Clock, tmp_path: Path
):
    await noted(path, clock, "x")
    (tmp_path / "new").mkdir()
    shutil.copy(path, tmp_path / "new" / "flipcord.sqlite3")
    assert await noted(tmp_path / "new" / "flipcord.sqlite3", clock) is None


async def test_a_backup_says_so_once_wherever_it_is_opened(path: Path, clock: Clock, tmp_path: Path):
    await noted(path, clock, "x")
    (tmp_path / "new").mkdir()
    moved = tmp_path / "new" / "flipcord.sqlite3"
    back_up(path, moved)
    clock.now += HOUR
    gap = await noted(moved, clock, "y")
    assert gap == f"{micros(NOW)} {micros(clock.now)}"
    copied_at = await _fact(moved, "copied")
    assert copied_at is None


async def test_a_new_database_in_the_place_of_a_lost_one_is_told_loudly_and_a_first_one_is_not(
    path: Path, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    await noted(tmp_path / "first" / "flipcord.sqlite3", clock, "x")
    assert "database_was_lost" not in capsys.readouterr().out
    await noted(path, clock, "x")
    for how in (path.unlink, lambda: path.write_bytes(b"")):
        how()
        assert await noted(path, clock) is None
        assert "database_was_lost" in capsys.readouterr().out


async def test_a_number_of_a_lost_message_is_not_given_to_another(path: Path, clock: Clock, tmp_path: Path):
    """Cards on Discord are found again by it."""
    await noted(path, clock, "x")
    copied(path, tmp_path / "kept")
    await noted(path, clock, "y")
    shutil.copy(tmp_path / "kept", path)
    assert await noted(path, clock) is not None
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    assert row[0] >= 1_000_000


async def test_a_mark_that_cannot_be_read_is_made_anew(path: Path, clock: Clock):
    await noted(path, clock, "x")
    mark = path.with_name(path.name + ".mark")
    mark.write_text("nonsense")
    assert await noted(path, clock, "y") is None
    assert len(mark.read_text().split()) == 3


async def _fact(path: Path, name: str) -> str | None:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)
