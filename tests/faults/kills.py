"""Many short lives over one run: each is killed at a random instant, most of them with calls under way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.loopback.world import World
from tests.faults.tally import Tally, states, unsettled

#: a round trip to Discord or Twilio while kills come, seconds
DELAY_S = (0.05, 0.45)
#: longer than Discord knows a nonce, and than a lease
LATER = timedelta(seconds=200)
#: real seconds after which a life is killed that made no call: there may be none for it to make
LAZY_S = 8.0


@dataclass
class Kills:
    """``arrived`` gives how often each message has come; ``calls`` counts what was asked of the other side.

    ``trouble`` is done to the wire before a life; ``lose_answer`` lets the next message arrive without an answer;
    ``later`` is the share of lives that begin a while later.
    """

    world: World
    tally: Tally
    dice: random.Random
    arrived: Callable[[], list[int]]
    calls: Callable[[], int]
    trouble: Callable[[random.Random], None]
    lose_answer: Callable[[], object]
    later: float = 0.0
    #: seconds from the start of a life to its first call, as they were lately
    _warm_s: float = field(default=0.6, init=False)

    async def run(self, kills: int) -> None:
        """The bot must not run. Afterwards everything has had the time to arrive, and is counted."""
        for done in range(kills):
            arrived, before = self.arrived(), self.calls()
            await self._live(is_ahead=sum(map(bool, arrived)) / len(arrived) >= done / kills)
            self.tally.kills += 1
            if self.tally.kills % 100 == 0:
                print(f"{self.tally.name}: {self.tally.kills} of {kills} kills", flush=True)
            self.tally.hits[self._hit() if self.calls() > before else "starting, before any call"] += 1
        self.trouble = lambda dice: None
        await self._finish()
        self.tally.count(self.arrived())
        stuck = unsettled(self.world.database_path)
        self.tally.faults += stuck
        self.tally.stuck += stuck.total()

    async def _live(self, *, is_ahead: bool) -> None:
        """From the start to the kill: while it starts, or after its first call; soon after where it is ahead.

        Lives that sent all they could would leave nothing for the kills that come later.
        """
        self.trouble(self.dice)
        if self.dice.random() < self.later:
            await self.world.move(LATER)
        loop = asyncio.get_running_loop()
        began, before = loop.time(), self.calls()
        await self.world.bot.start()
        if self.tally.kills == 0:
            await self._until_one_arrived_and_nobody_knows()
        elif self.dice.random() < (0.5 if is_ahead else 0.2):
            await asyncio.sleep(self.dice.uniform(0, self._warm_s))
        else:
            try:
                await self.world.changes.until(lambda: self.calls() > before, timeout_s=LAZY_S, what="a call")
                self._warm_s += 0.1 * (min(3.0, loop.time() - began) - self._warm_s)
            except TimeoutError:
                self.tally.hits["(no call came in that life)"] += 1
            await asyncio.sleep(self.dice.uniform(0, 0.03 if is_ahead else DELAY_S[1]))
        await self.world.bot.kill()

    async def _until_one_arrived_and_nobody_knows(self) -> None:
        """One kill at least is sure to come between a call and its record."""
        self.lose_answer()
        before = sum(self.arrived())
        await self.world.changes.until(lambda: sum(self.arrived()) > before, what="the first message")

    def _hit(self) -> str:
        nudges = states(self.world.database_path, "nudge")
        if not nudges["calling"] + nudges["uncertain"]:
            return "between calls"
        arrived = sum(map(bool, self.arrived()))
        return "accepted, not recorded" if arrived > nudges["sent"] else "calling, not accepted"

    async def _finish(self) -> None:
        self.world.wire.rest.delay_s = self.world.phone.delay_s = None
        self.world.wire.rest.faults.clear()
        self.world.phone.faults.clear()
        await self.world.start_bot()
        await settle(self.world, lambda: unsettled(self.world.database_path))
        await self.world.bot.kill()


async def settle(world: World, left: Callable[[], object]) -> None:
    """Until nothing is left, or it stays whatever time passes: what is in doubt waits for its lease to run out."""
    for _ in range(10):
        await world.quiet(for_s=1)
        if not left():
            return
        await world.move(LATER)
