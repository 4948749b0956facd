"""What an interaction costs, beside a bare discord.py bot on the same wire in the same run.

Each bot runs in a process of its own on a loopback Discord; they are measured in turn, round by round, so that both
see the same machine. ``hand_in`` is a form with a durable write, ``quiz_answer`` a press with a durable write,
``today`` a command that only reads. Figures of one run on one machine mean little by themselves: read the ratios.
"""

from __future__ import annotations

import compileall
import itertools
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.figures import Act, Figures, act_at_once, cpu_s, middle, rss_mb, steady
from bot.domain.course import Course
from bot.formats.pack import read_folder
from bot.loopback.people import Person, Server
from bot.loopback.process import PROJECT
from bot.loopback.seen import Answer, Seen
from bot.loopback.world import World
from bot.tour.answers import hand_in_values
from bot.tour.steps import BEGIN, PACK, ZONE

STUDENTS, COUNT, ROUNDS = 50, 300, 3
#: whom a school of that size adds to the memory
MANY = 1000
IN_FLIGHT = (1, 50)
BARE = (sys.executable, str(Path(__file__).with_name("bare_bot.py")))
#: many join at once here: the budget for opening inboxes is not what is measured
SETTINGS = {"discord": {"inbox": {"opens": 60, "per_minutes": 1}}, "wake": {"poll_s": 15.0}}


async def measure() -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bare = await stack.enter_async_context(World(folder / "bare", command=BARE, keep=200))
        ours = await stack.enter_async_context(World(folder / "ours", start=BEGIN, settings=SETTINGS))
        ping, peers = await _bare_bot(bare)
        server, teacher = _school(ours)
        start_s, start_cpu_s, idle_mb = await _started(ours, teacher)
        people = [server.add_person(f"Student {number}") for number in range(STUDENTS)]
        acts = await a_class(ours, teacher, people)
        report: dict[str, Any] = {"interactions": {}}
        for name, act in acts.items():
            report["interactions"][name] = await _beside((bare, peers, ping), (ours, people, act), name)
        grown = await _with_many(ours, server, acts["today"])
        return report | {
            "start_s": round(start_s, 2),
            "start_cpu_s": round(start_cpu_s, 2),
            "idle_mb": round(idle_mb, 1),
            "mb_per_1000_students": round(grown, 2),
        }


async def _beside(
    base: tuple[World, Sequence[Person], Act], mine: tuple[World, Sequence[Person], Act], name: str
) -> dict[str, float]:
    """Ratios at one in flight; those at many are printed and go beside them with their number."""
    told: dict[str, float] = {}
    for level in IN_FLIGHT:
        await act_at_once(*mine, 10, range(100))
        rounds: list[dict[str, float]] = []
        for _ in range(ROUNDS):
            async with steady():
                theirs = await act_at_once(*base, level, range(COUNT))
                own = await act_at_once(*mine, level, range(COUNT))
            rounds.append(_ratios(own, theirs))
            print(
                f"{name:<12}{level:>3} in flight: p50 {own.p50:.2f} ms, p99 {own.p99:.2f} ms, CPU {own.cpu:.3f} ms; "
                f"bare bot: p50 {theirs.p50:.2f} ms, p99 {theirs.p99:.2f} ms, CPU {theirs.cpu:.3f} ms"
            )
        suffix = "" if level == 1 else f"_{level}_in_flight"
        told |= {key + suffix: value for key, value in middle(rounds).items()}
    return told


def _ratios(mine: Figures, base: Figures) -> dict[str, float]:
    return {
        "cpu_ratio": mine.cpu / base.cpu,
        "p50_ratio": mine.p50 / base.p50,
        "p99_ratio": mine.p99 / base.p99,
    }


async def _bare_bot(world: World) -> tuple[Act, list[Person]]:
    server = world.wire.create_server("Bare")
    server.create_text_channel("lobby")
    people = [server.add_person(f"Person {number}") for number in range(STUDENTS)]
    await world.start_bot()

    async def ping(person: Person) -> Answer:
        return await person.slash("ping")

    await act_at_once(world, people, ping, 10, range(100))
    return ping, people


def _school(world: World) -> tuple[Server, Person]:
    server = world.wire.create_server("Rivera's Chemistry")
    server.create_text_channel("lobby")
    # what Discord allows is not what is measured here
    world.wire.rest.limits.routes.clear()
    world.wire.rest.limits.per_second = None
    return server, server.add_person("Ms Rivera", roles=[server.add_teacher_role()])


async def _started(world: World, teacher: Person) -> tuple[float, float, float]:
    """Seconds from the spawn to the first answer, on a database that is there, and of CPU; the memory, idle."""
    for folder in ("bot", "cogs"):  # as `make install` does
        compileall.compile_dir(PROJECT / folder, quiet=1)
    await world.start_bot()
    took: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        await world.kill_bot()
        began = time.monotonic()
        await world.start_bot()
        await teacher.slash("today", where="lobby")
        took.append((time.monotonic() - began, cpu_s(world)))
    await world.quiet(for_s=1)
    return *sorted(took)[len(took) // 2], rss_mb(world)


async def _with_many(world: World, server: Server, today: Act) -> float:
    """Megabytes that a thousand more students add once each has joined and asked what to do."""
    before = rss_mb(world)
    joining = [server.add_person(f"Newcomer {number}") for number in range(MANY)]

    async def join(person: Person) -> Answer:
        return await person.press("I am old enough. Join", await person.slash("join", where="lobby"))

    await act_at_once(world, joining, join, 10, range(MANY))
    await act_at_once(world, joining, today, 10, range(MANY))
    return (rss_mb(world) - before) * 1000 / MANY


async def a_class(world: World, teacher: Person, people: Sequence[Person]) -> dict[str, Act]:
    """A class in which everybody has joined, with pre-work posted and a check begun by each."""
    await the_class(world, teacher, people)
    checks = {each.id: await each.slash("quiz", where="lobby") for each in people}
    card = await the_prework(teacher, people)
    forms = {each.id: await each.press("Hand in", card) for each in people}
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

    return {"hand_in": hand_in, "quiz_answer": quiz_answer, "today": today}


async def the_class(world: World, teacher: Person, people: Sequence[Person]) -> None:
    """A class that these people have joined."""
    await teacher.slash("course sample", where="lobby")
    options = {"name": "Period 3", "course": "intro-chemistry", "zone": ZONE}
    await teacher.press("Create the class", await teacher.slash("class create", options, where="lobby"))
    await people[0].sees("Join", "lobby")
    for each in people:
        await each.press("I am old enough. Join", await each.press("Join this class"))
    await world.quiet(timeout_s=60)


async def the_prework(teacher: Person, people: Sequence[Person]) -> Seen:
    """The card of the class's first pre-work."""
    await teacher.slash("prework post", {"unit": "1", "deadline": "tomorrow 16:00"}, where="lobby")
    return await people[-1].sees("Pre-work", "period-3-pre-work")


async def today(person: Person) -> Answer:
    return await person.slash("today", where="lobby")
