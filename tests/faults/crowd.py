"""A class of many students on the wire, each with an inbox that they opened themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.loopback.people import Person, Server
from bot.loopback.seen import Seen
from bot.loopback.world import World
from bot.tour.steps import BEGIN, ZONE

CLASS = "Period 3"
#: kills cost log-ins and 200 inboxes cost DM openings: both budgets are settings, raised here and nowhere else
SETTINGS = {"discord": {"identify": {"per_hour": 1000}, "inbox": {"opens": 60, "per_minutes": 1}}}


def new_world(folder: Path) -> World:
    return World(folder, start=BEGIN, settings=SETTINGS)


class Crowd:
    """A teacher with ``size`` students in one class; pre-work is due tomorrow at 16:00, and nobody has done it."""

    def __init__(self, world: World, size: int) -> None:
        self.world = world
        self.server: Server = world.wire.create_server("Rivera's Chemistry")
        self.server.create_text_channel("lobby")
        self.teacher = self.server.add_person("Ms Rivera", roles=[self.server.add_teacher_role()])
        self.students = [self.server.add_person(f"Student {number}") for number in range(size)]

    async def settle_in(self) -> None:
        """Everything up to the nudge, with the bot running."""
        # Discord gives a role a second; settling in is not what is tested here
        self.world.wire.rest.limits.routes.pop("PUT /guilds/*/members/*/roles/*")
        await self.teacher.slash("course sample", where="lobby")
        options = {"name": CLASS, "course": "intro-chemistry", "zone": ZONE}
        await self.teacher.press(
            "Create the class", await self.teacher.slash("class create", options, where="lobby")
        )
        await self.students[0].sees("Join", "lobby")
        for start in range(0, len(self.students), 20):
            await asyncio.gather(*(self._join(each) for each in self.students[start : start + 20]))
        await self._open_inboxes()
        await self.teacher.slash("prework post", {"unit": "1", "deadline": "tomorrow 16:00"}, where="lobby")
        await self.students[-1].sees("Pre-work", "period-3-pre-work", timeout_s=60)
        await self.world.quiet(timeout_s=120)

    async def _join(self, student: Person) -> None:
        await student.press("I am old enough. Join", await student.press("Join this class"))
        await student.press("Open my inbox")

    async def _open_inboxes(self) -> None:
        for _ in range(len(self.students) // 60 + 1):
            await self.world.quiet(timeout_s=120)
            await self.world.move(timedelta(minutes=1))
        await self.world.wire.changes.until(
            lambda: all(each.dm_messages() for each in self.students),
            timeout_s=120,
            what="every inbox to open",
        )

    def nudges(self, student: Person) -> list[Seen]:
        return [seen for seen in student.dm_messages() if "Still open" in seen.text]

    @property
    def nudged(self) -> int:
        return sum(bool(self.nudges(each)) for each in self.students)

    @property
    def lost(self) -> int:
        return len(self.students) - self.nudged

    @property
    def doubled(self) -> int:
        return sum(len(self.nudges(each)) > 1 for each in self.students)
