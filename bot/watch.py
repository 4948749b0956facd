"""What watches is watched: a loop that is to run as long as the bot does, and ends, ends the bot.

Its supervisor starts it anew, which is better than a bot that looks alive and sends nothing. A task for one thing (a
press, a message) is not kept here: its fault is its own.
"""

from __future__ import annotations

import asyncio
import faulthandler
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import structlog

log = structlog.get_logger()

#: for closing what is open once the end is certain; whatever hangs then is cut off
CLOSE_S = 60.0


class Ended(Exception):
    """A loop ended that never should, or does not go on; its name is the text."""


class Watch:
    """One for each process. A task that was not kept, or was let go before it ended, is of no concern."""

    def __init__(self) -> None:
        #: seconds that closing may take before the process is cut off; None where the process is not the bot's alone
        self.close_s: float | None = None
        self._kept: dict[asyncio.Task[Any], str] = {}
        self._fault: BaseException | None = None
        self._broken = asyncio.Event()

    def keep(self, task: asyncio.Task[Any], name: str) -> None:
        self._kept[task] = name
        task.add_done_callback(self._look_at)

    def let_go(self, task: asyncio.Task[Any]) -> None:
        """Before it is cancelled on purpose."""
        self._kept.pop(task, None)

    def fail(self, fault: BaseException) -> None:
        """Ends the bot with this fault; the first one counts."""
        if self._fault is None:
            self._fault = fault
            self._broken.set()

    async def beside(self, work: Coroutine[Any, Any, object]) -> NoReturn:
        """Does the work, which is never to end, until it is cancelled or something breaks, and raises that."""
        working = asyncio.create_task(work)
        breaking = asyncio.create_task(self._broken.wait())
        try:
            await asyncio.wait((working, breaking), return_when=asyncio.FIRST_COMPLETED)
            if self._fault is None:
                await working
                raise Ended("connection")
            if self.close_s is not None:  # what is open is closed in order, but not for ever
                faulthandler.dump_traceback_later(self.close_s, exit=True)
            raise self._fault
        finally:
            for each in (working, breaking):
                each.cancel()
            await asyncio.gather(working, breaking, return_exceptions=True)

    def _look_at(self, task: asyncio.Task[Any]) -> None:
        name = self._kept.pop(task, None)
        if name is None:
            return
        cause = None if task.cancelled() else task.exception()
        log.critical("loop_ended", loop=name, exc_info=cause)
        ended = Ended(name)
        ended.__cause__ = cause
        self.fail(ended)


@contextmanager
def guarded_against_a_stop(seconds: float) -> Iterator[Stop]:
    """Ends the process with a trace of every thread when ``Stop.feed`` was not called for so long.

    The trace and the end come from a thread that needs nothing of Python's: also an endless loop is ended.
    """
    stop = Stop(seconds)
    stop.feed()
    try:
        yield stop
    finally:
        faulthandler.cancel_dump_traceback_later()


class Stop:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def feed(self) -> None:
        """The event loop runs."""
        faulthandler.dump_traceback_later(self._seconds, exit=True)
