"""What SQLite says when a file cannot be written or read just now, told from what is a fault of ours."""

from __future__ import annotations

import sqlite3

import sqlalchemy.exc

#: another program writes, or has the file for itself; it lets go of it by itself
_HELD = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
#: the disk takes or gives nothing: full, over quota, read-only, gone, failing
_READING = {
    sqlite3.SQLITE_IOERR: "the disk gives an error",
    sqlite3.SQLITE_CANTOPEN: "a file beside the database cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_NOTADB: "the database is damaged",
}
_WRITING = _READING | {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file may not be written",
}


class Held(Exception):
    """Another program holds the file; nothing was done."""


def is_held(fault: BaseException) -> bool:
    return isinstance(fault, Held) or _code(fault) in _HELD


def not_now(fault: BaseException, *, is_read: bool = False) -> str | None:
    """Why the file could not be written (or read); None when the fault is another."""
    if is_held(fault):
        return "another program holds the database"
    return (_READING if is_read else _WRITING).get(_code(fault))


def _code(fault: BaseException) -> int:
    """SQLite's primary result code; -1 where it is none of SQLite's."""
    if isinstance(fault, sqlalchemy.exc.DBAPIError) and fault.orig is not None:
        fault = fault.orig
    return getattr(fault, "sqlite_errorcode", -1) & 0xFF if isinstance(fault, sqlite3.Error) else -1
