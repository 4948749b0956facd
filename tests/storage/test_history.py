"""The history: nobody can change a line, and whoever forces it is found."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.domain.records import HistoryLine
from bot.services.ports import Tx
from bot.storage.database import Database
from bot.storage.history import check_file
from tests.builders import NOW

LINES, MUTATIONS = 40, 1000
INSERT = "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
COLUMNS = ("id", "at", "section_id", "person_id", "actor_id", "what", "body", "digest", "chain")


def write_lines(tx: Tx) -> None:
    for number in range(LINES):
        body = {"said": {"title": f"Words {number} ü 😀 \ud800"}, "way": "dm", "why": f"{number}"}
        tx.history.add(
            HistoryLine(NOW + timedelta(seconds=number), "message", body, number % 3, number % 5 or None)
        )


@pytest.fixture
async def file(database: Database, tmp_path: Path) -> AsyncIterator[sqlite3.Connection]:
    """A history of forty lines, open to somebody who has the file and took the guards away."""
    await database.write(write_lines)
    connection = sqlite3.connect(tmp_path / "flipcord.sqlite3", isolation_level=None)
    connection.execute("DROP TRIGGER history_keeps_rows")
    connection.execute("DROP TRIGGER history_keeps_words")
    yield connection
    connection.close()


def mutate(file: sqlite3.Connection, draw: random.Random) -> str:
    number, column = draw.randint(1, LINES), draw.choice(COLUMNS)
    match draw.randint(0, 3):
        case 0:
            file.execute("DELETE FROM history WHERE id = ?", (number,))
            return f"line {number} taken out"
        case 1:
            place = draw.choice([LINES + 1, 10_000])
            _, *rest, _ = file.execute("SELECT * FROM history WHERE id = ?", (number,)).fetchone()
            file.execute(INSERT, [place, *rest, f"{draw.random()}"])
            return f"a copy of line {number} put in"
        case _:
            old = file.execute("SELECT * FROM history WHERE id = ?", (number,)).fetchone()[
                COLUMNS.index(column)
            ]
            news: list[Any] = [None, 7_000_000, "{}", '{"said": "else"}', f"{draw.random()}", b"\xff", -1]
            forbidden = {"id": [None], "at": [None], "what": [None], "digest": [None], "chain": [None]}
            new = draw.choice(
                [each for each in news if each != old and each not in forbidden.get(column, [])]
            )
            try:
                file.execute(f"UPDATE history SET {column} = ? WHERE id = ?", (new, number))  # noqa: S608  # our own
            except sqlite3.Error:  # SQLite itself refused it, such as words for a number
                return mutate(file, draw)
            return f"{column} of line {number}: {new!r}"


@pytest.mark.slow
async def test_a_thousand_ways_to_change_one_line_are_all_found(
    database: Database, file: sqlite3.Connection
) -> None:
    """RC7."""
    draw, missed = random.Random(3), list[str]()
    assert await database.read(lambda tx: tx.history.broken()) is None
    for _ in range(MUTATIONS):
        kept = file.execute("SELECT * FROM history").fetchall()
        seq = file.execute("SELECT seq FROM sqlite_sequence WHERE name = 'history'").fetchone()
        what = mutate(file, draw)
        if await database.read(lambda tx: tx.history.broken()) is None:
            missed.append(what)
        file.execute("BEGIN")
        file.execute("DELETE FROM history")
        file.executemany(INSERT, kept)
        file.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'history'", seq)
        file.execute("COMMIT")
    assert missed == []
    assert await database.read(lambda tx: tx.history.broken()) is None


async def test_the_first_line_that_was_touched_is_named(database: Database, file: sqlite3.Connection) -> None:
    file.execute("UPDATE history SET body = '{}' WHERE id IN (17, 30)")
    assert await database.read(lambda tx: tx.history.broken()) == 17
    file.execute("DELETE FROM history WHERE id > 12")
    assert await database.read(lambda tx: tx.history.broken()) == 13


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM history WHERE id = 3",
        "UPDATE history SET body = '{}' WHERE id = 3",
        "UPDATE history SET body = NULL, what = 'else' WHERE id = 3",
        "UPDATE history SET at = at + 1",
    ],
)
async def test_the_database_itself_refuses_to_rewrite_or_delete(database: Database, statement: str) -> None:
    await database.write(write_lines)

    def force(tx: Tx) -> None:
        tx.history._db.execute(sa.text(statement))  # pyright: ignore[reportAttributeAccessIssue]

    with pytest.raises(IntegrityError, match="the history is never"):
        await database.write(force)


async def test_a_person_who_is_erased_takes_their_words_along_and_the_record_stays_whole(
    database: Database,
) -> None:
    await database.write(write_lines)
    await database.write(lambda tx: tx.history.erase(2, NOW + timedelta(days=1)))
    await database.write(lambda tx: tx.history.add(HistoryLine(NOW, "message", {"why": "1"}, 0, 2)))
    lines = await database.read(lambda tx: [*tx.history.of_section(0)])
    assert {
        each.body is None for each in lines if each.person == 2 and each.at < NOW + timedelta(days=1)
    } == {
        True,
        False,
    }
    assert all(each.body is not None for each in lines if each.person != 2)
    assert await database.read(lambda tx: tx.history.broken()) is None


async def test_words_of_somebody_who_was_not_erased_cannot_be_blanked_unseen(
    database: Database, file: sqlite3.Connection
) -> None:
    await database.write(lambda tx: tx.history.erase(2, NOW))
    file.execute("UPDATE history SET body = NULL WHERE id = 4")
    assert await database.read(lambda tx: tx.history.broken()) == 4


async def test_a_write_that_fails_leaves_no_gap(database: Database) -> None:
    def fails(tx: Tx) -> None:
        write_lines(tx)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(fails)
    await database.write(write_lines)
    assert await database.read(lambda tx: tx.history.broken()) is None


async def test_a_file_is_looked_over_while_the_bot_runs_on_it(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "flipcord.sqlite3"
    assert check_file(path).lines == 0
    await database.write(write_lines)
    found = check_file(path)
    assert (found.lines, found.broken, len(found.digest)) == (LINES, None, 64)
    assert (found.lines, found.digest) == await database.read(lambda tx: tx.history.head())
