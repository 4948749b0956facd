"""/contract for students; /contracts for their teacher."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.contract_desk import LONGEST_REASON, OwnWord, Paper
from bot.views.choices import class_choices
from bot.views.contract_desk import draw_record, show
from bot.views.contracts import draw_own
from bot.views.presses import Interaction, asker, reply, services

CLASS = "The class, if you teach several here"
Bar = app_commands.Range[int, 1, 100]
Words = app_commands.Range[str, 1, LONGEST_REASON - 60]


class Contract(commands.Cog):
    @app_commands.command(
        name="contract", description="Your goal: choose it, sign for it, see who still signs"
    )
    async def contract(self, interaction: Interaction) -> None:
        result = await services(interaction).contracts.own(asker(interaction), None, interaction.created_at)
        await reply(interaction, draw_own(result))


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Contracts(
    commands.GroupCog, group_name="contracts", group_description="The goals that students sign for"
):
    @app_commands.command(name="show", description="Who has signed for what, who waits; change the goals")
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name=CLASS)
    async def show(self, interaction: Interaction, class_name: str | None = None) -> None:
        await show(interaction, class_name)

    @app_commands.command(name="paper", description="Note a contract that was signed on paper")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        student="Who signed",
        bar="The percent of their goal, such as 86",
        day="The day on the paper: today, 2026-11-24; today if left out",
        note="Who signed and where the paper is",
        class_name=CLASS,
    )
    async def paper(
        self,
        interaction: Interaction,
        student: discord.User,
        bar: Bar,
        day: str | None = None,
        note: Words = "",
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).contract_desk.record(
            asker(interaction), class_name, student.id, Paper(bar, day, note), interaction.created_at
        )
        await reply(interaction, draw_record(result))

    @app_commands.command(name="override", description="Set a student's bar by your own word, with a reason")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        student="Whose bar",
        bar="The percent that they have to reach",
        reason="Why: it is kept, and the student sees it",
        class_name=CLASS,
    )
    async def override(
        self,
        interaction: Interaction,
        student: discord.User,
        bar: Bar,
        reason: Words,
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).contract_desk.record(
            asker(interaction), class_name, student.id, OwnWord(bar, reason), interaction.created_at
        )
        await reply(interaction, draw_record(result))

    @show.autocomplete("class_name")
    @paper.autocomplete("class_name")
    @override.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Contract())
    await bot.add_cog(Contracts())
