"""A part of a transaction that may fail by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar, cast

import sqlalchemy as sa

from bot.domain.apart import Fault

T = TypeVar("T")

#: primary result codes that tell of the disk, a lock or memory: whoever comes next would meet them too
NOBODYS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)


def apart(connection: sa.Connection, fn: Callable[[], T]) -> T | Fault:
    raw = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    raw.execute("SAVEPOINT apart")
    try:
        result: T | Fault = fn()
    except Exception as error:
        if not raw.in_transaction or is_nobodys(error):
            raise
        raw.execute("ROLLBACK TO apart")
        result = Fault(error)
    raw.execute("RELEASE apart")
    return result


def is_nobodys(error: BaseException) -> bool:
    """Whether the machine raised it, and not the thing that was being done."""
    inner = getattr(error, "orig", error)
    code = getattr(inner, "sqlite_errorcode", None)
    return isinstance(inner, sqlite3.Error) and code is not None and code & 0xFF in NOBODYS
