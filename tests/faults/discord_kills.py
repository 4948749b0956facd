"""Nudges by DM while the process is killed over and over (RD1, RA4, RD7)."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from bot.loopback.world import World
from bot.tour.steps import BEGIN
from tests.faults.crowd import Crowd, new_world
from tests.faults.kills import DELAY_S, Kills
from tests.faults.tally import Tally

SEND = "POST /channels/*/messages"


async def run(folder: Path, *, kills: int = 1000, size: int = 500, seed: int = 1) -> Tally:
    tally, dice = Tally("discord-kills"), random.Random(seed)
    async with new_world(folder) as world:
        crowd = Crowd(world, size)
        await crowd.settle_in()
        await world.move_to(BEGIN + timedelta(hours=6, seconds=1))  # a day before the deadline
        world.wire.rest.delay_s, world.wire.rest.delay_route = DELAY_S, "* /channels/*"
        calls = _Calls(world)
        await Kills(
            world, tally, dice, crowd.messages, calls.so_far, lambda dice: _trouble(world, dice),
            lambda: world.wire.rest.faults.hang(SEND, accepted=True), later=0.05,
        ).run(kills)  # fmt: skip
    return tally


class _Calls:
    """Requests about messages so far, counted as they come."""

    def __init__(self, world: World) -> None:
        self._rest, self._seen, self._count = world.wire.rest, world.wire.rest.received, 0

    def so_far(self) -> int:
        new = min(self._rest.received - self._seen, len(self._rest.requests))
        self._seen = self._rest.received
        self._count += sum("/messages" in self._rest.requests[-place].path for place in range(1, new + 1))
        return self._count


def _trouble(world: World, dice: random.Random) -> None:
    """In every fifth life one answer is bad or lost as well, mostly after the message was taken."""
    faults = world.wire.rest.faults
    faults.clear()
    if dice.random() < 0.2:
        after = dice.randrange(4)
        match dice.randrange(4):
            case 0:
                faults.answer(SEND, dice.choice((500, 502, 503, 504)), accepted=True, after=after)
            case 1:
                faults.cut(SEND, accepted=True, after=after)
            case 2:
                faults.cut(SEND, after=after)
            case _:
                faults.hang(SEND, accepted=True, after=after)
