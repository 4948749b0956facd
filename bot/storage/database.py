"""Runs transactions: one writer, one read-only reader, each on its own aiosqlite thread.

A transaction is a plain function that is handed a Tx. The whole function travels to the thread in one hop, so
nothing can be awaited inside it and a caller that is cancelled meanwhile still finds it committed: every write
is therefore idempotent by a key. SQLite before 3.51.3 can corrupt a WAL file when two connections write or
checkpoint at once (RH1); one writer does both here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from bot.services.ports import Tx
from bot.storage.transaction import StoredTx

P = ParamSpec("P")
T = TypeVar("T")

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "mmap_size=0")


class _Line:
    """One connection on its own thread, with an engine that compiles and caches statements for it."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.connection = aiosqlite.Connection(lambda: _connect(path, read_only), iter_chunk_size=64)
        self._engine = sa.create_engine(
            "sqlite://",
            creator=self._raw,
            poolclass=StaticPool,
            pool_reset_on_return=None,
            hide_parameters=True,  # the text of a fault would hold what people wrote
        )
        self._begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        event.listen(self._engine, "begin", self._on_begin)

    def _on_begin(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(self._begin)

    def _raw(self) -> sqlite3.Connection:
        return self.connection._conn  # pyright: ignore[reportPrivateUsage]  # pinned below 0.23

    async def run(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def whole() -> T:
            with self._engine.begin() as connection:
                return fn(StoredTx(connection), *args, **kwargs)

        # aiosqlite's own hop to its thread; its public API would hop once for each statement
        return await self.connection._execute(whole)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]

    async def close(self) -> None:
        await self.connection._execute(self._engine.dispose)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
        await self.connection.close()


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (*_PRAGMAS, *(("query_only=ON",) if read_only else ())):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


class Database:
    """Runs ``fn(tx, ...)`` in one transaction; an exception in it rolls everything back."""

    def __init__(self, writer: _Line, reader: _Line) -> None:
        self._writer, self._reader = writer, reader

    async def write(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._writer.run(fn, *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._reader.run(fn, *args, **kwargs)


@asynccontextmanager
async def open_database(path: Path) -> AsyncGenerator[Database]:
    """The database in that file, brought to the newest schema first."""
    from bot.storage.schema import bring_up_to_date

    path.parent.mkdir(parents=True, exist_ok=True)
    await bring_up_to_date(path)
    writer = _Line(path, read_only=False)
    await writer.connection
    reader = _Line(path, read_only=True)
    await reader.connection
    try:
        yield Database(writer, reader)
    finally:
        await reader.close()
        await writer.close()
