"""What an interaction costs, beside a bare discord.py bot on the same wire in the same run.

    make bench                    prints ratios; with BENCH_JSON=FILE it writes them as well

Each bot runs in a process of its own on the loopback Discord. ``hand_in`` is a form with a durable write,
``quiz_answer`` a press with a durable write, ``today`` a command that only reads. Figures of one run on one
machine mean little by themselves: read the ratios.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

from bot.loopback.people import Person
from bot.loopback.seen import Answer
from bot.loopback.world import World
from bot.tour.answers import hand_in_values
from bot.tour.steps import BEGIN, PACK, ZONE

STUDENTS = 50
COUNT = 400
IN_FLIGHT = (1, 50)
BARE = (sys.executable, str(Path(__file__).with_name("bare_bot.py")))
#: fifty students join at once here: the budget for opening inboxes is not what is measured
SETTINGS = {"discord": {"inbox": {"opens": 60, "per_minutes": 1}}, "wake": {"poll_s": 15.0}}

Act = Callable[[Person], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds to the first response, and CPU milliseconds of the bot, an interaction."""

    p50: float
    p99: float
    cpu: float


async def measure(world: World, people: Sequence[Person], act: Act, in_flight: int) -> Figures:
    """A closed loop: so many people act, each again as soon as they are answered."""
    turns, first = iter(range(COUNT)), []
    actors = itertools.cycle(people)
    process = psutil.Process(world.bot.pid)

    async def person() -> None:
        for _ in turns:
            answer = await act(next(actors))
            if answer.first_s is None or "That did not work" in answer.text:
                raise RuntimeError(f"not answered: {answer.text!r}")
            first.append(answer.first_s * 1000)

    before = process.cpu_times()
    await asyncio.gather(*(person() for _ in range(in_flight)))
    after = process.cpu_times()
    cpu = (after.user + after.system - before.user - before.system) * 1000 / COUNT
    cuts = quantiles(first, n=100)
    return Figures(cuts[49], cuts[98], cpu)


async def bare() -> dict[int, Figures]:
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), command=BARE, keep=200) as world:
            server = world.wire.create_server("Bare")
            server.create_text_channel("lobby")
            people = [server.add_person(f"Person {number}") for number in range(STUDENTS)]
            await world.start_bot()

            async def ping(person: Person) -> Answer:
                return await person.slash("ping")

            await measure(world, people, ping, 10)
            return {level: await measure(world, people, ping, level) for level in IN_FLIGHT}


async def ours() -> tuple[dict[str, dict[int, Figures]], dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        async with World(Path(folder), start=BEGIN, settings=SETTINGS) as world:
            server = world.wire.create_server("Rivera's Chemistry")
            server.create_text_channel("lobby")
            world.wire.rest.limits.routes.clear()
            teacher = server.add_person("Ms Rivera", roles=[server.add_teacher_role()])
            people = [server.add_person(f"Student {number}") for number in range(STUDENTS)]
            await world.start_bot()
            began = time.monotonic()
            await world.restart_bot()
            await teacher.slash("today", where="lobby")
            start_s = time.monotonic() - began
            idle_mb = psutil.Process(world.bot.pid).memory_info().rss / 2**20
            acts = await _class(world, teacher, people)
            figures: dict[str, dict[int, Figures]] = {}
            for name, act in acts.items():
                await measure(world, people, act, 10)
                figures[name] = {level: await measure(world, people, act, level) for level in IN_FLIGHT}
            return figures, {"start_s": start_s, "idle_mb": idle_mb}


async def _class(world: World, teacher: Person, people: Sequence[Person]) -> dict[str, Act]:
    """A class in which everybody has joined, with pre-work posted and a check begun by each."""
    await teacher.slash("course sample", where="lobby")
    options = {"name": "Period 3", "course": "intro-chemistry", "zone": ZONE}
    await teacher.press("Create the class", await teacher.slash("class create", options, where="lobby"))
    await people[0].sees("Join", "lobby")
    for each in people:
        await each.press("I am old enough. Join", await each.press("Join this class"))
    await world.quiet(timeout_s=60)
    checks = {each.id: await each.slash("quiz", where="lobby") for each in people}
    await teacher.slash("prework post", {"unit": "1", "deadline": "tomorrow 16:00"}, where="lobby")
    card = await people[-1].sees("Pre-work", "period-3-pre-work")
    forms = {each.id: await each.press("Hand in", card) for each in people}
    from bot.domain.course import Course
    from bot.formats.pack import read_folder

    course = read_folder(PACK)
    assert isinstance(course, Course)
    questions = course.units[0].prework.questions

    async def hand_in(person: Person) -> Answer:
        form = forms[person.id].form
        assert form is not None
        # wrong on purpose: what is credited once would not be judged and written again
        return await person.forge_submit(form, hand_in_values(form, questions, right=False))

    # those whose first question is answered by one press; each answers it over and over
    pressed = {
        person_id: (seen, button.custom_id)
        for person_id, answer in checks.items()
        if (seen := answer.message) is not None
        for button in seen.buttons
        if "check_say" in (button.custom_id or "")
    }
    pressing = itertools.cycle([each for each in people if each.id in pressed])

    async def quiz_answer(person: Person) -> Answer:
        chooser = next(pressing)
        seen, custom_id = pressed[chooser.id]
        return await chooser.forge_press(seen, custom_id or "")

    async def today(person: Person) -> Answer:
        return await person.slash("today", where="lobby")

    return {"hand_in": hand_in, "quiz_answer": quiz_answer, "today": today}


def ratios(mine: Figures, base: Figures) -> dict[str, float]:
    return {
        "cpu_ratio": round(mine.cpu / base.cpu, 2),
        "p50_ratio": round(mine.p50 / base.p50, 2),
        "p99_ratio": round(mine.p99 / base.p99, 2),
    }


async def main() -> None:
    base = await bare()
    figures, rest = await ours()
    report: dict[str, Any] = {"interactions": {}, **{name: round(value, 2) for name, value in rest.items()}}
    for level in IN_FLIGHT:
        row = base[level]
        print(
            f"bare bot, {level} in flight: p50 {row.p50:.1f} ms, p99 {row.p99:.1f} ms, CPU {row.cpu:.2f} ms"
        )
    for name, by_level in figures.items():
        for level, row in by_level.items():
            told = ratios(row, base[level])
            print(f"{name:<12} {level:>3} in flight: {told}  (p50 {row.p50:.1f} ms, CPU {row.cpu:.2f} ms)")
        report["interactions"][name] = ratios(by_level[IN_FLIGHT[0]], base[IN_FLIGHT[0]])
    print(f"restart to first reply {rest['start_s']:.2f} s, idle {rest['idle_mb']:.0f} MB")
    if path := os.environ.get("BENCH_JSON"):
        Path(path).write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    asyncio.run(main())
