"""A role given by one PUT, or the exact reason why it cannot be (RA18)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import discord
import pytest
from simcord.backend import serializers

from bot.delivery.roles import Roles, audit_reason
from bot.domain.messages import Refused, RoleGrant, Sent, Wait
from tests.delivery.conftest import Desk


def _grant(desk: Desk, role: int, reason: str = "Flipcord: Period 3") -> RoleGrant:
    return RoleGrant(desk.server.id, desk.ana.id, role, reason)


def _unit_role(desk: Desk, **fields: Any) -> int:
    return desk.server.create_role("Unit 2", **fields).id


async def _heard(desk: Desk) -> None:
    """Until the client has heard of everything that happened on the server so far."""
    marker = desk.server.create_text_channel("heard").id
    await desk.heard(lambda: desk.client.get_channel(marker))


async def test_a_student_gets_the_role_and_keeps_the_others(desk: Desk) -> None:
    other = desk.server.create_role("Choir")
    desk.wire.backend.add_member_role(desk.server.id, desk.ana.id, other.id)
    role = _unit_role(desk)
    await _heard(desk)

    assert await Roles(desk.client).carry(_grant(desk, role)) == Sent(result=str(role))
    assert set(desk.ana.roles) == {"Choir", "Unit 2"}
    writes = [request for request in desk.wire.requests if request.method != "GET"]
    assert [request.method for request in writes] == ["PUT"]


async def test_giving_it_twice_does_no_harm(desk: Desk) -> None:
    role = _unit_role(desk)
    await _heard(desk)
    for _ in range(2):
        assert isinstance(await Roles(desk.client).carry(_grant(desk, role)), Sent)
    assert desk.ana.roles == ["Unit 2"]


async def _no_permission(desk: Desk) -> int:
    role = _unit_role(desk)
    desk.wire.set_bot_permissions(desk.server, manage_roles=False)
    return role


async def _above(desk: Desk) -> int:
    return desk.server.create_role("Unit 2", position=9).id


async def _managed(desk: Desk) -> int:
    return _unit_role(desk, managed=True)


async def _deleted(desk: Desk) -> int:
    role = _unit_role(desk)
    desk.wire.backend.delete_role(desk.server.id, role)
    return role


async def _timed_out(desk: Desk) -> int:
    role = _unit_role(desk)
    me = desk.wire.backend.bot_user.id
    later = discord.utils.utcnow().replace(year=2099).isoformat()
    member = desk.wire.backend.edit_member(desk.server.id, me, {"timed_out_until": later})
    guild = desk.wire.backend.get_guild(desk.server.id)
    # Discord tells a bot about itself without the members intent; the simulator does not
    update = {**serializers.member_payload(desk.wire.backend, guild, member), "guild_id": str(guild.id)}
    for session in desk.wire.gateway._sessions.values():
        session.record("GUILD_MEMBER_UPDATE", update)
    return role


@pytest.mark.parametrize(
    ("layout", "cause", "mend"),
    [
        (_no_permission, "lacks Manage Roles", "Give my role"),
        (_above, "“Unit 2” does not stand below mine", "Drag my role"),
        (_managed, "nobody can give the role “Unit 2”", "/class create"),
        (_deleted, "was deleted", "/class create"),
        (_timed_out, "in a time-out", "End my time-out"),
    ],
)
async def test_the_cause_is_named_before_anything_is_asked_of_discord(
    desk: Desk, layout: Any, cause: str, mend: str
) -> None:
    role = await layout(desk)
    await _heard(desk)
    before = len(desk.wire.requests)
    outcome = await Roles(desk.client).carry(_grant(desk, role))

    assert isinstance(outcome, Wait)
    assert cause in outcome.why
    assert mend in outcome.mend
    assert {each.method for each in desk.wire.requests[before:]} <= {"GET"}, "it may look, no more"
    assert desk.ana.roles == []


async def test_a_role_at_the_same_height_is_named_once_discord_refuses_it(desk: Desk) -> None:
    """Which of two is the higher is Discord's to say: by age, or so it should be."""
    top = max(each.position for each in desk.wire.backend.get_guild(desk.server.id).roles.values())
    role = desk.server.create_role("Unit 2", position=top).id
    await _heard(desk)
    outcome = await Roles(desk.client).carry(_grant(desk, role))

    assert isinstance(outcome, Wait)
    assert "“Unit 2” does not stand below mine" in outcome.why
    assert "Drag my role" in outcome.mend


async def test_a_grant_lands_once_the_server_is_mended(desk: Desk) -> None:
    role = await _no_permission(desk)
    await _heard(desk)
    assert isinstance(await Roles(desk.client).carry(_grant(desk, role)), Wait)

    desk.wire.set_bot_permissions(desk.server, manage_roles=True)
    await desk.heard(lambda: desk.client.guilds[0].me.guild_permissions.manage_roles)
    assert isinstance(await Roles(desk.client).carry(_grant(desk, role)), Sent)
    assert desk.ana.roles == ["Unit 2"]


async def test_a_student_who_left_is_named(desk: Desk) -> None:
    role = _unit_role(desk)
    await _heard(desk)
    desk.ana.leave()
    assert await Roles(desk.client).carry(_grant(desk, role)) == Refused(
        f"<@{desk.ana.id}> has left the server"
    )


async def test_a_server_that_is_out_of_reach_drops_nothing(desk: Desk) -> None:
    outcome = await Roles(desk.client).carry(RoleGrant(1, desk.ana.id, 2, ""))
    assert isinstance(outcome, Wait)


@pytest.mark.parametrize("name", ["Unit\r\nX-Evil: 1", "é" * 600, "🧪" * 600, "plain", "%" * 600])
async def test_the_audit_log_says_why_on_one_line(desk: Desk, name: str) -> None:
    role = _unit_role(desk)
    await _heard(desk)
    assert isinstance(await Roles(desk.client).carry(_grant(desk, role, name)), Sent)

    (request,) = desk.wire.requests_to("PUT", "/guilds/*/members/*/roles/*")
    assert request.reason
    assert len(request.reason) <= 512
    assert "\n" not in audit_reason(name)
    assert len(quote(audit_reason(name), safe="/ ")) <= 512
