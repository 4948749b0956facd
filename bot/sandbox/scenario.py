"""The class that a newcomer finds: made by its people through the bot, in the hour before they come."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
from simcord.builders import ChannelHandle
from simcord.env import Env
from simcord.results import InteractionResult

from bot.domain.course import Course, Unit
from bot.loopback.filling import fill
from bot.loopback.seen import read_form
from bot.sandbox.answers import right, right_places
from bot.sandbox.avatars import give_avatar
from bot.sandbox.world import Inhabitant, World

#: how long before the newcomer's present the class is made
BEFORE = timedelta(minutes=60)
CLASS = "Period 3"
TEACHER = "Ms Rivera"
STUDENTS = ("Ana", "Ben", "Chloé", "Dev", "Emeka")
DMS_CLOSED = "Dev"
#: set aside by the North American plan for stories like this one
NUMBERS = "+120255501{:02}"
#: a guardian's number is the student's plus this
GUARDIANS = 50
#: after this hour the evening's reminders would be over before they began: the deadline is a day later
LATEST = time(19)
DUE = time(8)

SUMMARY = "A conversion factor equals one, so the unit changes and the quantity stays the same."
QUESTION = "Why do we keep one more digit until the end?"
SO_FAR = (
    f"In the last hour {TEACHER} made {CLASS} and posted its first pre-work. Four students joined. "
    "Ana has handed in, Ben tried."
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where it plays, before the bot makes anything."""

    general: ChannelHandle


def build(env: Env, world: World) -> Server:
    """The server as its owner set it up, with everybody on it."""
    guild = env.create_guild("Rivera's Chemistry")
    general = guild.create_text_channel("general", topic="Hello and welcome")
    powers = discord.Permissions(manage_guild=True, manage_roles=True, manage_channels=True)
    teacher = guild.create_role("Teacher", permissions=powers)
    people = []
    for place, name in enumerate((TEACHER, *STUDENTS)):
        user = env.create_user(name.lower().replace(" ", "."), global_name=name)
        give_avatar(env.backend, user._user, place)
        member = guild.add_member(user, roles=[teacher] if name == TEACHER else [])
        guardian = "" if name == TEACHER else NUMBERS.format(place + GUARDIANS)
        people.append(
            Inhabitant(member, name == TEACHER, NUMBERS.format(place), guardian, name == DMS_CLOSED)
        )
    world.add(people)
    return Server(general)


async def play(world: World, server: Server, course: Course) -> None:
    """The hour before: the course, the class, its students, the first pre-work. The clock moves along."""
    await Play(world, server, course.units[0]).act()
    world.happenings.clear()
    world.note(SO_FAR)


class Play:
    """Each act waits for the bot to finish what came of it."""

    def __init__(self, world: World, server: Server, unit: Unit) -> None:
        self._world, self._general, self._unit = world, server.general, unit
        self._people = {person.name: person for person in world.people.values()}

    async def act(self) -> None:
        end = self._world.now() + BEFORE
        await self._make_class()
        await self._remind_every_day()
        await self._pass(minutes=5)
        for name in ("Ana", "Ben", "Chloé", "Dev"):
            await self._join(name)
        await self._pass(minutes=5)
        await self._post()
        await self._pass(minutes=5)
        await self._start("Ana")
        await self._pass(minutes=20)
        await self._hand_in("Ana", SUMMARY)
        await self._start("Ben")
        await self._pass(minutes=12)
        await self._hand_in("Ben", "Units and digits.")
        await self._world.time_on(end)

    async def _make_class(self) -> None:
        rivera = self._people[TEACHER].member
        await self._done(rivera.send(self._general, "Welcome! Type `/join` to join Period 3."))
        await self._done(rivera.slash(self._general, "course sample"))
        plan = await self._done(
            rivera.slash(
                self._general, "class create", name=CLASS, course="intro-chemistry", zone=self._world.zone.key
            )
        )
        await self._press(TEACHER, plan, "Create the class")

    async def _remind_every_day(self) -> None:
        """Newcomers come on weekends too, and are to see reminders on the morning after."""
        shown = await self._done(self._people[TEACHER].member.slash(self._general, "reminders show"))
        form = await self._press(TEACHER, shown, "Change the days off")
        fields = read_form(form.modal or {}, form._interaction.id)
        (menu,) = fields.fields
        await self._done(self._people[TEACHER].member.submit_modal(form, fill(fields, {menu.custom_id: []})))

    async def _join(self, name: str) -> None:
        asked = await self._done(self._people[name].member.slash(self._general, "join"))
        joined = await self._press(name, asked, "I am old enough. Join")
        await self._press(name, joined, "Open my inbox")

    async def _post(self) -> None:
        due = deadline(self._world.now(), self._world.zone)
        posting = self._people[TEACHER].member.slash(
            self._general, "prework post", unit=self._unit.slug, deadline=f"{due:%Y-%m-%d %H:%M}"
        )
        await self._done(posting)

    async def _start(self, name: str) -> None:
        await self._press(name, await self._today(name), "Start")

    async def _hand_in(self, name: str, summary: str) -> None:
        form = await self._press(name, await self._today(name), "Hand in")
        shown = read_form(form.modal or {}, form._interaction.id)
        *fields, summary_field, question_field = shown.fields
        values: dict[str, Any] = {summary_field.custom_id: summary, question_field.custom_id: QUESTION}
        for field, question in zip(fields, self._unit.prework.questions, strict=True):
            places = [field.options[place].value for place in right_places(question)]
            values[field.custom_id] = places if len(places) > 1 else (*places, *right(question))[0]
        await self._done(self._people[name].member.submit_modal(form, fill(shown, values)))

    async def _today(self, name: str) -> InteractionResult:
        return await self._done(self._people[name].member.slash(self._general, "today"))

    async def _press(self, name: str, card: InteractionResult, label: str) -> InteractionResult:
        message: Any = card.followups[-1] if card.followups else card.response
        return await self._done(self._people[name].member.click(message, label=label))

    async def _done(self, act: Coroutine[Any, Any, Any]) -> Any:
        async with self._world.lock:
            result = await act
            await self._world.work_off()
        return result

    async def _pass(self, *, minutes: int) -> None:
        await self._world.time_on(self._world.now() + timedelta(minutes=minutes))


def deadline(now: datetime, zone: ZoneInfo) -> datetime:
    """Tomorrow at eight on the class's wall, or a day later when it is too late for evening reminders."""
    local = now.astimezone(zone)
    days = 1 if local.time() < LATEST else 2
    return datetime.combine(local.date() + timedelta(days=days), DUE, zone)
