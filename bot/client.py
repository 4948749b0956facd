"""The discord.py client: intents, cogs by name, buttons of any age, command sync, a last-resort error reply."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import pkgutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from discord.state import ConnectionState

from bot import views
from bot.domain.standing import Seen, Standstill
from bot.services.services import Services
from bot.services.upkeep import LogInsSpent
from bot.views import presses

log = structlog.get_logger()

COGS = (
    "classes",
    "courses",
    "prework",
    "announce",
    "students",
    "officehours",
    "phone",
    "guardian",
    "quiz",
    "summative",
    "marking",
    "contracts",
    "server",
    "inbox",
    "delivery",
    "reminders",
    "remediation",
    "rules",
    "journal",
    "accommodate",
    "checks",
    "bank",
    "going_on",
)

#: servers, their roles and channels, and what is written to the bot itself, whose words it gets without any more.
#: No privileged intent: people are known by their own presses (RA17)
INTENTS = discord.Intents(guilds=True, dm_messages=True)

#: presses on messages, and forms
_ACTS = (discord.InteractionType.component.value, discord.InteractionType.modal_submit.value)

# it speaks in no voice channel, so what that would need is no news
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


#: log-ins that Discord must have left for today before one more is made (RA13)
LEAST_LOG_INS = 50


class _Tree(app_commands.CommandTree[Any]):
    async def on_error(self, interaction: presses.Interaction, error: app_commands.AppCommandError) -> None:
        original = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await presses.guarded(interaction, _raise(original))


async def _raise(error: Exception) -> None:
    raise error


class _State(ConnectionState[Any]):
    """Without what discord.py does for views that it keeps: a press is found by its custom_id alone."""

    def parse_interaction_create(self, data: Any) -> None:
        if data["type"] not in _ACTS:
            super().parse_interaction_create(data)
            return
        if message := data.get("message"):  # what stood on the pressed message is read by nobody
            data = {**data, "message": {**message, "components": []}}
        self.dispatch("interaction", discord.Interaction(data=data, state=self))


class FlipcordClient(commands.Bot):
    def __init__(
        self,
        services: Services,
        *,
        identifies_per_hour: int,
        http_trace: aiohttp.TraceConfig,
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
        #: until when it waits with its next log-in; None when it does not
        self._logs_in_at: datetime | None = None
        self._identifies_per_hour = identifies_per_hour
        #: called when something may have gone by unseen; the composition root sets it
        self.on_gap: Callable[[], None] = lambda: None
        #: requests made inside go when none of the outbox's waits; OSError while Discord takes none
        self.paced: Callable[[], AbstractContextManager[object]] = nullcontext

    @property
    def connected(self) -> bool:
        """Whether a session with Discord's gateway is live at this moment."""
        ws: DiscordWebSocket | None = self.ws
        return self.is_ready() and ws is not None and ws.open

    def standing(self) -> list[Seen]:
        """What holds up here."""
        if self._logs_in_at is not None:
            return [Seen(Standstill.LOG_INS, why=f"until {self._logs_in_at:%H:%M} UTC")]
        return [] if self.connected else [Seen(Standstill.GATEWAY)]

    def _get_state(self, **options: Any) -> ConnectionState[Any]:
        own = {"dispatch": self.dispatch, "handlers": self._handlers, "hooks": self._hooks, "http": self.http}
        return _State(**own, **options)

    async def setup_hook(self) -> None:
        for module in pkgutil.iter_modules(views.__path__):
            importlib.import_module(f"{views.__name__}.{module.name}")  # each registers what its buttons do
        for cog in COGS:
            await self.load_extension(f"cogs.{cog}")
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
        """Keeps a crash loop from spending the day's log-ins, after which Discord resets the token (RA13).

        Raises LogInsSpent at the start when others (an older copy, say) have left too few.
        """
        if initial:
            await self._check_log_ins()
        now = self.services.clock()
        free_at = await self.services.upkeep.may_identify(now, self._identifies_per_hour)
        if free_at > now:
            seconds = (free_at - now + timedelta(seconds=1)).total_seconds()
            log.warning("identify_budget_spent", wait_s=round(seconds))
            self._logs_in_at = free_at
            try:
                await asyncio.sleep(seconds)
            finally:
                self._logs_in_at = None
        await self.services.upkeep.note_identify(self.services.clock())
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_message(self, message: discord.Message) -> None:
        """No command is typed: what is written to the bot is a letter (cogs.inbox)."""

    async def _check_log_ins(self) -> None:
        try:
            told = await self.http.request(Route("GET", "/gateway/bot"))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.info("log_ins_not_told", error=repr(error))  # our own budget holds all the same
            return
        limit = told["session_start_limit"]
        if limit["remaining"] < LEAST_LOG_INS:
            minutes = limit["reset_after"] // 60_000 + 1
            raise LogInsSpent(
                f"Discord allows this bot only {limit['remaining']} more log-ins today, and resets its token after "
                f"the last one. Find out what logs in so often; start again in {minutes} minutes."
            )

    async def on_interaction(self, interaction: presses.Interaction) -> None:
        await presses.acted(interaction)

    async def on_ready(self) -> None:
        log.info("ready", servers=len(self.guilds))
        for guild in self.guilds:
            try:
                await self.services.classes.mended(guild.id, self.services.clock())
            except Exception:  # one server's classes hold up no other's, nor the look at who is there
                log.exception("not_mended", server=guild.id)
        self.on_gap()
