"""/checks: the mastery checks of a class, for its teacher."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.choices import class_choices, unit_choices
from bot.views.item_analysis import send_analysis
from bot.views.presses import Interaction

UnitName = app_commands.Range[str, 1, 80]


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Checks(commands.GroupCog, group_name="checks", group_description="Mastery checks of your class"):
    @app_commands.command(
        name="analysis", description="Which questions do not work, and what the class has not got yet"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit="Number or name of a unit; without it, all of them",
        class_name="The class, if you teach several here",
    )
    async def analysis(
        self, interaction: Interaction, unit: UnitName | None = None, class_name: str | None = None
    ) -> None:
        await send_analysis(interaction, class_name, unit)

    @analysis.autocomplete("unit")
    async def _units(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await unit_choices(interaction, typed)

    @analysis.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Checks())
