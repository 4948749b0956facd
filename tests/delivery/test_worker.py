"""The courier: everything due goes out once, whatever breaks in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.delivery.worker import LANES
from bot.domain.messages import (
    ClassSetUp,
    Closed,
    InboxHello,
    PhoneCode,
    RoleGrant,
    Sent,
    ToDirectMessage,
    Unknown,
    Wait,
    WantedPlace,
)
from bot.domain.outbox import State
from bot.services.ports import NotSaved
from tests.delivery.conftest import ANAS_PHONE, Desk
from tests.loopback.discord_openapi import discord_api

DM = "POST /channels/*/messages"
TEXTS = "/2010-04-01/Accounts/*/Messages.json"


async def _one_of_each(desk: Desk) -> None:
    now, role = desk.now(), desk.server.create_role("Unit 2")
    places = (WantedPlace("x", "role", "Unit 3"), WantedPlace("x", "channel", "unit-3", "Unit 3", "x"))
    set_up = ClassSetUp(desk.server.id, {}, places, (desk.ben.id,))
    await desk.heard(lambda: desk.client.guilds[0].get_role(role.id))
    for parcel in (
        desk.message(desk.to_dm(desk.ana), number=1),
        desk.message(ToDirectMessage(desk.ben.id, None), InboxHello("Period 3"), number=2),
        desk.message(desk.to_thread(desk.ben), number=3),
        desk.message(desk.to_room(), number=4),
        desk.message(desk.to_phone(), PhoneCode("123456", 10), number=5),
        RoleGrant(desk.server.id, desk.ana.id, role.id, "Flipcord"),
        set_up,
    ):
        desk.deliveries.add(now, parcel)


async def test_each_parcel_goes_its_own_way(desk: Desk) -> None:
    await _one_of_each(desk)
    assert await desk.work() == 7

    assert [desk.deliveries.state(number) for number in range(1, 8)] == [State.SENT] * 7
    assert len(desk.ana.dm_messages()) == len(desk.ben.dm_messages()) == 1
    assert len(desk.ben.private_threads()) == 1
    assert len(desk.phone.texts) == 1
    assert desk.ana.roles == ["Unit 2"]
    assert (desk.server.id, "x", "role") in desk.deliveries.places


async def test_everything_asked_of_discord_is_as_it_describes_itself(desk: Desk) -> None:
    described = discord_api()
    await _one_of_each(desk)
    await desk.work()
    desk.move(hours=1)
    desk.wire.rest.faults.cut(DM, accepted=True)
    desk.deliveries.send(desk.now(), desk.nudge(), desk.to_thread(desk.ana))
    for _ in range(2):
        await desk.work()
        desk.move(hours=1)
    assert {request.method for request in desk.wire.requests} == {"GET", "POST", "PUT"}
    assert described.complaints(desk.wire.requests) == []


async def test_a_place_that_cannot_be_saved_is_no_fault_of_the_classes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock or a full disk outlasts the tries that a fault has; then the same roles and channels are taken up."""
    places = (WantedPlace("x", "role", "Unit 3"), WantedPlace("x", "channel", "unit-3", "Unit 3", "x"))
    number = desk.deliveries.add(desk.now(), ClassSetUp(desk.server.id, {}, places, ()))

    async def not_saved(*_: object) -> None:
        raise NotSaved("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(desk.deliveries, "record_place", not_saved)
        for _ in range(4):
            await desk.work()
            desk.move(hours=1)
    assert {type(each) for each in desk.deliveries.rows[number].outcomes} == {Wait}
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    roles = [each.name for each in desk.client.guilds[0].roles]
    assert roles.count("Unit 3") == 1


async def test_a_closed_way_leads_to_the_next_at_once(desk: Desk) -> None:
    desk.wire.close_dms(desk.ana.id)
    desk.wire.set_bot_permissions(desk.server, create_private_threads=False)
    number = desk.deliveries.send(
        desk.now(), desk.nudge(), desk.to_dm(desk.ana), desk.to_thread(desk.ana), desk.to_phone()
    )
    await desk.work()

    kinds = [type(outcome) for outcome in desk.deliveries.outcomes(number)]
    assert kinds == [Closed, Closed, Sent]
    assert "pre-work Atoms" in (await desk.phone.receives(ANAS_PHONE)).body


async def test_what_is_not_due_yet_stays(desk: Desk) -> None:
    number = desk.deliveries.send(desk.now() + timedelta(minutes=5), desk.nudge(), desk.to_dm(desk.ana))
    assert await desk.work() == 0
    desk.move(minutes=5)
    assert await desk.work() == 1
    assert desk.deliveries.state(number) is State.SENT


async def test_a_database_that_fails_for_a_while_holds_up_nothing_for_good(desk: Desk) -> None:
    courier = desk.courier()
    desk.deliveries.failing_claims = 2 * len(LANES)
    number = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana))
    for _ in range(3):
        await courier.work()
    assert desk.deliveries.state(number) is State.SENT
    assert len(desk.ana.dm_messages()) == 1


async def test_without_texting_a_phone_is_a_closed_way(desk: Desk) -> None:
    number = desk.deliveries.send(desk.now(), PhoneCode("123456", 10), desk.to_phone())
    await desk.courier(twilio=False).work()
    assert desk.deliveries.outcomes(number) == [Closed("texting is not set up", lasting=False)]


async def test_only_a_few_calls_are_under_way_at_once(desk: Desk) -> None:
    most = under_way = 0
    begin, finish = desk.deliveries.begin, desk.deliveries.finish

    async def counted_begin(*args: object) -> object:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        return await begin(*args)  # pyright: ignore[reportArgumentType]

    async def counted_finish(*args: object) -> None:
        nonlocal under_way
        under_way -= 1
        await finish(*args)  # pyright: ignore[reportArgumentType]

    desk.deliveries.begin, desk.deliveries.finish = counted_begin, counted_finish  # pyright: ignore[reportAttributeAccessIssue]
    for _ in range(40):
        desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana))
    assert await desk.work() == 40
    assert most == max(LANES.values())
    assert len(desk.ana.dm_messages()) == 40


@pytest.mark.parametrize("manner", ["cut", "answer"])
async def test_a_lost_answer_within_the_window_is_repeated_with_its_nonce(desk: Desk, manner: str) -> None:
    faults = desk.wire.rest.faults
    faults.cut(DM, accepted=True) if manner == "cut" else faults.answer(DM, 503, accepted=True)
    number = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana))
    await desk.work()
    assert desk.deliveries.state(number) is State.UNCERTAIN

    desk.move(seconds=61)
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    assert len(desk.ana.dm_messages()) == 1
    assert desk.sent(number).result == str(desk.ana.dm_messages()[0].id)
    assert desk.wire.requests_to("GET", "/channels/*/messages") == []


@pytest.mark.parametrize("accepted", [True, False])
async def test_past_the_window_it_is_looked_for_before_it_is_sent_again(desk: Desk, accepted: bool) -> None:
    desk.wire.rest.faults.cut(DM, accepted=accepted)
    number = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana))
    await desk.work()
    desk.move(hours=6)
    for other in range(30):
        desk.deliveries.send(desk.now(), desk.nudge(f"Other {other}"), desk.to_dm(desk.ana))
    await desk.work()

    mine = [each for each in desk.ana.dm_messages() if "Atoms" in each.text]
    assert len(mine) == 1
    assert desk.sent(number).result == str(mine[0].id)
    assert len(desk.wire.requests_to("GET", "/channels/*/messages")) == 1


async def test_a_message_is_looked_for_in_a_thread_that_an_earlier_call_than_the_last_had_made(
    desk: Desk,
) -> None:
    """Two processes die over it: the first once the thread stands, the second once the message does."""
    desk.wire.rest.faults.cut(DM)
    number = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_thread(desk.ben))
    await desk.courier().work()
    desk.move(minutes=10)
    desk.wire.rest.faults.cut(DM, accepted=True)
    await desk.courier().work()
    desk.move(minutes=10)
    await desk.courier().work()

    threads = desk.ben.private_threads()
    assert [len(desk.ben.visible_messages(each)) for each in threads] == [1]
    assert desk.deliveries.state(number) is State.SENT


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_lost_text_is_always_looked_for_first(desk: Desk, accepted: bool) -> None:
    desk.phone.faults.cut(f"POST {TEXTS}", accepted=accepted)
    number = desk.deliveries.send(desk.now(), PhoneCode("123456", 10), desk.to_phone())
    await desk.work()
    assert desk.deliveries.state(number) is State.UNCERTAIN

    desk.move(seconds=61)
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    assert [text.body.count("123456") for text in desk.phone.texts] == [1]


async def test_as_long_as_nobody_can_look_no_text_goes_out_again(desk: Desk) -> None:
    desk.phone.faults.cut(f"POST {TEXTS}", accepted=True)
    lost = desk.phone.faults.answer(f"GET {TEXTS}", 500, times=None)
    number = desk.deliveries.send(desk.now(), PhoneCode("123456", 10), desk.to_phone())
    for _ in range(10):
        await desk.work()
        desk.move(minutes=2)
    assert len(desk.phone.texts) == 1
    assert isinstance(desk.deliveries.outcomes(number)[-1], Unknown)

    lost.times = 0
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    assert len(desk.phone.texts) == 1


async def _die_before_recording(desk: Desk, calls: int) -> None:
    """A courier makes so many calls, and ends before it can record what became of any."""
    answered = asyncio.Semaphore(0)

    async def never(*args: object) -> None:
        answered.release()
        await asyncio.Event().wait()

    finish, desk.deliveries.finish = desk.deliveries.finish, never  # pyright: ignore[reportAttributeAccessIssue]
    work = asyncio.create_task(desk.courier().work())
    for _ in range(calls):
        await answered.acquire()
    work.cancel()
    await asyncio.wait([work])
    desk.deliveries.finish = finish


async def test_a_process_that_died_between_call_and_record_sends_nothing_twice(desk: Desk) -> None:
    """Every row was called and none recorded; the next process takes them up, with a minute or a day gone."""
    for minutes in (1.1, 1440.0):
        numbers = [desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana)) for _ in range(5)]
        numbers.append(desk.deliveries.send(desk.now(), PhoneCode(f"{minutes:06.0f}", 10), desk.to_phone()))
        await _die_before_recording(desk, len(numbers))
        desk.move(minutes=minutes)
        await desk.courier().work()
        await desk.courier().work()
        assert {desk.deliveries.state(each) for each in numbers} == {State.SENT}
    assert len(desk.ana.dm_messages()) == 10
    assert len(desk.phone.texts) == 2


async def test_a_refusal_after_a_doubtful_try_is_not_believed(desk: Desk) -> None:
    """discord.py tries again after a 500; that the second try was refused says nothing about the first."""
    desk.wire.rest.faults.answer(DM, 500, accepted=True)
    desk.wire.rest.faults.answer(DM, 403, 50007, times=1)
    number = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana))
    await desk.work()
    assert isinstance(desk.deliveries.outcomes(number)[0], Unknown)

    desk.move(seconds=61)
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    assert len(desk.ana.dm_messages()) == 1


async def test_a_call_that_never_ends_is_given_up_and_looked_for(desk: Desk) -> None:
    desk.wire.rest.faults.hang(DM, accepted=True)
    number = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana))
    work = asyncio.create_task(desk.work())
    await desk.heard(desk.ana.dm_messages)
    desk.patience.run_out()
    await work
    assert desk.deliveries.outcomes(number) == [Unknown("no answer came in time")]
    desk.move(minutes=10)
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    assert len(desk.ana.dm_messages()) == 1


async def test_a_discord_that_is_out_of_reach_loses_nothing(desk: Desk) -> None:
    desk.wire.rest.faults.cut(DM, times=None)
    numbers = [desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana)) for _ in range(10)]
    for _ in range(5):
        await desk.work()
        desk.move(minutes=3)
    assert desk.ana.dm_messages() == []
    desk.wire.rest.faults.clear()
    for _ in range(2):
        await desk.work()
        desk.move(minutes=3)
    assert {desk.deliveries.state(each) for each in numbers} == {State.SENT}
    assert len(desk.ana.dm_messages()) == 10


async def test_a_role_that_takes_its_time_holds_back_no_nudge(desk: Desk) -> None:
    role = desk.server.create_role("Unit 2")
    await desk.heard(lambda: desk.client.guilds[0].get_role(role.id))
    hanging = desk.wire.rest.faults.hang("PUT /guilds/*/members/*/roles/*", times=None)
    for _ in range(4):
        desk.deliveries.add(desk.now(), RoleGrant(desk.server.id, desk.ana.id, role.id, "Flipcord"))
    work = asyncio.create_task(desk.work())
    for number in range(20):
        desk.deliveries.send(desk.now(), desk.nudge(f"Unit {number}"), desk.to_dm(desk.ben))
    await desk.heard(lambda: len(desk.ben.dm_messages()) == 20)
    await desk.heard(lambda: hanging.hits)
    assert not work.done()
    hanging.ended.set()
    await work
    assert hanging.hits > 1


async def test_after_too_many_refusals_nothing_is_even_claimed(desk: Desk) -> None:
    for _ in range(100):
        desk.line.refusals.count(asyncio.get_running_loop().time())
    number = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana))
    assert await desk.work() == 0
    assert desk.deliveries.state(number) is State.DUE


async def test_a_fault_with_one_row_stops_no_other(desk: Desk) -> None:
    desk.deliveries.fail_with = RuntimeError("the disk is full")
    numbers = [desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana)) for _ in range(3)]
    await desk.work()
    states = sorted(desk.deliveries.state(each) for each in numbers)
    assert states == [State.CALLING, State.SENT, State.SENT]

    desk.move(seconds=61)
    await desk.work()
    assert {desk.deliveries.state(each) for each in numbers} == {State.SENT}
    assert len(desk.ana.dm_messages()) == 3


async def test_a_missing_permission_waits_and_the_grant_lands_when_it_is_mended(desk: Desk) -> None:
    role = desk.server.create_role("Unit 2")
    desk.wire.set_bot_permissions(desk.server, manage_roles=False)
    guild = desk.client.guilds[0]
    await desk.heard(lambda: guild.get_role(role.id) and not guild.me.guild_permissions.manage_roles)
    number = desk.deliveries.add(desk.now(), RoleGrant(desk.server.id, desk.ana.id, role.id, "Flipcord"))
    await desk.work()
    (wait,) = desk.deliveries.outcomes(number)
    assert isinstance(wait, Wait)
    assert "Manage Roles" in wait.mend

    desk.wire.set_bot_permissions(desk.server, manage_roles=True)
    await desk.heard(lambda: guild.me.guild_permissions.manage_roles)
    desk.move(minutes=10)
    await desk.work()
    assert desk.ana.roles == ["Unit 2"]


async def test_turns_that_are_through_are_let_go_while_another_lane_is_held_up(desk: Desk):
    """Each turn of a lane is a task: thousands of them are not kept until the slowest lane is through."""
    gate = asyncio.Event()
    courier = desk.courier()

    async def held(grant: RoleGrant) -> Sent:
        await gate.wait()
        return Sent()

    courier._roles.carry = held
    desk.deliveries.add(desk.now(), RoleGrant(desk.server.id, desk.ana.id, 1, "held"))
    for number in range(30):
        desk.deliveries.send(desk.now(), desk.nudge(f"Unit {number}"), desk.to_dm(desk.ana))
        courier.start()
        await desk.heard(lambda number=number: len(desk.ana.dm_messages()) == number + 1)
    assert len(courier._hands) <= len(courier._lanes)
    gate.set()
    assert courier._background is not None
    assert await courier._background == 31
    assert courier._hands == set()
