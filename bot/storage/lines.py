"""Connections to the database file, and how a transaction runs on one.

A line is one SQLite connection with the repositories on it. SQLAlchemy compiles and caches statements for it but
does not begin or end its transactions: one BEGIN and one COMMIT on the connection itself cost a twentieth of that.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from bot.services.ports import Tx
from bot.storage.transaction import StoredTx

T = TypeVar("T")
Work = Callable[[Tx], Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    work: Work
    future: asyncio.Future[Any]
    is_short: bool


@dataclass(frozen=True, slots=True)
class Answer:
    future: asyncio.Future[Any]
    result: Any = None
    fault: BaseException | None = None

    def tell(self) -> None:
        if self.future.done():  # its caller is gone; what it wrote stays
            return
        if self.fault is not None:
            self.future.set_exception(self.fault)
        else:
            self.future.set_result(self.result)


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
            "sqlite://",
            creator=lambda: raw,
            poolclass=StaticPool,
            pool_reset_on_return=None,
            hide_parameters=True,  # the text of a fault would hold what people wrote
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
    Should that fail, each is tried alone, as if it had come alone. Short ones run on the loop's own thread and only
    their commit on the line's; the line belongs to one of the two at any time.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_only=False)
        self._waiting: deque[Waiting] = deque()
        self._is_busy = False

    async def run(self, work: Callable[[Tx], T], *, is_short: bool = False) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(work, future, is_short))
        if not self._is_busy:
            self._go_on()
        return await future

    def _go_on(self) -> None:
        """On the loop: takes those that may share the next commit; a long one is not begun beside short ones."""
        taken = [self._waiting.popleft()]
        while self._waiting and self._waiting[0].is_short == taken[0].is_short and len(taken) < MOST_SHARED:
            taken.append(self._waiting.popleft())
        self._is_busy = True
        begun = self._begun(taken) if taken[0].is_short else None
        self.connection._tx.put_nowait((None, lambda: self._finish(taken, begun)))  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]

    def _begun(self, taken: Sequence[Waiting]) -> list[Answer] | None:
        """All in one transaction that is still open; None when that cannot be, and nothing was done."""
        raw = self.line.raw
        try:
            raw.execute("BEGIN IMMEDIATE")
            return [self._in_savepoint(each) for each in taken]
        except BaseException:
            self.line.roll_back()
            return None

    def _in_savepoint(self, waiting: Waiting) -> Answer:
        raw = self.line.raw
        raw.execute("SAVEPOINT one")
        try:
            answer = Answer(waiting.future, waiting.work(self.line.tx))
        except BaseException as fault:
            if not raw.in_transaction:  # a full disk, for one: nothing of the others is left either
                raise
            answer = Answer(waiting.future, fault=fault)
            raw.execute("ROLLBACK TO one")
        raw.execute("RELEASE one")
        return answer

    def _finish(self, taken: Sequence[Waiting], begun: list[Answer] | None) -> None:
        """On the thread: commits, and tells all at once, since each wake of the loop is a call of the kernel."""
        answers = self._committed(begun if begun is not None else self._begun(taken))
        if answers is None:
            answers = [self._alone(each) for each in taken]
        taken[0].future.get_loop().call_soon_threadsafe(self._tell, answers)

    def _committed(self, begun: list[Answer] | None) -> list[Answer] | None:
        try:
            if begun is not None:
                self.line.raw.execute("COMMIT")
        except BaseException:
            self.line.roll_back()
            return None
        return begun

    def _alone(self, waiting: Waiting) -> Answer:
        try:
            return Answer(waiting.future, self.line.run(waiting.work))
        except BaseException as fault:
            return Answer(waiting.future, fault=fault)

    def _tell(self, answers: Sequence[Answer]) -> None:
        for each in answers:
            each.tell()
        self._is_busy = False
        if self._waiting:
            self._go_on()
