"""/rules: how a class checks mastery; its teachers change it, its students read it."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.check_rules import draw_rules
from bot.views.choices import Choices, class_choices
from bot.views.presses import Interaction, asker, reply, services


class Rules(commands.Cog):
    @app_commands.command(
        name="rules", description="How your class checks mastery: which try counts, when the next one is"
    )
    @app_commands.guild_only()
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    async def rules(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).check_rules.show(asker(interaction), class_name)
        await reply(interaction, draw_rules(result))

    @rules.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Rules())
