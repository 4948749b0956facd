"""The files of a database: where they may stand, whose they are, and whether they hold, before anything is written.

What a restart cannot mend is told in one line, with what would (Unusable). Names and marks of students stand in these
files, so that nobody but their owner reads them, whatever the machine's umask is.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import TextIO

import structlog

from bot.storage.faults import is_held

log = structlog.get_logger()

#: what stands beside a database and belongs to it
BESIDE = ("-wal", "-shm", "-journal", ".lock", ".mark", ".sock")
#: a file is looked through before every start only up to this: a gigabyte would take a slow disk a minute
LOOKED_THROUGH = 256 * 1024 * 1024
#: before it, SQLite can damage a file when two connections write or checkpoint at the same instant (RH1)
_MENDED = (3, 51, 3)
_HEAD = b"SQLite format 3\0"
HOW_TO_GO_BACK = "Put the last backup in its place; docs/how-to/keep-running.md says how."


class Unusable(Exception):
    """The database cannot be used as it is, and starting again would not help; the text says what would."""


class NotNow(Exception):
    """The database cannot be used just now; starting again later helps."""


def make_ready(path: Path) -> list[str]:
    """Sees to it that the folder is there and the files are its owner's alone; names those that were not. Raises Unusable."""
    _make_folder(path.parent)
    try:
        found = path.stat()
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise Unusable(f"{path} cannot be reached: {error.strerror}. Is storage.path right?") from None
    if found is not None:
        _check_file(path, found)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise Unusable(f"{_user()} may not write in {path.parent}. Let it, or change storage.path.")
    family = [path.with_name(path.name + end) for end in ("", *BESIDE)]
    return [each.name for each in family if _tighten(each)]


def create(path: Path) -> None:
    """An empty file for its owner alone, unless there is one; SQLite gives what it puts beside it the same rights."""
    with suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)


def open_lock(path: Path) -> TextIO:
    """The side file by which one process has the database for itself."""
    lock = path.with_name(path.name + ".lock")
    create(lock)
    try:
        return lock.open("w")
    except OSError as error:
        raise Unusable(f"{lock} cannot be written: {error.strerror}. Remove it, then start again.") from None


def tell_sqlite() -> None:
    """Which SQLite this is, and what follows from it."""
    if sqlite3.sqlite_version_info >= _MENDED:
        log.info("sqlite", version=sqlite3.sqlite_version)
    else:
        log.warning(
            "sqlite_before_3_51_3",
            version=sqlite3.sqlite_version,
            risk="two programs that write at the same instant can damage the database",
            so="one connection of Flipcord writes, and no other program should; see docs/how-to/keep-running.md",
        )


def look_through(path: Path) -> None:
    """Raises Unusable when what stands in the file does not hold, and NotNow."""
    size = path.stat().st_size if path.exists() else 0
    if size == 0:
        return
    with path.open("rb") as file:
        if file.read(len(_HEAD)) != _HEAD:
            raise Unusable(f"{path} is not a database. It was left alone. Is storage.path right?")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
            if size > LOOKED_THROUGH:
                log.info(
                    "database_not_looked_through", mb=size // 1_000_000, why="it is large; a backup checks it"
                )
                return
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if is_held(error):
            raise NotNow(f"Another program has {path} for itself. End it, then start again.") from None
        said = str(error)
    if said != "ok":
        told = " ".join(str(said).split())[:200]
        raise Unusable(f"{path} is damaged: {told}. It was left alone. {HOW_TO_GO_BACK}")


def _make_folder(folder: Path) -> None:
    try:
        for each in (*reversed(folder.parents), folder):
            if not each.exists():
                each.mkdir(0o700)
                each.chmod(0o700)
        if not folder.is_dir():
            raise Unusable(f"{folder} is not a folder. Move it away, or change storage.path.")
    except OSError as error:
        raise Unusable(
            f"{folder} cannot be made: {error.strerror}. Make it for {_user()}, or change storage.path."
        ) from None


def _check_file(path: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise Unusable(f"{path} is a folder, not a file. Change storage.path.")
    if not stat.S_ISREG(found.st_mode):
        raise Unusable(f"{path} is no ordinary file. Change storage.path.")
    if os.geteuid() not in (0, found.st_uid):
        raise Unusable(f"{path} belongs to somebody else. Give it to {_user()}: sudo chown {_user()} {path}*")
    if not os.access(path, os.R_OK | os.W_OK):
        raise Unusable(f"{_user()} may not write {path}. Is the disk, or the file, read-only?")


def _tighten(path: Path) -> bool:
    with suppress(FileNotFoundError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
            return True
    return False


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"
