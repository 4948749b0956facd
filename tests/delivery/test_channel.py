"""Cards in the class's own channels."""

from __future__ import annotations

from bot.delivery.channel import Channels
from bot.domain.messages import Sent, SlotBooked, Trouble, Wait
from tests.delivery.conftest import Desk


async def test_teachers_read_in_their_room_who_booked(desk: Desk) -> None:
    booked = SlotBooked(desk.ana.id, desk.now(), desk.now(), "I am lost in *moles*")
    outcome = await Channels(desk.client).carry(desk.message(desk.to_room(), booked), desk.to_room())

    (seen,) = desk.ben.visible_messages(desk.prework)
    assert desk.ana.mention in seen.text
    assert r"lost in \*moles\*" in seen.text
    assert outcome == Sent(desk.prework.id, str(seen.id))
    assert desk.wire.requests_to("POST", "/channels/*/messages")[0].json["allowed_mentions"] == {"parse": []}


async def test_a_card_is_found_among_many(desk: Desk) -> None:
    channels = Channels(desk.client)
    for number in range(1, 60):
        desk.ben.say(f"chatter {number}", desk.prework)
        if number == 5:
            sent = await channels.carry(desk.message(desk.to_room(), number=5), desk.to_room())
    assert await channels.find(desk.message(desk.to_room(), number=5), desk.to_room(), desk.now()) == sent


async def test_a_deleted_channel_and_a_locked_one_wait_and_say_what_to_mend(desk: Desk) -> None:
    trouble = Trouble("my role lacks Manage Roles", "Give it")
    desk.wire.set_bot_permissions(desk.server, send_messages=False)
    locked = await Channels(desk.client).carry(desk.message(desk.to_room(), trouble), desk.to_room())
    assert isinstance(locked, Wait)
    assert "send" in locked.mend

    desk.wire.backend.delete_channel(desk.prework.id)
    deleted = await Channels(desk.client).carry(desk.message(desk.to_room(), trouble), desk.to_room())
    assert isinstance(deleted, Wait)
    assert "/class create" in deleted.mend
