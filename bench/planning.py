"""What it costs to plan reminders for 10,000 and 100,000 students, beside one APScheduler job for each student.

    python -m bench.planning      prints it

Both keep what is due in SQLite. Ours is asked at the instant at which a step comes for every student at once; the
others are one date job a student in an SQLAlchemyJobStore, added and then found due. The loop is watched
meanwhile: its longest block is how late a press would have been taken up.
"""

from __future__ import annotations

import asyncio
import gc
import json
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import event

from bot.app import new_handle
from bot.config import NudgesPart
from bot.domain.nudging import Hours
from bot.domain.quiet import OpenHours
from bot.services.nudges import NudgeService
from bot.services.ports import Tx
from bot.storage.database import Database, open_database
from bot.storage.tables import (
    account,
    course,
    enrolment,
    outbox,
    person,
    prework,
    progress,
    revision,
    section,
    unit,
)

#: a Monday, noon in Chicago; the deadline is a day later
NOW = datetime(2027, 1, 11, 18, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=2)
CLASS = 30
#: so many jobs are measured and multiplied: a job costs the same whether it is the first or the last
JOBS = 2_000
SIZES = (10_000, 100_000)
BEAT_S = 0.001


async def measure() -> dict[str, Any]:
    """The gate reads ``ratio_to_job_per_student`` and ``worst_block_ms``, the worst of both sizes."""
    with tempfile.TemporaryDirectory() as folder:
        keep_s, run_s = await _jobs(Path(folder) / "jobs.sqlite3")
    found: dict[str, Any] = {}
    for students in SIZES:
        figures = await _plan(students)
        found[str(students)] = {
            **figures,
            "jobs_keep_s": round(keep_s * students / JOBS, 2),
            "jobs_run_s": round(run_s * students / JOBS, 2),
            "jobs_are": f"{JOBS} measured, times {students // JOBS}",
            "ratio": round((keep_s + run_s) * students / JOBS / figures["plan_s"], 1),
        }
    return {
        "planning": {
            "ratio_to_job_per_student": min(each["ratio"] for each in found.values()),
            "worst_block_ms": max(each["worst_block_ms"] for each in found.values()),
            **found,
        }
    }


async def _plan(students: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.sqlite3"
        async with open_database(path) as database:
            await asyncio.to_thread(_seed, path, students)
            gc.collect()
            gc.freeze()  # what the seeding and the imports left is not walked over again: it is not measured here
            part = NudgesPart()
            hours = Hours(
                OpenHours(part.dm_hours.opens, part.dm_hours.closes),
                OpenHours(part.sms_hours.opens, part.sms_hours.closes),
            )
            service = NudgeService(database, hours, new_handle, lambda: None)
            _, idle_block_s, _ = await _watched(_nothing, database)
            early_s, _, _ = await _watched(lambda: service.plan(NOW - timedelta(hours=1)), database)
            plan_s, block_s, write_s = await _watched(lambda: service.plan(NOW), database)
            idle_s, _, _ = await _watched(lambda: service.plan(NOW + timedelta(seconds=15)), database)
            made = await database.read(lambda tx: tx.planning.next_at())
            if made is None or await asyncio.to_thread(_rows, path) != students:
                raise RuntimeError("not everybody was planned for")
        return {
            "plan_s": round(plan_s, 3),
            "worst_block_ms": round(block_s * 1000, 2),
            "worst_block_with_nothing_to_do_ms": round(idle_block_s * 1000, 2),
            "longest_wait_of_a_write_ms": round(write_s * 1000, 2),
            "first_look_s": round(early_s, 3),
            "beat_with_nothing_due_ms": round(idle_s * 1000, 2),
        }


async def _nothing() -> int:
    """What other programs on the machine cost the loop."""
    await asyncio.sleep(1)
    return 0


async def _watched(act: Callable[[], Awaitable[int]], database: Database) -> tuple[float, float, float]:
    """Seconds it took, the loop's longest block meanwhile, and how long another write had to wait at most."""
    worst, waits = [0.0], [0.0]
    watch = asyncio.create_task(_watch(worst))
    press = asyncio.create_task(_press(database, waits))
    await asyncio.sleep(0.05)
    worst[0] = waits[0] = 0.0
    began = time.perf_counter()
    await act()
    took = time.perf_counter() - began
    for each in (watch, press):
        each.cancel()
    await asyncio.gather(watch, press, return_exceptions=True)
    return took, worst[0], waits[0]


async def _watch(worst: list[float]) -> None:
    before = time.perf_counter()
    while True:
        await asyncio.sleep(BEAT_S)
        now = time.perf_counter()
        worst[0], before = max(worst[0], now - before - BEAT_S), now


async def _press(database: Database, waits: list[float]) -> None:
    """Somebody who presses every 50 ms, with a write."""
    while True:
        began = time.perf_counter()
        await database.write(_note_press)
        waits[0] = max(waits[0], time.perf_counter() - began)
        await asyncio.sleep(0.05)


def _note_press(tx: Tx) -> None:
    tx.upkeep.set_fact("press", "")


def _rows(path: Path) -> int:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()


def _seed(path: Path, students: int) -> None:
    """Classes of thirty, all with pre-work due at the same instant: the worst minute of a week."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for table, rows in _tables(students):
            connection.execute(sa.insert(table), rows)
    engine.dispose()


def _tables(students: int) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    persons, classes = range(1, students + 1), range(1, students // CLASS + 2)
    yield person, [{"id": each, "created_at": EARLIER} for each in persons]
    reach = {"inbox_asked_at": EARLIER}
    yield (
        account,
        [
            {"discord_id": 10**17 + each, "person_id": each, "dm_channel_id": each, **reach}
            for each in persons
        ],
    )
    yield course, [{"id": 1, "person_id": 1, "slug": "c", "title": "Chemistry"}]
    digest = {"digest": "0" * 64, "imported_at": EARLIER}
    yield revision, [{"id": 1, "course_id": 1, "number": 1, **digest}]
    body: dict[str, Any] = {}
    yield unit, [{"id": 1, "revision_id": 1, "position": 0, "slug": "u", "title": "Units", "body": body}]
    yield (
        section,
        [
            {
                "id": each,
                "handle": secrets.token_urlsafe(9),
                "guild_id": each,
                "name": "Period 3",
                "course_id": 1,
                "revision_id": 1,
                "zone": "America/Chicago",
                "bar": 80,
                "created_at": EARLIER,
                "age_confirmed_at": EARLIER,
                "age_confirmed_by": 1,
            }
            for each in classes
        ],
    )
    joined = {"joined_at": EARLIER, "age_confirmed_at": EARLIER}
    yield (
        enrolment,
        [{"section_id": (each - 1) // CLASS + 1, "person_id": each, **joined} for each in persons],
    )
    opened = {"course_id": 1, "unit_slug": "u", "opened_at": EARLIER}
    yield progress, [{"person_id": each, **opened} for each in persons]
    yield (
        prework,
        [
            {
                "handle": secrets.token_urlsafe(9),
                "section_id": each,
                "unit_id": 1,
                "post_at": EARLIER,
                "deadline": NOW + timedelta(days=1),
                "deadline_zone": "America/Chicago",
                "deadline_wall": "2027-01-12T12:00",
                "posted_at": EARLIER,
                "channel_id": each,
                "next_at": EARLIER,
            }
            for each in classes
        ],
    )


_done: list[int] = []


async def nudge(student: int) -> None:
    """What a job does: as little as can be, where ours has written a row of the outbox."""
    _done.append(student)


async def _jobs(path: Path) -> tuple[float, float]:
    """Seconds to keep one date job for each of JOBS students, as durably as ours, and to run them once due."""
    engine = sa.create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _durable)
    scheduler = AsyncIOScheduler(jobstores={"default": SQLAlchemyJobStore(engine=engine)}, timezone=UTC)
    scheduler.start(paused=True)
    due = datetime.now(UTC) - timedelta(seconds=1)
    began = time.perf_counter()
    for number in range(JOBS):
        scheduler.add_job(nudge, DateTrigger(due), args=[number], id=str(number), misfire_grace_time=None)
    kept = time.perf_counter()
    scheduler.resume()
    while len(_done) < JOBS:  # noqa: ASYNC110  # the loop is theirs: they are polled as seldom as can be
        await asyncio.sleep(0.01)
    ran = time.perf_counter()
    scheduler.shutdown()
    return kept - began, ran - kept


def _durable(connection: Any, _: Any) -> None:
    """The same journal as ours, so that the disk is waited for no longer than by us."""
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA synchronous=FULL").close()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=2))
