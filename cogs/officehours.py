"""/officehours: a teacher opens them and sees who comes. /book: a student books a slot."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.domain.booking import LONGEST_SLOT, MOST_SLOTS, SHORTEST_SLOT
from bot.services.officehours import MOST_WHERE
from bot.views.booking import draw_slots
from bot.views.choices import Choices, class_choices
from bot.views.officehours import draw_agenda, draw_plan
from bot.views.presses import Interaction, asker, reply, services


# on the group: Discord looks at permissions there only, not at its commands
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class OfficeHours(commands.GroupCog, group_name="officehours", group_description="Your time, in slots"):
    @app_commands.command(name="open", description="Open office hours, cut into slots; you see them first")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        start="In your class's time: tomorrow 15:00, tue 3pm, 2026-11-24 15:00",
        until="When they end or how long they last: 17:00, 2h, 90 min",
        minutes="How long one slot lasts; 15 if left out",
        where="A room or a link, for those who booked",
        retake_places="Makes it a retake session for as many students, not cut into slots",
        for_talks="Keeps them for the talks after a summative check",
        class_name="The class, if you teach several here",
    )
    async def open(
        self,
        interaction: Interaction,
        start: str,
        until: str,
        minutes: app_commands.Range[int, SHORTEST_SLOT, LONGEST_SLOT] = 15,
        where: app_commands.Range[str, 1, MOST_WHERE] | None = None,
        retake_places: app_commands.Range[int, 1, MOST_SLOTS] | None = None,
        for_talks: bool = False,  # an option of the command
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).booking.plan(
            asker(interaction),
            class_name,
            start,
            until,
            minutes,
            where or "",
            interaction.created_at,
            places=retake_places or 0,
            for_talks=for_talks,
        )
        await reply(interaction, draw_plan(result))

    @app_commands.command(name="agenda", description="Who booked which slot, and why; what is still free")
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    async def agenda(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).booking.agenda(
            asker(interaction), class_name, interaction.created_at
        )
        await reply(interaction, draw_agenda(result))

    @open.autocomplete("class_name")
    @agenda.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> Choices:
        return await class_choices(interaction, typed)


class Book(commands.Cog):
    @app_commands.command(name="book", description="Book office hours, or see, change or cancel your slot")
    async def book(self, interaction: Interaction) -> None:
        result = await services(interaction).booking.choose(asker(interaction), None, interaction.created_at)
        await reply(interaction, draw_slots(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(OfficeHours())
    await bot.add_cog(Book())
