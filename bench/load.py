"""How long people wait for the first response while the bot has its hands full (RA1).

A class of 500 is written to, a course is imported, and the database is backed up again and again, all at once;
meanwhile ten people at a time ask, press and hand in, and a teacher types into autocompletion.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.figures import act_at_once, steady
from bench.interactions import today
from bench.school import SETTINGS, a_school
from bot.formats.pack import zip_folder
from bot.loopback.people import Person
from bot.loopback.process import PROJECT
from bot.loopback.seen import Answer, Seen
from bot.loopback.world import World
from bot.tour.steps import BEGIN, PACK

STUDENTS, AT_ONCE, INTERACTIONS = 500, 10, 500


async def measure(students: int = STUDENTS, interactions: int = INTERACTIONS) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), start=BEGIN, settings=SETTINGS) as world:
            teacher, people, card = await a_school(world, students)
            dms = {each.dm for each in people}
            before = len(world.wire.requests)
            async with steady():
                await world.move_to(BEGIN + timedelta(hours=6, seconds=1))  # a day before the deadline
                busy = asyncio.gather(_imports(teacher), _backups(world))
                figures = await act_at_once(
                    world, people, _mixed(card), AT_ONCE, _at_least(interactions, busy)
                )
                imported, backups = await busy
            with contextlib.suppress(TimeoutError):
                await world.quiet(for_s=2, timeout_s=30)
            sent = sum(
                _is_dm(each.path, dms)
                for each in world.wire.requests[before:]
                if each.method == "POST" and each.status == 200
            )
            return {
                "load": {
                    "p50_ms": round(figures.p50, 1),
                    "p99_ms": round(figures.p99, 1),
                    "longest_ms": round(figures.longest, 1),
                    "over_3_s": int(figures.longest > 3000),
                    "imported": imported,
                    "backups": backups,
                    "nudges": sent,
                }
            }


def _mixed(card: Seen) -> Any:
    """Turn by turn: a command that reads, a press that writes, a press that opens a form."""
    kinds = itertools.cycle(("today", "Start", "Hand in"))

    async def act(person: Person) -> Answer:
        kind = next(kinds)
        return await (today(person) if kind == "today" else person.press(kind, card))

    return act


def _at_least(count: int, busy: asyncio.Future[Any]) -> Iterator[None]:
    """So many turns, and more for as long as the bot is kept busy."""
    taken = 0
    while taken < count or not busy.done():
        taken += 1
        yield None


async def _imports(teacher: Person) -> int:
    pack = ("chemistry.zip", zip_folder(PACK))
    for _ in range(3):
        await teacher.slash("course import", {"pack": pack}, where="lobby")
    return 3


async def _backups(world: World) -> int:
    for number in range(5):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "backup", str(world.folder / f"copy{number}.sqlite3"),
            "--config", str(world.config_path), cwd=PROJECT, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        if await process.wait() != 0:
            raise RuntimeError("the backup failed")
    return 5


def _is_dm(path: str, dms: set[int]) -> bool:
    parts = path.split("/")
    return len(parts) == 4 and parts[1] == "channels" and parts[3] == "messages" and int(parts[2]) in dms
