"""/quiz: the mastery check of a unit, begun or gone on with."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.presses import Interaction, asker, reply, services
from bot.views.quiz import draw

UnitName = app_commands.Range[str, 1, 80]


class Quiz(commands.Cog):
    @app_commands.command(name="quiz", description="Take your mastery check, or go on with it")
    @app_commands.describe(unit="Number or name of a unit; without it, your next check")
    async def quiz(self, interaction: Interaction, unit: UnitName | None = None) -> None:
        quizzes = services(interaction).quizzes
        result = await quizzes.begin(asker(interaction), None, unit, interaction.created_at)
        await reply(interaction, draw(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Quiz())
