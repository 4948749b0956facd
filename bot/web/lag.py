"""How late the event loop runs: whatever blocks it keeps every person waiting (RD9)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.watch import Watch

log = structlog.get_logger()

#: a block is seen to within this much
EVERY_S = 0.05
WARN_S = 0.1


class LagProbe:
    """``observe`` is told each lag in seconds."""

    def __init__(self, observe: Callable[[float], None] | None = None, *, watch: Watch | None = None) -> None:
        self._observe, self._watch = observe, watch or Watch()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        self._watch.keep(self._task, "lag")

    async def stop(self) -> None:
        if self._task is not None:
            self._watch.let_go(self._task)
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(EVERY_S)
            lag = max(0.0, loop.time() - before - EVERY_S)
            if self._observe is not None:
                self._observe(lag)
            if lag > WARN_S:
                log.warning("loop_blocked", for_s=round(lag, 3))
