"""/course: bring in a course pack."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.views.courses import draw_import
from bot.views.presses import Interaction, asker, services
from bot.views.uploads import fetch, incoming


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Courses(commands.GroupCog, group_name="course", group_description="Bring in what you teach"):
    @app_commands.command(name="import", description="Bring in a course pack, or a new version of one")
    @app_commands.describe(pack="A .toml file, or a .zip with course.toml and its question files")
    async def import_(self, interaction: Interaction, pack: discord.Attachment) -> None:
        await interaction.response.defer(
            ephemeral=True
        )  # a download, then a worker process that reads the pack
        async with incoming():
            result = await services(interaction).courses.import_pack(
                asker(interaction), pack.filename, pack.size, lambda: fetch(pack), interaction.created_at
            )
        await interaction.edit_original_response(view=draw_import(result))

    @app_commands.command(name="sample", description="Bring in the sample course: introductory chemistry")
    async def sample(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        result = await services(interaction).courses.import_sample(asker(interaction), interaction.created_at)
        await interaction.edit_original_response(view=draw_import(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Courses())
