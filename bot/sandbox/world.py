"""An offline Discord with the bot in it: its people, its clock, and one lock around every act."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog
from simcord.actors import MemberActor
from simcord.enums import ChannelType, MessageType
from simcord.env import Env

from bot.loopback.changes import Changes
from bot.loopback.phone import Phone
from bot.sandbox.happenings import Happening, Watcher

#: how often the world's clock follows the real one, in real seconds
BEAT_S = 0.25
#: two things due closer together than this are lived through in one step
TICK = timedelta(seconds=1)
#: the clock counts in floats: a little past the instant, so that it has certainly come
PAST = 0.001

log = structlog.get_logger()


class Bot(Protocol):
    """What the world asks of the application."""

    async def work(self) -> object: ...
    async def next_due(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """Somebody whom the user of the page can be."""

    member: MemberActor
    is_teacher: bool
    #: of their telephone, as +12025550101
    number: str
    #: of the telephone of the adult at home
    guardian: str = ""
    #: Discord refuses the bot's DMs to them, as their own settings ask
    dms_closed: bool = False

    @property
    def id(self) -> int:
        return self.member.id

    @property
    def name(self) -> str:
        return self.member.user.global_name or self.member.name


class World:
    """Every act and every step of time runs alone, under ``lock``; ``changes`` tells of what came of it."""

    def __init__(self, env: Env, bot: Bot, phone: Phone, zone: ZoneInfo, *, webhook: str) -> None:
        self.env, self.bot, self.phone, self.zone = env, bot, phone, zone
        self.people: dict[int, Inhabitant] = {}
        self.lock = asyncio.Lock()
        self.changes = Changes()
        #: rises whenever something happened that a page may show
        self.version = 0
        self.happenings: deque[Happening] = deque(maxlen=80)
        self.moving = False
        #: what the bot or simcord raised; told in the happenings and the terminal
        self.faults: list[Exception] = []
        #: the last thing that went wrong with what the user pressed, and its number
        self.trouble = (0, "")
        #: where the bot hears of texts that people send
        self._webhook = webhook
        self._watcher = Watcher(env, phone)
        self._hurry = asyncio.Event()
        self._acted = True
        self._due: datetime | None = None

    def now(self) -> datetime:
        """The world's instant, in UTC."""
        return self.env.now()

    def add(self, people: Sequence[Inhabitant]) -> None:
        for person in people:
            self.people[person.id] = person
            self._watcher.owners[person.number] = person.name
            if person.guardian:
                self._watcher.owners[person.guardian] = f"{person.name}'s guardian"
            if person.dms_closed:
                self._close_dms(person)

    def hurry(self) -> None:
        """Somebody acted: see to what came due without waiting for the next beat."""
        self._acted = True
        self._hurry.set()

    def changed(self) -> None:
        self.version += 1
        self.changes.notify()

    async def next_version(self, last: int) -> int:
        """Waits until something happened after ``last``."""
        while self.version == last:
            with suppress(TimeoutError):
                await self.changes.until(lambda: self.version != last, what="news")
        return self.version

    def note(self, what: str) -> None:
        self.happenings.append(Happening(self.now(), what))

    def warn(self, what: str) -> None:
        """Tells the user of the page that what they pressed did not work."""
        self.trouble = (self.trouble[0] + 1, what)
        self.changed()

    async def text_back(self, number: str, body: str) -> None:
        """Somebody sends a text from their telephone, and the bot is told."""
        async with self.lock:
            await self.phone.reply(number, body, self._webhook)
        self.hurry()

    async def live(self) -> None:
        """Follows real time until cancelled."""
        last = time.monotonic()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), BEAT_S)
            self._hurry.clear()
            async with self.lock:
                now = time.monotonic()
                await self._step(now - last)
                last = now

    async def time_on(self, target: datetime) -> None:
        """Moves the clock to ``target`` (UTC), through every due instant in between, in order.

        Stops where the bot meets a fault: it would meet the same one a second later, and again.
        """
        self.moving = True
        try:
            is_well = True
            while is_well and self.now() < target:
                async with self.lock:
                    stop = await self._next_stop(target)
                    is_well = await self._step((stop - self.now()).total_seconds() + PAST)
        finally:
            self.moving = False
            self.changed()

    async def work_off(self) -> None:
        """Lets the bot do what is due now. The caller holds the lock."""
        self._acted = False
        with self.env.time_context():
            await self.bot.work()
        await self.env.settle()
        self._due = await self.bot.next_due()

    async def _next_stop(self, target: datetime) -> datetime:
        self._due = await self.bot.next_due()
        return target if self._due is None else min(target, max(self._due, self.now() + TICK))

    async def _step(self, seconds: float) -> bool:
        """Tells whether it went without a fault."""
        faults = len(self.faults)
        try:
            await self.env.advance_time(seconds)
            # asked after the fact, the bot names only what is still ahead
            if self._acted or (self._due is not None and self._due <= self.now()):
                await self.work_off()
        except Exception as fault:  # the world goes on, so that the fault can be looked at
            log.exception("sandbox_fault")
            self.faults.append(fault)
            self.note(f"Something broke: {type(fault).__name__}. The terminal says more.")
        self._hide_private_threads()
        told = self._watcher.look(self.now())
        self.happenings.extend(told)
        if told or self._watcher.moved or self.moving:
            self.changed()
        return len(self.faults) == faults

    def _hide_private_threads(self) -> None:
        """simcord announces a private thread to everybody in its channel; Discord does not."""
        for messages in self.env.backend.messages.values():
            for each in [each for each in messages.values() if each.type == MessageType.THREAD_CREATED]:
                told_of = each.system_metadata.channel_id if each.system_metadata else None
                thread = self.env.backend.channels.get(told_of or 0)
                if thread is None or thread.type == ChannelType.PRIVATE_THREAD:
                    del messages[each.id]

    def _close_dms(self, person: Inhabitant) -> None:
        """simcord has no closed DMs: Discord's answer (403, 50007) is given on that one channel instead."""
        channel: Any = self.env.backend.get_dm_channel(person.id)
        self._watcher.closed.add(channel.id)
        self.env.inject_error(
            "POST",
            f"/channels/{channel.id}/messages",
            status=403,
            code=50007,
            message="Cannot send messages to this user",
            times=None,
        )
