"""/announce: the teacher's own words to a class or a group. /announcements: those that wait or run."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.services.announcement_results import Form, Request
from bot.views.announcement_cards import draw_list, draw_refusal
from bot.views.announcements import draw_form
from bot.views.choices import audience_choices, class_choices, every_class
from bot.views.presses import Interaction, asker, reply, services

Choices = list[app_commands.Choice[str]]


class Announce(commands.Cog):
    @app_commands.command(name="announce", description="Write to a class or a group, now or later")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        class_name="The class, or all of yours; several can be chosen on the preview",
        to="Who of them; everyone if left out",
        at="When, in your class's time: tomorrow 8:00, fri 8am; now if left out",
        every_week_until="Repeat it weekly up to this day: 2027-05-31 or 31 May",
        urgent="On Discord in quiet hours too (never as a text)",
        texts_too="Also by text to those with a phone, not only where nothing else reaches them",
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def announce(
        self,
        interaction: Interaction,
        class_name: str | None = None,
        to: str | None = None,
        at: str | None = None,
        every_week_until: str | None = None,
        urgent: bool = False,
        texts_too: bool = False,
    ) -> None:
        request = Request(class_name, to, at, every_week_until, urgent, texts_too)
        result = await services(interaction).announcements.open(
            asker(interaction), request, interaction.created_at
        )
        if isinstance(result, Form):
            await interaction.response.send_modal(draw_form(result))
        else:
            await reply(interaction, draw_refusal(result))

    @app_commands.command(name="announcements", description="Your announcements that wait, repeat or run")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def announcements(self, interaction: Interaction) -> None:
        await reply(
            interaction, draw_list(await services(interaction).announcements.mine(asker(interaction)))
        )

    @announce.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return [*await every_class(interaction, typed), *await class_choices(interaction, typed)][:25]

    @announce.autocomplete("to")
    async def _audiences(self, interaction: Interaction, typed: str) -> Choices:
        return await audience_choices(interaction, typed)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Announce())
