"""Listeners: what people change on a server by hand is noted at once, and what waited for it is tried again."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.services.services import Services
from bot.views.flaws import look


class Server(commands.Cog):
    def __init__(self, services: Services) -> None:
        self._services = services

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        await self._changed(after.guild)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        await self._changed(after.guild)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        if after == after.guild.me:
            await self._changed(after.guild)

    @commands.Cog.listener()
    async def on_guild_update(self, before: discord.Guild, after: discord.Guild) -> None:
        await self._changed(after)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._changed(guild)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        await self._services.flaws.gone(role.guild.id, role.id, self._services.clock())

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._services.flaws.gone(channel.guild.id, channel.id, self._services.clock())

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """It was taken off the server. An outage at Discord is told otherwise."""
        await self._services.flaws.removed(guild.id, self._services.clock())

    async def _changed(self, guild: discord.Guild) -> None:
        await self._services.classes.mended(guild.id, self._services.clock())
        await look(self._services, guild)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Server(bot.services))  # pyright: ignore[reportAttributeAccessIssue]  # Flipcord's own client
