"""Who runs the bot says on whose servers classes are made: anybody can invite a public bot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord

from tests.classroom import ZONE, Person, open_classroom


async def elsewhere(room: Any) -> tuple[Person, Any]:
    """A teacher of another server, with Manage Server there."""
    guild = room.env.create_guild("Elsewhere")
    role = guild.create_role("T", permissions=discord.Permissions(manage_guild=True))
    return Person(
        room, guild.add_member(room.env.create_user("visitor"), roles=[role])
    ), guild.create_text_channel("a")


async def test_on_a_server_that_is_not_listed_nothing_is_brought_in_or_made(tmp_path: Path) -> None:
    # the loopback's first server has no id before it stands: the list names one that nobody is on
    async with open_classroom(tmp_path, discord={"token": "a.test.token", "servers": [1]}) as room:
        for name, options in (
            ("course sample", {}),
            ("class create", {"name": "Period 3", "course": "intro-chemistry", "zone": ZONE}),
        ):
            seen = await room.teacher.slash(name, **options)
            assert "I do not make classes on this server yet" in seen.text
            assert "Ask them to add it" in seen.text
        assert not [each for each in room.channels if "period-3" in each]


async def test_a_listed_server_works_and_another_one_does_not(tmp_path: Path) -> None:
    async with open_classroom(tmp_path) as room:
        services = room.app.services
        services.classes._servers = services.courses._servers = (room.guild.id,)
        await room.open_class()
        visitor, channel = await elsewhere(room)
        seen = await visitor._seen(await visitor.actor.slash(channel, "course sample"))
        assert "I do not make classes on this server yet" in seen.text


async def test_with_no_list_any_server_is_served(tmp_path: Path) -> None:
    async with open_classroom(tmp_path) as room:
        visitor, channel = await elsewhere(room)
        seen = await visitor._seen(await visitor.actor.slash(channel, "course sample"))
        assert "is in" in seen.text
