"""The gateway of the loopback Discord: HELLO, IDENTIFY, heartbeats, RESUME, and the ways in which it ends."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from aiohttp import WSMsgType, web
from simcord.backend import Backend, serializers

from bot.loopback.changes import Changes
from bot.loopback.session import Session, Socket

HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS, INVALID_SESSION = 1, 2, 6, 7, 8, 9
HELLO, ACK = 10, 11
IGNORED = (3, 4)  # presence and voice state change nothing here
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, DISALLOWED_INTENTS = 4005, 4014
DAY = timedelta(days=1)


class Gateway:
    """Sessions of one bot. Events reach only those who IDENTIFYed, as far as their intents go."""

    def __init__(self, backend: Backend, changes: Changes, *, token: Callable[[], str]) -> None:
        self.url = ""
        self.heartbeat_ms = 41250
        self.refuse_intents = False
        self.starts_per_day = 1000
        #: events kept for a RESUME, and for how long after the socket was lost (the world's clock)
        self.buffer = 1000
        self.resume_within = timedelta(minutes=3)
        #: called when more than `starts_per_day` IDENTIFYs came: Discord then resets the bot's token
        self.on_exhausted: Callable[[], None] = lambda: None
        self.identifies = 0
        self.resumes = 0
        self.heartbeats = 0
        #: connections that are not taken in yet
        self.waiting = 0
        self._starts: deque[Any] = deque()
        self._backend, self._changes, self._token = backend, changes, token
        self._sessions: dict[str, Session] = {}
        self._sockets: set[Socket] = set()
        self._reachable = asyncio.Event()
        self._reachable.set()
        backend.subscribers.append(self._emit)

    @property
    def connected(self) -> bool:
        """Whether an IDENTIFYed session has a socket now."""
        return any(session.socket is not None for session in self._sessions.values())

    def start_limit(self) -> dict[str, int]:
        """What GET /gateway/bot says of IDENTIFYs in the last 24 hours (the world's clock)."""
        now = self._backend.clock.now()
        while self._starts and self._starts[0] <= now - DAY:
            self._starts.popleft()
        reset = self._starts[0] + DAY - now if self._starts else timedelta(0)
        return {
            "total": self.starts_per_day,
            "remaining": max(0, self.starts_per_day - len(self._starts)),
            "reset_after": reset // timedelta(milliseconds=1),
            "max_concurrency": 1,
        }

    async def turn(self) -> None:
        """Ask for a heartbeat (op 1) and wait until it is here: the loops of all that are connected went round."""
        asked = [socket for socket in self._sockets if socket.session is not None]
        before = self.heartbeats
        for socket in asked:
            socket.op(HEARTBEAT)

        def are_here() -> bool:
            return self.heartbeats >= before + len(self._sockets.intersection(asked))

        await self._changes.until(are_here, what="the bot's heartbeat")

    # ------------------------------------------------------------- what the network and Discord do to it

    def cut(self) -> None:
        """Break every socket without a word. The sessions may be resumed."""
        for socket in list(self._sockets):
            socket.abort()
            self._let_go(socket)

    async def close(self, code: int) -> None:
        """Close every socket with this code, as Discord does."""
        for socket in list(self._sockets):
            self._let_go(socket)
            await socket.close(code)

    def ask_reconnect(self) -> None:
        """Op 7: the bot should drop its socket and RESUME."""
        for socket in self._sockets:
            socket.op(RECONNECT)

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9. If not resumable, the sessions and all they kept are gone."""
        for socket in self._sockets:
            socket.op(INVALID_SESSION, resumable)
        if not resumable:
            for session in self._sessions.values():
                session.socket = None
            self._sessions.clear()

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Cut, and nobody is taken in until the block ends. Events meanwhile are kept for a RESUME."""
        self._reachable.clear()
        self.cut()
        try:
            yield
        finally:
            self._reachable.set()

    # ------------------------------------------------------------------------------- one connection

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """The handler of the WebSocket address."""
        self.waiting += 1
        self._changes.notify()
        try:
            await self._reachable.wait()
        finally:
            self.waiting -= 1
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        assert request.transport is not None
        socket = Socket(ws, request.transport, compress=request.query.get("compress") == "zlib-stream")
        self._sockets.add(socket)
        pump = asyncio.create_task(socket.pump())
        try:
            socket.op(HELLO, {"heartbeat_interval": self.heartbeat_ms})
            await self._serve(ws, socket)
        finally:
            pump.cancel()
            self._let_go(socket, by_bot=ws.close_code)
        return ws

    async def _serve(self, ws: web.WebSocketResponse, socket: Socket) -> None:
        async for frame in ws:
            if frame.type is not WSMsgType.TEXT:
                continue
            code = await self._receive(socket, frame.data)
            self._changes.notify()
            if code is not None:
                with suppress(ConnectionError):
                    await ws.close(code=code)

    async def _receive(self, socket: Socket, frame: str) -> int | None:
        """Act on one frame; return the code to close with, if any."""
        try:
            message = json.loads(frame)
            op, data = message["op"], message.get("d")
        except (ValueError, KeyError, TypeError):
            return DECODE_ERROR
        if op == HEARTBEAT:
            self.heartbeats += 1
            socket.op(ACK)
            return None
        if op == IDENTIFY:
            return self._identify(socket, data)
        if op == RESUME:
            return self._resume(socket, data)
        if socket.session is None:
            return NOT_AUTHENTICATED
        if op == REQUEST_MEMBERS:
            await _members(socket.session, data)
            return None
        return None if op in IGNORED else UNKNOWN_OPCODE

    def _identify(self, socket: Socket, data: Mapping[str, Any]) -> int | None:
        self.identifies += 1
        if socket.session is not None:
            return ALREADY_AUTHENTICATED
        if data["token"] != self._token():
            return AUTHENTICATION_FAILED
        if self.refuse_intents:
            return DISALLOWED_INTENTS
        if self.start_limit()["remaining"] == 0:
            self.on_exhausted()
            return AUTHENTICATION_FAILED
        self._starts.append(self._backend.clock.now())
        self._forget_lost()
        session = Session(self._backend, data["intents"], buffer=self.buffer)
        self._sessions[session.id] = session
        session.socket, socket.session = socket, session
        self._greet(session, data.get("shard", [0, 1]))
        return None

    def _greet(self, session: Session, shard: list[int]) -> None:
        ready = {
            "v": 10,
            "user": dict(serializers.user_payload(self._backend.bot_user)),
            "guilds": [{"id": str(guild_id), "unavailable": True} for guild_id in self._backend.guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": shard,
            "application": {"id": str(self._backend.application_id), "flags": 0},
        }
        session.record("READY", ready)
        for guild in self._backend.guilds.values():
            session.feed("GUILD_CREATE", serializers.guild_create_payload(self._backend, guild))

    def _resume(self, socket: Socket, data: Mapping[str, Any]) -> int | None:
        if data["token"] != self._token():
            return AUTHENTICATION_FAILED
        self._forget_lost()
        session = self._sessions.get(data["session_id"] or "")
        seq = data["seq"]
        if session is None or seq is None or not session.holds(seq):
            socket.op(INVALID_SESSION, False)  # noqa: FBT003  # the op's whole payload
            return None
        if session.socket is not None:
            session.socket.abort()
        self.resumes += 1
        socket.session = session
        session.resume(socket, seq)
        return None

    def _let_go(self, socket: Socket, by_bot: int | None = None) -> None:
        """Part a socket from its session. A bot that says goodbye (1000, 1001) ends the session too."""
        self._sockets.discard(socket)
        session, socket.session = socket.session, None
        if session is not None and session.socket is socket:
            session.socket, session.lost_at = None, self._backend.clock.now()
            if by_bot in (1000, 1001):
                self._sessions.pop(session.id, None)
        self._changes.notify()

    def _forget_lost(self) -> None:
        limit = self._backend.clock.now() - self.resume_within
        for session in list(self._sessions.values()):
            if session.lost_at is not None and session.lost_at < limit:
                del self._sessions[session.id]

    def _emit(self, event: str, payload: Mapping[str, Any]) -> None:
        self._backend.transcript.clear()  # simcord's own record, which would grow without bound
        for session in list(self._sessions.values()):
            session.feed(event, payload)
        self._changes.notify()


async def _members(session: Session, data: Mapping[str, Any]) -> None:
    await session.request_chunks(
        int(data["guild_id"]),
        data.get("query"),
        limit=data.get("limit", 0),
        user_ids=data.get("user_ids"),
        presences=data.get("presences", False),
        nonce=data.get("nonce"),
    )
