"""A class of many students on the wire: the class is made by a real bot, the joining is told to the services."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import App, open_app
from bot.config import read_settings
from bot.domain.messages import Message, PhoneCode, RoleGrant, Sent
from bot.domain.outbox import Way
from bot.domain.records import Asker
from bot.loopback.people import Person, Server
from bot.loopback.world import World
from bot.tour.steps import BEGIN, ZONE
from bot.words.consent import WORDING
from tests.faults.lives import COLD_EVERY, Lives

CLASS = "Period 3"
#: kills cost log-ins, and inboxes DM openings: both budgets are settings, raised here and nowhere else
SETTINGS = {"discord": {"identify": {"per_hour": 1000}, "inbox": {"opens": 60, "per_minutes": 1}}}
#: so far apart that 60 openings each keep to that pace
BATCHES = timedelta(minutes=2)
#: each has a hundred numbers that belong to nobody, 555-0100 to 555-0199
AREAS = (202, 206, 312, 415, 617, 713, 312, 404, 503, 614)


def new_world(folder: Path, *, cold_every: int = COLD_EVERY, keep: int | None = 5000) -> World:
    world = World(folder, start=BEGIN, settings=SETTINGS, keep=keep)
    world.bot = Lives(world.config_path, folder / "bot.log", cold_every=cold_every)
    world.wire.gateway.starts_per_day = 1_000_000
    return world


class Crowd:
    """A teacher with ``size`` students in one class; pre-work is due tomorrow at 16:00, and nobody has done it."""

    def __init__(self, world: World, size: int, *, phones: bool = False) -> None:
        self.world, self._phones = world, phones
        self.server: Server = world.wire.create_server("Rivera's Chemistry")
        self.server.create_text_channel("lobby")
        self.teacher = self.server.add_person("Ms Rivera", roles=[self.server.add_teacher_role()])
        self.students = [self.server.add_person(f"Student {number}") for number in range(size)]
        self.inboxes = [each.dm for each in self.students]

    def number(self, place: int) -> str:
        return f"+1{AREAS[place // 100]}55501{place % 100:02}"

    async def settle_in(self) -> None:
        """Everything up to the first nudge; the bot does not run afterwards."""
        await self.world.start_bot()
        await self.teacher.slash("course sample", where="lobby")
        options = {"name": CLASS, "course": "intro-chemistry", "zone": ZONE}
        await self.teacher.press(
            "Create the class", await self.teacher.slash("class create", options, where="lobby")
        )
        await self.students[0].sees("Join", "lobby")
        await self.world.quiet()
        await self.teacher.slash("prework post", {"unit": "1", "deadline": "tomorrow 16:00"}, where="lobby")
        await self.world.quiet()
        await self.world.bot.kill()
        async with open_app(read_settings(self.world.config_path), clock=self.world.now) as app:
            await self._enrol(app)
        await self.world.move(BATCHES * self._batches)

    @property
    def _batches(self) -> int:
        return len(self.students) // 60 + 2

    async def _enrol(self, app: App) -> None:
        """What 500 students would press, and what the courier would make of it, without its calls."""
        now = self.world.now()
        for student in self.students:
            asker = Asker(student.id, self.server.id)
            await app.services.people.join(asker, None, now, old_enough=True)
            await app.services.people.open_inbox(asker, now)
        for batch in range(self._batches):
            await self._carry_out(app, [Way.ROLE, Way.DM], now + batch * BATCHES)
        if self._phones:
            for place, student in enumerate(self.students):
                await self._give_phone(app, Asker(student.id, self.server.id), self.number(place), now)

    async def _carry_out(self, app: App, ways: Collection[Way], now: datetime) -> str | None:
        """As if each were sent; the code in the last text, if there was one."""
        inboxes = {student.id: inbox for student, inbox in zip(self.students, self.inboxes, strict=True)}
        code, deliveries = None, app.services.deliveries
        for delivery in await deliveries.claim(now, ways, 10_000):
            parcel = await deliveries.begin(delivery, now)
            if parcel is None:
                continue
            if isinstance(parcel, RoleGrant):  # or every start would find and repair that it is missing
                members = self.world.wire.backend.guilds[parcel.guild].members
                members[parcel.discord].role_ids.append(parcel.role)
            address = parcel.address if isinstance(parcel, Message) else None
            if isinstance(parcel, Message) and isinstance(parcel.content, PhoneCode):
                code = parcel.content.code
            sent = Sent(inboxes.get(getattr(address, "discord", 0)), "1")
            await deliveries.finish(delivery, parcel, sent, now)
        return code

    async def _give_phone(self, app: App, asker: Asker, number: str, now: datetime) -> None:
        await app.services.phones.give(asker, number, WORDING, now)
        code = await self._carry_out(app, [Way.SMS], now)
        assert code is not None, f"no code was texted to {number}"
        await app.services.phones.enter(asker, code, now)

    def messages(self) -> list[int]:
        """How many DMs each student has."""
        stored = self.world.wire.backend.messages
        return [len(stored.get(inbox, ())) for inbox in self.inboxes]

    def texts(self) -> list[int]:
        """How many texts each student's phone has."""
        found: dict[str, int] = {}
        for text in self.world.phone.texts:
            found[text.to] = found.get(text.to, 0) + 1
        return [found.get(self.number(place), 0) for place in range(len(self.students))]

    def class_people(self) -> list[Person]:
        return [self.teacher, *self.students]
