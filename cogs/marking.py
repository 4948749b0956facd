"""What a teacher decides about checks: /mark, /marking, /override and /regrade."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.ruling import LONGEST_REASON
from bot.views.answer_marking import show_desk
from bot.views.choices import Choices, class_choices, question_choices, unit_choices
from bot.views.hand_marking import draw_begun
from bot.views.presses import Interaction, asker, reply, services
from bot.views.regrades import draw_faulty, draw_regrades
from bot.views.rulings import draw_dropped, draw_list, draw_ruled


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
        decision="It counts as mastered; they go on without; or what is under way counts for nothing and they begin anew",
        class_name="The class, if you teach several here",
    )
    async def override(
        self,
        interaction: Interaction,
        student: discord.Member | None = None,
        unit: app_commands.Range[str, 1, 80] | None = None,
        reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
        decision: Literal["mastered", "excused", "begin anew"] = "mastered",
        class_name: str | None = None,
    ) -> None:
        rulings = services(interaction).rulings
        if student is None and unit is None and reason is None:
            await reply(interaction, draw_list(await rulings.of(asker(interaction), class_name)))
            return
        if decision == "begin anew":
            who = student.id if student else None
            told = asker(interaction), class_name, who, unit, reason or "", interaction.created_at
            await reply(interaction, draw_dropped(await rulings.drop(*told)))
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

    @app_commands.command(name="mark", description="Mark a lab, a talk or a sheet by hand, for a whole group")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit="The unit that they showed",
        done="When the work was done: mon, 2026-11-24, today 10:30; now if left out",
        class_name="The class, if you teach several here",
    )
    async def mark(
        self,
        interaction: Interaction,
        unit: app_commands.Range[str, 1, 80],
        done: app_commands.Range[str, 1, 40] | None = None,
        class_name: str | None = None,
    ) -> None:
        result = await services(interaction).hand_marks.begin(
            asker(interaction), class_name, unit, done, interaction.created_at
        )
        await reply(interaction, draw_begun(result))

    mark.autocomplete("unit")(_units)
    mark.autocomplete("class_name")(_classes)

    @app_commands.command(name="marking", description="Mark essays and handed-in files, one after the other")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.rename(class_name="class")
    @app_commands.describe(class_name="The class, if you teach several here")
    async def marking(self, interaction: Interaction, class_name: str | None = None) -> None:
        result = await services(interaction).answer_marks.begin(asker(interaction), class_name)
        await show_desk(interaction, result)

    marking.autocomplete("class_name")(_classes)

    @app_commands.command(
        name="regrade", description="Mark a faulty question anew, seen first; alone, it lists regrades"
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.rename(class_name="class")
    @app_commands.describe(
        unit="The unit whose check asks it",
        question="The question: type a piece of it",
        reason="Why; for the record",
        class_name="The class, if you teach several here",
    )
    async def regrade(
        self,
        interaction: Interaction,
        unit: app_commands.Range[str, 1, 80] | None = None,
        question: app_commands.Range[str, 1, 100] | None = None,
        reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None,
        class_name: str | None = None,
    ) -> None:
        regrades, who = services(interaction).regrades, asker(interaction)
        if unit is None and question is None and reason is None:
            await reply(interaction, draw_regrades(await regrades.of(who, class_name)))
            return
        result = await regrades.open(
            who, class_name, unit or "", question or "", reason or "", interaction.created_at
        )
        await reply(interaction, draw_faulty(result))

    @regrade.autocomplete("question")
    async def _questions(self, interaction: Interaction, typed: str) -> Choices:
        return await question_choices(interaction, typed)

    regrade.autocomplete("unit")(_units)
    regrade.autocomplete("class_name")(_classes)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(Marking())
