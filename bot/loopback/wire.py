"""A Discord on a local wire: simcord's model of Discord behind real HTTP and a real gateway on 127.0.0.1."""

from __future__ import annotations

import json
import socket
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import discord
from aiohttp import web
from simcord.backend import Backend
from simcord.backend.cdn import CdnStore

from bot.loopback.changes import Changes
from bot.loopback.clock import WorldClock
from bot.loopback.gateway import Gateway
from bot.loopback.interactions import Interactions
from bot.loopback.people import Server
from bot.loopback.rest import BASE, CDN, Request, Rest
from bot.loopback.screen import Scene

HOST = "127.0.0.1"
TOKEN = "loopback.bot.token"


class _Cdn(CdnStore):
    """Uploaded files, at addresses that another process can fetch."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin

    def store_attachment(
        self, attachment_id: int, channel_id: int, filename: str, data: bytes, description: str | None
    ) -> dict[str, Any]:
        stored = super().store_attachment(attachment_id, channel_id, filename, data, description)
        path = f"{CDN}/{channel_id}/{attachment_id}/{filename}"
        self._blobs[path] = self._blobs.pop(stored["url"])
        return stored | dict.fromkeys(("url", "proxy_url"), self._origin + quote(path))


class WireDiscord:
    """REST under /api/v10 and the gateway at /, on one port that stays the same for as long as it is open.

    What it keeps: everything, or with `keep` only so many requests and interactions (for long measurements).
    People and servers are made with `create_server`; what the bot did is in `requests`.
    """

    def __init__(
        self, *, clock: WorldClock | None = None, changes: Changes | None = None, token: str = TOKEN,
        port: int = 0, refuse_intents: bool = False, keep: int | None = None,
    ) -> None:  # fmt: skip
        self.token = token
        self.changes = changes or Changes()
        self.backend = Backend(clock=clock or WorldClock())
        self.backend.bot_user.name = "Flipcord"
        self.interactions = Interactions(self.backend)
        self.rest = Rest(self.backend, self.interactions, keep=keep)
        self.gateway = Gateway(self.backend, self.changes, token=lambda: self.token)
        self.gateway.refuse_intents = refuse_intents
        self.gateway.on_exhausted = self._reset_token
        self.rest.token = lambda: self.token
        self.rest.notify = self.changes.notify
        self.rest.gateway_info = self._gateway_info
        self.scene = Scene(self.backend, self.interactions, self.changes)
        self.port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, self.port))
        self.port = listener.getsockname()[1]
        self.gateway.url = self.gateway_url
        self.backend.cdn = _Cdn(f"http://{HOST}:{self.port}")
        app = web.Application(client_max_size=2**26)
        app.router.add_get("/", self.gateway.connect)
        app.router.add_route("*", BASE + "/{path:.*}", self.rest.handle)
        app.router.add_get(CDN + "/{path:.*}", self.rest.attachment)
        # a client that is gone cancels its handler, so that a hung request does not outlive it
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.gateway.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    # ------------------------------------------------------------------------------------- addresses

    @property
    def api_base(self) -> str:
        return f"http://{HOST}:{self.port}{BASE}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{HOST}:{self.port}/"

    # ---------------------------------------------------------------------------------------- people

    def create_server(self, name: str) -> Server:
        """A server with the bot in it, as after an invitation with all permissions but administrator."""
        return Server(self.scene, self.backend.create_guild(name))

    def close_dms(self, user_id: int) -> None:
        """From now on the bot's messages to this person's DM are refused with 50007."""
        self.rest.closed_dms.add(user_id)

    def open_dms(self, user_id: int) -> None:
        self.rest.closed_dms.discard(user_id)

    def set_bot_permissions(self, server: Server, **permissions: bool) -> None:
        """Change what the bot's own role may do in a server, by discord.Permissions' names."""
        role = next(r for r in self.backend.get_guild(server.id).roles.values() if r.managed)
        changed = discord.Permissions(role.permissions)
        changed.update(**permissions)
        self.backend.edit_role(server.id, role.id, {"permissions": changed.value})

    # ------------------------------------------------------------------------------- what happened

    @property
    def requests(self) -> list[Request]:
        return list(self.rest.requests)

    def requests_to(self, method: str, path: str) -> list[Request]:
        """Requests of one route; `path` as "/channels/*/messages", where * is one segment."""
        wanted = path.split("/")
        return [
            request
            for request in self.rest.requests
            if request.method == method
            and len(parts := request.path.split("/")) == len(wanted)
            and all(want in ("*", part) for want, part in zip(wanted, parts, strict=True))
        ]

    def write_requests(self, path: Path) -> None:
        """One JSON object a line: method, path, params, json."""
        with path.open("w", encoding="utf-8") as lines:
            lines.writelines(
                json.dumps(request.as_dict(), ensure_ascii=False) + "\n" for request in self.rest.requests
            )

    # ----------------------------------------------------------------------------- what is done to it

    async def cut(self) -> None:
        """The network breaks: every gateway socket ends without a word. Sessions may be resumed."""
        self.gateway.cut()

    async def reconnect(self) -> None:
        """Discord asks for a reconnect (op 7)."""
        self.gateway.ask_reconnect()

    async def close(self, code: int) -> None:
        """Discord closes the gateway with this code."""
        await self.gateway.close(code)

    def gateway_down(self) -> AbstractAsyncContextManager[None]:
        """Cut, and nobody is taken in until the block ends."""
        return self.gateway.down()

    def _reset_token(self) -> None:
        self.token += ".reset"
        self.gateway.cut()

    def _gateway_info(self) -> dict[str, Any]:
        return {"url": self.gateway_url, "shards": 1, "session_start_limit": self.gateway.start_limit()}
