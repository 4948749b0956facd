"""/bank: bring questions into a unit, and take them away."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.views.banks import draw_preview, send_bank
from bot.views.choices import class_choices, unit_choices
from bot.views.presses import Interaction, asker, services
from bot.views.uploads import fetch, incoming

Choices = list[app_commands.Choice[str]]
SUFFIXES = {"GIFT": ".gift", "Moodle XML": ".xml", "CSV": ".csv"}


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Bank(commands.GroupCog, group_name="bank", group_description="The questions of your checks"):
    @app_commands.command(
        name="import", description="Bring questions into a unit; you see first what changes"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit="Which unit",
        file="GIFT, Aiken, CSV, Moodle XML, or Canvas's QTI (.xml, .zip, .imscc)",
        objective="For questions that name none",
        class_name="The class, if you teach several here",
    )
    async def import_(
        self,
        interaction: Interaction,
        unit: str,
        file: discord.Attachment,
        objective: app_commands.Range[str, 1, 40] | None = None,
        class_name: str | None = None,
    ) -> None:
        await interaction.response.defer(ephemeral=True)  # a download, then a worker process that reads it
        async with incoming():
            result = await services(interaction).banks.preview(
                asker(interaction),
                class_name,
                unit,
                objective,
                (file.filename, file.size),
                lambda: fetch(file),
                interaction.created_at,
            )
        await interaction.edit_original_response(view=draw_preview(result))

    @app_commands.command(name="export", description="Take a unit's questions away as a file")
    @app_commands.rename(class_name="class", kind="format")
    @app_commands.describe(
        unit="Which unit",
        kind="Moodle XML holds everything",
        class_name="The class, if you teach several here",
    )
    async def export(
        self,
        interaction: Interaction,
        unit: str,
        kind: Literal["GIFT", "Moodle XML", "CSV"],
        class_name: str | None = None,
    ) -> None:
        await interaction.response.defer(ephemeral=True)  # written in a thread, and sent as a file
        result = await services(interaction).banks.take(asker(interaction), class_name, unit, SUFFIXES[kind])
        await send_bank(interaction, result)

    @import_.autocomplete("objective")
    async def _objectives(self, interaction: Interaction, typed: str) -> Choices:
        wanted = interaction.namespace
        units = await services(interaction).posting.units(
            asker(interaction), getattr(wanted, "class", None) or None
        )
        return [
            app_commands.Choice(name=f"{each.slug}: {each.text}"[:100], value=each.slug)
            for unit in units
            if unit.unit.slug == getattr(wanted, "unit", None)
            for each in unit.unit.objectives
            if typed.casefold() in f"{each.slug} {each.text}".casefold()
        ][:25]

    @import_.autocomplete("unit")
    @export.autocomplete("unit")
    async def _units(self, interaction: Interaction, typed: str) -> Choices:
        return await unit_choices(interaction, typed)

    @import_.autocomplete("class_name")
    @export.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Bank())
