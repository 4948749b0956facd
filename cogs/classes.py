"""/class: create one, and see what its server lacks."""

from __future__ import annotations

from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.times import zone_names
from bot.services.classes import Check, ClassPlan
from bot.views.choices import class_choices, course_choices, matching
from bot.views.classes import OnServer, draw_check, draw_edited, draw_plan, on_server
from bot.views.presses import Interaction, asker, reply, services


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class Classes(commands.GroupCog, group_name="class", group_description="Create a class and look after it"):
    @app_commands.command(name="create", description="Create a class: roles, channels and the first card")
    @app_commands.describe(
        name="What you call it, such as Period 3",
        course="The course it follows; /course import brings one in",
        zone="The time zone of the class: type a city",
        bar="Percent that passes a mastery check (80 if left out)",
        unit_roles="Roles and channels for units? By them classmates see who has got how far (yes if left out)",
    )
    async def create(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, 60],
        course: str,
        zone: str,
        bar: app_commands.Range[int, 1, 100] = 80,
        unit_roles: bool = True,
    ) -> None:
        plan = await services(interaction).classes.plan(
            asker(interaction), name, course, zone, bar, interaction.created_at, unit_places=unit_roles
        )
        await reply(interaction, draw_plan(plan, _seen(interaction, plan)))

    @create.autocomplete("course")
    async def _courses(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await course_choices(interaction, typed)

    @create.autocomplete("zone")
    async def _zone(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return matching(typed.replace(" ", "_"), ((zone, zone) for zone in zone_names()))

    @app_commands.command(name="edit", description="Give a class roles and channels of units, or do without")
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit_roles="Roles and channels for units? By them classmates see who has got how far",
        class_name="The class, if you teach several here",
    )
    async def edit(self, interaction: Interaction, unit_roles: bool, class_name: str | None = None) -> None:
        result = await services(interaction).classes.edit(
            asker(interaction), class_name, interaction.created_at, unit_places=unit_roles
        )
        await reply(interaction, draw_edited(result))

    @app_commands.command(name="check", description="What your class has on this server, and what is missing")
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    async def check(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).classes.check(asker(interaction), class_name)
        await reply(interaction, draw_check(result, _seen(interaction, result)))

    @edit.autocomplete("class_name")
    @check.autocomplete("class_name")
    async def _classes(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await class_choices(interaction, typed)


def _seen(interaction: Interaction, result: object) -> OnServer:
    known = result.standing if isinstance(result, Check | ClassPlan) else {}
    places = result.known if isinstance(result, Check) else ()
    return on_server(
        cast("discord.Guild", interaction.guild), known, places
    )  # both commands are for servers alone


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Classes())
