"""/why and /tasks: what opens the next unit, and what there is to do in this one."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.locks import draw_why
from bot.views.presses import Interaction, asker, reply, services
from bot.views.tasks import draw_tasks

UnitName = app_commands.Range[str, 1, 80]


class GoingOn(commands.Cog):
    @app_commands.command(name="why", description="Why is this locked? The shortest way to open it")
    @app_commands.describe(unit="Number or name of a unit; without it, what is locked next")
    async def why(self, interaction: Interaction, unit: UnitName | None = None) -> None:
        locks = services(interaction).locks
        result = await locks.why(asker(interaction), None, unit, interaction.created_at)
        await reply(interaction, draw_why(result))

    @app_commands.command(name="tasks", description="Your tasks: what you must, should and can do")
    async def tasks(self, interaction: Interaction) -> None:
        result = await services(interaction).tasks.show(asker(interaction), None)
        await reply(interaction, draw_tasks(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(GoingOn())
