"""Another program holds the file, or the disk takes nothing: the loop goes on, people are told, nothing is half done."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.services.ports import NotSaved, Tx, patience
from bot.storage.database import Database, open_database

HOW = pytest.mark.parametrize("how", ["write", "jot"])
#: for the case that a test fails: how long a lock is held at most
AT_MOST_S = 4.0


def note(tx: Tx, name: str, value: str) -> None:
    tx.upkeep.set_fact(name, value)


def read(tx: Tx, name: str) -> str | None:
    return tx.upkeep.fact(name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flipcord.sqlite3"


@contextmanager
def held(path: Path, how: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """As a sqlite3 shell in another process holds it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        for statement in how.split(";"):
            other.execute(statement)
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


class LoopTurns:
    """A foreign lock that is let go as soon as the loop has turned a few times; ``stood`` when it did not turn."""

    def __init__(self, path: Path) -> None:
        self._turned = threading.Event()
        self._is_held = threading.Event()
        self.stood = False
        self._thread = threading.Thread(target=self._hold, args=(path,))

    def _hold(self, path: Path) -> None:
        with held(path):
            self._is_held.set()
            self.stood = not self._turned.wait(AT_MOST_S)

    def start(self) -> None:
        self._thread.start()
        self._is_held.wait()

    async def turn(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        self._turned.set()

    async def end(self) -> None:
        await asyncio.to_thread(self._thread.join)


@HOW
async def test_the_loop_turns_while_a_write_waits_for_a_foreign_lock(
    database: Database, path: Path, how: str
):
    lock = LoopTurns(path)
    lock.start()
    writing = asyncio.create_task(getattr(database, how)(note, "a", "b"))
    await lock.turn()
    await writing
    await lock.end()
    assert not lock.stood
    assert await database.read(read, "a") == "b"


@HOW
async def test_reads_go_on_while_a_foreign_program_holds_the_lock(database: Database, path: Path, how: str):
    await database.write(note, "a", "b")
    with held(path):
        writing = asyncio.create_task(getattr(database, how)(note, "a", "c"))
        await asyncio.sleep(0)
        assert await database.glance(read, "a") == "b"
        assert await database.read(read, "a") == "b"
        assert not writing.done()
    await writing
    assert await database.glance(read, "a") == "c"


@HOW
async def test_what_is_not_saved_in_time_is_told_and_leaves_nothing_behind(
    database: Database, path: Path, how: str
):
    patience.set(0)
    with held(path):
        results = await asyncio.gather(
            *(getattr(database, how)(note, f"n{each}", "x") for each in range(40)), return_exceptions=True
        )
    assert [type(each) for each in results] == [NotSaved] * 40
    assert [await database.glance(read, f"n{each}") for each in range(40)] == [None] * 40
    await database.write(note, "a", "later")
    assert await database.read(read, "a") == "later"


async def test_one_who_is_in_a_hurry_does_not_take_along_one_who_can_wait(database: Database, path: Path):
    async def hurried() -> None:
        patience.set(0)
        await database.jot(note, "hurried", "x")

    with held(path):
        waiting = asyncio.create_task(database.jot(note, "patient", "x"))
        with pytest.raises(NotSaved):
            await asyncio.create_task(hurried())
        assert not waiting.done()
    await waiting
    assert await database.glance(read, "patient") == "x"
    assert await database.glance(read, "hurried") is None


async def test_they_keep_their_order_over_the_wait(database: Database, path: Path):
    order: list[int] = []
    with held(path):
        waiting = [
            asyncio.create_task(
                (database.jot if each % 3 else database.write)(lambda tx, n: order.append(n), each)
            )
            for each in range(12)
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == list(range(12))


@HOW
async def test_a_full_disk_is_told_as_not_saved(database: Database, how: str):
    pages = database._writer.line.raw.execute("PRAGMA page_count").fetchone()[0]
    database._writer.line.raw.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(NotSaved, match="full"):
        await getattr(database, how)(note, "big", "x" * 100_000)
    assert await database.glance(read, "big") is None
    database._writer.line.raw.execute(f"PRAGMA max_page_count={pages + 100}")
    await getattr(database, how)(note, "big", "x" * 100_000)


@HOW
async def test_a_file_that_may_not_be_written_is_told_as_not_saved(database: Database, how: str):
    database._writer.line.raw.execute("PRAGMA query_only=ON")
    with pytest.raises(NotSaved):
        await getattr(database, how)(note, "a", "b")
    database._writer.line.raw.execute("PRAGMA query_only=OFF")
    await getattr(database, how)(note, "a", "c")
    assert await database.glance(read, "a") == "c"


async def test_what_waits_when_the_database_is_closed_is_told(empty_database_file: Path, tmp_path: Path):
    path = tmp_path / "closing.sqlite3"
    shutil.copy(empty_database_file, path)
    with held(path, "SELECT 1") as other:
        async with open_database(path) as database:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(database.jot(note, "a", "b"))
            await asyncio.sleep(0)
        with pytest.raises(NotSaved):
            await waiting
