"""A role for one student: one PUT, which touches no other role of theirs (RA19)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import discord

from bot.delivery.errors import DISCORD_ERRORS, read
from bot.delivery.permissions import RETRY, cannot_give, gone
from bot.domain.messages import Outcome, Refused, RoleGrant, Sent, Wait

REASON_LIMIT = 512


class Roles:
    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def carry(self, grant: RoleGrant) -> Outcome:
        """Giving a role twice is no harm, so a grant is never looked for. Sent carries the role."""
        guild = self._client.get_guild(grant.guild)
        if (wait := gone(guild)) is not None or guild is None:
            return wait or Wait(RETRY, "the server cannot be reached")
        if (wait := cannot_give(guild, guild.get_role(grant.role))) is not None:
            return wait
        try:
            # as Member.add_roles does, which needs the member: without privileged intents there is none
            await self._client.http.add_role(
                grant.guild, grant.discord, grant.role, reason=audit_reason(grant.reason)
            )
        except DISCORD_ERRORS as error:
            return read(error, _refusals(grant))
        return Sent(result=str(grant.role))


def _refusals(grant: RoleGrant) -> Mapping[int, Outcome]:
    deleted = Wait(
        RETRY, "a role of the class was deleted", "Run /class create again: it makes what is missing"
    )
    return {
        10007: Refused(f"<@{grant.discord}> has left the server"),
        10011: deleted,
        10013: Refused(f"the account of <@{grant.discord}> is gone"),
        50001: Wait(
            RETRY,
            "I have no access to the server's roles",
            "Give my role Manage Roles in Server Settings, Roles",
        ),
        50013: Wait(
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
