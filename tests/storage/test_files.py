"""Whose files they are, and what is told of a file or folder that cannot be used, before anything is touched."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.services.ports import Tx
from bot.storage import files
from bot.storage.backup import back_up
from bot.storage.database import Database, open_database
from bot.storage.files import NotNow, Unusable


def note(tx: Tx, name: str, value: str) -> None:
    tx.upkeep.set_fact(name, value)


def modes(folder: Path) -> dict[str, str]:
    return {each.name: oct(stat.S_IMODE(each.stat().st_mode)) for each in folder.iterdir()}


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


# --- whose they are ----------------------------------------------------------------------------------


async def test_every_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path, umask: int):
    path = tmp_path / "new" / "data" / "flipcord.sqlite3"
    async with open_database(path) as database:
        await database.write(note, "a", "b")
        files.open_lock(path).close()
        await _backed_up(path)
        found = modes(path.parent)
        assert {"flipcord.sqlite3", "flipcord.sqlite3-wal", "flipcord.sqlite3-shm", "copy"} <= found.keys()
        assert set(found.values()) == {"0o600"}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


async def _backed_up(path: Path) -> None:
    back_up(path, path.with_name("copy"))


async def test_files_of_before_are_tightened_at_the_start(tmp_path: Path):
    path = tmp_path / "flipcord.sqlite3"
    async with open_database(path):
        files.open_lock(path).close()
        for each in modes(tmp_path):
            (tmp_path / each).chmod(0o644)
        files.make_ready(path)
        assert set(modes(tmp_path).values()) == {"0o600"}


# --- what cannot be used -----------------------------------------------------------------------------


def _garbage(path: Path) -> None:
    path.write_text("name;mark\nAna;3\n" * 100)


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def _cut_to_the_head(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def _corrupt_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 4096 // 2 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def _corrupt_first_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xa5" * 3996
    path.write_bytes(content)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


SPOILT = (_garbage, _cut_short, _cut_to_the_head, _corrupt_page, _corrupt_first_page, _folder, _pipe)


@pytest.mark.parametrize("spoil", SPOILT)
async def test_a_file_that_does_not_hold_is_told_in_one_line_and_left_alone(
    tmp_path: Path, spoil: Callable[[Path], None]
):
    path = tmp_path / "flipcord.sqlite3"
    async with open_database(path) as database:
        await database.write(note, "a", "b")
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(Unusable) as told:
        async with open_database(path):
            pass
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)
    assert before == (path.read_bytes() if path.is_file() else None)


async def test_a_page_that_went_bad_is_found_in_a_file_with_much_in_it(database: Database, tmp_path: Path):
    """Neither the schema nor what a start reads shows it."""
    path = tmp_path / "big.sqlite3"
    await database.write(lambda tx: [note(tx, f"n{each}", "x" * 500) for each in range(2000)])
    back_up(tmp_path / "flipcord.sqlite3", path)
    content = bytearray(path.read_bytes())
    content[-3 * 4096 : -2 * 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    with pytest.raises(Unusable, match="damaged"):
        async with open_database(path):
            pass


async def test_a_large_file_is_not_looked_through_before_every_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "flipcord.sqlite3"
    async with open_database(path):
        pass
    monkeypatch.setattr(files, "LOOKED_THROUGH", 4096)
    asked: list[str] = []
    real = sqlite3.connect

    def connect(*args: object, **options: object) -> sqlite3.Connection:
        connection = real(*args, **options)  # type: ignore[arg-type]
        connection.set_trace_callback(asked.append)
        return connection

    monkeypatch.setattr(files.sqlite3, "connect", connect)
    files.look_through(path)
    assert asked
    assert not any("quick_check" in each for each in asked)


@pytest.mark.parametrize(("what", "said"), [("data", "may not write in"), ("flipcord.sqlite3", "read-only")])
async def test_what_may_not_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, said: str
):
    """Root may write everywhere but on a disk that is read-only, so the answer is the system's in its stead."""
    path = tmp_path / "data" / "flipcord.sqlite3"
    async with open_database(path):
        pass
    real = os.access
    monkeypatch.setattr(files.os, "access", lambda at, how: Path(at).name != what and real(at, how))
    with pytest.raises(Unusable, match=said):
        async with open_database(path):
            pass


async def test_a_folder_that_is_a_file_is_told(tmp_path: Path):
    (tmp_path / "data").write_text("")
    with pytest.raises(Unusable, match=r"storage\.path"):
        async with open_database(tmp_path / "data" / "flipcord.sqlite3"):
            pass


async def test_a_file_of_somebody_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "flipcord.sqlite3"
    async with open_database(path):
        pass
    monkeypatch.setattr(files.os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(Unusable, match="sudo chown"):
        files.make_ready(path)


async def test_a_file_that_another_program_has_for_itself_is_a_matter_of_time(tmp_path: Path):
    path = tmp_path / "flipcord.sqlite3"
    async with open_database(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NotNow):
            async with open_database(path):
                pass
