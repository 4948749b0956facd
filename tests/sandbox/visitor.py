"""Somebody with the sandbox's page open, by the requests that the page itself sends."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from simcord.components import walk_components

from bot.loopback.changes import PATIENCE_S

BUTTON = 2


class Visitor:
    """Has the address that the terminal showed."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.base, _, self.token = address.partition("/#")
        self.host = urlsplit(self.base).netloc
        self._session = session

    async def state(self) -> dict[str, Any]:
        return await self.ask("GET", "/world")

    async def person(self, name: str) -> dict[str, Any]:
        return next(each for each in (await self.state())["people"] if each["name"] == name)

    async def phone(self, name: str, *, guardian: bool = False) -> dict[str, Any]:
        """That person's telephone, or their guardian's: its number and its texts."""
        return (await self.person(name))["phones"][guardian]

    async def text(self, name: str, words: str, *, guardian: bool = False) -> None:
        """Sends a text from that telephone."""
        number = (await self.phone(name, guardian=guardian))["number"]
        await self.ask("POST", "/world/text", {"number": number, "body": words})

    async def rooms(self, name: str) -> dict[str, dict[str, Any]]:
        """What that person sees, by the rooms' names; the DM with the bot is Flipcord."""
        return {each["name"]: each for each in (await self.person(name))["rooms"]}

    async def open(self, name: str, room: str) -> Frame:
        """Acts as that person in that room."""
        person = await self.person(name)
        wanted = next(each for each in person["rooms"] if each["name"] == room)
        looked = await self.ask(
            "POST",
            "/world/look",
            {"person": person["id"], "room": wanted["id"], "phone": True, "frame": True},
        )
        return await Frame(self, looked["frame"].partition("#")[2]).load()

    async def move(self, to: str) -> None:
        """Presses a button of the clock, and waits until time has moved."""
        await self.ask("POST", "/world/time", {"to": to})
        await self.until(lambda state: not state["moving"])

    async def until(self, accepts: Any, *, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """The first state on the page's stream that the function accepts."""
        async with asyncio.timeout(timeout_s), self._session.get(
            f"{self.base}/world/events", params={"token": self.token}
        ) as stream:  # fmt: skip
            async for line in stream.content:
                if line.startswith(b"data: ") and accepts(state := json.loads(line[6:])):
                    return state
        raise AssertionError("the stream ended")

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers = {"X-Sandbox-Token": self.token} | headers
        async with self._session.request(method, self.base + path, json=body, headers=headers) as response:
            assert response.status == 200, (path, response.status, await response.text())
            return await response.json()


class Frame:
    """One person's view of one room, as the page in the frame holds it."""

    def __init__(self, visitor: Visitor, capability: str) -> None:
        self._visitor, self._capability = visitor, capability
        self._snapshot: dict[str, Any] = {}
        self._sequence = 0

    async def load(self) -> Frame:
        self._snapshot = await self._ask("POST", "/api/pages", {})
        return self

    @property
    def texts(self) -> list[str]:
        """What there is to read, a message each, oldest first."""
        return ["\n".join(_words(message)) for message in self._messages]

    @property
    def form(self) -> dict[str, Any] | None:
        return self._snapshot["modal"] and self._snapshot["modal"]["payload"]

    async def press(self, label: str) -> Frame:
        """Presses the newest button of that label."""
        message, key = next(
            (message, part["control_key"])
            for message in reversed(self._messages)
            for part in walk_components(message["components"])
            if part["type"] == BUTTON and part.get("label") == label
        )
        return await self._act("click", target_id=message["id"], control_key=key)

    def link(self) -> str:
        """Where the newest button that is a link leads."""
        return next(
            part["url"]
            for message in reversed(self._messages)
            for part in walk_components(message["components"])
            if part["type"] == BUTTON and part.get("url")
        )

    async def slash(self, command: str, **options: str) -> Frame:
        catalog = await self._ask("GET", "/api/commands")
        entry = next(each for each in catalog["entries"] if each["invocation"] == command)
        return await self._act(
            "run_command",
            command_id=entry["commandId"],
            path=command.split(),
            schema_fingerprint=entry["schemaFingerprint"],
            options=options,
        )

    async def submit(self, *values: Any) -> Frame:
        """Fills in the fields of the form that is open, in their order."""
        assert self.form is not None
        fields = [
            part["custom_id"] for part in walk_components(self.form["components"]) if "custom_id" in part
        ]
        handle = self._snapshot["modal"]["handle"]
        return await self._act(
            "modal_submit", modal_handle=handle, values=dict(zip(fields, values, strict=True))
        )

    async def sees(self, words: str, *, timeout_s: float = PATIENCE_S) -> str:
        """Waits until a message with these words stands there; the page in the frame asks just so."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            self._snapshot = await self._ask("GET", "/api/state")
            if found := [text for text in self.texts if words in text]:
                return found[-1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"no {words!r} in {self.texts}")

    @property
    def _messages(self) -> list[dict[str, Any]]:
        return [self._snapshot["messages"][each] for each in self._snapshot["timeline"]]

    async def _act(self, kind: str, **more: Any) -> Frame:
        self._snapshot = await self._ask("GET", "/api/state")
        self._sequence += 1
        shown = self._snapshot
        answer = await self._ask(
            "POST",
            "/api/action",
            {
                "protocol_version": 3,
                "sequence": self._sequence,
                "request_id": f"r{self._sequence}",
                "generation": shown["context"]["generation"],
                "bot_generation": shown["botGeneration"],
                "published_revision": shown["publishedRevision"],
                "kind": kind,
                **more,
            },
        )
        assert answer["settlement"] == "settled", answer
        self._snapshot = await self._ask("GET", "/api/state")
        return self

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"X-Simcord-Capability": self._capability}
        if self._snapshot:
            headers["X-Simcord-Context"] = self._snapshot["context"]["id"]
        return await self._visitor.ask(method, path, body, **headers)


def _words(message: dict[str, Any]) -> list[str]:
    parts = walk_components(message["components"])
    return [message["content"], *(part["content"] for part in parts if part.get("content"))]
