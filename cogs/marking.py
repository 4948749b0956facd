"""What a teacher decides about checks: /override."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.ruling import LONGEST_REASON
from bot.views.choices import Choices, class_choices, unit_choices
from bot.views.presses import Interaction, asker, reply, services
from bot.views.rulings import draw_list, draw_ruled


class Marking(commands.Cog):
    @app_commands.command(
        name="override", description="Open a unit by your word, with a reason; alone, it lists such words"
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        student="For whom",
        unit="The unit whose check it is about",
        reason="Why; for the record, the student is not shown it",
        decision="It counts as mastered, or they go on without it counting; mastered if left out",
        class_name="The class, if you teach several here",
    )
    async def override(
        self,
        interaction: Interaction,
        student: discord.Member | None = None,
        unit: app_commands.Range[str, 1, 80] | None = None,
        reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
        decision: Literal["mastered", "excused"] = "mastered",
        class_name: str | None = None,
    ) -> None:
        rulings = services(interaction).rulings
        if student is None and unit is None and reason is None:
            await reply(interaction, draw_list(await rulings.of(asker(interaction), class_name)))
            return
        result = await rulings.rule(
            asker(interaction),
            class_name,
            student.id if student else None,
            unit,
            reason or "",
            interaction.created_at,
            excuse=decision == "excused",
        )
        await reply(interaction, draw_ruled(result))

    @override.autocomplete("unit")
    async def _units(self, interaction: Interaction, typed: str) -> Choices:
        return await unit_choices(interaction, typed)

    @override.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Marking())
