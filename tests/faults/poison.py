"""One row among many over which something raises every time: the others arrive, it is given up and told (rule 5).

Each kind of message, each lane of carriers and each job that the app runs is poisoned by itself, with a restart
between; the lists are the code's own, so that a new one is tried without a word here.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.app import open_app
from bot.config import read_settings
from bot.delivery.worker import LANES
from bot.domain.apart import MINE
from bot.domain.outbox import Kind, State, Way
from bot.loopback.changes import PATIENCE_S
from bot.loopback.world import World
from bot.tour.steps import BEGIN
from tests.faults.crowd import SETTINGS, Crowd, new_world
from tests.faults.poisoning import MARK
from tests.faults.tally import Tally

T = TypeVar("T")
OPEN = {"opens": "00:00", "closes": "23:59"}
#: past the longest wait between two tries, and any lease
LATER = timedelta(minutes=6)
#: so often is the clock moved on until all has come to an end
MOST_MOVES = 12
#: that many of what is done one after the other for a whole class
SLOW = 5
#: between two looks at what is left
LOOK_S = 0.05
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def run(
    folder: Path, *, size: int = 200, seed: int = 1, kills: int = 0, most: int | None = None
) -> Tally:
    """``most`` poisons of each sort, drawn by the seed; all unless given. ``kills`` is other suites' word."""
    tally, dice = Tally("poison"), random.Random(seed)
    async with new_world(folder, cold_every=0, keep=None) as world:
        world.configure(SETTINGS | {"nudges": {"dm_hours": OPEN, "sms_hours": OPEN}})
        crowd = Crowd(world, size, phones=True)
        await crowd.settle_in()
        await world.move_to(max(world.now(), BEGIN + timedelta(hours=2)))
        suite = _Suite(world, crowd, tally, dice)
        for kind in _some(list(Kind), most, dice):
            await suite.builder(kind)
        for lane in _some(list(LANES), most, dice):
            await suite.carrier(lane)
        for job in _some(await suite.jobs(), most, dice):
            await suite.job(job)
    return tally


def _some(every: Sequence[T], most: int | None, dice: random.Random) -> Sequence[T]:
    return every if most is None else dice.sample(every, min(most, len(every)))


class _Suite:
    def __init__(self, world: World, crowd: Crowd, tally: Tally, dice: random.Random) -> None:
        self.world, self.crowd, self.tally, self.dice = world, crowd, tally, dice
        self._section, self._people = self._class()

    async def jobs(self) -> list[str]:
        async with open_app(read_settings(self.world.config_path), clock=self.world.now) as app:
            return [each.name for each in app.jobs.all]

    async def builder(self, kind: Kind) -> None:
        way = {
            Kind.SET_UP_CLASS: Way.SETUP,
            Kind.GRANT_ROLE: Way.ROLE,
            Kind.TAKE_ROLE: Way.ROLE,
        }.get(kind, Way.DM)
        await self._one("builder", kind, way)

    async def carrier(self, lane: frozenset[Way]) -> None:
        way = min(lane - {Way.GUARDIAN})
        kind = {Way.SETUP: Kind.SET_UP_CLASS, Way.ROLE: Kind.GRANT_ROLE}.get(way, Kind.ANNOUNCEMENT)
        await self._one("carrier", kind, way)

    async def job(self, name: str) -> None:
        """While it raises, whatever else was due arrives."""
        keys = self._add(f"job-{name}", Kind.ANNOUNCEMENT, Way.DM)
        await self._live(f"job:{name}")
        self._count(f"job {name}", keys, None)

    async def _one(self, what: str, kind: Kind, way: Way) -> None:
        keys = self._add(f"{what}-{kind}-{way}", kind, way)
        victim = self.dice.choice(keys)
        await self._live(f"{what}:{victim}")
        self._count(f"{what} of {kind} by {way}", keys, victim)
        if kind is not Kind.TROUBLE and not self._is_told(victim):
            self.tally.stuck += 1
            self.tally.faults[f"{what} of {kind} by {way}: nobody was told"] += 1

    # ------------------------------------------------------------------------------------ one poison

    def _add(self, name: str, kind: Kind, way: Way) -> list[str]:
        """A row for each student, due now."""
        people = self._people[:SLOW] if way in (Way.SETUP, Way.DESK, Way.THREAD, Way.SMS) else self._people
        now = (self.world.now() - EPOCH) // timedelta(microseconds=1)
        keys = [f"{MARK}{name}:{place}" for place in range(len(people))]
        with sqlite3.connect(self.world.database_path, timeout=PATIENCE_S) as file:
            file.executemany(
                "INSERT INTO outbox (dedupe_key, kind, way, person_id, section_id, about_id, args, nonce, state, "
                "due_at, created_at) VALUES (?, ?, ?, ?, ?, 0, ?, ?, 'due', ?, ?)",
                [
                    (
                        key,
                        kind,
                        way,
                        person,
                        self._section,
                        json.dumps({"was": kind}),
                        self._nonce(),
                        now,
                        now,
                    )
                    for key, person in zip(keys, people, strict=True)
                ],
            )
        file.close()
        return keys

    def _nonce(self) -> str:
        return f"{self.dice.getrandbits(60):x}"

    async def _live(self, poison: str) -> None:
        """Until all has come to an end, with a restart after the first tries."""
        self.world.bot.poison = poison  # pyright: ignore[reportAttributeAccessIssue]
        await self.world.start_bot()
        for turn in range(MOST_MOVES):
            await self._settled()
            if not self._under_way():
                break
            if turn == 0:
                await self.world.kill_bot()
                await self.world.start_bot()
            await self.world.move(LATER)
        await self.world.quiet(for_s=0.5, timeout_s=PATIENCE_S)
        await self.world.kill_bot()
        self.tally.hits[poison.partition(":")[0]] += 1

    async def _settled(self) -> None:
        """Whatever is due has been seen to: what is left waits for a later instant, or for its lease to run out."""
        left, same = -1, 0
        while same < PATIENCE_S / LOOK_S:  # as long as rows come to an end, however slowly, it is waited for
            now = (self.world.now() - EPOCH) // timedelta(microseconds=1)
            query = (
                "SELECT count(*) FROM outbox WHERE state IN ('due', 'leased', 'calling') AND due_at <= ? "
                "AND (dedupe_key LIKE ? OR way = 'room')"
            )
            before, left = left, self._ask(query, now, f"{MARK}%")[0][0]
            if not left:
                return
            same = same + 1 if left == before else 0
            await asyncio.sleep(LOOK_S)

    def _under_way(self) -> int:
        query = (
            "SELECT count(*) FROM outbox WHERE state IN ('due', 'leased', 'calling', 'uncertain') "
            "AND (dedupe_key LIKE ? OR dedupe_key LIKE 'trouble:%:row:%')"
        )
        return self._ask(query, f"{MARK}%")[0][0]

    # --------------------------------------------------------------------------------- what became of it

    def _count(self, what: str, keys: Sequence[str], victim: str | None) -> None:
        states = dict(
            self._ask(
                "SELECT dedupe_key, state FROM outbox WHERE dedupe_key LIKE ?",
                f"{keys[0].rpartition(':')[0]}:%",
            )
        )
        others = [key for key in keys if key != victim]
        self.tally.count([int(states[key] == State.SENT) for key in others], f"{what}: row")
        texts = self._texts() if not any(part in keys[0] for part in ("-role:", "-setup:")) else None
        if texts is not None:
            self.tally.count([texts.count(f"[{key}]") for key in others], f"{what}: message")
        if victim is not None and states[victim] != State.FAILED:
            self.tally.stuck += 1
            self.tally.faults[f"{what}: the one ended as {states[victim]}"] += 1
        self.tally.stuck += self._under_way()

    def _texts(self) -> str:
        messages = self.world.wire.backend.messages.values()
        cards = [str(each.components) for channel in messages for each in channel.values()]
        return "\n".join([*cards, *(text.body for text in self.world.phone.texts)]).replace("\\", "")

    def _is_told(self, victim: str) -> bool:
        """In the teachers' room: that nobody was reached, or that the message could not be made."""
        query = (
            "SELECT count(*) FROM outbox AS told, outbox AS it WHERE it.dedupe_key = ?1 AND it.why LIKE ?2 "
            "AND it.faults > 0 AND told.way = 'room' AND told.state = 'sent' AND (told.dedupe_key LIKE ?1 || '>%room' "
            "OR told.dedupe_key IN (SELECT 'trouble:' || section_id || ':row:' || id FROM outbox "
            "WHERE dedupe_key = ?1 OR dedupe_key LIKE ?1 || '>%'))"
        )
        return bool(self._ask(query, victim, f"%{MINE}%")[0][0])

    def _class(self) -> tuple[int, list[int]]:
        people = self._ask(
            "SELECT e.section_id, e.person_id FROM enrolment e JOIN account a ON a.person_id = e.person_id "
            "ORDER BY e.person_id"
        )
        return people[0][0], [person for _, person in people]

    def _ask(self, query: str, *values: object) -> list[tuple]:
        file = sqlite3.connect(self.world.database_path, timeout=PATIENCE_S)
        try:
            return file.execute(query, values).fetchall()
        finally:
            file.close()
