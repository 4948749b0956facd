"""Nobody else on the machine, and no page of the web, gets into the sandbox."""

from __future__ import annotations

import aiohttp
import pytest

from bot.sandbox.server import STATIC
from tests.sandbox.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("path", ["/world", "/world/events"])
async def test_without_the_token_nothing_is_told(guest: Visitor, path: str):
    async with aiohttp.ClientSession() as session:
        for headers in ({}, {"X-Sandbox-Token": "guess"}):
            async with session.get(guest.base + path, headers=headers) as response:
                assert response.status == 401
        async with session.get(guest.base + path + "?token=guess") as response:
            assert response.status == 401


async def test_without_its_capability_a_room_is_closed(guest: Visitor):
    async with aiohttp.ClientSession() as session:
        for headers in ({}, {"X-Simcord-Capability": "guess"}):
            async with session.post(guest.base + "/api/pages", json={}, headers=headers) as response:
                assert response.status == 401


async def test_a_name_that_points_here_from_elsewhere_is_refused(guest: Visitor):
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/world", "/discord", "/static/main.js", "/preview.css"):
            async with session.get(guest.base + path, headers={"Host": "evil.example"}) as response:
                assert response.status == 403


async def test_a_person_can_open_only_the_rooms_they_see(guest: Visitor):
    teachers = (await guest.rooms("Ms Rivera"))["period-3-teachers"]["id"]
    ana = (await guest.person("Ana"))["id"]
    headers = {"X-Sandbox-Token": guest.token}
    async with aiohttp.ClientSession() as session:
        body = {"person": ana, "room": teachers, "frame": True}
        async with session.post(guest.base + "/world/look", json=body, headers=headers) as response:
            assert response.status == 404


async def test_the_page_brings_all_it_needs_and_asks_nobody_else(guest: Visitor):
    async with aiohttp.ClientSession() as session:
        async with session.get(guest.base + "/") as response:
            page = await response.text()
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers["X-Frame-Options"] == "DENY"
        for path in STATIC.iterdir():
            assert "https://" not in path.read_text(encoding="utf-8").replace("https://www.w3.org", "")
            async with session.get(f"{guest.base}/static/{path.name}") as response:
                assert response.status == 200
        for outside in ("..%2fserver.py", "server.py", "%2e%2e/run.py"):
            async with session.get(f"{guest.base}/static/{outside}") as response:
                assert response.status == 404
        async with session.get(guest.base + "/discord") as response:
            assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
            assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert "main.js" in page
