"""The sandbox's page over HTTP, on this machine only and for whoever has the token."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from bot.domain.times import instant
from bot.sandbox.frames import Frames
from bot.sandbox.guide import Step
from bot.sandbox.state import State
from bot.sandbox.world import World

HOST = "127.0.0.1"
STATIC = Path(__file__).parent / "static"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
#: a silent stream is closed by proxies and sleeping laptops; this keeps it awake, in seconds
PING_S = 15.0
MORNING = time(8)
MOST_IN_A_TEXT = 480

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """One world, one page. ``address`` carries the token in its fragment, which no request carries."""

    def __init__(self, world: World, state: State, guide: tuple[Step, ...]) -> None:
        self._world, self._state, self._guide = world, state, guide
        self._frames = Frames(world, state.rooms)
        self._token = secrets.token_urlsafe(24)
        self._port = 0
        self._move: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self._port}/#{self._token}"

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[str]:
        """Serves on that port until left; on any free one when it is taken, or 0."""
        app = web.Application(middlewares=[self._same_host])
        app.add_routes(
            [
                web.get("/", _page),
                web.get("/static/{name}", _static),
                web.get("/world", self._guarded(self._now)),
                web.get("/world/events", self._guarded(self._events)),
                web.post("/world/look", self._guarded(self._look)),
                web.post("/world/time", self._guarded(self._time)),
                web.post("/world/text", self._guarded(self._text)),
                *self._frames.routes(),
            ]
        )
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, HOST, port).start()
            except OSError:
                await web.TCPSite(runner, HOST, 0).start()
            self._port = self._frames.port = runner.addresses[0][1]
            refreshing = asyncio.create_task(self._refresh())
            try:
                yield self.address
            finally:
                refreshing.cancel()
                if self._move is not None:
                    self._move.cancel()
        finally:
            await runner.cleanup()

    # --------------------------------------------------------------------------------------- answers

    async def _now(self, request: web.Request) -> web.Response:
        guide = [step.to_json() for step in self._guide]
        return web.json_response(self._state.to_json() | {"guide": guide}, headers=HEADERS)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """The state, again and again: whenever it changed, and in between so that the clocks agree."""
        stream = web.StreamResponse(headers=HEADERS | {"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        while True:
            version = self._world.version
            await stream.write(b"data: " + json.dumps(self._state.to_json()).encode() + b"\n\n")
            with suppress(TimeoutError):
                async with asyncio.timeout(PING_S):
                    await self._world.next_version(version)

    async def _look(self, request: web.Request) -> web.Response:
        """Somebody opens a room: the address of its frame, and from now on it counts as read."""
        asked = await _json(request)
        person = self._world.people.get(_number(asked, "person"))
        room = _number(asked, "room")
        if person is None or not self._state.rooms.may_open(person, room):
            raise web.HTTPNotFound(text="There is no such room for this person.")
        self._state.look(person, room, phone=bool(asked.get("phone")))
        frame = await self._frames.open(person, room) if asked.get("frame") else None
        self._world.changed()
        return web.json_response({"frame": frame}, headers=HEADERS)

    async def _time(self, request: web.Request) -> web.Response:
        """Moves time on; answers at once, and the stream tells of what happens on the way."""
        if self._move is not None and not self._move.done():
            raise web.HTTPConflict(text="Time is moving already.")
        target = _target((await _json(request)).get("to"), self._world)
        self._world.moving = True
        self._move = asyncio.create_task(self._time_on(target))
        return web.json_response({"to": target.isoformat()}, headers=HEADERS)

    async def _text(self, request: web.Request) -> web.Response:
        """A text from one of the telephones on the page."""
        asked = await _json(request)
        number, body = str(asked.get("number", "")), str(asked.get("body", "")).strip()
        if not any(number in (each.number, each.guardian) for each in self._world.people.values()):
            raise web.HTTPNotFound(text="There is no such telephone here.")
        if not 1 <= len(body) <= MOST_IN_A_TEXT:
            raise web.HTTPBadRequest(text=f"A text has 1 to {MOST_IN_A_TEXT} characters.")
        await self._world.text_back(number, body)
        return web.json_response({}, headers=HEADERS)

    async def _time_on(self, target: datetime) -> None:
        self._world.note(f"You moved time on to {target.astimezone(self._world.zone):%a %H:%M}")
        await self._world.time_on(target)
        async with self._world.lock:
            self._frames.republish(moved=True)

    async def _refresh(self) -> None:
        """Keeps the frames up with the world."""
        version = self._world.version
        while True:
            async with self._world.lock:
                try:
                    self._frames.republish()
                except Exception:  # one page that cannot be drawn must not stop the others for good
                    log.exception("sandbox_frame_fault")
            version = await self._world.next_version(version)

    # --------------------------------------------------------------------------------- who may ask

    @web.middleware
    async def _same_host(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A name that somebody points at this machine (DNS rebinding) is not ours."""
        if request.headers.get("Host") not in (f"{HOST}:{self._port}", f"localhost:{self._port}"):
            raise web.HTTPForbidden(text="This address is not the sandbox's.")
        return await handler(request)

    def _guarded(self, handler: Handler) -> Handler:
        """EventSource cannot send a header, so the stream alone may bring the token in its query."""

        async def checked(request: web.Request) -> web.StreamResponse:
            given = request.headers.get("X-Sandbox-Token") or request.query.get("token", "")
            if not secrets.compare_digest(given.encode(), self._token.encode()):
                raise web.HTTPUnauthorized(text="Open the sandbox by the address that the terminal shows.")
            return await handler(request)

        return checked


def _target(wanted: Any, world: World) -> datetime:
    match wanted:
        case "minutes":
            return world.now() + timedelta(minutes=10)
        case "hour":
            return world.now() + timedelta(hours=1)
        case "morning":
            tomorrow = world.now().astimezone(world.zone).date() + timedelta(days=1)
            return instant(datetime.combine(tomorrow, MORNING), world.zone.key)
        case _:
            raise web.HTTPBadRequest(text="Time moves on by minutes, hour or morning.")


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        asked = await request.json()
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise web.HTTPBadRequest(text="A JSON object is needed.")
    return asked


def _number(asked: dict[str, Any], key: str) -> int:
    value = str(asked.get(key, ""))
    return int(value) if value.isascii() and value.isdecimal() else 0


async def _page(request: web.Request) -> web.Response:
    return _answer("index.html")


async def _static(request: web.Request) -> web.Response:
    return _answer(request.match_info["name"])


def _answer(name: str) -> web.Response:
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    text = path.read_text(encoding="utf-8")
    return web.Response(text=text, content_type=TYPES[path.suffix], charset="utf-8", headers=HEADERS)
