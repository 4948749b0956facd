"""A thousand direct messages through a Discord that takes 50 requests a second and about 100 ms for each.

How many arrive a second, how many requests are refused with 429, how many messages are lost or come twice; and how
long people wait for the first response meanwhile.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.figures import act_at_once, steady
from bench.interactions import today
from bench.school import SETTINGS, a_school
from bot.loopback.rest import Request
from bot.loopback.world import World
from bot.tour.steps import BEGIN

STUDENTS = 1000
#: there and back, each half of it: a connection that stands has a steady way, give or take 5 ms
CALL_S = (0.09, 0.11)


async def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), start=BEGIN, settings=SETTINGS) as world:
            _, students, _ = await a_school(world, STUDENTS)
            inboxes = {each.dm for each in students}
            quiet = await act_at_once(world, students, today, 1, range(200))
            world.wire.rest.delay_s, world.wire.rest.there_share = CALL_S, 0.5
            seen = len(world.wire.requests)
            refused = world.wire.rest.statuses[429]
            async with steady():
                await world.move_to(BEGIN + timedelta(hours=6, seconds=1))  # a day before the deadline
                working = asyncio.create_task(_until_sent(world, inboxes, seen))
                busy = await act_at_once(world, students, today, 1, _while_running(working))
                sent = await working
            came = Counter(int(each.path.split("/")[2]) for each in sent)
            seconds = sent[-1].at - sent[0].at
            return {
                "delivery": {
                    "per_s": round((len(sent) - 1) / seconds, 2),
                    "http_429": world.wire.rest.statuses[429] - refused,
                    "lost": sum(came[each] == 0 for each in inboxes),
                    "twice": sum(count - 1 for count in came.values()),
                    "most_in_one_second": _most_in_one_second(world.wire.requests[seen:]),
                    # about 100 ms of it is the wire's own
                    "today_p99_ms": round(busy.p99, 1),
                    "today_p99_ms_when_quiet": round(quiet.p99, 1),
                }
            }


async def _until_sent(world: World, inboxes: set[int], seen: int) -> list[Request]:
    """Those that were accepted, in the order in which they came."""
    paths = {f"/channels/{each}/messages" for each in inboxes}

    def sent() -> list[Request]:
        return [
            each
            for each in world.wire.requests[seen:]
            if each.method == "POST" and each.path in paths and each.status == 200
        ]

    limit, found = time.monotonic() + 120, sent()
    while len(found) < len(inboxes) and time.monotonic() < limit:
        await asyncio.sleep(1)
        found = sent()
    return found


def _while_running(task: asyncio.Task[Any]) -> Iterator[None]:
    while not task.done():
        yield None


def _most_in_one_second(requests: list[Request]) -> int:
    """As they arrived, answers to people left out: Discord does not count those."""
    counted = sorted(
        each.at for each in requests if not each.path.startswith(("/interactions/", "/webhooks/"))
    )
    most, first = 0, 0
    for last, at in enumerate(counted):
        while at - counted[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most
