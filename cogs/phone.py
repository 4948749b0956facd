"""/phone: give a number to be texted, confirm it, look at it, stop."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.views.phones import code_form, draw_invitation, draw_status, draw_stopped
from bot.views.presses import Interaction, asker, reply, services


class Phone(commands.GroupCog, group_name="phone", group_description="Texts to your phone, if you want"):
    @app_commands.command(name="number", description="What I would text you, and giving your number")
    async def number(self, interaction: Interaction) -> None:
        result = await services(interaction).phones.status(asker(interaction), interaction.created_at)
        await reply(interaction, draw_invitation(result))

    @app_commands.command(name="code", description="Enter the code that I texted you")
    async def code(self, interaction: Interaction) -> None:
        await interaction.response.send_modal(code_form())

    @app_commands.command(name="show", description="Whether I text you, and where to")
    async def show(self, interaction: Interaction) -> None:
        result = await services(interaction).phones.status(asker(interaction), interaction.created_at)
        page = await services(interaction).stop_pages.link(asker(interaction))
        await reply(interaction, draw_status(result, stop_page=page))

    @app_commands.command(name="stop", description="Stop all texts at once; I forget your number")
    async def stop(self, interaction: Interaction) -> None:
        result = await services(interaction).phones.stop(asker(interaction), interaction.created_at)
        await reply(interaction, draw_stopped(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Phone())
