from __future__ import annotations

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from bot.loopback.people import Person
from bot.loopback.wire import WireDiscord
from tests.loopback.conftest import Api, Gateways

MESSAGES = "POST /channels/*/messages"


@pytest.fixture
def ana(wire: WireDiscord) -> Person:
    server = wire.create_server("Chemistry")
    server.create_text_channel("general")
    return server.add_person("Ana")


async def write(api: Api, person: Person, words: str, nonce: str | None = None):
    body = {"content": words} | ({"nonce": nonce, "enforce_nonce": True} if nonce is not None else {})
    return await api("POST", f"/channels/{person.dm}/messages", body)


async def test_every_answer_looks_as_discords_do(api: Api, ana: Person):
    for got in (await write(api, ana, "hello"), await api("GET", "/users/@me", token="wrong")):
        assert got.headers["Via"] == "1.1 google"
        assert got.headers["Content-Type"] == "application/json"


async def test_a_wrong_token_is_refused_and_a_new_one_can_be_set(wire: WireDiscord, api: Api):
    assert (await api("GET", "/users/@me")).json["username"] == "Flipcord"
    old, wire.token = wire.token, "new"
    assert (await api("GET", "/users/@me", token=old)).status == 401
    assert (await api("GET", "/users/@me")).status == 200
    assert wire.rest.statuses == {200: 2, 401: 1}


async def test_the_gateways_address_comes_with_the_identifies_left(
    wire: WireDiscord, api: Api, gateways: Gateways
):
    await gateways.ready()
    got = (await api("GET", "/gateway/bot")).json
    assert got["url"] == wire.gateway_url
    assert got["session_start_limit"]["remaining"] == 999


class TestNonces:
    async def test_within_the_window_the_first_message_is_returned(self, api: Api, ana: Person):
        first = await write(api, ana, "hello", "n1")
        again = await write(api, ana, "hello again", "n1")
        assert again.json["id"] == first.json["id"]
        assert again.json["nonce"] == "n1"
        assert [seen.text for seen in ana.dm_messages()] == ["hello"]

    async def test_after_the_window_it_is_a_new_message(self, wire: WireDiscord, api: Api, ana: Person):
        await write(api, ana, "hello", "n1")
        wire.backend.advance_clock(181)
        await write(api, ana, "hello again", "n1")
        assert [seen.text for seen in ana.dm_messages()] == ["hello", "hello again"]

    async def test_a_deleted_first_message_is_unknown(self, api: Api, ana: Person):
        first = (await write(api, ana, "hello", "n1")).json["id"]
        await api("DELETE", f"/channels/{ana.dm}/messages/{first}")
        again = await write(api, ana, "hello again", "n1")
        assert (again.status, again.json["code"]) == (404, 10008)
        assert ana.dm_messages() == []

    async def test_a_nonce_counts_in_its_own_channel_and_only_when_enforced(self, api: Api, ana: Person):
        ben = ana.server.add_person("Ben")
        for person in (ana, ben):
            await write(api, person, "hello", "n1")
        await api("POST", f"/channels/{ana.dm}/messages", {"content": "twice", "nonce": "n1"})
        assert [seen.text for seen in ana.dm_messages()] == ["hello", "twice"]
        assert [seen.text for seen in ben.dm_messages()] == ["hello"]

    async def test_a_nonce_has_at_most_25_characters(self, api: Api, ana: Person):
        assert (await write(api, ana, "hello", "n" * 25)).status == 200
        too_long = await write(api, ana, "hello", "n" * 26)
        assert (too_long.status, too_long.json["code"]) == (400, 50035)


class TestLimits:
    async def test_a_bucket_tells_its_limit_and_refuses_what_is_over_it(
        self, wire: WireDiscord, api: Api, ana: Person
    ):
        now, limits = 1000.0, wire.rest.limits
        limits.routes, limits.now = {MESSAGES: (2, 0.2)}, lambda: now
        got = [await write(api, ana, "hello") for _ in range(3)]
        assert [each.status for each in got] == [200, 200, 429]
        assert [each.headers["X-RateLimit-Remaining"] for each in got] == ["1", "0", "0"]
        assert len({each.headers["X-RateLimit-Bucket"] for each in got}) == 1
        assert got[2].json["global"] is False
        assert got[2].json["retry_after"] == 0.2
        now += 0.2
        assert (await write(api, ana, "hello")).status == 200

    async def test_each_channel_has_a_bucket_of_its_own_and_limits_change_at_run_time(
        self, wire: WireDiscord, api: Api, ana: Person
    ):
        wire.rest.limits.routes = {MESSAGES: (1, 60.0)}
        ben = ana.server.add_person("Ben")
        assert [(await write(api, person, "hello")).status for person in (ana, ben, ana)] == [200, 200, 429]
        wire.rest.limits.routes[MESSAGES] = (2, 60.0)
        assert (await write(api, ana, "hello")).status == 200

    async def test_the_bots_own_limit_spares_answers_to_interactions(self, wire: WireDiscord, api: Api):
        wire.rest.limits.per_second, wire.rest.limits.now = 3, lambda: 1000.0
        got = [await api("GET", "/users/@me") for _ in range(4)]
        assert [each.status for each in got] == [200, 200, 200, 429]
        assert got[3].json["global"] is True
        assert got[3].headers["X-RateLimit-Global"] == "true"
        unknown = await api("POST", "/interactions/1/token/callback", {"type": 4})
        assert (unknown.status, unknown.json["code"]) == (404, 10062)


class TestFaults:
    async def test_an_answer_can_be_false_for_a_while(self, wire: WireDiscord, api: Api, ana: Person):
        wire.rest.faults.answer(MESSAGES, 503, times=2, after=1)
        assert [(await write(api, ana, "hello")).status for _ in range(4)] == [200, 503, 503, 200]
        assert len(ana.dm_messages()) == 2

    async def test_a_request_can_be_carried_out_and_its_answer_lost(
        self, wire: WireDiscord, api: Api, ana: Person
    ):
        wire.rest.faults.answer(MESSAGES, 500, accepted=True)
        assert (await write(api, ana, "hello", "n1")).status == 500
        assert (await write(api, ana, "hello", "n1")).status == 200
        assert len(ana.dm_messages()) == 1

    @pytest.mark.parametrize("accepted", [False, True])
    async def test_the_connection_can_break(
        self, wire: WireDiscord, api: Api, ana: Person, *, accepted: bool
    ):
        wire.rest.faults.cut(MESSAGES, accepted=accepted)
        with pytest.raises(aiohttp.ClientConnectionError):
            await write(api, ana, "hello")
        assert len(ana.dm_messages()) == accepted
        assert wire.requests[-1].status is None

    async def test_an_answer_may_never_come(self, wire: WireDiscord, api: Api, ana: Person):
        wire.rest.faults.hang(MESSAGES, accepted=True)
        hanging = asyncio.create_task(write(api, ana, "hello"))
        await wire.changes.until(ana.dm_messages, what="the message")
        assert not hanging.done()
        hanging.cancel()

    async def test_errors_of_discords_own_kind_come_in_turn(self, wire: WireDiscord, api: Api, ana: Person):
        wire.rest.faults.answer("POST /users/@me/channels", 400, 40003, times=1, after=1)
        wire.rest.faults.answer("POST /users/@me/channels", 403, 20026, times=None, after=2)
        got = [await api("POST", "/users/@me/channels", {"recipient_id": str(ana.id)}) for _ in range(4)]
        assert [each.json.get("code") for each in got] == [None, 40003, 20026, 20026]

    async def test_requests_can_be_slow(self, wire: WireDiscord, api: Api):
        wire.rest.delay_s = (0.05, 0.06)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await api("GET", "/users/@me")
        assert loop.time() - began >= 0.05


async def test_a_closed_dm_is_refused_until_it_is_opened_again(wire: WireDiscord, api: Api, ana: Person):
    wire.close_dms(ana.id)
    got = await write(api, ana, "hello")
    assert (got.status, got.json["code"]) == (403, 50007)
    wire.open_dms(ana.id)
    assert (await write(api, ana, "hello")).status == 200


async def test_who_shares_no_server_any_more_cannot_be_written_to(api: Api, ana: Person):
    ana.leave()
    got = await write(api, ana, "hello")
    assert (got.status, got.json["code"]) == (403, 50278)
    assert ana.roles == []


async def test_the_bots_permissions_can_be_taken_away(wire: WireDiscord, api: Api, ana: Person):
    wire.set_bot_permissions(ana.server, manage_roles=False)
    got = await api("POST", f"/guilds/{ana.server.id}/roles", {"name": "Unit 2"})
    assert (got.status, got.json["code"]) == (403, 50013)


async def test_an_interaction_is_answered_within_three_seconds_and_completed_within_fifteen_minutes(
    wire: WireDiscord, api: Api, ana: Person
):
    def ask():
        data = {"id": "1", "name": "ping", "type": 1, "options": []}
        pending = wire.interactions.send(2, user_id=ana.id, channel_id=ana.dm, data=data)
        return pending.record, f"/interactions/{pending.record.id}/{pending.record.token}/callback"

    pong = {"type": 4, "data": {"content": "pong"}}
    _, callback = ask()
    wire.backend.advance_clock(3)
    late = await api("POST", callback, pong)
    assert (late.status, late.json["code"]) == (404, 10062)

    record, callback = ask()
    assert (await api("POST", callback, pong)).status == 200
    twice = await api("POST", callback, pong)
    assert (twice.status, twice.json["code"]) == (400, 40060)
    edit = f"/webhooks/{wire.backend.application_id}/{record.token}/messages/@original"
    assert (await api("PATCH", edit, {"content": "edited"})).status == 200
    wire.backend.advance_clock(15 * 60)
    assert (await api("PATCH", edit, {"content": "too late"})).status == 404
    assert [seen.text for seen in ana.dm_messages()] == ["edited"]


async def test_uploads_can_be_fetched_again_from_their_address(
    wire: WireDiscord, session: aiohttp.ClientSession, ana: Person
):
    form = aiohttp.FormData(quote_fields=False)  # as discord.py does
    described = [{"id": "0", "filename": "a b.txt", "description": "notes"}]
    form.add_field("payload_json", json.dumps({"content": "see", "attachments": described}))
    form.add_field("files[0]", b"hello", filename="a b.txt")
    headers = {"Authorization": f"Bot {wire.token}"}
    address = f"{wire.api_base}/channels/{ana.dm}/messages"
    async with session.post(address, data=form, headers=headers) as answer:
        file = json.loads(await answer.read())["attachments"][0]
    assert (file["filename"], file["description"], file["size"]) == ("a b.txt", "notes", 5)
    async with session.get(file["url"]) as answer:
        assert await answer.read() == b"hello"
    assert ana.dm_messages()[0].files == ("a b.txt",)


async def test_what_simcord_has_not_is_refused_loudly(wire: WireDiscord, api: Api):
    assert (await api("GET", "/nothing/here")).status == 501
    assert len(wire.rest.missing) == 1
    assert (await api("POST", "/users/@me/channels", {})).status == 400
    assert len(wire.rest.missing) == 2


async def test_requests_are_kept_and_written_one_a_line(
    wire: WireDiscord, api: Api, ana: Person, tmp_path: Path
):
    await write(api, ana, "déjà vu")
    await api("GET", f"/channels/{ana.dm}/messages?limit=20")
    wire.write_requests(tmp_path / "requests.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "requests.jsonl").read_text("utf-8").splitlines()]
    path = f"/channels/{ana.dm}/messages"
    assert lines == [
        {"method": "POST", "path": path, "params": {}, "json": {"content": "déjà vu"}},
        {"method": "GET", "path": path, "params": {"limit": "20"}, "json": None},
    ]
    assert len(wire.requests_to("GET", "/channels/*/messages")) == 1


async def test_only_so_much_is_kept_when_asked(session: aiohttp.ClientSession):
    async with WireDiscord(keep=2) as wire:
        api = Api(wire, session)
        for _ in range(5):
            await api("GET", "/users/@me")
        assert (len(wire.requests), wire.rest.received) == (2, 5)


async def test_the_port_stays_the_same_for_the_next_wire(session: aiohttp.ClientSession):
    async with WireDiscord() as wire:
        port = wire.port
        await Api(wire, session)("GET", "/users/@me")
    async with WireDiscord(port=port) as wire:
        assert (await Api(wire, session)("GET", "/users/@me")).status == 200
