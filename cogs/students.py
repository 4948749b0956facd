"""/join and /today for students; /progress for their teacher; and who leaves."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.views.people import draw_join
from bot.views.presses import Interaction, asker, reply, services
from bot.views.progress import draw_student, draw_today


class Students(commands.Cog):
    @app_commands.command(name="join", description="Join your class")
    @app_commands.guild_only()
    async def join(self, interaction: Interaction) -> None:
        result = await services(interaction).people.join(asker(interaction), None, interaction.created_at)
        await reply(interaction, draw_join(result))

    @app_commands.command(name="today", description="What do I do now?")
    async def today(self, interaction: Interaction) -> None:
        result = await services(interaction).progress.today(asker(interaction), interaction.created_at)
        await reply(interaction, draw_today(result))


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Progress(commands.GroupCog, group_name="progress", group_description="How far everybody is"):
    @app_commands.command(
        name="student", description="What a student has mastered, their attempts, and what is next"
    )
    @app_commands.describe(student="Whose progress")
    async def student(self, interaction: Interaction, student: discord.Member) -> None:
        result = await services(interaction).progress.student(
            asker(interaction), student.id, interaction.created_at
        )
        await reply(interaction, draw_student(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Students())
    await bot.add_cog(Progress())
