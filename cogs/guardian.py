"""/guardian: a parent's or guardian's number, under the class's rule; their own code, and stopping."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.guardians import Of
from bot.views.guardians import code_form, draw_invitation, draw_status, draw_stopped
from bot.views.presses import Interaction, asker, reply, services

WHOSE = "Teachers: whose guardian"


def _of(student: discord.User | None) -> Of:
    return Of(student.id if student else None)


class Guardian(
    commands.GroupCog, group_name="guardian", group_description="Texts to a parent or guardian who agrees"
):
    @app_commands.command(
        name="number", description="What I would text your guardian, and giving their number"
    )
    async def number(self, interaction: Interaction) -> None:
        await self._invite(interaction, Of())

    @app_commands.command(name="set", description="Teachers: give the number of a student's guardian")
    @app_commands.describe(student="Whose guardian")
    async def set(self, interaction: Interaction, student: discord.User) -> None:
        await self._invite(interaction, Of(student.id))

    @app_commands.command(name="code", description="Enter the code that your guardian got by text")
    @app_commands.describe(student=WHOSE)
    async def code(self, interaction: Interaction, student: discord.User | None = None) -> None:
        await interaction.response.send_modal(code_form(_of(student)))

    @app_commands.command(name="show", description="Whether I text the guardian, and where to")
    @app_commands.describe(student=WHOSE)
    async def show(self, interaction: Interaction, student: discord.User | None = None) -> None:
        result = await services(interaction).guardians.status(
            asker(interaction), _of(student), interaction.created_at
        )
        await reply(interaction, draw_status(result, _of(student)))

    @app_commands.command(
        name="stop", description="Stop all texts to the guardian at once; I forget the number"
    )
    @app_commands.describe(student=WHOSE)
    async def stop(self, interaction: Interaction, student: discord.User | None = None) -> None:
        result = await services(interaction).guardians.stop(
            asker(interaction), _of(student), interaction.created_at
        )
        await reply(interaction, draw_stopped(result, _of(student)))

    async def _invite(self, interaction: Interaction, of: Of) -> None:
        result = await services(interaction).guardians.status(
            asker(interaction), of, interaction.created_at, gives=True
        )
        await reply(interaction, draw_invitation(result, of))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Guardian())
