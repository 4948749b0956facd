"""An announcement with a file of 8 MB to forty students: how much more memory the bot takes, and who got it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from bench.school import SETTINGS, a_school
from bot.loopback.people import Person
from bot.loopback.world import World
from bot.tour.steps import BEGIN

STUDENTS = 40
SIZE = 8 * 2**20
WORDS = "With a file"


async def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), start=BEGIN, settings=SETTINGS) as world:
            teacher, students, _ = await a_school(world, STUDENTS - 1)
            before = _megabytes(world)
            form = await teacher.slash("announce", where="lobby")
            pdf = b"%PDF-" + os.urandom(SIZE - 100)
            shown = await teacher.submit(form, {"words": WORDS, "file": ("sheet.pdf", pdf)})
            uploaded = _megabytes(world)
            await teacher.press(f"Send to {STUDENTS}", shown)
            await world.move(timedelta(seconds=25))
            async with asyncio.timeout(300):
                while (got := _arrived(students)) < len(students):  # noqa: ASYNC110  # Discord's side tells nobody
                    await asyncio.sleep(0.2)
            return {
                "files": {
                    "got_it": got,
                    "rss_mb": before[0],
                    "uploaded_mb_more": uploaded[0] - before[0],
                    "sent_mb_more": _megabytes(world)[0] - before[0],
                    # the most that it ever had, where the system tells
                    "most_mb_more": _megabytes(world)[1] - before[0],
                }
            }


def _arrived(students: Sequence[Person]) -> int:
    return sum(any(WORDS in each.text for each in student.dm_messages()) for student in students)


def _megabytes(world: World) -> tuple[int, int]:
    """Resident now, and at most so far."""
    process = psutil.Process(world.bot.pid)
    status = Path(f"/proc/{world.bot.pid}/status")
    now = process.memory_info().rss
    most = now // 2**20
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        most = int(line.split()[1]) // 1024
    return now // 2**20, most
