"""/journal: what a student wrote about questions that did not go well."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.journal import draw_journal
from bot.views.presses import Interaction, asker, reply, services


class Journal(commands.Cog):
    @app_commands.command(name="journal", description="What you wrote about questions that did not go well")
    async def journal(self, interaction: Interaction) -> None:
        result = await services(interaction).journals.show(asker(interaction), None)
        await reply(interaction, draw_journal(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Journal())
