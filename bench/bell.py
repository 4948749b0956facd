"""The bell rings: a class of 30 starts the same check within one second, then each answers every two seconds.

The bare bot beside it gets as many presses at the same instants of a run of its own. Discord shows "thinking…" for
three seconds at most, so what counts is how long the slowest waited for a first response.

A second part imports a course of 5,000 questions while the class asks for its next step: how long it takes beside
reading and storing the same rows with csv and sqlite3, and how long anybody waited meanwhile.
"""

from __future__ import annotations

import asyncio
import csv
import io
import random
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.figures import act_at_once, steady
from bench.interactions import BARE, SETTINGS, the_class, today
from bot.domain.course import Course
from bot.formats.pack import read_folder
from bot.loopback.people import Person
from bot.loopback.seen import Answer
from bot.loopback.world import World
from bot.tour.answers import answer_one
from bot.tour.steps import BEGIN, PACK

STUDENTS, ROUNDS, ANSWER_EVERY_S = 30, 3, 2.0
UNITS, QUESTIONS = 20, 250


async def measure() -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bare = await stack.enter_async_context(World(folder / "bare", command=BARE, keep=200))
        ours = await stack.enter_async_context(World(folder / "ours", start=BEGIN, settings=SETTINGS))
        peers = await _bare_class(bare)
        teacher, students = await _our_class(ours)
        rounds: list[dict[str, float]] = []
        for number in range(ROUNDS):
            async with steady():
                own = await _ring(students[number], _answering(), number)
                theirs = await _ring(peers, _pinging, number)
            rounds.append(_told(own, theirs))
            print(rounds[-1], flush=True)
        middle = {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}
        return {"bell": middle, "import": await _import(ours, teacher, students[0])}


def _told(own: Sequence[float], theirs: Sequence[float]) -> dict[str, float]:
    mine, base = quantiles(own, n=100), quantiles(theirs, n=100)
    return {
        "p50_ms": mine[49],
        "p99_ms": mine[98],
        "longest_ms": max(own),
        "bare_p99_ms": base[98],
        "p99_ratio": mine[98] / base[98],
        "interactions": len(own),
    }


Turn = Callable[[Person, "Answer | None"], Awaitable["Answer | None"]]


async def _ring(people: Sequence[Person], turn: Turn, seed: int) -> list[float]:
    """Milliseconds to the first response of everything that anybody did."""
    dice = random.Random(seed)
    first: list[float] = []

    async def student(person: Person, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        answer = await turn(person, None)
        while answer is not None:
            if answer.first_s is None or "That did not work" in answer.text:
                raise RuntimeError(f"not answered: {answer.text!r}")
            first.append(answer.first_s * 1000)
            await asyncio.sleep(ANSWER_EVERY_S)
            answer = await turn(person, answer)

    await asyncio.gather(*(student(each, dice.random()) for each in people))
    return first


def _answering() -> Turn:
    course = read_folder(PACK)
    assert isinstance(course, Course)

    async def turn(person: Person, before: Answer | None) -> Answer | None:
        if before is None:
            return await person.slash("quiz", where="lobby")
        if "look it over" in before.text:
            return None
        return await answer_one(person, course, before, right=True)

    return turn


async def _pinging(person: Person, before: Answer | None) -> Answer | None:
    """As many as a check has questions, and its start."""
    done = getattr(person, "pings", 0)
    person.pings = (done + 1) % 7  # type: ignore[attr-defined]
    return None if before is not None and done == 6 else await person.slash("ping")


async def _bare_class(world: World) -> list[Person]:
    server = world.wire.create_server("Bare")
    server.create_text_channel("lobby")
    people = [server.add_person(f"Person {number}") for number in range(STUDENTS)]
    await world.start_bot()
    await act_at_once(world, people, _ping, 10, range(100))
    return people


async def _ping(person: Person) -> Answer:
    return await person.slash("ping")


async def _our_class(world: World) -> tuple[Person, list[list[Person]]]:
    """A teacher and a class for each round: a check is begun once."""
    server = world.wire.create_server("Rivera's Chemistry")
    server.create_text_channel("lobby")
    world.wire.rest.limits.routes.clear()
    world.wire.rest.limits.per_second = None
    teacher = server.add_person("Ms Rivera", roles=[server.add_teacher_role()])
    await world.start_bot()
    everybody = [server.add_person(f"Student {number}") for number in range(STUDENTS * ROUNDS)]
    await the_class(world, teacher, everybody)
    await act_at_once(world, everybody, today, 10, range(100))
    return teacher, [everybody[place : place + STUDENTS] for place in range(0, len(everybody), STUDENTS)]


# --- 5,000 questions ---------------------------------------------------------------------------------


async def _import(world: World, teacher: Person, students: Sequence[Person]) -> dict[str, Any]:
    pack = _pack()
    began = time.monotonic()
    importing = asyncio.create_task(
        teacher.slash("course import", {"pack": ("large.zip", pack)}, where="lobby")
    )
    waited: list[float] = []
    while not importing.done():
        answers = [await today(each) for each in students]
        waited += [(each.first_s or 60) * 1000 for each in answers]
    answer = await importing
    took = time.monotonic() - began
    if f"{UNITS * QUESTIONS} questions" not in answer.text:
        raise RuntimeError(f"not imported: {answer.text!r}")
    base = _csv_and_sqlite()
    return {
        "questions": UNITS * QUESTIONS,
        "import_s": round(took, 2),
        "csv_and_sqlite_s": round(base, 3),
        "ratio": round(took / base, 1),
        "others_longest_ms": round(max(waited), 1),
    }


def _question(unit: int, number: int) -> str:
    return (
        f"// [tag:o{unit}]\n::u{unit}-q{number}:: Sample {number} of substance {unit} weighs {number} g. "
        f"What is that in mg? {{#{number * 1000}:1}}\n"
    )


def _unit(unit: int) -> str:
    return (
        f'[[units]]\nslug = "unit-{unit}"\ntitle = "Unit {unit}"\n'
        f'objectives = [{{ slug = "o{unit}", text = "Convert grams to milligrams.", review = "Watch again." }}]\n'
        '[units.prework]\nvideos = [{ title = "Masses", url = "https://example.org/masses", length = "5:00" }]\n'
        'questions = "::watched:: You watched it. {TRUE}"\n'
        f'[units.check]\ndraw = 5\nbank_file = "unit-{unit}.gift"\n'
    )


def _pack() -> bytes:
    lines = ['[course]\nslug = "large"\ntitle = "Large"\n', *map(_unit, range(UNITS))]
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("course.toml", "\n".join(lines))
        for unit in range(UNITS):
            archive.writestr(
                f"unit-{unit}.gift", "\n".join(_question(unit, number) for number in range(1, QUESTIONS + 1))
            )
    return kept.getvalue()


def _csv_and_sqlite() -> float:
    """The least that keeping so many rows can cost: read by csv, stored by sqlite3, durably."""
    text = io.StringIO()
    csv.writer(text).writerows(
        (f"u{unit}", f"q{number}", _question(unit, number))
        for unit in range(UNITS)
        for number in range(QUESTIONS)
    )
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        connection = sqlite3.connect(Path(folder) / "base.sqlite3")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE question (unit TEXT, slug TEXT, body TEXT, UNIQUE (unit, slug))")
        with connection:
            rows = csv.reader(io.StringIO(text.getvalue()))
            connection.executemany("INSERT INTO question VALUES (?, ?, ?)", rows)
        connection.close()
        return time.monotonic() - began
