"""What Discord refuses, and how little of that there may be (RA7, RA10)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.delivery.line import MOST_REFUSED, Pace
from bot.delivery.worker import LANES
from bot.domain.outbox import State, Way
from tests.delivery.conftest import Desk

POST = "POST /channels/*/messages"


def _send(desk: Desk, section: int, address: object) -> int:
    number = desk.deliveries.send(desk.now(), desk.nudge(), address)  # pyright: ignore[reportArgumentType]
    row = desk.deliveries.rows[number]
    row.delivery = replace(row.delivery, section=section)
    return number


@pytest.fixture
def quick(desk: Desk) -> Desk:
    desk.line.pace, desk.wire.rest.limits.per_second = Pace(per_second=10_000), None
    return desk


async def test_a_channel_that_is_shut_to_the_bot_holds_up_no_other_class(quick: Desk) -> None:
    shut, channel = quick.wire.rest.faults, quick.prework.id
    shut.answer(f"POST /channels/{channel}/messages", 403, 50013, times=None)
    cards = [_send(quick, 1, quick.to_room()) for _ in range(60)]
    nudges = [_send(quick, 2, quick.to_dm(quick.ana)) for _ in range(30)]
    for _ in range(10):
        await quick.work()
        quick.move(minutes=1)
    refused = quick.wire.rest.statuses[403]
    assert 0 < refused <= 24
    assert {quick.deliveries.state(each) for each in nudges} == {State.SENT}
    assert {quick.deliveries.state(each) for each in cards} == {State.DUE}
    assert quick.line.shut_for == 0


async def test_a_discord_that_refuses_everything_hears_less_than_a_hundred_requests(quick: Desk) -> None:
    quick.wire.rest.faults.answer("*", 403, 0, times=None)
    numbers = [
        _send(quick, section, address)
        for section in range(20)
        for address in [quick.to_dm(quick.ana), quick.to_thread(quick.ben), quick.to_room()] * 5
    ]
    for _ in range(10):
        await quick.work()
        quick.move(minutes=1)
    assert 50 < quick.wire.rest.statuses[403] <= 100
    assert {quick.deliveries.state(each) for each in numbers} == {State.DUE}, "a refusal drops nothing"
    on_discord = sum(at_once for ways, at_once in LANES.items() if Way.SMS not in ways)
    assert on_discord + MOST_REFUSED <= 100
