"""Connections to the database file, and how a transaction runs on one.

A line is one SQLite connection with the repositories on it. SQLAlchemy compiles and caches statements for it but
does not begin or end its transactions: one BEGIN and one COMMIT on the connection itself cost a twentieth of that.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from bot.services.ports import Tx
from bot.storage.transaction import StoredTx

T = TypeVar("T")
Work = Callable[[Tx], Any]
Waiting = tuple[Work, asyncio.Future[Any]]
Answer = tuple[asyncio.Future[Any], Any, BaseException | None]

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "mmap_size=0")

#: transactions that share a commit at most: the first of them waits for the last
MOST_SHARED = 32


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in (*_PRAGMAS, *(("query_only=ON",) if read_only else ())):
        connection.execute(f"PRAGMA {pragma}").close()
    return connection


class Line:
    """One connection, used by one thread at a time."""

    def __init__(self, raw: sqlite3.Connection, begin: str) -> None:
        self.raw, self._begin = raw, begin
        self._engine = sa.create_engine(
            "sqlite://", creator=lambda: raw, poolclass=StaticPool, pool_reset_on_return=None
        )
        self._connection = self._engine.connect()
        self.tx = StoredTx(self._connection)

    def run(self, work: Callable[[Tx], T]) -> T:
        """The whole transaction; an exception in it rolls everything back."""
        self.raw.execute(self._begin)
        try:
            result = work(self.tx)
            self.raw.execute("COMMIT")
        except BaseException:
            self.roll_back()
            raise
        return result

    def roll_back(self) -> None:
        if self.raw.in_transaction:  # a full disk, for one, has SQLite roll back by itself
            self.raw.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


class Threaded:
    """A line on a thread of its own (aiosqlite's), for reads that may take long."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.connection = aiosqlite.Connection(lambda: connect(path, read_only=read_only), iter_chunk_size=64)
        self._begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        self._line: Line | None = None

    async def open(self) -> None:
        await self.connection
        self._line = Line(self.connection._conn, self._begin)  # pyright: ignore[reportPrivateUsage]  # pinned below 0.23

    @property
    def line(self) -> Line:
        if self._line is None:
            raise RuntimeError("the line is not open")
        return self._line

    async def run(self, work: Callable[[Tx], T]) -> T:
        # aiosqlite's own hop to its thread; its public API would hop once for each statement
        return await self.connection._execute(self.line.run, work)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]

    async def close(self) -> None:
        await self.connection._execute(self.line.close)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
        await self.connection.close()


class Writer(Threaded):
    """The one line that writes. Transactions that wait at the same time share one commit, so one wait for the disk.

    Each is a savepoint: one that raises takes back its own changes only. Nobody is answered before the commit.
    Should that fail, each is tried alone, as if it had come alone.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_only=False)
        self._waiting: deque[Waiting] = deque()
        self._lock = threading.Lock()
        self._is_busy = False

    async def run(self, work: Callable[[Tx], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((work, future))
            is_idle, self._is_busy = not self._is_busy, True
        if is_idle:
            self.connection._tx.put_nowait((None, self._work))  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
        return await future

    def _work(self) -> None:
        """On the thread: until nothing waits any more."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_busy = False
                    return
                first = self._waiting.popleft()
            answers = self._shared(first) if self._waiting else [self._alone(first)]
            _tell(answers)

    def _alone(self, waiting: Waiting) -> Answer:
        work, future = waiting
        try:
            return future, self.line.run(work), None
        except BaseException as error:
            return future, None, error

    def _shared(self, first: Waiting) -> list[Answer]:
        taken = [first]
        try:
            return self.line.run(lambda tx: self._in_savepoints(tx, taken))
        except BaseException:
            return [self._alone(each) for each in taken]

    def _in_savepoints(self, tx: Tx, taken: list[Waiting]) -> list[Answer]:
        answers: list[Answer] = []
        while True:
            work, future = taken[-1]
            answers.append((future, *self._savepoint(tx, work)))
            if not self._waiting or len(taken) == MOST_SHARED:
                return answers
            taken.append(self._waiting.popleft())

    def _savepoint(self, tx: Tx, work: Work) -> tuple[Any, BaseException | None]:
        raw = self.line.raw
        raw.execute("SAVEPOINT one")
        try:
            result, error = work(tx), None
        except BaseException as fault:
            if not raw.in_transaction:
                raise
            result, error = None, fault
            raw.execute("ROLLBACK TO one")
        raw.execute("RELEASE one")
        return result, error


def _tell(answers: list[Answer]) -> None:
    """Answers all at once: each wake of the loop costs a call of the kernel."""
    loop = answers[0][0].get_loop()
    loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: list[Answer]) -> None:
    for future, result, error in answers:
        if future.done():  # its caller is gone; what it wrote stays
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
