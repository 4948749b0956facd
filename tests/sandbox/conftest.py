"""A sandbox with its scenario played, and somebody who has its page open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.run import open_server
from tests.sandbox.visitor import Visitor

ZONE = ZoneInfo("America/New_York")


@asynccontextmanager
async def open_visitor() -> AsyncIterator[Visitor]:
    async with (
        open_server(ZONE) as server,
        server.listening(0) as address,
        aiohttp.ClientSession() as session,
    ):
        yield Visitor(address, session)


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    """In a world of their own."""
    async with open_visitor() as visitor:
        yield visitor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guest() -> AsyncIterator[Visitor]:
    """In a world that a whole file shares, for tests that change nothing in it."""
    async with open_visitor() as visitor:
        yield visitor
