from __future__ import annotations

from typing import Any

import pytest

from tests.loopback.discord_openapi import DiscordApi, discord_api


@pytest.fixture
def described() -> DiscordApi:
    return discord_api()


def request(method: str, path: str, json: Any = None, **params: str) -> dict[str, Any]:
    return {"method": method, "path": path, "params": params, "json": json}


def button(custom_id: str) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": custom_id}]}


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (request("GET", "/nowhere"), "no such path"),
        (request("PUT", "/channels/1"), "no such method"),
        (request("GET", "/channels/1/messages", limitt="3"), "no parameter 'limitt'"),
        (request("POST", "/channels/1/messages"), "needs a body"),
        (request("POST", "/channels/1/messages", {"content": "x" * 4001}), "content: "),
        (
            request("POST", "/channels/1/messages", {"components": [button("x" * 101)]}),
            "components.0.components.0.custom_id",
        ),
        (request("POST", "/channels/1/messages", {"nonce": "n" * 26}), "nonce: "),
        (request("POST", "/channels/1/threads", {"name": "n" * 101, "type": 12}), "name: "),
        (
            request("PUT", "/applications/1/commands", [{"name": "a", "description": "d" * 101}]),
            "0.description: ",
        ),
    ],
)
def test_what_discord_would_refuse_is_named(described: DiscordApi, sent: dict[str, Any], complaint: str):
    found = described.complaints([sent])
    assert len(found) == 1
    assert found[0].startswith(f"{sent['method']} {sent['path']}: ")
    assert complaint in found[0]


@pytest.mark.parametrize(
    "sent",
    [
        request("GET", "/users/@me"),
        request("GET", "/channels/1/messages", limit="20"),
        request(
            "POST", "/channels/1/messages", {"content": "hello", "components": [button("go")], "nonce": "n"}
        ),
        request("POST", "/users/@me/channels", {"recipient_id": 123}),
        request("PUT", "/channels/1/permissions/2", {"id": 2, "type": 0, "allow": "1024", "deny": "0"}),
        request("PATCH", "/webhooks/1/token/messages/@original", {"content": "done"}),
        request("PUT", "/guilds/1/members/2/roles/3"),
    ],
)
def test_what_discord_py_sends_and_discord_takes_passes(described: DiscordApi, sent: dict[str, Any]):
    assert described.complaints([sent]) == []
