"""/accommodate: more time, more tries or fewer options for one student."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.views.accommodations import draw_accommodation
from bot.views.choices import class_choices
from bot.views.presses import Interaction, asker, reply, services


class Accommodate(commands.Cog):
    @app_commands.command(
        name="accommodate", description="What makes a check fair for one student; only you see it"
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        student="Whose checks",
        more_time="Percent on top of a time limit, such as 50",
        more_tries="Attempts on top of the class's limit",
        fewer_options="Wrong options to take away from each choice",
        class_name="The class, if you teach several here",
    )
    async def accommodate(
        self,
        interaction: Interaction,
        student: discord.Member,
        more_time: app_commands.Range[int, 0, 300] | None = None,
        more_tries: app_commands.Range[int, 0, 20] | None = None,
        fewer_options: app_commands.Range[int, 0, 20] | None = None,
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).accommodations.note(
            asker(interaction),
            student.id,
            class_name,
            more_time=more_time,
            more_tries=more_tries,
            fewer_options=fewer_options,
            now=interaction.created_at,
        )
        await reply(interaction, draw_accommodation(result))

    @accommodate.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Accommodate())
