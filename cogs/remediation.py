"""/remediation: a teacher records work that a student did before the next try."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.retaking import RemediationKind
from bot.services.remediation import LONGEST
from bot.views.presses import Interaction, asker, reply, services
from bot.views.remediation import NAMES, draw_recorded_for

KINDS = [app_commands.Choice(name=name, value=kind.value) for kind, name in NAMES.items()]


class RemediationCog(commands.Cog, name="Remediation"):
    @app_commands.command(
        name="remediation", description="Record what a student did after “not yet”: it opens the next try"
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.describe(student="Who did it", kind="What it was", note="For your records, if you like")
    @app_commands.choices(kind=KINDS)
    async def remediation(
        self,
        interaction: Interaction,
        student: discord.Member,
        kind: str,
        note: app_commands.Range[str, 1, LONGEST] | None = None,
    ) -> None:
        result = await services(interaction).remediation.record_for(
            asker(interaction), student.id, RemediationKind(kind), note or "", interaction.created_at
        )
        await reply(interaction, draw_recorded_for(result))


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(RemediationCog())
