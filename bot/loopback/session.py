"""A gateway session and the socket that carries it, which may break and be replaced."""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import discord
from aiohttp import web
from simcord.backend import Backend
from simcord.gateway import FakeGateway, FakeWebSocket

DISPATCH = 0


class Socket:
    """One WebSocket connection. Frames leave in the order in which they were put."""

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport, *, compress: bool) -> None:
        self.ws = ws
        self.session: Session | None = None
        self._transport = transport
        self._deflate = zlib.compressobj() if compress else None
        self._queue: asyncio.Queue[str] = asyncio.Queue()

    def put(self, frame: str) -> None:
        self._queue.put_nowait(frame)

    def op(self, code: int, data: Any = None) -> None:
        self.put(json.dumps({"op": code, "d": data, "s": None, "t": None}))

    async def pump(self) -> None:
        """Send what is put, until cancelled or the peer is gone."""
        try:
            while True:
                frame = await self._queue.get()
                if self._deflate is None:
                    await self.ws.send_str(frame)
                else:
                    data = self._deflate.compress(frame.encode())
                    await self.ws.send_bytes(data + self._deflate.flush(zlib.Z_SYNC_FLUSH))
        except ConnectionError:
            return

    async def close(self, code: int) -> None:
        await self.ws.close(code=code)

    def abort(self) -> None:
        """Break the connection as a lost network does: no close frame."""
        self._transport.abort()


class _Parsers(dict[str, Callable[[Mapping[str, Any]], None]]):
    """Stands where simcord expects discord.py's table of event parsers; every event goes to one function."""

    def __init__(self, record: Callable[[str, Mapping[str, Any]], None]) -> None:
        super().__init__()
        self._record = record

    def __missing__(self, event: str) -> Callable[[Mapping[str, Any]], None]:
        return lambda payload: self._record(event, payload)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]


class Session:
    """What a bot IDENTIFYed: its intents, its sequence, and the last events for a RESUME."""

    def __init__(self, backend: Backend, intents: int, *, buffer: int) -> None:
        self.id = secrets.token_hex(16)
        self.seq = 0
        self.socket: Socket | None = None
        self.lost_at: datetime | None = None
        self._events: deque[tuple[int, str]] = deque(maxlen=buffer)
        declared = discord.Intents.none()
        declared.value = intents
        state = SimpleNamespace(intents=declared, parsers=_Parsers(self.record), _chunk_requests={})
        gateway = FakeGateway(backend, state)
        #: give an event, if the intents ask for it
        self.feed = gateway.feed
        #: answer REQUEST_GUILD_MEMBERS
        self.request_chunks = FakeWebSocket(backend, gateway).request_chunks

    def record(self, event: str, payload: Mapping[str, Any]) -> None:
        """Number an event, keep it, and send it if somebody listens."""
        self.seq += 1
        frame = json.dumps({"op": DISPATCH, "d": payload, "s": self.seq, "t": event})
        self._events.append((self.seq, frame))
        if self.socket is not None:
            self.socket.put(frame)

    def holds(self, seq: int) -> bool:
        """Whether everything after `seq` is still kept."""
        oldest = self._events[0][0] if self._events else self.seq + 1
        return oldest - 1 <= seq <= self.seq

    def resume(self, socket: Socket, seq: int) -> None:
        """Send what came after `seq`, in order, then RESUMED; the session goes on over this socket."""
        self.socket, self.lost_at = socket, None
        for number, frame in self._events:
            if number > seq:
                socket.put(frame)
        self.record("RESUMED", {})
