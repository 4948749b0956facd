"""A whole copy of a database that may be in use, and its proof (RH6)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.storage.files import create
from bot.storage.marks import note_copy


class NoBackup(Exception):
    """No backup was made, and nothing was left behind; the text says why and what would help."""


def back_up(database: Path, target: Path) -> int:
    """Copies the database to a new file of its own, checks the copy, and gives its size in bytes.

    By SQLite's online backup, from a connection that only reads: it takes the state of one instant and makes no
    writer wait. The copy gets its name only once it is whole, checked and on the disk. Raises NoBackup.
    """
    if not database.is_file():
        raise NoBackup(f"There is no database at {database}. Is storage.path right?")
    if target.exists():
        raise NoBackup(f"{target} is there already and is not overwritten. Choose another name.")
    half = target.with_name(f".{target.name}.half")
    try:
        _copy(database, half)
        _name_it(half, target)
    except (OSError, sqlite3.Error) as error:
        raise NoBackup(f"No backup was made: {error}") from error
    finally:
        for each in (half, *(half.with_name(half.name + end) for end in ("-wal", "-shm", "-journal"))):
            each.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(database: Path, half: Path) -> None:
    half.unlink(missing_ok=True)
    create(half)  # for its owner alone: names and marks of students are in it
    with (
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(half, isolation_level=None)) as copy,
    ):
        source.backup(copy)
        note_copy(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it
        faults = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
        faults += [
            f"a row of {row[0]} without its parent" for row in copy.execute("PRAGMA foreign_key_check")
        ]
    if faults:
        raise NoBackup(f"The copy does not hold: {faults[0]}. The database itself may be damaged.")


def _name_it(half: Path, target: Path) -> None:
    """A link fails where a file came to be meanwhile; a rename would take its place."""
    _sync(half)
    os.link(half, target)
    _sync(target.absolute().parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
