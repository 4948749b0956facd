"""The discord.py client: intents, cogs by name, buttons of any age, command sync, a last-resort error reply."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import pkgutil
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot import views
from bot.services.services import Services
from bot.views import presses
from bot.views.presses import Pick, Press

log = structlog.get_logger()

COGS = ("classes", "courses", "prework", "students", "officehours", "phone", "quiz", "server", "delivery")

#: servers, their roles and channels. No privileged intent: people are known by their own presses (RA17)
INTENTS = discord.Intents(guilds=True)


# it speaks in no voice channel, so what that would need is no news
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class _Tree(app_commands.CommandTree[Any]):
    async def on_error(self, interaction: presses.Interaction, error: app_commands.AppCommandError) -> None:
        original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await presses.guarded(interaction, _raise(original))


async def _raise(error: Exception) -> None:
    raise error


class FlipcordClient(commands.Bot):
    def __init__(
        self, services: Services, *, identifies_per_hour: int, http_trace: aiohttp.TraceConfig
    ) -> None:
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            intents=INTENTS,
            tree_cls=_Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            # a long 429 comes back to the outbox, which waits better than a held request does
            max_ratelimit_timeout=30.0,
            http_trace=http_trace,
        )
        self.services = services
        self._identifies_per_hour = identifies_per_hour

    async def setup_hook(self) -> None:
        for module in pkgutil.iter_modules(views.__path__):
            importlib.import_module(f"{views.__name__}.{module.name}")  # each registers what its buttons do
        for cog in COGS:
            await self.load_extension(f"cogs.{cog}")
        self.add_dynamic_items(Press, Pick)
        await self._sync_commands()

    async def _sync_commands(self) -> None:
        """Once, and again only when the commands changed: Discord counts creations a day (RA12)."""
        commands_now = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps([self.application_id, commands_now], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if await self.services.upkeep.fact("commands") != digest:
            await self.tree.sync()
            await self.services.upkeep.set_fact("commands", digest)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Keeps a crash loop from spending the day's log-ins, after which Discord resets the token (RA13)."""
        now = self.services.clock()
        free_at = await self.services.upkeep.may_identify(now, self._identifies_per_hour)
        if free_at > now:
            seconds = (free_at - now + timedelta(seconds=1)).total_seconds()
            log.warning("identify_budget_spent", wait_s=round(seconds))
            await asyncio.sleep(seconds)
        await self.services.upkeep.note_identify(self.services.clock())
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_interaction(self, interaction: presses.Interaction) -> None:
        await presses.submitted(interaction)

    async def on_ready(self) -> None:
        log.info("ready", servers=len(self.guilds))
        for guild in self.guilds:
            await self.services.classes.mended(guild.id, self.services.clock())
