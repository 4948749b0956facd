"""Listeners: what changes on a server may be what waiting work was waiting for."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.services.services import Services


class Server(commands.Cog):
    def __init__(self, services: Services) -> None:
        self._services = services

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        await self._mended(after.guild)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        await self._mended(after.guild)

    @commands.Cog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        if after == after.guild.me:
            await self._mended(after.guild)

    async def _mended(self, guild: discord.Guild) -> None:
        await self._services.classes.mended(guild.id, self._services.clock())


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Server(bot.services))  # pyright: ignore[reportAttributeAccessIssue]  # Flipcord's own client
