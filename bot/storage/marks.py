"""Tells that an older file was put in the place of a database (RH7): every commit counts one up, in it and beside it.

The count inside is part of the commit; the one beside the file is written after it. So the one beside is never ahead,
unless the file was put back, however that was done, or lost its log. A copy that ``flipcord backup`` made says so
itself, since on another machine nothing stands beside it.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.clock import Clock
from bot.storage.files import create

log = structlog.get_logger()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: facts: whose file it is; how many commits, and when the last was; that it is a copy; between which instants others know more
BIRTH, MARK, COPIED, GAP = "birth", "mark", "copied", "gap"
_COUNT_UP = (
    "UPDATE fact SET value = printf('%020d %020d', CAST(value AS INTEGER) + 1, ?) "
    "WHERE name = 'mark' RETURNING value"
)
#: numbers that the lost rows may have had are not given out again: cards on Discord are found by them
_SKIPPED = 1_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    birth: str
    commits: int
    at: int


class Marks:
    """The mark of one open database. Used by one thread at a time."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._beside, self._clock = path.with_name(path.name + ".mark"), clock
        self._handle: int | None = None
        self._birth = ""

    def open(self, raw: sqlite3.Connection) -> None:
        """Compares the two marks, notes a gap in the file, and goes on counting."""
        beside = self._read()
        raw.execute("PRAGMA busy_timeout=5000")  # once, at the start, and not on the loop
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("PRAGMA busy_timeout=0")
        inside = _inside(raw)
        gap = self._gap(raw, inside, beside)
        if inside is None:
            inside = Mark(secrets.token_hex(8), 0, self._now())
            _set(raw, BIRTH, inside.birth)
        self._birth = inside.birth
        ahead = max(inside.commits, beside.commits if beside is not None else 0)
        value = f"{ahead:020d} {self._now():020d}"
        _set(raw, MARK, value)
        raw.execute("DELETE FROM fact WHERE name = ?", (COPIED,))
        if gap is not None:
            _note_gap(raw, gap)
        raw.execute("COMMIT")
        create(self._beside)
        self._handle = os.open(self._beside, os.O_WRONLY)
        self.write(value)

    def count_up(self, raw: sqlite3.Connection) -> str:
        """In the transaction that is about to be committed; gives what ``write`` is to be told after it."""
        row = raw.execute(_COUNT_UP, (self._now(),)).fetchone()
        return row[0] if row else ""

    def write(self, value: str) -> None:
        """Forty bytes over forty bytes, never waited for: should the power go, the mark is behind, which is harmless."""
        if self._handle is None or not value:
            return
        try:
            os.pwrite(self._handle, f"{self._birth} {value}\n".encode(), 0)
        except OSError as error:
            log.warning("mark_not_written", why=error.strerror)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _gap(
        self, raw: sqlite3.Connection, inside: Mark | None, beside: Mark | None
    ) -> tuple[int, int] | None:
        """From the last thing that the file knows to the last that anybody knew; None when it is the one of before."""
        is_new = raw.execute("SELECT 1 FROM person LIMIT 1").fetchone() is None
        if is_new:
            if beside is not None and inside is None:
                log.error(
                    "database_was_lost",
                    file=str(self._beside).removesuffix(".mark"),
                    so="a new, empty one was made; if that is a mistake, stop Flipcord and put the last backup there",
                )
            return None
        since = inside.at if inside is not None else _last_written(raw)
        if beside is not None and inside is not None and beside.birth == inside.birth:
            return (since, max(since, beside.at)) if beside.commits > inside.commits else None
        if beside is not None or raw.execute("SELECT 1 FROM fact WHERE name = ?", (COPIED,)).fetchone():
            return since, max(since, self._now())
        return None

    def _now(self) -> int:
        return (self._clock() - _EPOCH) // timedelta(microseconds=1)

    def _read(self) -> Mark | None:
        try:
            birth, commits, at = self._beside.read_text().split()
            return Mark(birth, int(commits), int(at))
        except (OSError, ValueError):
            return None


def note_copy(copy: sqlite3.Connection) -> None:
    """In a backup: what happened since is not known to whoever opens it."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'fact'").fetchone():
        _set(copy, COPIED, "yes")


def _inside(raw: sqlite3.Connection) -> Mark | None:
    found = dict(raw.execute("SELECT name, value FROM fact WHERE name IN (?, ?)", (BIRTH, MARK)).fetchall())
    if len(found) != 2:
        return None
    commits, at = map(int, found[MARK].split())
    return Mark(found[BIRTH], commits, at)


def _last_written(raw: sqlite3.Connection) -> int:
    """Of a file that was never marked."""
    return raw.execute(
        "SELECT max(coalesce(max(created_at), 0), coalesce(max(ended_at), 0)) FROM outbox"
    ).fetchone()[0]


def _note_gap(raw: sqlite3.Connection, gap: tuple[int, int]) -> None:
    """A gap that was not dealt with yet grows."""
    row = raw.execute("SELECT value FROM fact WHERE name = ?", (GAP,)).fetchone()
    before = [int(each) for each in row[0].split()] if row and row[0] else list(gap)
    since, until = min(before[0], gap[0]), max(before[1], gap[1])
    _set(raw, GAP, f"{since} {until}")
    if not raw.execute(
        "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'outbox'", (_SKIPPED,)
    ).rowcount:
        raw.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", (_SKIPPED,))
    log.error(
        "older_database_put_back",
        since=(_EPOCH + timedelta(microseconds=since)).isoformat(),
        until=(_EPOCH + timedelta(microseconds=until)).isoformat(),
        so="what was due between is not sent again; teachers are told in their rooms",
    )


def _set(raw: sqlite3.Connection, name: str, value: str) -> None:
    raw.execute(
        "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
