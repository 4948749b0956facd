"""The process dies at both edges of every durable step that the courier's source names (RD2)."""

from __future__ import annotations

import asyncio
import random
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import App, open_app
from bot.config import read_settings
from bot.domain.outbox import UNDER_WAY
from bot.domain.records import Asker
from bot.loopback.people import Person
from bot.loopback.world import TURN_S, World
from bot.services.classes import ClassPlan
from bot.services.posting import Planned
from bot.tour.steps import BEGIN, ZONE
from bot.words.consent import WORDING
from tests.faults import points
from tests.faults.crowd import CLASS, new_world
from tests.faults.kills import LATER, settle
from tests.faults.tally import Tally, states

#: First what begins at once, last what waits for the gateway to tell of the server: in those lives all else is done.
SETTING_UP = (
    "text", "open_inbox", "resume", "claim", "begin", "post", "finish",
    "make_role", "record_place", "give_role", "make_channel", "post_desk_card", "make_desk", "places_seen", "compare",
)  # fmt: skip
NUDGING = (
    "found", "doubt", "make_thread", "add_to_thread", "resume", "claim", "begin", "post", "finish", "let_in",
)  # fmt: skip
LATE = ("make_role", "record_place", "make_channel", "give_role", "let_in")
#: met even where nothing is due
ALWAYS = ("resume", "claim:before", "places_seen", "compare")
#: what leaves a message of which nobody knows whether it arrived
IN_DOUBT = "post:after"
LOOKING = ("found", "doubt")
#: students who write to their teacher: each gets a thread in the teachers' room
WRITERS = 6
#: enough that there is still something to do when the last edge has its turn
STUDENTS = 24
#: turns of its loop after which a life has nothing more to do: they take longer than discord.py waits for servers to
#: be told of
IDLE_TURNS = 11
#: rounds in which each edge is met; a machine that does everything in another order may need some more than one
MOST_ROUNDS = 8
#: looks between two turns whether it has ended
LOOKS = 10
#: of a row that waits for a server or a role
LONGEST_WAIT = timedelta(minutes=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
VISIT = re.compile(r":\d+$")


async def run(folder: Path, *, kills: int = 120, size: int = STUDENTS, seed: int = 1) -> Tally:
    """Whole classes are set up and nudged, over and over, until so many kills are done and each edge was met."""
    tally, dice, number = Tally("crash-points"), random.Random(seed), 0
    while tally.kills < kills or set(points.edges()) - set(tally.hits):
        number += 1
        print(f"crash-points: round {number}, {tally.kills} kills", flush=True)
        if number > MOST_ROUNDS and (never := set(points.edges()) - set(tally.hits)):
            tally.stuck += len(never)
            tally.hits["never visited: " + " ".join(sorted(never))] += 1
            break
        async with new_world(folder / str(number), cold_every=0) as world:
            await _Round(world, tally, dice, size, is_first=number == 1).run()
    return tally


class _Round:
    """One class: a third of its students is met by DM, a third closed theirs, a third never had one."""

    def __init__(self, world: World, tally: Tally, dice: random.Random, size: int, *, is_first: bool) -> None:
        self.world, self.tally, self.dice, self.is_first = world, tally, dice, is_first
        self.server = world.wire.create_server("Rivera's Chemistry")
        self.lobby = self.server.create_text_channel("lobby")
        self.teacher = self.server.add_person("Ms Rivera", roles=[self.server.add_teacher_role()])
        self.students = [self.server.add_person(f"Student {number}") for number in range(size)]
        self.befriended = self.students[: size * 2 // 3]
        self.closing = self.befriended[size // 3 :]
        # not what is tested here
        world.wire.rest.limits.routes.clear()
        world.wire.rest.limits.per_second = None

    async def run(self) -> None:
        await self._in_process(self._found_class)
        await self._lives(self._edges(SETTING_UP))
        await self._settle()
        await self.world.move_to(BEGIN + timedelta(hours=6, seconds=1))  # a day before the deadline
        for each in self.closing:
            self.world.wire.close_dms(each.id)
        await self._lose_role()
        await self._lives(self._edges(NUDGING))
        await self._settle()
        self._count()

    async def _lose_role(self) -> None:
        """Somebody deletes the class's role, and the teacher has what is missing made again."""
        backend = self.world.wire.backend
        roles = backend.get_guild(self.server.id).roles.values()
        lost = [each.id for each in roles if "student" in each.name]
        for each in lost:
            backend.delete_role(self.server.id, each)
        await self._in_process(self._create)

    def _edges(self, steps: Sequence[str]) -> list[str]:
        """As they stand at first, so that all are met; later shuffled, and at later visits too."""
        if self.is_first:
            return [f"{step}:{edge}" for step in steps for edge in ("before", "after")]
        edges = [f"{step}:{edge}:{self.dice.randint(1, 3)}" for step in steps for edge in ("before", "after")]
        self.dice.shuffle(edges)
        return sorted(edges, key=lambda edge: edge.startswith(LATE))

    async def _lives(self, edges: Sequence[str]) -> None:
        for edge in edges:
            if edge.startswith("let_in"):  # those before may have let everybody in
                await self._lose_role()
            if not edge.startswith(ALWAYS) and not self._under_way():
                continue
            await self._past_waits()
            if edge.startswith(LOOKING):
                await self._live(IN_DOUBT)
                await self.world.move(LATER)
                if edge.startswith("doubt"):
                    self.world.wire.rest.faults.cut("GET /channels/*/messages", times=None)
            await self._live(edge)
            self.world.wire.rest.faults.clear()

    async def _past_waits(self) -> None:
        """A row that a life was too short for, as on a slow machine, is due again in the next one."""
        now = (self.world.now() - EPOCH) // timedelta(microseconds=1)
        with closing(sqlite3.connect(self.world.database_path)) as file:
            query = (
                "SELECT max(due_at) FROM outbox WHERE state = 'due' AND why != '' AND due_at BETWEEN ? AND ?"
            )
            (at,) = file.execute(query, (now, now + LONGEST_WAIT // timedelta(microseconds=1))).fetchone()
        if at is not None:
            await self.world.move(timedelta(microseconds=at - now + 1))

    async def _live(self, edge: str) -> None:
        """Until it dies there, or has nothing more to do and never came to it."""
        lives = self.world.bot
        await lives.start(edge)  # pyright: ignore[reportCallIssue]
        gateway, idle, seen, looks = self.world.wire.gateway, 0, -1, 0
        while not await lives.has_ended():  # pyright: ignore[reportAttributeAccessIssue]
            await asyncio.sleep(TURN_S / LOOKS)
            if looks := (looks + 1) % LOOKS:
                continue
            await gateway.turn()
            now = self.world.wire.rest.received + self.world.phone.received
            idle = idle + 1 if now == seen and gateway.connected else 0
            seen = now
            if idle > IDLE_TURNS:
                await lives.kill()
                return
        assert lives.exit_code == -9, lives.output[-3000:]
        self.tally.kills += 1
        self.tally.hits[VISIT.sub("", edge)] += 1

    async def _settle(self) -> None:
        """A life that nobody ends, until all is told."""
        await self.world.start_bot()
        await settle(self.world, self._under_way)
        await self.world.bot.kill()
        self.tally.stuck += self._under_way()

    def _under_way(self) -> int:
        rows = states(self.world.database_path)
        return sum(rows[each] for each in UNDER_WAY)

    # ------------------------------------------------------------------ what its people press, without a bot

    async def _in_process(self, act: object) -> None:
        async with open_app(read_settings(self.world.config_path), clock=self.world.now) as app:
            await act(app)  # pyright: ignore[reportCallIssue]

    async def _found_class(self, app: App) -> None:
        services, now = app.services, self.world.now()
        await services.courses.import_sample(self._asker(self.teacher), now)
        await self._create(app)
        posted = await services.posting.post(
            self._asker(self.teacher), None, "1", "tomorrow 16:00", None, now
        )
        assert isinstance(posted, Planned), posted
        for each in self.students:
            await services.people.join(self._asker(each), None, now, old_enough=True)
        for place, each in enumerate(self.befriended):
            await services.people.open_inbox(self._asker(each), now)
            await services.phones.give(self._asker(each), f"+120255501{place:02}", WORDING, now)
        (section,) = await services.classes.taught(self._asker(self.teacher))
        for place, each in enumerate(self.students[:WRITERS]):
            await services.incoming.write(self._asker(each), section.handle, "May I ask?", 1_000 + place, now)

    async def _create(self, app: App) -> None:
        """The class, or what is missing of it."""
        teacher, classes, now = self._asker(self.teacher), app.services.classes, self.world.now()
        plan = await classes.plan(teacher, CLASS, "intro-chemistry", ZONE, 80, now)
        assert isinstance(plan, ClassPlan), plan
        await classes.create(teacher, plan.handle, self.lobby.id, now)

    def _asker(self, who: Person) -> Asker:
        return Asker(who.id, self.server.id, manages=who is self.teacher)

    # -------------------------------------------------------------------------------------- what arrived

    def _count(self) -> None:
        backend = self.world.wire.backend
        guild = backend.get_guild(self.server.id)
        roles = [each.name for each in guild.roles.values()]
        channels = [
            each for each in backend.channels.values() if each.guild_id == guild.id and not each.is_thread
        ]
        cards = [self._cards(each.id) for each in channels if each.name in ("lobby", "period-3-pre-work")]
        self.tally.count([roles.count(each) for each in set(roles)], "role")
        self.tally.count(
            [[each.name for each in channels].count(name) for name in {c.name for c in channels}],
            "channel",
        )
        self.tally.count(cards, "card")
        self.tally.count([self._nudges(each) for each in self.students], "nudge")
        self.tally.count(
            [sum("Still open" not in m.text for m in each.dm_messages()) for each in self.befriended],
            "hello",
        )
        self.tally.count(
            [len(self.world.phone.texts_to(f"+120255501{n:02}")) for n in range(len(self.befriended))],
            "code",
        )
        letters = [self._letters(each.id) for each in backend.channels.values() if each.is_thread]
        self.tally.count([each for each in letters if each], "letter")
        self.tally.lost += WRITERS - sum(map(bool, letters))
        self.tally.count([min(1, sum("student" in role for role in each.roles)) for each in self.students])
        self.tally.count([min(1, sum("Unit 1" in role for role in each.roles)) for each in self.students])

    def _cards(self, channel: int) -> int:
        """Cards of the bot, without what Discord itself writes about threads."""
        return sum(
            bool(each.components) for each in self.world.wire.backend.messages.get(channel, {}).values()
        )

    def _letters(self, thread: int) -> int:
        messages = self.world.wire.backend.messages.get(thread, {}).values()
        return sum("May I ask?" in str(each.components) for each in messages)

    def _nudges(self, student: Person) -> int:
        threads = [seen for each in student.private_threads() for seen in student.visible_messages(each)]
        return sum("Still open" in seen.text for seen in (*student.dm_messages(), *threads))
