"""Messages with a file go two at a time, and nothing else waits for them."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.worker import FILES_AT_ONCE
from bot.domain.attachments import Attachment
from bot.domain.messages import Announcement, Message, Parcel
from bot.domain.outbox import Delivery, State
from bot.views.uploads import AT_ONCE, incoming, outgoing
from tests.delivery.conftest import Desk

PDF = Attachment("sheet.pdf", b"%PDF-" + bytes(1000))
STUDENTS = 40


class Begun:
    """Which calls are under way, and whether those with a file may end."""

    def __init__(self, desk: Desk) -> None:
        self.files = self.most = 0
        self.may_end = asyncio.Event()
        self.nudged = asyncio.Event()
        self._desk = desk
        self._begin, self._finish = desk.deliveries.begin, desk.deliveries.finish
        desk.deliveries.begin, desk.deliveries.finish = self._begins, self._ends  # pyright: ignore[reportAttributeAccessIssue]

    async def _begins(self, delivery: Delivery, now: object) -> Parcel | None:
        parcel = await self._begin(delivery, now)  # pyright: ignore[reportArgumentType]
        if _has_file(parcel):
            self.files += 1
            self.most = max(self.most, self.files)
            await self.may_end.wait()
        return parcel

    async def _ends(self, delivery: Delivery, parcel: Parcel, *more: object) -> None:
        await self._finish(delivery, parcel, *more)  # pyright: ignore[reportArgumentType]
        if _has_file(parcel):
            self.files -= 1
        else:
            self.nudged.set()


def _has_file(parcel: Parcel | None) -> bool:
    return isinstance(parcel, Message) and isinstance(parcel.content, Announcement)


async def test_two_at_a_time_and_no_other_message_waits_for_them(desk: Desk) -> None:
    begun = Begun(desk)
    numbers = [
        desk.deliveries.send(
            desk.now(), Announcement("Period 3", "Read this.", f"h{n}", PDF), desk.to_dm(desk.ana)
        )
        for n in range(STUDENTS)
    ]
    nudge = desk.deliveries.send(desk.now(), desk.nudge(), desk.to_dm(desk.ben))
    working = asyncio.create_task(desk.courier().work())
    await begun.nudged.wait()
    assert desk.deliveries.state(nudge) is State.SENT
    assert begun.files <= FILES_AT_ONCE
    begun.may_end.set()
    await working
    assert begun.most == FILES_AT_ONCE
    assert {desk.deliveries.state(each) for each in numbers} == {State.SENT}
    assert len(desk.ana.dm_messages()) == STUDENTS
    assert desk.deliveries.loads == 1, "one buffer for all"


async def test_a_teacher_who_takes_a_file_away_is_counted_too(desk: Desk) -> None:
    begun = Begun(desk)
    begun.may_end.set()
    for n in range(6):
        content = Announcement("Period 3", "Read this.", f"h{n}", PDF)
        desk.deliveries.send(desk.now(), content, desk.to_dm(desk.ana))
    async with outgoing():
        await desk.courier().work() if AT_ONCE > 1 else None
    assert begun.most == AT_ONCE - 1


@pytest.mark.parametrize("way", [incoming, outgoing])
async def test_in_each_direction_two_at_a_time(way: object) -> None:
    under_way = most = 0
    go = asyncio.Event()

    async def one() -> None:
        nonlocal under_way, most
        async with way():  # pyright: ignore[reportCallIssue]
            under_way += 1
            most = max(most, under_way)
            await go.wait()
            under_way -= 1

    tasks = [asyncio.create_task(one()) for _ in range(10)]
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(*tasks)
    assert most == AT_ONCE == 2
