"""/prework: post it, and see who has done it. /nudge: remind those who have not."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.choices import class_choices, unit_choices
from bot.views.nudges import draw_preview
from bot.views.presses import Interaction, asker, reply, services
from bot.views.prework_staff import draw_post, draw_status

Choices = list[app_commands.Choice[str]]


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class PreWork(commands.GroupCog, group_name="prework", group_description="What is done before class"):
    @app_commands.command(name="post", description="Post a unit's pre-work with its deadline, now or later")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit="Which unit",
        deadline="In your class's time: tomorrow 8:00, fri 8am, 2026-11-24 08:00",
        at="When to post it; now if left out",
        class_name="The class, if you teach several here",
    )
    async def post(
        self,
        interaction: Interaction,
        unit: str,
        deadline: str,
        at: str | None = None,
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).posting.post(
            asker(interaction), class_name, unit, deadline, at, interaction.created_at
        )
        await reply(interaction, draw_post(result))

    @app_commands.command(name="status", description="Who has done the pre-work, who has not, and why not")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit="Which unit; the latest if left out", class_name="The class, if you teach several here"
    )
    async def status(
        self, interaction: Interaction, unit: str | None = None, class_name: str | None = None
    ) -> None:
        result = await services(interaction).posting.status(asker(interaction), class_name, unit)
        await reply(interaction, draw_status(result))

    @post.autocomplete("unit")
    @status.autocomplete("unit")
    async def _units(self, interaction: Interaction, typed: str) -> Choices:
        return await unit_choices(interaction, typed)

    @post.autocomplete("class_name")
    @status.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


class Nudge(commands.Cog):
    @app_commands.command(
        name="nudge", description="See who owes pre-work and by which way I would remind them"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def nudge(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).nudges.preview(
            asker(interaction), class_name, interaction.created_at
        )
        await reply(interaction, draw_preview(result))

    @nudge.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(PreWork())
    await bot.add_cog(Nudge())
