"""A role for one student: one PUT, or one DELETE, which touches no other role of theirs (RA19)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import discord

from bot.delivery.crashpoints import step
from bot.delivery.errors import DISCORD_ERRORS, read
from bot.delivery.permissions import RETRY, ROLE_DELETED, cannot_give, reach, too_high
from bot.domain.messages import Outcome, Refused, RoleGrant, Sent, Wait

REASON_LIMIT = 512


class Roles:
    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def carry(self, grant: RoleGrant) -> Outcome:
        """Giving or taking a role twice is no harm, so it is never looked for. Sent carries the role."""
        guild = reach(self._client, grant.guild)
        if isinstance(guild, Wait):
            return guild
        try:
            role = guild.get_role(grant.role) or await _fetch(guild, grant.role)
        except DISCORD_ERRORS as error:
            return read(error, {})
        if role is None:
            return Sent(result=str(grant.role)) if grant.takes else ROLE_DELETED
        if (wait := cannot_give(guild, role)) is not None:
            return wait
        try:
            # as Member.add_roles does, which needs the member: without privileged intents there is none
            call = self._client.http.remove_role if grant.takes else self._client.http.add_role
            with step("give_role"):
                await call(grant.guild, grant.discord, grant.role, reason=audit_reason(grant.reason))
        except DISCORD_ERRORS as error:
            return read(error, _refusals(grant, guild, role))
        return Sent(result=str(grant.role))


async def _fetch(guild: discord.Guild, role: int) -> discord.Role | None:
    """The gateway may tell of a new role late, or never (RA5)."""
    return next((each for each in await guild.fetch_roles() if each.id == role), None)


def _refusals(grant: RoleGrant, guild: discord.Guild, role: discord.Role) -> Mapping[int, Outcome]:
    gone = Sent(result=str(grant.role)) if grant.takes else None
    # of roles at the same height Discord's order is by age, which not every server keeps to
    level = role.position >= guild.me.top_role.position
    return {
        10007: gone or Refused(f"<@{grant.discord}> has left the server"),
        10011: gone or ROLE_DELETED,
        10013: gone or Refused(f"the account of <@{grant.discord}> is gone"),
        50001: Wait(
            RETRY,
            "I have no access to the server's roles",
            "Give my role Manage Roles in Server Settings, Roles",
        ),
        50013: too_high(guild, role)
        if level
        else Wait(
            RETRY,
            "I may not give a role of the class",
            "In Server Settings, Roles: give my role Manage Roles, and drag it above the roles of the class",
        ),
    }


def audit_reason(text: str) -> str:
    """On one line, and at most 512 characters as the header carries it (RA21)."""
    reason = " ".join(text.split())
    while len(quote(reason, safe="/ ")) > REASON_LIMIT:
        reason = reason[: len(reason) * 9 // 10]
    return reason
