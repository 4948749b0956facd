"""Runs transactions: one writer for all, a reader on a thread, and a reader for a glance.

A transaction is a plain function that is handed a Tx. The whole function runs at once, so nothing can be awaited
inside it, and a caller that is cancelled meanwhile still finds it committed: every write is therefore idempotent
by a key. SQLite before 3.51.3 can corrupt a WAL file when two connections write or checkpoint at once (RH1); one
writer does both here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bot.clock import Clock, system_clock
from bot.services.ports import Tx
from bot.storage.faults import not_now
from bot.storage.files import NotNow, create, look_through, make_ready
from bot.storage.lines import Line, Threaded, Writer, connect

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Runs ``fn(tx, ...)`` in one transaction; an exception in it rolls everything back."""

    def __init__(self, writer: Writer, reader: Threaded, glancer: Line) -> None:
        self._writer, self._reader, self._glancer = writer, reader, glancer

    async def write(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._writer.run(lambda tx: fn(tx, *args, **kwargs))

    async def jot(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A write of a few rows by key: only the wait for the disk is on the writer's thread."""
        return await self._writer.run(lambda tx: fn(tx, *args, **kwargs), is_short=True)

    async def read(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._reader.run(lambda tx: fn(tx, *args, **kwargs))

    async def glance(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A read of a few rows by key, done at once: the way to the reader's thread and back would cost more."""
        try:
            return self._glancer.run(lambda tx: fn(tx, *args, **kwargs))
        except Exception as fault:
            if not_now(fault, is_read=True) is None:
                raise
        return await self.read(fn, *args, **kwargs)  # which waits where it is in nobody's way


@asynccontextmanager
async def open_database(path: Path, clock: Clock = system_clock) -> AsyncGenerator[Database]:
    """The database in that file, looked through and brought to the newest schema first. Raises Unusable and NotNow."""
    from bot.storage.schema import bring_up_to_date

    make_ready(path)
    await asyncio.to_thread(look_through, path)
    create(path)
    try:
        await bring_up_to_date(path)
        writer, reader = Writer(path, clock), Threaded(path, read_only=True)
        await writer.open()
        await reader.open()
        glancer = Line(connect(path, read_only=True), "BEGIN")
    except Exception as fault:
        if (why := not_now(fault)) is not None:
            raise NotNow(f"{path} cannot be opened: {why}. Mend that, then start again.") from fault
        raise
    try:
        yield Database(writer, reader, glancer)
    finally:
        glancer.close()
        await reader.close()
        await writer.close()
