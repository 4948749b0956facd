"""A class's roles and channels as Discord's cache has them, and the press that makes them again."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.flaws import Flaw, KnownPlace
from bot.services.choosing import NotStaff
from bot.services.flaws import Mending
from bot.services.services import Services
from bot.views.cards import Look, card, plain
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_press, replace, services


def flaws(guild: discord.Guild, known: Sequence[KnownPlace]) -> dict[tuple[str, str], Flaw]:
    """By (purpose, kind), of those that are not as they were made; by the cache that the gateway keeps."""
    found = {(each.purpose, each.kind): _flaw(guild, each) for each in known}
    return {key: flaw for key, flaw in found.items() if flaw is not None}


def _flaw(guild: discord.Guild, place: KnownPlace) -> Flaw | None:
    if place.kind == "role":
        role = guild.get_role(place.id)
        if role is None:
            return Flaw.GONE
        return Flaw.HIGH if role >= guild.me.top_role else None
    channel = guild.get_channel(place.id)
    if channel is None:
        return Flaw.GONE
    mine = channel.permissions_for(guild.me)
    if not (mine.administrator or (mine.view_channel and mine.send_messages)):
        return Flaw.SHUT
    return _overwritten(guild, channel, place) if place.is_private else None


def _overwritten(guild: discord.Guild, channel: discord.abc.GuildChannel, place: KnownPlace) -> Flaw | None:
    role = guild.get_role(place.role) if place.role is not None else None
    if role is not None and channel.overwrites_for(role).view_channel is not True:
        return Flaw.CLOSED
    return Flaw.OPEN if channel.overwrites_for(guild.default_role).view_channel is not False else None


async def look(services: Services, guild: discord.Guild, *, surely: bool = False) -> None:
    """Notes how the places of that server are now; ``surely``: what the cache lacks is not there."""
    known = await services.flaws.known(guild.id)
    if known:
        await services.flaws.seen(guild.id, flaws(guild, known), services.clock(), surely=surely)


@on_press("places_mend")
async def mend(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).flaws.mend(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_mending(result))


def draw_mending(result: Mending | NotStaff) -> ui.LayoutView:
    match result:
        case Mending(section):
            return card(
                Look.DONE,
                f"I am making it again: {plain(section.name)}",
                "Students get their roles back, and what waited goes out; that takes some seconds.",
                "-# `/class check` shows what stands and what is missing.",
            )
        case NotStaff():
            return draw_choice(result)
