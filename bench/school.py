"""A school of any size with one class, as if everybody had joined and opened their inbox long ago."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.interactions import the_class, the_prework
from bot.loopback.people import Person
from bot.loopback.seen import Seen
from bot.loopback.world import World
from bot.services.ports import Tx
from bot.storage.database import open_database
from bot.tour.steps import BEGIN

SETTINGS: dict[str, Any] = {"wake": {"poll_s": 0.5}}


async def a_school(world: World, count: int) -> tuple[Person, list[Person], Seen]:
    """The teacher, so many students who all owe the first pre-work, and its card. The bot runs."""
    server = world.wire.create_server("Rivera's Chemistry")
    server.create_text_channel("lobby")
    teacher = server.add_person("Ms Rivera", roles=[server.add_teacher_role()])
    first = server.add_person("Student 0")
    await world.start_bot()
    await the_class(world, teacher, [first])
    card = await the_prework(teacher, [first])
    students = [server.add_person(f"Student {number}") for number in range(1, count + 1)]
    members = world.wire.backend.get_guild(server.id).members
    for each in students:
        members[each.id].role_ids = list(members[first.id].role_ids)
    # a thousand people joining would take their time, and is not what is measured
    await world.bot.stop()
    async with open_database(world.database_path) as database:
        await database.write(_joined, server.id, [(each.id, each.dm) for each in students])
    await world.start_bot()
    await world.quiet(timeout_s=60)
    return teacher, students, card


def _joined(tx: Tx, guild: int, people: Sequence[tuple[int, int]]) -> None:
    (section,) = tx.sections.on_guild(guild)
    slug = tx.courses.units(section.revision_id)[0].unit.slug
    for discord, channel in people:
        person = tx.people.known(discord, BEGIN).person
        tx.people.ask_inbox(person, BEGIN)
        tx.people.set_dm_channel(person, channel)
        tx.sections.enrol(section.id, person, BEGIN)
        tx.progress.open(person, section.course_id, slug, BEGIN)
