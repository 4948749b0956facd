"""Cards in the class's own channels."""

from __future__ import annotations

import discord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.delivery.channel import Channels
from bot.domain.messages import Sent, Trouble, Wait
from bot.domain.slot_messages import SlotBooked
from tests.delivery.conftest import Desk
from tests.loopback.discord_openapi import discord_api
from tests.views.test_messages import CONTENTS


async def test_teachers_read_in_their_room_who_booked(desk: Desk) -> None:
    booked = SlotBooked(desk.ana.id, desk.now(), desk.now(), "I am lost in *moles*")
    outcome = await Channels(desk.client).carry(desk.message(desk.to_room(), booked), desk.to_room())

    (seen,) = desk.ben.visible_messages(desk.prework)
    assert desk.ana.mention in seen.text
    assert r"lost in \*moles\*" in seen.text
    assert outcome == Sent(desk.prework.id, str(seen.id))
    assert desk.wire.requests_to("POST", "/channels/*/messages")[0].json["allowed_mentions"] == {"parse": []}


async def test_a_card_is_found_however_much_is_said_after_it(desk: Desk) -> None:
    channels, begun = Channels(desk.client), desk.now()
    for number in range(60):
        desk.ben.say(f"chatter {number}", desk.prework)
    sent = await channels.carry(desk.message(desk.to_room(), number=5), desk.to_room())
    for number in range(260):
        desk.ben.say(f"more chatter {number}", desk.prework)
    assert await channels.find(desk.message(desk.to_room(), number=5), desk.to_room(), begun) == sent


async def test_what_stood_there_before_it_was_asked_for_is_not_read_through(desk: Desk) -> None:
    channels = Channels(desk.client)
    for number in range(250):
        desk.ben.say(f"chatter {number}", desk.prework)
    desk.move(hours=1)
    assert await channels.find(desk.message(desk.to_room(), number=5), desk.to_room(), desk.now()) is None
    assert len(desk.wire.requests_to("GET", "/channels/*/messages")) == 1


async def test_a_deleted_channel_and_a_locked_one_wait_and_say_what_to_mend(desk: Desk) -> None:
    trouble = Trouble("my role lacks Manage Roles", "Give it")
    bot = desk.wire.backend.bot_user.id
    deny = discord.Permissions(send_messages=True).value
    desk.wire.backend.set_overwrite(desk.prework.id, Overwrite(bot, OverwriteType.MEMBER, 0, deny))
    locked = await Channels(desk.client).carry(desk.message(desk.to_room(), trouble), desk.to_room())
    assert isinstance(locked, Wait)
    assert "send" in locked.mend

    desk.wire.backend.delete_channel(desk.prework.id)
    deleted = await Channels(desk.client).carry(desk.message(desk.to_room(), trouble), desk.to_room())
    assert isinstance(deleted, Wait)
    assert "/class create" in deleted.mend


async def test_every_card_is_one_that_discord_describes(desk: Desk) -> None:
    described = discord_api()
    channels = Channels(desk.client)
    for number, content in enumerate(CONTENTS, start=1):
        sent = await channels.carry(desk.message(desk.to_room(), content, number=number), desk.to_room())
        assert isinstance(sent, Sent)
    assert len(desk.ben.visible_messages(desk.prework)) == len(CONTENTS)
    assert described.complaints(desk.wire.requests_to("POST", "/channels/*/messages")) == []
