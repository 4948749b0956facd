"""What happened on the server while the bot was away, and what it does about it when it is back (RA15, RA16, D7)."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from bot.delivery import members
from tests.classroom import Classroom, Person

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join()
    return classroom


def take_roles(room: Classroom, person: Person) -> None:
    room.env.backend.get_guild(room.guild.id).members[person.id].role_ids.clear()


async def back(room: Classroom) -> None:
    """Another process starts after the gap, looks, and does what it found."""
    await room.restart()
    await room.app.reconciler.work()
    await room.work()


async def test_who_lost_roles_while_the_bot_was_away_has_them_again(room: Classroom) -> None:
    ana, ben, _ = room.students
    before = ana.roles, ben.roles
    assert len(ana.roles) >= 2
    take_roles(room, ana)
    await back(room)
    assert (ana.roles, ben.roles) == before


async def test_roles_that_others_gave_or_took_are_nobodys_business_of_ours(room: Classroom) -> None:
    ana = room.students[0]
    choir = room.guild.create_role("Choir")
    room.env.backend.get_guild(room.guild.id).members[ana.id].role_ids.append(choir.id)
    before = len(room.requests("PUT", "/guilds/*/members/*/roles/*"))
    await back(room)
    assert "Choir" in ana.roles
    assert len(room.requests("PUT", "/guilds/*/members/*/roles/*")) == before


async def test_who_left_unseen_is_written_to_no_more_and_finds_everything_again_on_coming_back(
    room: Classroom,
) -> None:
    ana, ben, _ = room.students
    roles = ana.roles
    room.guild.remove_member(ana.actor)
    await back(room)
    await room.post_prework()
    await room.teacher.slash("nudge")
    assert f"<@{ana.id}>" not in room.teacher.screen.text
    assert f"<@{ben.id}>" in room.teacher.screen.text
    await ana.come_back()
    await room.app.reconciler.work()
    await room.work()
    assert ana.roles == roles
    await room.teacher.slash("nudge")
    assert f"<@{ana.id}>" in room.teacher.screen.text


async def test_a_role_that_was_deleted_is_made_again_and_given_again(room: Classroom) -> None:
    ana = room.students[0]
    before = ana.roles
    name = next(each for each in before if each.startswith("Unit 1"))
    await room.delete_role(name)
    assert name not in ana.roles
    assert not ana.sees("unit-1-measurement")
    await back(room)
    assert ana.roles == before
    assert ana.sees("unit-1-measurement")


async def test_a_channel_that_was_deleted_stays_deleted_until_the_teacher_wants_it(room: Classroom) -> None:
    await room.delete_channel("unit-2-atoms")
    await back(room)
    assert "unit-2-atoms" not in room.channels
    await room.teacher.slash(
        "class create", name="Period 3", course="intro-chemistry", zone="America/Chicago"
    )
    await room.teacher.press("Create the class")
    assert "unit-2-atoms" in room.channels


async def test_a_silent_gateway_makes_nobody_a_leaver(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(members.Reconciler, "_ask", nobody)
    await room.app.reconciler.work()
    await room.post_prework()
    assert "By DM: 3" in (await room.teacher.slash("nudge")).text


async def test_ready_however_often_makes_one_look_at_a_time(room: Classroom) -> None:
    before = len(room.env.http_requests)
    for _ in range(20):
        await room.app.client.on_ready()
    await room.env.settle()
    await room.work()
    assert room.env.http_requests[before:] == []
    looks = [task for task in asyncio.all_tasks() if "Reconciler._run" in repr(task)]
    assert len(looks) <= 1


async def test_without_any_gap_it_looks_again_every_six_hours(room: Classroom) -> None:
    await back(room)
    ana = room.students[0]
    take_roles(room, ana)
    await room.move(5 * HOUR)
    room.app.reconciler.start_if_due()
    await room.env.settle()
    assert ana.roles == set()
    await room.move(HOUR)
    room.app.reconciler.start_if_due()
    await room.env.settle()
    await room.work()
    assert len(ana.roles) >= 2


@pytest.mark.slow
async def test_whatever_went_by_unseen_is_found_and_mended(room: Classroom) -> None:
    """RA15 in small: 20 gaps, each with roles taken, members gone and back, and roles deleted."""
    dice = random.Random(15)
    wanted = {each.id: each.roles for each in room.students}
    for _ in range(20):
        gone = [each for each in room.students if dice.random() < 0.3]
        for each in gone:
            room.guild.remove_member(each.actor)
        await back(room)
        for each in gone:
            room.guild.add_member(each.actor.user)
        for each in room.students:
            if dice.random() < 0.5:
                take_roles(room, each)
        if dice.random() < 0.3:
            await room.delete_role(dice.choice(sorted(wanted[room.students[0].id])))
        await room.move(HOUR)
        await back(room)
        assert {each.id: each.roles for each in room.students} == wanted
