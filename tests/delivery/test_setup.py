"""A class's roles and channels: who sees what, and that nothing is made twice."""

from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.delivery.setup import Setup, marker
from bot.domain.messages import ClassSetUp, Sent, Unknown, Wait, WantedPlace
from bot.loopback.people import Person
from tests.delivery.conftest import Desk

UNIT = "course:1:unit:atoms"
WANTED = (
    WantedPlace("section:1:student", "role", "Period 3 student"),
    WantedPlace(UNIT, "role", "Unit 1: Atoms"),
    WantedPlace("section:1:prework", "channel", "period-3-pre-work", "Pre-work", "section:1:student"),
    WantedPlace("section:1:staff", "channel", "period-3-teachers", "Teachers only"),
    WantedPlace(UNIT, "channel", "unit-1-atoms", "Unit 1", UNIT, writable=True),
)


class Died(Exception):
    """The process ended here."""


class Memory:
    """What a process keeps durably; ``dies_at`` is the record before which it ends."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.known: dict[str, int] = {}
        self.dies_at = dies_at

    async def record(self, guild: int, purpose: str, kind: str, discord_id: int) -> None:
        if self.dies_at is not None and len(self.known) == self.dies_at:
            raise Died
        self.known[f"{kind}:{purpose}"] = discord_id


def _set_up(desk: Desk, memory: Memory, *teachers: Person) -> ClassSetUp:
    return ClassSetUp(desk.server.id, dict(memory.known), WANTED, tuple(each.id for each in teachers))


def _setup(desk: Desk, memory: Memory) -> Setup:
    return Setup(desk.client, desk.line, memory.record)


def _made(desk: Desk) -> int:
    routes = ("/guilds/*/roles", "/guilds/*/channels")
    return sum(len(desk.wire.requests_to("POST", route)) for route in routes)


def _join(desk: Desk, person: Person, memory: Memory, purpose: str) -> None:
    desk.wire.backend.add_member_role(desk.server.id, person.id, memory.known[f"role:{purpose}"])


async def test_each_channel_is_seen_by_its_role_and_the_teachers_alone(desk: Desk) -> None:
    memory, teacher = Memory(), desk.server.add_person("Ms Rivera")
    assert await _setup(desk, memory).carry(_set_up(desk, memory, teacher)) == Sent()
    _join(desk, desk.ana, memory, "section:1:student")

    # the first is the desk's own, which everybody sees
    ours = {"unit-1-atoms", "period-3-teachers", "period-3-pre-work"}
    assert set(teacher.channels()) == ours
    assert "unit-1-atoms" not in desk.ana.channels()
    assert "period-3-teachers" not in desk.ana.channels()
    assert desk.ana.channels().count("period-3-pre-work") == 2
    assert desk.ben.channels() == ["period-3-pre-work"]

    _join(desk, desk.ana, memory, UNIT)
    assert "unit-1-atoms" in desk.ana.channels()


async def test_students_write_in_a_units_channel_but_not_among_the_cards(desk: Desk) -> None:
    memory = Memory()
    await _setup(desk, memory).carry(_set_up(desk, memory))
    for purpose in ("section:1:student", UNIT):
        _join(desk, desk.ana, memory, purpose)

    desk.ana.say("I am stuck", memory.known[f"channel:{UNIT}"])
    with pytest.raises(Exception, match="Missing Permissions"):
        desk.ana.say("hello", memory.known["channel:section:1:prework"])


async def test_the_bot_is_not_locked_out_of_what_it_made(desk: Desk) -> None:
    memory = Memory()
    await _setup(desk, memory).carry(_set_up(desk, memory))
    for key, channel in memory.known.items():
        if key.startswith("channel:"):
            sent = await desk.client.get_partial_messageable(channel).send("I can write here")
            assert sent.id


async def test_unit_roles_say_nothing_and_do_nothing_by_themselves(desk: Desk) -> None:
    memory = Memory()
    await _setup(desk, memory).carry(_set_up(desk, memory))
    requests = desk.wire.requests_to("POST", "/guilds/*/roles")
    assert len(requests) == 2
    for request in requests:
        assert request.reason
        made = {key: request.json.get(key) for key in ("permissions", "hoist", "mentionable")}
        assert made == {"permissions": "0", "hoist": False, "mentionable": False}


async def test_a_second_run_makes_nothing(desk: Desk) -> None:
    memory = Memory()
    await _setup(desk, memory).carry(_set_up(desk, memory))
    before = _made(desk)
    assert await _setup(desk, memory).carry(_set_up(desk, memory)) == Sent()
    assert _made(desk) == before == len(WANTED)


async def test_a_process_that_dies_after_each_step_makes_nothing_twice(desk: Desk) -> None:
    """Each place stands on the server before the process can remember it."""
    memory = Memory()
    for step in range(len(WANTED)):
        memory.dies_at = step
        with pytest.raises(Died):
            await _setup(desk, memory).carry(_set_up(desk, memory))
        memory.dies_at = None
        found = await _setup(desk, memory).carry(replace(_set_up(desk, memory), wanted=WANTED[: step + 1]))
        assert found == Sent()
    assert _made(desk) == len(WANTED)
    assert len(memory.known) == len(WANTED)


async def test_what_somebody_deleted_is_made_again(desk: Desk) -> None:
    memory = Memory()
    await _setup(desk, memory).carry(_set_up(desk, memory))
    old = dict(memory.known)
    desk.wire.backend.delete_channel(old[f"channel:{UNIT}"])
    desk.wire.backend.delete_role(desk.server.id, old["role:section:1:student"])
    await _setup(desk, memory).carry(_set_up(desk, memory))

    changed = {key for key in old if memory.known[key] != old[key]}
    assert changed == {f"channel:{UNIT}", "role:section:1:student"}


async def test_a_second_teacher_is_let_into_a_channel_that_stands(desk: Desk) -> None:
    """A unit's channel is shared by the classes of a course."""
    memory, other = Memory(), desk.server.add_person("Mr Chen")
    await _setup(desk, memory).carry(_set_up(desk, memory))
    assert "unit-1-atoms" not in other.channels()
    await _setup(desk, memory).carry(_set_up(desk, memory, other))
    assert "unit-1-atoms" in other.channels()


async def test_a_teachers_own_role_of_that_name_is_left_alone(desk: Desk) -> None:
    theirs = desk.server.create_role("Period 3 student", permissions=discord.Permissions(kick_members=True))
    memory = Memory()
    await _setup(desk, memory).carry(_set_up(desk, memory))
    assert memory.known["role:section:1:student"] != theirs.id


@pytest.mark.parametrize("route", ["/guilds/*/roles", "/guilds/*/channels"])
async def test_an_answer_that_is_lost_makes_nothing_twice(desk: Desk, route: str) -> None:
    """discord.py would repeat the POST after a 500; there is no nonce for roles and channels."""
    desk.wire.rest.faults.answer(f"POST {route}", 500, accepted=True)
    memory = Memory()
    assert isinstance(await _setup(desk, memory).carry(_set_up(desk, memory)), Unknown)
    assert await _setup(desk, memory).carry(_set_up(desk, memory)) == Sent()
    assert _made(desk) == len(WANTED)


@pytest.mark.parametrize(
    "missing", ["manage_roles", "manage_channels", "create_private_threads", "manage_threads"]
)
async def test_a_missing_permission_is_named_before_anything_is_made(desk: Desk, missing: str) -> None:
    desk.wire.set_bot_permissions(desk.server, **{missing: False})
    await desk.heard(lambda: not getattr(desk.client.guilds[0].me.guild_permissions, missing))
    memory = Memory()
    outcome = await _setup(desk, memory).carry(_set_up(desk, memory))
    assert isinstance(outcome, Wait)
    assert missing.replace("_", " ").title() in outcome.mend
    assert _made(desk) == 0


async def test_a_full_server_is_named(desk: Desk) -> None:
    desk.wire.rest.faults.answer("POST /guilds/*/roles", 400, 30005)
    memory = Memory()
    outcome = await _setup(desk, memory).carry(_set_up(desk, memory))
    assert isinstance(outcome, Wait)
    assert "250 roles" in outcome.why


async def test_names_and_topics_keep_within_discords_limits(desk: Desk) -> None:
    memory = Memory()
    wanted = (
        WantedPlace("r", "role", "🧪" * 300),
        WantedPlace("c", "channel", "x" * 300, "\u202e" + "é" * 3000, "r"),
    )
    asked = ClassSetUp(desk.server.id, {}, wanted, ())
    assert await _setup(desk, memory).carry(asked) == Sent()
    (role,) = desk.wire.requests_to("POST", "/guilds/*/roles")
    (channel,) = desk.wire.requests_to("POST", "/guilds/*/channels")
    assert len(role.json["name"].encode("utf-16-le")) // 2 <= 100
    assert len(channel.json["name"]) <= 100
    assert len(channel.json["topic"]) <= 1024
    assert channel.json["topic"].endswith(marker("c"))
