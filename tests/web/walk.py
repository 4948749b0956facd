"""A real bot with a web server, as a process in a world; and a student's way through it."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.loopback.changes import PATIENCE_S
from bot.loopback.people import Person
from bot.loopback.world import World
from bot.tour.steps import BEGIN, CLASS, ZONE

PUBLIC = "https://bot.school.example"
METRICS_TOKEN = "only-prometheus-may-look"
#: of a real one's shape
BOT_TOKEN = "MTA5NjQxMDAxMDg1MDgxNjAwMQ.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
PHONE, GUARDIAN = "+12025550142", "+13035550177"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Live:
    """The world with a bot that has a web server."""

    def __init__(self, world: World, port: int, session: aiohttp.ClientSession) -> None:
        self.world, self.base, self.session = world, f"http://127.0.0.1:{port}", session

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.session.get(self.base + path, headers=headers) as answer:
            return answer.status, await answer.text()

    async def health(self, *, ok: bool) -> dict[str, Any]:
        """Waits until the server says so."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    status, text = await self.get("/healthz")
                    if (status == 200) is ok:
                        return json.loads(text)
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_live(folder: Path) -> AsyncIterator[Live]:
    port = free_port()
    settings = {
        "web": {"port": port, "public_url": PUBLIC, "metrics_token": METRICS_TOKEN},
        "log": {"level": "DEBUG"},
        "discord": {"token": BOT_TOKEN},
    }
    async with World(folder, start=BEGIN, settings=settings) as world, aiohttp.ClientSession() as session:
        world.wire.token = BOT_TOKEN
        world.phone.really_at[PUBLIC] = f"http://127.0.0.1:{port}"
        yield Live(world, port, session)


class Walk:
    """A student's way from joining to a text that is answered; everything is logged on the way."""

    def __init__(self, live: Live) -> None:
        self.live, self.world = live, live.world
        server = self.world.wire.create_server("Rivera's Chemistry")
        server.create_text_channel("lobby")
        self.teacher: Person = server.add_person("Ms Rivera", roles=[server.add_teacher_role()])
        self.dev: Person = server.add_person("Dev")
        self.secrets: set[str] = set()

    async def join_and_prove_a_phone(self) -> None:
        await self.teacher.slash("course sample", where="lobby")
        options = {"name": CLASS, "course": "intro-chemistry", "zone": ZONE}
        plan = await self.teacher.slash("class create", options, where="lobby")
        await self.teacher.press("Create the class", plan)
        await self.dev.sees("Join", "lobby")
        await self.dev.press("I am old enough. Join", await self.dev.press("Join this class"))
        await self.dev.press("Open my inbox")
        form = await self.dev.press("Give my number", await self.dev.slash("phone number", where="lobby"))
        sent = await self.dev.submit(form, {"number": "(202) 555-0142"})
        text = await self.world.phone.receives(PHONE)
        found = re.search(r"\d{6}", text.body)
        assert found
        self.secrets.add(found[0])
        await self.dev.submit(await self.dev.press("Enter the code", sent), {"code": found[0]})

    async def be_reminded_and_write_back(self) -> None:
        await self.teacher.slash("prework post", {"unit": "1", "deadline": "tomorrow 16:00"}, where="lobby")
        await self.world.quiet()  # Dev sees the channel once the role is given
        await self.dev.sees("Pre-work", "period-3-pre-work")
        for hours in (6, 27, 29):
            await self.world.move_to(BEGIN + timedelta(hours=hours, seconds=1))
            await self.world.quiet()
        await self.world.phone.receives(PHONE, CLASS)
        await self.world.phone.reply(
            PHONE, f"please ask my mother, {GUARDIAN} or 303-555-0177", f"{PUBLIC}/twilio/text"
        )
        await self.world.phone.settle()

    async def look_at_the_stop_page(self) -> str:
        shown = await self.dev.slash("phone show", where="lobby")
        assert shown.message is not None
        link = shown.message.button("Stop page").url
        assert link is not None
        assert link.startswith(f"{PUBLIC}/stop/")
        self.secrets.add(link.rpartition("/")[2])
        status, page = await self.live.get(link.removeprefix(PUBLIC))
        assert status == 200
        return page

    async def press_the_stop_page(self, page: str) -> None:
        link = next(each for each in self.secrets if each.startswith(("1s", "2s", "3s", "4s")))
        form = re.search(r'name="form" value="([^"]+)"', page)
        assert form
        self.secrets.add(form[1])
        async with self.live.session.post(
            f"{self.live.base}/stop/{link}",
            data={"form": form[1]},
            headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        ) as done:
            assert "Texts have stopped" in await done.text()

    async def meet_a_fault(self) -> None:
        """The last resort, with a number in hand: the table of phones is gone."""
        connection = sqlite3.connect(self.world.database_path)
        connection.execute("ALTER TABLE phone RENAME TO phone_gone")
        connection.close()
        form = await self.dev.press("Give my number")
        sorry = await self.dev.submit(form, {"number": PHONE})
        assert "That did not work" in sorry.text

    async def ask_wrongly(self) -> None:
        """Requests that a server would put into its own log."""
        for path in (f"/stop/{PHONE}", f"/twilio/text?To={PHONE}", "/%zz", f"/{BOT_TOKEN}"):
            await self.live.get(path, Authorization="Bearer " + METRICS_TOKEN)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.live.base.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\nHost x " + PHONE.encode() + b"\r\n\r\n")
        await reader.read(1000)
        writer.close()

    def canaries(self) -> set[str]:
        key = (self.world.folder / "key").read_text()
        tokens = {record.token for record in self.world.wire.backend.interactions.values()}
        assert len(tokens) > 10
        phone = self.world.phone
        numbers = {
            form
            for number in (PHONE, GUARDIAN, phone.number)
            for form in (number[1:], number[2:], f"{number[5:8]}-{number[8:]}")
        }
        return {BOT_TOKEN, METRICS_TOKEN, key, phone.auth_token} | tokens | numbers | self.secrets
