"""Connections to the database file, and how a transaction runs on one.

A line is one SQLite connection with the repositories on it. SQLAlchemy compiles and caches statements for it but
does not begin or end its transactions: one BEGIN and one COMMIT on the connection itself cost a twentieth of that.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import sqlalchemy as sa
import structlog
from sqlalchemy.pool import StaticPool

from bot.clock import Clock
from bot.services.ports import NotRead, NotSaved, Tx, patience
from bot.storage.faults import Held, is_held, not_now
from bot.storage.marks import Marks
from bot.storage.transaction import StoredTx

log = structlog.get_logger()

T = TypeVar("T")
Work = Callable[[Tx], Any]


@dataclass(slots=True, eq=False)
class Waiting:
    work: Work
    future: asyncio.Future[Any]
    is_short: bool
    #: how often it is still tried while another program holds the file
    looks: int

    def tell(self, answer: Answer) -> None:
        if self.future.done():  # its caller is gone; what it wrote stays
            return
        if answer.fault is None:
            self.future.set_result(answer.result)
            return
        why = not_now(answer.fault)
        if why is not None:
            log.error("not_saved", why=why)
        self.future.set_exception(NotSaved(why) if why is not None else answer.fault)


@dataclass(frozen=True, slots=True)
class Answer:
    result: Any = None
    fault: BaseException | None = None


#: SQLite itself waits for no lock once the connection stands: it would wait on whatever thread it is called on
_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "mmap_size=0",
    "busy_timeout=0",
)
#: between two looks whether another program has let the file go
PAUSE_S = 0.025

#: transactions that share a commit at most: the first of them waits for the last
MOST_SHARED = 32


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A line that only reads can neither write nor checkpoint, whatever it is asked to (RH1)."""
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for pragma in (*_PRAGMAS, *(("query_only=ON",) if read_only else ())):
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlite3.Error:
        connection.close()
        raise
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

    def run(self, work: Callable[[Tx], T], commit: Callable[[], object] | None = None) -> T:
        """The whole transaction; an exception in it rolls everything back."""
        self.raw.execute(self._begin)
        try:
            result = work(self.tx)
            if commit is not None:
                commit()
            else:
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
        """For reads. Raises NotRead."""
        for looks_left in reversed(range(_looks())):
            try:
                # aiosqlite's own hop to its thread; its public API would hop once for each statement
                return await self.connection._execute(self.line.run, work)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
            except Exception as fault:
                if not is_held(fault) or not looks_left:
                    raise _as_told(fault) from fault
            await self.connection._execute(time.sleep, PAUSE_S)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
        raise NotRead("no look was left")  # none is ever asked for

    async def close(self) -> None:
        await self.connection._execute(self.line.close)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
        await self.connection.close()


def _looks() -> int:
    """Turns are counted, not seconds: a machine that is slow gives nobody fewer of them."""
    return 1 + round(patience.get() / PAUSE_S)


def _as_told(fault: Exception) -> Exception:
    why = not_now(fault, is_read=True)
    if why is None:
        return fault
    log.error("not_read", why=why)
    return NotRead(why)


class Writer(Threaded):
    """The one line that writes. Transactions that wait at the same time share one commit, so one wait for the disk.

    Each is a savepoint: one that raises takes back its own changes only. Nobody is answered before the commit.
    Should that fail, each is tried alone, as if it had come alone. Short ones run on the loop's own thread and only
    their commit on the line's; the line belongs to one of the two at any time. While another program holds the
    file, neither thread waits for it: all keep their places, and it is tried again after a pause.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path, read_only=False)
        self._marks = Marks(path, clock)
        self._waiting: deque[Waiting] = deque()
        self._is_busy = self._is_closed = False

    async def open(self) -> None:
        await super().open()
        await self.connection._execute(self._marks.open, self.line.raw)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]

    async def run(self, work: Callable[[Tx], T], *, is_short: bool = False) -> T:
        """Raises NotSaved."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(work, future, is_short, _looks()))
        if not self._is_busy:
            self._go_on()
        return await future

    async def close(self) -> None:
        """What still waits for another program to let go is told that it was not saved."""
        self._is_closed = True
        self._give_up(list(self._waiting))
        self._waiting.clear()
        await super().close()
        self._marks.close()

    def _go_on(self) -> None:
        """On the loop: takes those that may share the next commit; a long one is not begun beside short ones."""
        taken = [self._waiting.popleft()]
        while self._waiting and self._waiting[0].is_short == taken[0].is_short and len(taken) < MOST_SHARED:
            taken.append(self._waiting.popleft())
        self._is_busy = True
        try:
            begun = self._begun(taken) if taken[0].is_short else None
        except Held as held:
            self._tell(taken, [Answer(fault=held)] * len(taken))
            return
        loop = asyncio.get_running_loop()
        self.connection._tx.put_nowait((None, lambda: self._finish(taken, begun, loop)))  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]

    def _begun(self, taken: Sequence[Waiting]) -> list[Answer] | None:
        """All in one transaction that is still open; None when that cannot be, and nothing was done. Raises Held."""
        raw = self.line.raw
        try:
            raw.execute("BEGIN IMMEDIATE")
            return [self._in_savepoint(each) for each in taken]
        except BaseException as fault:
            self.line.roll_back()
            if is_held(fault):
                raise Held from fault
            return None

    def _in_savepoint(self, waiting: Waiting) -> Answer:
        raw = self.line.raw
        raw.execute("SAVEPOINT one")
        try:
            answer = Answer(waiting.work(self.line.tx))
        except BaseException as fault:
            if not raw.in_transaction:  # a full disk, for one: nothing of the others is left either
                raise
            answer = Answer(fault=fault)
            raw.execute("ROLLBACK TO one")
        raw.execute("RELEASE one")
        return answer

    def _finish(
        self, taken: Sequence[Waiting], begun: list[Answer] | None, loop: asyncio.AbstractEventLoop
    ) -> None:
        """On the thread: commits, and tells all at once, since each wake of the loop is a call of the kernel."""
        try:
            answers = self._committed(begun if begun is not None else self._begun(taken))
        except Held as held:
            answers = [Answer(fault=held)] * len(taken)
        if answers is None:
            answers = [self._alone(each) for each in taken]
        loop.call_soon_threadsafe(self._tell, taken, answers)

    def _committed(self, begun: list[Answer] | None) -> list[Answer] | None:
        try:
            if begun is not None:
                self._commit()
        except BaseException:
            self.line.roll_back()
            return None
        return begun

    def _commit(self) -> None:
        mark = self._marks.count_up(self.line.raw)
        self.line.raw.execute("COMMIT")
        self._marks.write(mark)

    def _alone(self, waiting: Waiting) -> Answer:
        try:
            return Answer(self.line.run(waiting.work, self._commit))
        except BaseException as fault:
            return Answer(fault=Held() if is_held(fault) else fault)

    def _tell(self, taken: Sequence[Waiting], answers: Sequence[Answer]) -> None:
        """On the loop. Those that found the file held keep their places until their callers can wait no longer."""
        pairs = list(zip(taken, answers, strict=True))
        held = [each for each, answer in pairs if isinstance(answer.fault, Held)]
        for each, answer in pairs:
            if not isinstance(answer.fault, Held):
                each.tell(answer)
        self._waiting.extendleft(reversed(held))
        if held:
            self._pause()
        else:
            self._resume()

    def _pause(self) -> None:
        """All that wait have waited one turn more; the pause itself is the thread's, which has nothing else to do."""
        for each in self._waiting:
            each.looks -= 1
        overdue = [each for each in self._waiting if each.looks <= 0 or self._is_closed]
        self._waiting = deque(each for each in self._waiting if each not in overdue)
        self._give_up(overdue)
        loop = asyncio.get_running_loop()
        self.connection._tx.put_nowait((None, lambda: _after_a_pause(loop, self._resume)))  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]

    def _resume(self) -> None:
        self._is_busy = False
        if self._waiting:
            self._go_on()

    def _give_up(self, those: Sequence[Waiting]) -> None:
        for each in those:
            each.tell(Answer(fault=Held()))


def _after_a_pause(loop: asyncio.AbstractEventLoop, then: Callable[[], None]) -> None:
    time.sleep(PAUSE_S)
    loop.call_soon_threadsafe(then)
