"""How it is measured: closed loops of people who act, the bot's CPU time, and a class of any size."""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles

import psutil

from bot.loopback.people import Person
from bot.loopback.seen import Answer
from bot.loopback.world import World

Act = Callable[[Person], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds to the first response, and CPU milliseconds of the bot, an interaction."""

    p50: float
    p99: float
    cpu: float
    longest: float


async def act_at_once(
    world: World, people: Sequence[Person], act: Act, in_flight: int, turns: Iterable[object]
) -> Figures:
    """A closed loop: so many people act, each again as soon as they are answered, until the turns end."""
    left, actors, first = iter(turns), itertools.cycle(people), []

    async def person() -> None:
        for _ in left:
            answer = await act(next(actors))
            if answer.first_s is None or "That did not work" in answer.text:
                raise RuntimeError(f"not answered: {answer.text!r}")
            first.append(answer.first_s * 1000)

    before = cpu_s(world)
    await asyncio.gather(*(person() for _ in range(in_flight)))
    cuts = quantiles(first, n=100)
    return Figures(cuts[49], cuts[98], (cpu_s(world) - before) * 1000 / len(first), max(first))


def cpu_s(world: World) -> float:
    """CPU seconds of the bot's process so far, to the nanosecond where Linux tells it."""
    # clock_getcpuclockid(3): the clock of another process is its id, inverted
    return time.clock_gettime((~world.bot.pid << 3) | 2)


def rss_mb(world: World) -> float:
    return psutil.Process(world.bot.pid).memory_info().rss / 2**20


def middle(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over the rounds."""
    return {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}


@asynccontextmanager
async def steady() -> AsyncIterator[None]:
    """Discord's side, in this process, makes no pauses of its own to look for garbage."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
