"""/write: a student writes to their teacher. /inbox: who waits for an answer, and when letters are read.

What is written in the bot's direct messages is a letter as well.
"""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta
from typing import Literal, Protocol, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.incoming import Kept, Stranger, Teaches
from bot.services.services import Services
from bot.views.choices import Choices, class_choices
from bot.views.desk import draw_hours, draw_inbox
from bot.views.letters import draw_direct, read_message, reading_back, receive, write
from bot.views.presses import Interaction, asker, reply, services

log = logging.getLogger(__name__)

#: what a person wrote, as against what Discord says of pins and calls
WRITTEN = (discord.MessageType.default, discord.MessageType.reply)
#: of one conversation that are read back
MOST_MISSED = 100
#: a stranger who writes line after line hears once how to join
HUSH = timedelta(minutes=10)


class Flipcord(Protocol):
    """What the cog needs of Flipcord's own client."""

    services: Services

    def paced(self) -> contextlib.AbstractContextManager[object]: ...
    def get_partial_messageable(self, id: int, /) -> discord.PartialMessageable: ...


class Letters(commands.Cog):
    def __init__(self, bot: Flipcord, services: Services) -> None:
        self._bot, self._services = bot, services
        self._told: dict[int, datetime] = {}

    @app_commands.command(
        name="write", description="Write to your teacher; only your class's teachers read it"
    )
    async def write(self, interaction: Interaction) -> None:
        await write(interaction, "-")

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is not None or message.author.bot or message.type not in WRITTEN:
            return
        result = await receive(self._services, read_message(message))
        view = draw_direct(result)
        with contextlib.suppress(discord.HTTPException):  # it is kept; only the sign of it is lost
            if isinstance(result, Kept):
                await message.add_reaction("✅")
            elif view is not None and not (isinstance(result, Stranger | Teaches) and self._is_told(message)):
                await message.channel.send(view=view, nonce=f"in{message.id}")

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """What was written while nobody listened is told to no bot afterwards: it is read back."""
        for talk in await self._services.incoming.talks(self._services.clock()):
            channel, after = self._bot.get_partial_messageable(talk.channel), discord.Object(talk.after)
            with (
                reading_back(talk.channel),
                contextlib.suppress(discord.HTTPException, OSError),
                self._bot.paced(),
            ):
                async for message in channel.history(after=after, limit=MOST_MISSED):
                    await self._read_back(message)

    async def _read_back(self, message: discord.Message) -> None:
        try:
            await self.on_message(message)
        except Exception:  # one letter over which something raises keeps no other from being read
            log.exception("letter_fault", extra={"letter": message.id})

    def _is_told(self, message: discord.Message) -> bool:
        now = self._services.clock()
        self._told = {each: at for each, at in self._told.items() if now - at < HUSH}
        is_told = message.author.id in self._told
        self._told.setdefault(message.author.id, now)
        return is_told


# on the group: Discord looks at permissions there only, not at its commands
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Inbox(commands.GroupCog, group_name="inbox", group_description="What students write to you"):
    @app_commands.command(name="list", description="Who waits for an answer, the longest first")
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    async def list_(self, interaction: Interaction, class_name: str | None = None) -> None:
        await reply(
            interaction, draw_inbox(await services(interaction).desk.inbox(asker(interaction), class_name))
        )

    @app_commands.command(name="hours", description="When you read letters; students hear it outside of them")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        when="Mon-Fri 8:00-16:00, or Mon, Wed 9-12; shows what is set if left out",
        class_name="The class, if you teach several here",
    )
    async def hours(
        self, interaction: Interaction, when: str | None = None, class_name: str | None = None
    ) -> None:
        result = await services(interaction).desk.read_at(
            asker(interaction), class_name, when or "", interaction.created_at
        )
        await reply(interaction, draw_hours(result))

    @app_commands.command(name="replies", description="Let students and guardians write to you, or not")
    @app_commands.rename(class_name="class")
    @app_commands.describe(replies="On or off", class_name="The class, if you teach several here")
    async def replies(
        self, interaction: Interaction, replies: Literal["on", "off"], class_name: str | None = None
    ) -> None:
        result = await services(interaction).desk.switch(
            asker(interaction), class_name, on=replies == "on", now=interaction.created_at
        )
        await reply(interaction, draw_hours(result))

    @list_.autocomplete("class_name")
    @hours.autocomplete("class_name")
    @replies.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    own = cast("Flipcord", bot)
    await bot.add_cog(Letters(own, own.services))
    await bot.add_cog(Inbox())
