"""simcord's preview of one room for one person, shown in a frame of the sandbox's page, at the same address.

Each preview would open a port of its own. Here they share the sandbox's: a request's capability header tells
which preview it is for, and Discord's look is served once. simcord's pages refuse to be framed; this page
alone may frame them, and the workbench around the conversation is styled away.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import simcord.preview
from aiohttp import web
from simcord.builders import ChannelHandle
from simcord.preview import Preview, _server
from simcord.preview._pages import _Page
from simcord.preview._server import PreviewServer

from bot.sandbox.rooms import Rooms
from bot.sandbox.world import Inhabitant, World

FILES = Path(simcord.preview.__file__).parent
OWN_STYLE = Path(__file__).parent / "static" / "frame.css"
INDEX = "/discord"

#: acts by which a person means something; the others only ask what to show
PRESSES = {"click", "select", "modal_submit", "run_command", "send_message"}

# simcord imports this when a preview opens its port, which none does here
_server.web = web


class SharedServer(PreviewServer):
    """Answers for one preview, without a port of its own."""

    _SECURITY_HEADERS = PreviewServer._SECURITY_HEADERS | {
        "X-Frame-Options": "SAMEORIGIN",
        "Content-Security-Policy": PreviewServer._SECURITY_HEADERS["Content-Security-Policy"].replace(
            "frame-ancestors 'none'", "frame-ancestors 'self'"
        ),
    }

    def __init__(self, preview: Preview, port: int) -> None:
        super().__init__(preview)
        self.port = port

    async def start(self) -> None: ...

    async def close(self) -> None: ...


class RoomPreview(Preview):
    """One person's view of one room. Every act of theirs takes the world's lock."""

    # a laptop that slept finds its pages again
    _PAGE_LEASE_SECONDS = 86_400.0
    _MAX_PAGES = 64

    def __init__(self, world: World, person: Inhabitant, channel: ChannelHandle, port: int) -> None:
        viewer = person.member if channel.guild is not None else person.member.user
        super().__init__(
            world.env, channel, (viewer,), layout="channel", display="responsive", width=960, height=720,
            locale="en-GB", timezone=world.zone.key, presentation_time=None, assets=None, port=0,
        )  # fmt: skip
        self._server = SharedServer(self, port)
        self._world, self._person = world, person
        self._shown: dict[str, int] = {}

    async def _action(self, context_id: str | None, body: Any) -> dict[str, Any]:
        async with self._world.lock:
            answer = await super()._action(context_id, body)
            self._shown = {page.id: self._fingerprint() for page in self._browser_pages()}
        if body.get("kind") in PRESSES and (trouble := _trouble(answer)):
            self._world.warn(trouble)
        self._world.hurry()
        return answer

    def republish(self, *, moved: bool) -> None:
        """Shows what is new to the pages that are open in the browser; ``moved``: the clock jumped."""
        for page in self._browser_pages():
            look = self._fingerprint()
            if moved or self._shown.get(page.id) != look:
                self._shown[page.id] = look
                self._advance_presentation_time()
                self._publish(page, reason="refresh")

    def _browser_pages(self) -> list[_Page]:
        return [page for page in self._pages.values() if page is not self._python]

    def _fingerprint(self) -> int:
        """Of all that the room shows. A page is published anew only then: presses on the old one lapse."""
        backend, room = self.env.backend, self.channel.id
        guild = backend.guilds[self._person.member.guild.id]
        member = guild.members.get(self._person.id)
        messages = list(backend.messages.get(room, {}).values())
        return hash((repr(messages), repr(backend.channels.get(room)), repr(member), repr(guild.roles)))


def _trouble(answer: dict[str, Any]) -> str | None:
    """Why an act did not count, for the person who did it."""
    if answer["rejected"]:
        codes = {each.get("code") for each in answer["diagnostics"]}
        if codes & {"stale-revision", "stale-context", "busy"}:
            return "The room had just changed, so that did not count. Please press it once more."
        return None if "command-option-invalid" in codes else "Discord would not let you do that here."
    if answer["settlement"] != "settled" or answer["acknowledgement"] == "unacknowledged":
        return "The bot did not answer. On Discord you would read “This interaction failed”."
    return None


class AllPreviews:
    """Stands where simcord keeps its one preview: tells whichever is acting that its act went out."""

    _closed = True

    def __init__(self) -> None:
        self.open: list[RoomPreview] = []

    def _mark_action_dispatched(self) -> None:
        for preview in self.open:
            preview._mark_action_dispatched()


class Frames:
    """The previews that are open, and the routes by which their pages reach them."""

    def __init__(self, world: World, rooms: Rooms) -> None:
        self._world, self._rooms = world, rooms
        self._by_room: dict[tuple[int, int], RoomPreview] = {}
        self._by_capability: dict[str, RoomPreview] = {}
        self._all = AllPreviews()
        #: known once the sandbox listens
        self.port = 0

    async def open(self, person: Inhabitant, room: int) -> str:
        """The address of the frame for that room; made when first asked for."""
        async with self._world.lock:
            preview = self._by_room.get((person.id, room)) or await self._enter(person, room)
        return f"{INDEX}?v={secrets.token_hex(4)}#{preview.capability}"

    def republish(self, *, moved: bool = False) -> None:
        """The caller holds the world's lock."""
        for preview in self._all.open:
            preview.republish(moved=moved)

    def routes(self) -> list[web.RouteDef]:
        def api(act: Callable[[PreviewServer, web.Request], Awaitable[web.Response]]) -> Any:
            async def handler(request: web.Request) -> web.Response:
                return await act(self._server_for(request), request)

            return handler

        static = [web.get(path, _file) for path in PreviewServer._STATIC_FILES if path != "/"]
        return [
            web.get(INDEX, _file),
            *static,
            web.post("/api/pages", api(PreviewServer._pages)),
            web.delete("/api/pages/{context_id}", api(PreviewServer._delete_page)),
            web.get("/api/state", api(PreviewServer._state)),
            web.get("/api/commands", api(PreviewServer._commands)),
            web.get("/api/action-result", api(PreviewServer._action_result)),
            web.post("/api/action", api(PreviewServer._action)),
            web.get("/api/assets/{asset_id}", api(PreviewServer._asset)),
        ]

    async def _enter(self, person: Inhabitant, room: int) -> RoomPreview:
        env: Any = self._world.env
        preview = RoomPreview(self._world, person, self._rooms.handle(person, room), self.port)
        env._preview = None
        await preview.__aenter__()
        self._all.open.append(preview)
        env._preview = self._all
        self._by_room[person.id, room] = self._by_capability[preview.capability] = preview
        return preview

    def _server_for(self, request: web.Request) -> PreviewServer:
        preview = self._by_capability.get(request.headers.get("X-Simcord-Capability", ""))
        if preview is None:
            raise web.HTTPUnauthorized
        return preview._server


async def _file(request: web.Request) -> web.Response:
    """One of simcord's files. But for the page itself the browser may keep them for a while."""
    name = PreviewServer._STATIC_FILES["/" if request.path == INDEX else request.path]
    path = FILES / name if name == "protocol.schema.json" else FILES / "static" / name
    body = path.read_bytes()
    if name == "preview.css":
        body += OWN_STYLE.read_bytes()
    headers = dict(SharedServer._SECURITY_HEADERS)
    if name != "index.html":
        del headers["Pragma"]
        headers["Cache-Control"] = "private, max-age=3600"
    return web.Response(body=body, content_type=_content_type(name), headers=headers)


def _content_type(name: str) -> str:
    known = PreviewServer._STATIC_CONTENT_TYPES.get(name)
    return known or ("font/ttf" if name.endswith(".ttf") else "application/javascript")
