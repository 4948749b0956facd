"""A bad wire: whatever answer is lost, late or wrong, each message arrives once and nothing else waits for it."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable
from datetime import timedelta

import discord.http
import pytest

from bot.delivery.line import Pace
from bot.domain.messages import PhoneCode
from bot.domain.outbox import State
from bot.loopback.faults import Faults
from tests.delivery.conftest import Desk

POST = "POST /channels/*/messages"
TEXT = "POST /2010-04-01/Accounts/*/Messages.json"
EACH = 20

MANNERS: dict[str, Callable[[Faults, bool], object]] = {
    **{
        str(status): lambda faults, taken, status=status: faults.answer(
            POST, status, accepted=taken, times=EACH
        )
        for status in (500, 502, 503, 504)
    },
    "reset": lambda faults, taken: faults.cut(POST, accepted=taken, times=EACH),
}


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not taken"])
@pytest.mark.parametrize("manner", MANNERS)
async def test_a_lost_answer_doubles_nothing_on_any_way(desk: Desk, manner: str, taken: bool) -> None:
    """RD7: the library repeats some of these by itself and some not; the outbox decides about all."""
    desk.line.pace, desk.wire.rest.limits.per_second = Pace(per_second=10_000), None
    MANNERS[manner](desk.wire.rest.faults, taken)
    addresses = desk.to_dm(desk.ana), desk.to_thread(desk.ben), desk.to_room()
    numbers = [
        desk.deliveries.send(desk.now(), desk.nudge(f"Unit {number}"), addresses[number % 3])
        for number in range(3 * EACH)
    ]
    for minutes in (1.1, 1.1, 5, 5):  # some within the time for which Discord knows a nonce, some past it
        await desk.work()
        desk.move(minutes=minutes)
    await desk.work()

    assert {desk.deliveries.state(each) for each in numbers} == {State.SENT}
    seen = desk.ana.dm_messages() + desk.ana.visible_messages(desk.prework)
    seen += [each for thread in desk.ben.private_threads() for each in desk.ben.visible_messages(thread)]
    cards = [each for each in seen if each.author == "Flipcord" and "Unit " in each.text]
    assert len(cards) == len({each.text for each in cards}) == 3 * EACH


async def test_fifty_texts_that_hang_hold_up_no_message_on_discord(desk: Desk) -> None:
    """RB3."""
    desk.phone.faults.hang(TEXT, times=None)
    desk.courier(timeout_s=0.3)
    texts = [desk.deliveries.send(desk.now(), PhoneCode(f"{n:06}", 10), desk.to_phone()) for n in range(50)]
    nudges = [desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana)) for _ in range(40)]
    work, lags = asyncio.create_task(desk.work()), list[float]()
    loop = asyncio.get_running_loop()
    arrived_after = 0.0
    began = loop.time()
    while not work.done():
        asked = loop.time()
        await asyncio.sleep(0.01)
        lags.append(loop.time() - asked - 0.01)
        if not arrived_after and all(desk.deliveries.state(each) is State.SENT for each in nudges):
            arrived_after = loop.time() - began
    took = loop.time() - began
    assert 0 < arrived_after < took - 1, "the nudges went out while texts hung"
    assert {desk.deliveries.state(each) for each in texts} == {State.UNCERTAIN}
    assert statistics.median(lags) < 0.05
    assert desk.phone.texts == []


async def test_a_text_that_hangs_is_given_up_by_its_time_and_never_sent_blindly(desk: Desk) -> None:
    desk.phone.faults.hang(TEXT, accepted=True)
    desk.courier(timeout_s=0.2)
    number = desk.deliveries.send(desk.now(), PhoneCode("123456", 10), desk.to_phone())
    began = asyncio.get_running_loop().time()
    await desk.work()
    assert asyncio.get_running_loop().time() - began < 5
    assert desk.deliveries.state(number) is State.UNCERTAIN
    desk.move(seconds=61)
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    assert len(desk.phone.texts) == 1


@pytest.mark.slow
async def test_limits_that_change_while_it_sends_lose_nothing_and_cost_no_global_429(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RA6: routes' limits come from headers only; the bot's own fifty a second are never passed."""
    monkeypatch.setattr(discord.http, "asyncio", asyncio)  # here the library waits for real
    limits, people = desk.wire.rest.limits, [desk.server.add_person(f"P {n}") for n in range(100)]
    limits.routes["POST /channels/*/messages"] = (5, 1.0)
    for each in people:
        for _ in range(2):
            desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(each))
    work = asyncio.create_task(desk.work())
    for limit in ((1, 0.5), (3, 1.0), (2, 0.3)):
        await asyncio.sleep(1)
        limits.routes["POST /channels/*/messages"] = limit
    await asyncio.wait_for(work, 60)
    desk.move(minutes=2)
    await desk.work()
    assert [len(each.dm_messages()) for each in people] == [2] * 100
    # none on a machine that keeps up; one that stalls bunches what was sent well apart
    assert desk.wire.rest.globals_refused <= 10


def test_a_lease_outlasts_the_longest_call() -> None:
    from bot.delivery.worker import CALL_S
    from bot.services.deliveries import LEASE

    assert timedelta(seconds=CALL_S) < LEASE
