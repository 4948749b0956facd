"""A bad wire: whatever answer is lost, late or wrong, each message arrives once and nothing else waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import discord.http
import pytest

from bot.delivery.line import MOST, PER_SECOND, Pace
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
    hanging = desk.phone.faults.hang(TEXT, times=None)
    texts = [desk.deliveries.send(desk.now(), PhoneCode(f"{n:06}", 10), desk.to_phone()) for n in range(50)]
    nudges = [desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ana)) for _ in range(40)]
    work = asyncio.create_task(desk.work())
    await desk.heard(lambda: {desk.deliveries.state(each) for each in nudges} == {State.SENT})
    await desk.heard(lambda: hanging.hits == 4)  # as many as the lane takes at once
    assert {desk.deliveries.state(each) for each in texts} == {State.CALLING, State.LEASED, State.DUE}
    hanging.ended.set()
    await work
    assert {desk.deliveries.state(each) for each in texts} == {State.UNCERTAIN}
    assert desk.phone.texts == []


async def test_a_text_that_hangs_is_given_up_by_its_time_and_never_sent_blindly(desk: Desk) -> None:
    desk.phone.faults.hang(TEXT, accepted=True)
    number = desk.deliveries.send(desk.now(), PhoneCode("123456", 10), desk.to_phone())
    work = asyncio.create_task(desk.work())
    await desk.heard(lambda: desk.phone.texts)
    desk.patience.run_out()
    await work
    assert desk.deliveries.state(number) is State.UNCERTAIN
    desk.move(seconds=61)
    await desk.work()
    assert desk.deliveries.state(number) is State.SENT
    assert len(desk.phone.texts) == 1


@pytest.mark.slow
async def test_limits_that_change_while_it_sends_lose_nothing_and_the_pace_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RA6: routes' limits come from headers only; the bot's own fifty a second are never passed."""
    monkeypatch.setattr(discord.http, "asyncio", asyncio)  # here the library waits for real
    limits, people = desk.wire.rest.limits, [desk.server.add_person(f"P {n}") for n in range(100)]
    desk.line.pace = pace = Counted()
    limits.routes["POST /channels/*/messages"] = (5, 1.0)
    for each in people:
        for _ in range(2):
            desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(each))
    work = asyncio.create_task(desk.work())
    for count, limit in ((50, (1, 0.5)), (100, (3, 1.0)), (150, (2, 0.3))):
        await desk.wire.changes.until(lambda count=count: desk.posts() >= count, what=f"{count} messages")
        limits.routes["POST /channels/*/messages"] = limit
    await work
    desk.move(minutes=2)
    await desk.work()
    assert [len(each.dm_messages()) for each in people] == [2] * 100
    window = MOST / PER_SECOND
    assert max(sum(begin <= at < begin + window for at in pace.gone) for begin in pace.gone) <= MOST


class Counted(Pace):
    """A pace that remembers when each request went; one that the machine holds up arrives when it can."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: list[float] = []

    def count(self, now: float) -> None:
        super().count(now)
        self.gone.append(now)


def test_a_lease_outlasts_the_longest_call() -> None:
    from bot.delivery.worker import CALL_S
    from bot.services.deliveries import LEASE

    assert timedelta(seconds=CALL_S) < LEASE
