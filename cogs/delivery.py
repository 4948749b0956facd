"""/delivery: what became of messages, who can be reached, and the record to take away."""

from __future__ import annotations

from typing import Literal

from discord import app_commands
from discord.ext import commands

from bot.views.choices import class_choices
from bot.views.delivery_files import send_record
from bot.views.delivery_report import draw_recent
from bot.views.presses import Interaction, asker, reply, services
from bot.views.reachability import draw_reach, thread_trouble

CLASS = "The class, if you teach several here"


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Delivery(commands.GroupCog, group_name="delivery", group_description="What became of your messages"):
    @app_commands.command(
        name="messages", description="Who did not get a message, why, and what helps; send it again"
    )
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name=CLASS)
    async def messages(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).reports.recent(
            asker(interaction), class_name, interaction.created_at
        )
        await reply(interaction, draw_recent(result))

    @app_commands.command(name="reach", description="Who can be reached and by which way, before it matters")
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name=CLASS)
    async def reach(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).reach.of(asker(interaction), class_name, interaction.created_at)
        await reply(interaction, draw_reach(result, thread_trouble(interaction, result)))

    @app_commands.command(
        name="history", description="Everything that was sent, as a file; nobody can edit that record"
    )
    @app_commands.rename(class_name="class", file_format="format")
    @app_commands.describe(
        since="From which day on, such as 2026-11-24; the last 30 days if left out",
        file_format="csv for a spreadsheet, json for a program",
        class_name=CLASS,
    )
    async def history(
        self,
        interaction: Interaction,
        since: str | None = None,
        file_format: Literal["csv", "json"] = "csv",
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).history.of(
            asker(interaction), class_name, since, interaction.created_at
        )
        await send_record(interaction, result, file_format == "json")

    @messages.autocomplete("class_name")
    @reach.autocomplete("class_name")
    @history.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await class_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Delivery())
