"""Writing down what came in before it is answered: whoever asked does not ask again once they were told it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

#: Twilio gives up after 15 seconds in all, and people sooner
KEEP_S = 12.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0


async def kept(write: Callable[[], Awaitable[object]]) -> bool:
    """True once it is written; False when nothing could be written for as long as anybody waits.

    A write that was under way when time ran out may still count, so each must be one that can be repeated.
    """
    pause_s, last = FIRST_PAUSE_S, None
    try:
        async with asyncio.timeout(KEEP_S):
            while True:
                try:
                    await write()
                except Exception as fault:  # noqa: BLE001  # a locked file, a full disk: it may pass
                    if last is None:
                        log.warning("write_waits", error=type(fault).__name__)
                    last = fault
                else:
                    return True
                await asyncio.sleep(pause_s)
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
    except TimeoutError:
        log.exception("write_given_up", exc_info=last)
        return False
