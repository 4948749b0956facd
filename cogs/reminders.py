"""/reminders: how a class is reminded, its holidays, and who is away."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.reminders import MOST_NAME, AbsenceTyped, HolidayTyped
from bot.views.choices import Choices, class_choices
from bot.views.presses import Interaction, asker, reply, services
from bot.views.reminders import draw_absence, draw_reminders


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Reminders(
    commands.GroupCog, group_name="reminders", group_description="When your class is reminded, and when not"
):
    @app_commands.command(name="show", description="The steps, hours and days off of your class; change them")
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    async def show(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).reminders.show(
            asker(interaction), class_name, interaction.created_at
        )
        await reply(interaction, draw_reminders(result))

    @app_commands.command(
        name="holiday", description="Days on which nobody is reminded; or remove them again"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        first="The first day: fri, 24 Nov, 2026-11-24",
        last="The last day, if it is another one",
        name="What it is, such as Thanksgiving",
        remove="Take the holiday away that holds the first day",
        class_name="The class, if you teach several here",
    )
    async def holiday(
        self,
        interaction: Interaction,
        first: str,
        last: str | None = None,
        name: app_commands.Range[str, 1, MOST_NAME] | None = None,
        remove: bool = False,  # an option of the command
        class_name: str | None = None,
    ) -> None:
        typed = HolidayTyped(first, last, name or "", remove)
        result = await services(interaction).reminders.holiday(
            asker(interaction), class_name, typed, interaction.created_at
        )
        await reply(interaction, draw_reminders(result))

    @app_commands.command(name="absence", description="A student is away: no reminders until they are back")
    @app_commands.rename(first="from", last="until", class_name="class")
    @app_commands.describe(
        student="Who is away",
        first="The first day away: today, fri, 2026-11-24; today if left out",
        last="The last day away; left out while nobody knows",
        back="They are back: reminders go on from now",
        class_name="The class, if you teach several here",
    )
    async def absence(
        self,
        interaction: Interaction,
        student: discord.Member,
        first: str | None = None,
        last: str | None = None,
        back: bool = False,  # an option of the command
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).reminders.absence(
            asker(interaction),
            class_name,
            student.id,
            AbsenceTyped(first, last, back),
            interaction.created_at,
        )
        await reply(interaction, draw_absence(result))

    @show.autocomplete("class_name")
    @holiday.autocomplete("class_name")
    @absence.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Reminders())
