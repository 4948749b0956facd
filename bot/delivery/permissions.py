"""What the bot lacks on a server, named before a call is made in vain (RA18)."""

from __future__ import annotations

import discord

from bot.delivery.errors import HOUR, MINUTE
from bot.domain.messages import Wait

#: a mended server wakes what waits for it at once; this is for when nobody noticed
RETRY = 5 * MINUTE

#: Discord lets a bot grant in an overwrite only what it has itself
NEEDED = {
    "manage_roles": "Manage Roles",
    "manage_channels": "Manage Channels",
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
    "create_private_threads": "Create Private Threads",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "manage_threads": "Manage Threads",
}

ROLE_DELETED = Wait(
    RETRY, "a role of the class was deleted", "Run /class create again: it makes what is missing"
)


def lacks(guild: discord.Guild, *names: str) -> Wait | None:
    """What to mend before the bot can do this, from the cache that the gateway keeps up to date."""
    if guild.me.is_timed_out():
        return Wait(RETRY, "I am in a time-out on the server", "End my time-out")
    mine = guild.me.guild_permissions
    missing = [NEEDED[name] for name in names if not (mine.administrator or getattr(mine, name))]
    if not missing:
        return None
    listed = ", ".join(missing)
    return Wait(
        RETRY,
        f"my role lacks {listed}",
        f"Give my role “{guild.me.top_role.name}” this in Server Settings, Roles: {listed}",
    )


def cannot_give(guild: discord.Guild, role: discord.Role) -> Wait | None:
    """Why the bot cannot give that role to anybody, None when it can."""
    if (lacking := lacks(guild, "manage_roles")) is not None:
        return lacking
    if role.managed or role.is_default():
        return Wait(HOUR, f"nobody can give the role “{role.name}”: Discord does", "Run /class create again")
    return None if role.is_assignable() else too_high(guild, role)


def too_high(guild: discord.Guild, role: discord.Role) -> Wait:
    return Wait(
        RETRY,
        f"the role “{role.name}” does not stand below mine",
        f"Drag my role “{guild.me.top_role.name}” above “{role.name}” in Server Settings, Roles",
    )


def reach(client: discord.Client, guild: int) -> discord.Guild | Wait:
    """The server as the cache has it. Removed bot or outage at Discord: nothing is dropped for that (RD3)."""
    found = client.get_guild(guild)
    return Wait(MINUTE, "the server cannot be reached") if found is None or found.unavailable else found
