"""What Discord hands over of a file is read no longer and no further than was promised (RG9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
import discord
import pytest
from aiohttp import web

from bot.views import uploads

MIB = 1024 * 1024


class Cdn:
    """Serves ``chunks`` chunks of 64 KiB, waiting ``pause_s`` before each, and counts them."""

    def __init__(self, chunks: int, pause_s: float = 0) -> None:
        self.chunks, self.pause_s, self.sent = chunks, pause_s, 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.chunks == 0:
            return web.Response(status=404)
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(self.chunks):
            await asyncio.sleep(self.pause_s)
            await response.write(b"x" * 64 * 1024)
            self.sent += 1
        return response


@asynccontextmanager
async def attached(cdn: Cdn, size: int) -> AsyncIterator[discord.Attachment]:
    app = web.Application()
    app.router.add_get("/a.png", cdn.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        http = SimpleNamespace(proxy=None, proxy_auth=None, _HTTPClient__session=session)
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/a.png"
        data = {"id": "1", "filename": "a.png", "size": size, "url": url, "proxy_url": url}
        yield discord.Attachment(data=data, state=SimpleNamespace(http=http))  # pyright: ignore[reportArgumentType]
    await runner.cleanup()


async def test_a_file_comes_whole():
    async with attached(Cdn(4), 256 * 1024) as file:
        assert await uploads.fetch(file) == b"x" * 256 * 1024


async def test_one_that_is_larger_than_it_said_is_dropped_at_once():
    cdn = Cdn(16 * 1024)  # a gibibyte
    async with attached(cdn, 10 * 1024) as file:
        assert await uploads.fetch(file) is None
    assert cdn.sent * 64 * 1024 < 20 * MIB


async def test_one_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "FETCH_S", 0.2)
    async with attached(Cdn(1000, pause_s=0.05), MIB * 100) as file:
        assert await uploads.fetch(file) is None


async def test_one_that_is_gone_is_told_as_not_had():
    async with attached(Cdn(0), 10) as file:
        assert await uploads.fetch(file) is None
