"""Looks up the members of the classes after a gap: by name over the gateway, a hundred at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import discord
import structlog

from bot.delivery.crashpoints import step
from bot.delivery.errors import DISCORD_ERRORS
from bot.delivery.line import Line
from bot.domain.flaws import Flaw, KnownPlace
from bot.services.members import Repairs, ServerSeen
from bot.services.ports import be_patient
from bot.views.flaws import flaws

log = structlog.get_logger()

#: most that Discord tells of at once when they are asked for by id, which needs no privileged intent
AT_ONCE = 100
#: without any gap, too: who leaves a server is told by nobody
EVERY = timedelta(hours=6)
#: after a fault of our own
AGAIN = timedelta(minutes=10)
#: between two questions: Discord takes 120 messages a minute on the gateway
PAUSE_S = 1.0


class Members(Protocol):
    """What the reconciler needs from services.members."""

    async def known(self, guild: int) -> tuple[int, ...]: ...
    async def compare(self, guild: int, seen: ServerSeen, now: datetime) -> Repairs: ...


class Places(Protocol):
    """What the reconciler needs from services.flaws."""

    async def known(self, guild: int) -> tuple[KnownPlace, ...]: ...
    async def seen(
        self, guild: int, flaws: Mapping[tuple[str, str], Flaw], now: datetime, *, surely: bool = False
    ) -> None: ...


class Reconciler:
    """One for each process; however often it is started, it looks once at a time."""

    def __init__(
        self,
        members: Members,
        places: Places,
        client: discord.Client,
        line: Line,
        clock: Callable[[], datetime],
    ) -> None:
        self._members, self._places = members, places
        self._client, self._line, self._clock = client, line, clock
        self._task: asyncio.Task[None] | None = None
        self._is_asked = False
        self._looked_at: datetime | None = None

    def start(self) -> None:
        """Something may have gone by unseen. Does not wait."""
        self._is_asked = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(self._note_end)

    def start_if_due(self) -> None:
        """For every beat: looks when the last look is long past. The first is at READY."""
        if self._looked_at is not None and self._clock() - self._looked_at >= EVERY:
            self.start()

    def _note_end(self, done: asyncio.Task[None]) -> None:
        """A look that ends by a fault is taken again soon, by a beat."""
        if not done.cancelled() and (fault := done.exception()) is not None:
            log.error("reconciler_fault", exc_info=fault)
            self._looked_at = self._clock() - EVERY + AGAIN

    async def work(self) -> None:
        """Looks at every server now, to the end."""
        self._looked_at = self._clock()
        for guild in self._client.guilds:
            if guild.unavailable:
                continue
            try:
                await self._look_at_places(guild)
                await self._look(guild)
            except (*DISCORD_ERRORS, TimeoutError) as error:
                # the next look comes by itself; nobody is taken for gone on a guess
                log.warning("members_not_looked_up", server=guild.id, error=type(error).__name__)
            except Exception:
                # whatever it is, it is this server's: the others are looked at
                log.exception("members_fault", server=guild.id)

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        be_patient()
        while self._is_asked:
            self._is_asked = False
            await self.work()

    async def _look_at_places(self, guild: discord.Guild) -> None:
        """What was deleted or changed while nobody listened. The cache's silence is no proof, so Discord is asked."""
        known = await self._places.known(guild.id)
        found = flaws(guild, known) if known else {}
        if Flaw.GONE in found.values():
            with self._line.carrying():
                there = {each.id for each in (*await guild.fetch_roles(), *await _channels(guild))}
            ids = {(each.purpose, each.kind): each.id for each in known}
            late = {key for key, flaw in found.items() if flaw is Flaw.GONE and ids[key] in there}
            found = {key: flaw for key, flaw in found.items() if key not in late}
        with step("places_seen"):
            await self._places.seen(guild.id, found, self._clock(), surely=True)

    async def _look(self, guild: discord.Guild) -> None:
        known = await self._members.known(guild.id)
        if not known:
            return
        present: dict[int, frozenset[int]] = {}
        for start in range(0, len(known), AT_ONCE):
            if start:
                await asyncio.sleep(PAUSE_S)
            for member in await self._ask(guild, known[start : start + AT_ONCE]):
                present[member.id] = frozenset(role.id for role in member.roles)
        absent = [each for each in known if each not in present]
        gone = frozenset([each for each in absent if await self._is_gone(guild, each)])
        with step("compare"):
            repairs = await self._members.compare(guild.id, _seen(guild, present, gone), self._clock())
        if any(_counts(repairs).values()):
            log.info("members_reconciled", server=guild.id, **_counts(repairs))

    async def _ask(self, guild: discord.Guild, ids: Sequence[int]) -> list[discord.Member]:
        return await guild.query_members(user_ids=list(ids), limit=AT_ONCE, cache=False)

    async def _is_gone(self, guild: discord.Guild, user: int) -> bool:
        """The gateway's silence is no proof: Discord's own 404 is."""
        try:
            with self._line.carrying():
                await guild.fetch_member(user)
        except discord.NotFound as error:
            return error.code in (10007, 10013)
        return False


async def _channels(guild: discord.Guild) -> Sequence[discord.abc.GuildChannel]:
    try:
        return await guild.fetch_channels()
    except discord.InvalidData:  # a kind of channel newer than the library
        return guild.channels


def _seen(guild: discord.Guild, present: dict[int, frozenset[int]], gone: frozenset[int]) -> ServerSeen:
    return ServerSeen(
        present,
        gone,
        frozenset(role.id for role in guild.roles),
        {
            channel.id: frozenset(target.id for target in channel.overwrites)
            for channel in guild.text_channels
        },
    )


def _counts(repairs: Repairs) -> dict[str, int]:
    return {name: getattr(repairs, name) for name in Repairs.__slots__}
