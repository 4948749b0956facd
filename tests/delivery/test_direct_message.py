"""A nudge in a direct message: what the student sees, and what a closed inbox means."""

from __future__ import annotations

import pytest

from bot.delivery.direct_message import DirectMessages
from bot.domain.messages import Closed, InboxHello, Sent, ToDirectMessage, Wait
from tests.delivery.conftest import Desk


async def test_a_student_sees_the_nudge_in_their_inbox(desk: Desk) -> None:
    outcome = await DirectMessages(desk.client, desk.now).carry(
        desk.message(desk.to_dm(desk.ana)), desk.to_dm(desk.ana)
    )

    (seen,) = desk.ana.dm_messages()
    assert "Still open: Atoms" in seen.text
    assert [button.label for button in seen.buttons] == [
        "Start",
        "Got it",
        "Book office hours",
        "Why did I get this?",
    ]
    assert outcome == Sent(desk.ana.dm, str(seen.id))


async def test_nobody_is_pinged_by_a_card(desk: Desk) -> None:
    nudge = desk.nudge("@everyone <@1>")
    await DirectMessages(desk.client, desk.now).carry(
        desk.message(desk.to_dm(desk.ana), nudge), desk.to_dm(desk.ana)
    )

    (request,) = desk.wire.requests_to("POST", "/channels/*/messages")
    assert request.json["allowed_mentions"] == {"parse": []}
    assert request.json["nonce"] == "nonce-1"
    assert request.json["enforce_nonce"] is True


async def test_the_first_message_opens_the_conversation_that_was_asked_for(desk: Desk) -> None:
    address = ToDirectMessage(desk.ana.id, None)
    outcome = await DirectMessages(desk.client, desk.now).carry(
        desk.message(address, InboxHello("Period 3")), address
    )

    assert isinstance(outcome, Sent)
    assert outcome.channel == desk.ana.dm
    assert "Your inbox is open" in desk.ana.dm_messages()[0].text


async def test_a_known_conversation_is_not_opened_again(desk: Desk) -> None:
    await DirectMessages(desk.client, desk.now).carry(
        desk.message(desk.to_dm(desk.ana)), desk.to_dm(desk.ana)
    )
    assert desk.wire.requests_to("POST", "/users/@me/channels") == []


async def test_closed_direct_messages_are_closed_for_good(desk: Desk) -> None:
    desk.wire.close_dms(desk.ana.id)
    outcome = await DirectMessages(desk.client, desk.now).carry(
        desk.message(desk.to_dm(desk.ana)), desk.to_dm(desk.ana)
    )
    assert outcome == Closed("the student's direct messages are closed", lasting=True)


async def test_a_student_who_left_is_not_taken_for_one_who_closed_the_inbox(desk: Desk) -> None:
    address = desk.to_dm(desk.ana)
    desk.ana.leave()
    outcome = await DirectMessages(desk.client, desk.now).carry(desk.message(address), address)
    assert isinstance(outcome, Closed)
    assert not outcome.lasting


@pytest.mark.parametrize(("code", "least_s"), [(40003, 600), (20026, 3600)])
async def test_after_discord_refuses_an_opening_no_other_is_tried(
    desk: Desk, code: int, least_s: float
) -> None:
    desk.wire.rest.faults.answer("POST /users/@me/channels", 400 if code == 40003 else 403, code, times=None)
    direct = DirectMessages(desk.client, desk.now)
    for person in (desk.ana, desk.ben):
        address = ToDirectMessage(person.id, None)
        outcome = await direct.carry(desk.message(address, InboxHello("Period 3")), address)
        assert isinstance(outcome, Wait)
        assert outcome.seconds > least_s - 5

    assert len(desk.wire.requests_to("POST", "/users/@me/channels")) == 1
    assert isinstance(await direct.carry(desk.message(desk.to_dm(desk.ana)), desk.to_dm(desk.ana)), Sent)


async def test_a_message_deleted_meanwhile_counts_as_delivered(desk: Desk) -> None:
    """RA4: Discord answers the repeat of a nonce whose first message is gone with 10008."""
    direct, message = DirectMessages(desk.client, desk.now), desk.message(desk.to_dm(desk.ana))
    first = await direct.carry(message, desk.to_dm(desk.ana))
    assert isinstance(first, Sent)
    desk.wire.backend.delete_message(desk.ana.dm, int(first.result))

    assert await direct.carry(message, desk.to_dm(desk.ana)) == Sent(desk.ana.dm)
    assert desk.ana.dm_messages() == []


async def test_a_message_is_found_again_by_its_card(desk: Desk) -> None:
    direct, address = DirectMessages(desk.client, desk.now), desk.to_dm(desk.ana)
    sent = await direct.carry(desk.message(address, number=1), address)
    for number in range(2, 30):
        await direct.carry(desk.message(address, number=number), address)

    assert await direct.find(desk.message(address, number=1), address, desk.now()) == sent
    assert await direct.find(desk.message(address, number=99), address, desk.now()) is None


async def test_a_student_cannot_pass_off_a_message_as_the_bots(desk: Desk) -> None:
    desk.ana.say("hello", desk.ana.dm)
    address = desk.to_dm(desk.ana)
    assert (
        await DirectMessages(desk.client, desk.now).find(desk.message(address), address, desk.now()) is None
    )
