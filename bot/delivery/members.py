"""Looks up the members of the classes after a gap: by name over the gateway, a hundred at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import discord
import structlog

from bot.delivery.crashpoints import step
from bot.delivery.errors import DISCORD_ERRORS
from bot.delivery.line import Line
from bot.services.members import Repairs, ServerSeen

log = structlog.get_logger()

#: most that Discord tells of at once when they are asked for by id, which needs no privileged intent
AT_ONCE = 100
#: without any gap, too: who leaves a server is told by nobody
EVERY = timedelta(hours=6)
#: between two questions: Discord takes 120 messages a minute on the gateway
PAUSE_S = 1.0


class Members(Protocol):
    """What the reconciler needs from services.members."""

    async def known(self, guild: int) -> tuple[int, ...]: ...
    async def compare(self, guild: int, seen: ServerSeen, now: datetime) -> Repairs: ...


class Reconciler:
    """One for each process; however often it is started, it looks once at a time."""

    def __init__(
        self, members: Members, client: discord.Client, line: Line, clock: Callable[[], datetime]
    ) -> None:
        self._members, self._client, self._line, self._clock = members, client, line, clock
        self._task: asyncio.Task[None] | None = None
        self._is_asked = False
        self._looked_at: datetime | None = None

    def start(self) -> None:
        """Something may have gone by unseen. Does not wait."""
        self._is_asked = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def start_if_due(self) -> None:
        """For every beat: looks when the last look is long past. The first is at READY."""
        if self._looked_at is not None and self._clock() - self._looked_at >= EVERY:
            self.start()

    async def work(self) -> None:
        """Looks at every server now, to the end."""
        self._looked_at = self._clock()
        for guild in self._client.guilds:
            if guild.unavailable:
                continue
            try:
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
        while self._is_asked:
            self._is_asked = False
            await self.work()

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
