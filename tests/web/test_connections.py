"""Slow and idle clients take no room from others, and what is no request is answered as quietly as any other."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.web.connections import HEADERS, Lobby
from tests.web.conftest import Site

#: what is no request, each in its own way
NO_REQUESTS = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nNo colon here\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\n",
]


async def opened(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", site.port)


async def ended(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@pytest.fixture
async def small(site: Site) -> Site:
    """Room for ten connections."""
    site.lobby = Lobby(10)
    await site.restart()
    return site


@pytest.mark.parametrize("said", NO_REQUESTS)
async def test_what_is_no_request_is_answered_shortly_with_the_same_headers(
    site: Site, said: bytes, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO):
        reader, writer = await opened(site)
        writer.write(said)
        answer = (await ended(reader)).decode()
        writer.close()
    head = answer.partition("\r\n\r\n")[0]
    assert " 400 " in head.splitlines()[0], answer
    for name, value in HEADERS.items():
        assert f"{name}: {value}" in head
    assert "Server:" not in head
    assert not caplog.records


async def test_idle_connections_keep_nobody_out(small: Site):
    idle = [await opened(small) for _ in range(60)]
    assert (await small.ask("GET", "/healthz", proxied=False)).status == 200
    # the oldest of them had to go: their ends are heard by now or soon
    for reader, _ in idle[:50]:
        assert await ended(reader) == b""
    for _, writer in idle:
        writer.close()


async def test_while_many_hold_on_the_log_says_so_once(small: Site, capsys: pytest.CaptureFixture[str]):
    idle = [await opened(small) for _ in range(200)]
    for reader, _ in idle[:190]:
        await ended(reader)
    assert capsys.readouterr().out.count("web_connections_sent_away") == 1
    for _, writer in idle:
        writer.close()


async def test_headers_that_do_not_end_are_not_waited_for(site: Site):
    site.lobby = Lobby(10, headers_s=0.01)
    await site.restart()
    reader, writer = await opened(site)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    assert await ended(reader) == b""
    writer.close()


async def test_whoever_asked_in_time_may_ask_again_later(site: Site):
    site.lobby = Lobby(10, headers_s=60)
    await site.restart()
    reader, writer = await opened(site)
    for _ in range(3):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"HTTP/1.1 200" in await reader.readuntil(b"\r\n\r\n")
    writer.close()
