from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from bot.loopback.wire import WireDiscord
from tests.loopback.conftest import Gateways

GUILDS_AND_MEMBERS = 0b11


async def test_a_bot_that_identifies_gets_ready_and_then_its_servers(wire: WireDiscord, gateways: Gateways):
    server = wire.create_server("Chemistry")
    for query in ("", "?v=10&encoding=json&compress=zlib-stream"):
        bot = await gateways.open(query)
        await bot.identify(wire.token)
        ready = await bot.receive()
        assert (ready["t"], ready["s"]) == ("READY", 1)
        assert ready["d"]["guilds"] == [{"id": str(server.id), "unavailable": True}]
        assert ready["d"]["resume_gateway_url"] == wire.gateway_url
        created = await bot.receive()
        assert (created["t"], created["s"], created["d"]["name"]) == ("GUILD_CREATE", 2, "Chemistry")


async def test_heartbeats_are_acknowledged(wire: WireDiscord, gateways: Gateways):
    bot = await gateways.open()
    await bot.send(1, None)
    assert (await bot.receive())["op"] == 11
    assert wire.gateway.heartbeats == 1


async def test_a_wrong_token_is_closed_with_4004(gateways: Gateways):
    bot = await gateways.open()
    await bot.identify("wrong")
    assert await bot.closed_with() == 4004


async def test_refused_intents_are_closed_with_4014(wire: WireDiscord, gateways: Gateways):
    wire.gateway.refuse_intents = True
    bot = await gateways.open()
    await bot.identify(wire.token)
    assert await bot.closed_with() == 4014


async def test_what_comes_before_identify_or_cannot_be_read_is_refused(gateways: Gateways):
    bot = await gateways.open()
    await bot.send(8, {})
    assert await bot.closed_with() == 4003
    bot = await gateways.open()
    await bot.ws.send_str("{")
    assert await bot.closed_with() == 4002


async def test_events_reach_only_who_identified_and_only_as_far_as_intents_go(
    wire: WireDiscord, gateways: Gateways
):
    server = wire.create_server("Chemistry")
    stranger = await gateways.open()
    with_members, _ = await gateways.ready(GUILDS_AND_MEMBERS)
    without, _ = await gateways.ready()
    server.add_person("Ana")
    server.create_text_channel("general")
    assert (await with_members.until("GUILD_MEMBER_ADD"))["d"]["user"]["username"] == "ana"
    assert [(await without.receive())["t"] for _ in range(2)] == ["GUILD_CREATE", "CHANNEL_CREATE"]
    await stranger.send(1, None)
    assert (await stranger.receive())["op"] == 11  # nothing came before the answer to a heartbeat


async def test_resume_replays_what_was_missed_in_order(wire: WireDiscord, gateways: Gateways):
    server = wire.create_server("Chemistry")
    bot, ready = await gateways.ready()
    seen = (await bot.until("GUILD_CREATE"))["s"]
    await wire.cut()
    for name in ("one", "two"):
        server.create_text_channel(name)
    bot = await gateways.open()
    await resume(bot, wire, ready, seen)
    frames = [await bot.receive() for _ in range(3)]
    assert [frame["t"] for frame in frames] == ["CHANNEL_CREATE", "CHANNEL_CREATE", "RESUMED"]
    assert [frame["s"] for frame in frames] == [seen + 1, seen + 2, seen + 3]
    assert [frame["d"]["name"] for frame in frames[:2]] == ["one", "two"]
    server.create_text_channel("three")
    assert (await bot.receive())["d"]["name"] == "three"


async def test_a_session_unknown_ended_too_old_or_overrun_cannot_be_resumed(
    wire: WireDiscord, gateways: Gateways
):
    server = wire.create_server("Chemistry")
    bot, ready = await gateways.ready()
    await refused(gateways, {**ready, "d": {"session_id": "unknown"}}, 1)

    await bot.ws.close(code=1000)
    await refused(gateways, ready, 1)

    bot, ready = await gateways.ready()
    await wire.cut()
    wire.backend.advance_clock(timedelta(minutes=4).total_seconds())
    await refused(gateways, ready, 2)

    wire.gateway.buffer = 3
    bot, ready = await gateways.ready()
    await wire.cut()
    for number in range(4):
        server.create_text_channel(f"channel-{number}")
    await refused(gateways, ready, 2)


async def test_discord_can_ask_for_a_reconnect_invalidate_and_close(wire: WireDiscord, gateways: Gateways):
    bot, _ = await gateways.ready()
    await wire.reconnect()
    assert (await bot.receive())["op"] == 7
    wire.gateway.invalidate(resumable=False)
    assert await bot.receive() == {"op": 9, "d": False, "s": None, "t": None}
    bot, _ = await gateways.ready()
    await wire.close(4000)
    assert await bot.closed_with() == 4000


async def test_nobody_is_taken_in_while_the_gateway_is_down(wire: WireDiscord, gateways: Gateways):
    await gateways.ready()
    async with wire.gateway_down():
        assert not wire.gateway.connected
        opening = asyncio.create_task(gateways.ready())
        await wire.changes.until(lambda: wire.gateway.waiting, what="somebody at the door")
        assert not opening.done()
    await opening
    assert wire.gateway.connected


async def test_identifies_are_counted_and_past_the_days_budget_the_token_is_reset(
    wire: WireDiscord, gateways: Gateways
):
    wire.gateway.starts_per_day = 2
    old = wire.token
    await gateways.ready()
    wire.backend.advance_clock(3600)
    first, _ = await gateways.ready()
    limit = wire.gateway.start_limit()
    assert (limit["total"], limit["remaining"]) == (2, 0)
    assert 22 * 3600_000 < limit["reset_after"] <= 23 * 3600_000
    bot = await gateways.open()
    await bot.identify(old)
    await bot.closed_with()
    await first.closed_with()
    assert wire.token != old
    wire.backend.advance_clock(86400)
    assert wire.gateway.start_limit()["remaining"] == 2


async def test_members_come_in_chunks_when_asked_for(wire: WireDiscord, gateways: Gateways):
    server = wire.create_server("Chemistry")
    ana = server.add_person("Ana")
    bot, _ = await gateways.ready()
    await bot.send(8, {"guild_id": str(server.id), "user_ids": [str(ana.id)], "limit": 0, "nonce": "n"})
    chunk = (await bot.until("GUILD_MEMBERS_CHUNK"))["d"]
    assert [member["user"]["username"] for member in chunk["members"]] == ["ana"]
    assert chunk["nonce"] == "n"


async def resume(bot: Any, wire: WireDiscord, ready: dict[str, Any], seq: int) -> None:
    await bot.send(6, {"token": wire.token, "session_id": ready["d"]["session_id"], "seq": seq})


async def refused(gateways: Gateways, ready: dict[str, Any], seq: int) -> None:
    bot = await gateways.open()
    await resume(bot, gateways.wire, ready, seq)
    assert await bot.receive() == {"op": 9, "d": False, "s": None, "t": None}
