"""/summative: when a class takes a summative check. /oral: the two-minute talks that confirm one."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.choices import Choices, class_choices, unit_choices
from bot.views.presses import Interaction, asker, reply, services
from bot.views.summatives import draw_set, draw_talks


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Summative(commands.GroupCog, group_name="summative", group_description="Checks taken once, together"):
    @app_commands.command(
        name="open", description="Say when your class takes a summative check, or change it"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit="Which unit",
        opens="In your class's time: now, tomorrow 8:00, fri 8am, 2026-11-24 08:00",
        closes="The last moment, for everyone: fri 9:30",
        results="When results and keys may be seen; when it closes if left out",
        oral="Confirm a pass by two minutes of talk; yes if left out",
        class_name="The class, if you teach several here",
    )
    async def open(
        self,
        interaction: Interaction,
        unit: str,
        opens: str,
        closes: str,
        results: str | None = None,
        oral: bool = True,  # an option of the command
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).summatives.set_hours(
            asker(interaction), class_name, unit, opens, closes, results, interaction.created_at, oral=oral
        )
        await reply(interaction, draw_set(result))

    @open.autocomplete("unit")
    async def _units(self, interaction: Interaction, typed: str) -> Choices:
        return await unit_choices(interaction, typed)

    @open.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


class Oral(commands.Cog):
    @app_commands.command(name="oral", description="Whose two-minute talks wait, with the questions for each")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    async def oral(self, interaction: Interaction, class_name: str | None = None) -> None:
        await reply(
            interaction,
            draw_talks(await services(interaction).summatives.talks(asker(interaction), class_name)),
        )

    @oral.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Summative())
    await bot.add_cog(Oral())
