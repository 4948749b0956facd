"""The private thread that a student with closed direct messages is written to in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.delivery.private_thread import PrivateThreads
from bot.domain.messages import Closed, Sent, Unknown
from tests.delivery.conftest import Desk


def _threads(desk: Desk) -> PrivateThreads:
    return PrivateThreads(desk.client, desk.line)


async def test_a_student_is_written_to_in_a_thread_of_their_own(desk: Desk) -> None:
    address = desk.to_thread(desk.ana)
    outcome = await _threads(desk).carry(desk.message(address), address, None)

    (thread,) = desk.ana.private_threads()
    assert thread.name == "Flipcord · Period 3"
    (seen,) = desk.ana.visible_messages(thread)
    assert "Still open: Atoms" in seen.text
    assert desk.ana.mention in seen.text
    assert outcome == Sent(thread.id, str(seen.id))
    assert desk.ben.private_threads() == []


async def test_only_the_student_is_mentioned_and_others_cannot_be_invited(desk: Desk) -> None:
    address = desk.to_thread(desk.ana)
    await _threads(desk).carry(desk.message(address, desk.nudge("@everyone")), address, None)

    (made,) = desk.wire.requests_to("POST", "/channels/*/threads")
    assert (made.json["type"], made.json["invitable"]) == (12, False)
    (sent,) = desk.wire.requests_to("POST", "/channels/*/messages")
    assert sent.json["allowed_mentions"] == {"parse": [], "users": [desk.ana.id]}


async def test_the_next_message_goes_into_the_same_thread(desk: Desk) -> None:
    threads, address = _threads(desk), desk.to_thread(desk.ana)
    first = await threads.carry(desk.message(address, number=1), address, None)
    assert isinstance(first, Sent)
    known = desk.to_thread(desk.ana, first.channel)
    await _threads(desk).carry(desk.message(known, number=2), known, None)

    assert len(desk.wire.requests_to("POST", "/channels/*/threads")) == 1
    assert len(desk.ana.visible_messages(first.channel)) == 2


async def test_two_messages_at_once_make_one_thread(desk: Desk) -> None:
    threads, address = _threads(desk), desk.to_thread(desk.ana)
    await asyncio.gather(
        *(threads.carry(desk.message(address, number=each), address, None) for each in range(1, 6))
    )
    (thread,) = desk.ana.private_threads()
    assert len(desk.ana.visible_messages(thread)) == 5


async def test_a_thread_that_somebody_deleted_is_made_again(desk: Desk) -> None:
    threads, address = _threads(desk), desk.to_thread(desk.ana)
    first = await threads.carry(desk.message(address, number=1), address, None)
    assert isinstance(first, Sent)
    desk.wire.backend.delete_channel(first.channel or 0)

    again = desk.to_thread(desk.ana, first.channel)
    second = await threads.carry(desk.message(again, number=2), again, desk.now())
    assert isinstance(second, Sent)
    assert second.channel != first.channel
    assert [thread.id for thread in desk.ana.private_threads()] == [second.channel]


async def test_a_thread_made_by_a_call_whose_answer_was_lost_is_found(desk: Desk) -> None:
    """The process died before it could note the thread: the next one finds it by its student."""
    address = desk.to_thread(desk.ana)
    called_at = desk.now()
    for person in (desk.ben, desk.ana):
        await _threads(desk).carry(desk.message(desk.to_thread(person)), desk.to_thread(person), None)

    sent = await _threads(desk).carry(desk.message(address), address, called_at)
    assert len(desk.wire.requests_to("POST", "/channels/*/threads")) == 2
    (thread,) = desk.ana.private_threads()
    assert isinstance(sent, Sent)
    assert sent.channel == thread.id
    # the nonce was the same, so Discord gave the first message again
    assert len(desk.ana.visible_messages(thread)) == 1


async def test_an_answer_lost_while_a_thread_is_made_does_not_make_a_second_one(desk: Desk) -> None:
    """discord.py repeats a POST after a 500 by itself; a thread has no nonce against that."""
    desk.wire.rest.faults.answer("POST /channels/*/threads", 500, accepted=True)
    address = desk.to_thread(desk.ana)
    outcome = await _threads(desk).carry(desk.message(address), address, None)

    assert isinstance(outcome, Unknown)
    assert len(desk.wire.requests_to("POST", "/channels/*/threads")) == 1


async def test_a_message_in_a_thread_that_nobody_noted_is_found(desk: Desk) -> None:
    address = desk.to_thread(desk.ana)
    sent = await _threads(desk).carry(desk.message(address), address, None)
    called_at = desk.now()

    assert await _threads(desk).find(desk.message(address), address, called_at) == sent
    assert await _threads(desk).find(desk.message(address, number=9), address, called_at) is None
    assert await _threads(desk).find(desk.message(address), address, called_at + timedelta(days=1)) is None


async def test_without_the_permission_the_next_way_is_tried(desk: Desk) -> None:
    desk.wire.set_bot_permissions(desk.server, create_private_threads=False)
    address = desk.to_thread(desk.ana)
    assert await _threads(desk).carry(desk.message(address), address, None) == Closed(
        "I lack a permission for it", lasting=False
    )


async def test_without_the_channel_the_next_way_is_tried(desk: Desk) -> None:
    address = desk.to_thread(desk.ana)
    desk.wire.backend.delete_channel(desk.prework.id)
    outcome = await _threads(desk).carry(desk.message(address), address, None)
    assert isinstance(outcome, Closed)
    assert not outcome.lasting
