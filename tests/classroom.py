"""A whole Flipcord on a simulated Discord, seen through the eyes of its people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import simcord
import simcord.env
from simcord.components import walk_components

from bot.app import App, open_app
from bot.config import Settings

#: a Monday, ten in the morning in Chicago: in nobody's quiet hours
MONDAY = datetime(2027, 1, 11, 16, 0, tzinfo=UTC)
ZONE = "America/Chicago"

# a click otherwise waits 50 ms for silence
simcord.env.Env._settle_internal.__kwdefaults__["idle"] = 0.001  # pyright: ignore


class Screen:
    """What a person saw after an action: the text, what could be pressed, a form."""

    def __init__(self, components: Sequence[Mapping[str, Any]], result: Any = None) -> None:
        self.parts = list(walk_components(list(components)))
        self.result = result

    @property
    def text(self) -> str:
        return "\n".join(part["content"] for part in self.parts if part.get("content"))

    @property
    def buttons(self) -> dict[str, str]:
        """Labels of what can be pressed, with the custom_id or address behind each."""
        return {
            part["label"]: part.get("custom_id") or part["url"]
            for part in self.parts
            if part["type"] == 2 and not part.get("disabled")
        }

    @property
    def menu(self) -> dict[str, str]:
        """Labels of the first menu's options with their values."""
        menu = next(part for part in self.parts if part["type"] == 3)
        return {option["label"]: option["value"] for option in menu["options"]}

    @property
    def modal(self) -> dict[str, Any] | None:
        return self.result.modal

    def __repr__(self) -> str:
        return f"<Screen {self.text!r} {list(self.buttons)}>"


class Person:
    """A member of the server who looks, presses and types."""

    def __init__(self, room: Classroom, actor: Any) -> None:
        self.room, self.actor, self.id = room, actor, actor.id
        self.screen: Screen | None = None

    async def slash(self, name: str, /, channel: Any = None, **options: Any) -> Screen:
        """``name`` with spaces for groups: ``class create``."""
        return await self._seen(await self.actor.slash(channel or self.room.lobby, name, **options))

    async def press(self, label: str, screen: Screen | discord.Message | None = None) -> Screen:
        """Presses a button by its label, on what was seen last or on a message."""
        target = screen or self.screen
        message = target.result.response.message if isinstance(target, Screen) else target
        assert message is not None, "nothing was seen yet"
        shown = Screen([component.to_dict() for component in message.components])
        assert label in shown.buttons, f"no button {label!r} among {list(shown.buttons)}"
        return await self._seen(await self.actor.click(message, custom_id=shown.buttons[label]))

    async def pick(self, *labels: str) -> Screen:
        """Chooses from the menu on what was seen last."""
        assert self.screen is not None
        menu = next(part for part in self.screen.parts if part["type"] == 3)
        values = [self.screen.menu[label] for label in labels]
        message = self.screen.result.response.message
        return await self._seen(await self.actor.select(message, values=values, custom_id=menu["custom_id"]))

    async def fill(self, **values: Any) -> Screen:
        """Fills in the form that was opened last."""
        assert self.screen is not None
        assert self.screen.modal is not None, f"no form is open: {self.screen!r}"
        return await self._seen(await self.actor.submit_modal(self.screen.result, values))

    async def _seen(self, result: Any) -> Screen:
        await self.room.work()
        response = result.response
        self.screen = Screen(response.components if response else [], result)
        return self.screen

    def messages(self, channel: Any) -> list[discord.Message]:
        return list(channel.history())

    @property
    def inbox(self) -> list[str]:
        """Texts of the DMs this person got, oldest first."""
        backend = self.room.env.backend
        channel = backend.get_dm_channel(self.id)
        return [Screen(message.components).text for message in backend.messages.get(channel.id, {}).values()]

    def last_dm(self) -> discord.Message:
        backend = self.room.env.backend
        channel = backend.get_dm_channel(self.id)
        last = list(backend.messages[channel.id].values())[-1]
        return simcord.results.to_discord_message(self.room.env, last)

    @property
    def roles(self) -> set[str]:
        backend = self.room.env.backend
        guild = backend.get_guild(self.room.guild.id)
        return {guild.roles[role].name for role in guild.members[self.id].role_ids}


class Classroom:
    """A server with a teacher and students, and Flipcord on it."""

    def __init__(self, app: App, env: Any, clock: MovingClock) -> None:
        self.app, self.env, self.clock = app, env, clock
        self.guild = env.create_guild("Rivera's Chemistry")
        self.lobby = self.guild.create_text_channel("lobby")
        staff = self.guild.create_role("Teacher", permissions=discord.Permissions(manage_guild=True))
        self.teacher = Person(self, self.guild.add_member(env.create_user("rivera"), roles=[staff]))
        self.students = [self.newcomer(name) for name in ("ana", "ben", "chloe")]

    def newcomer(self, name: str) -> Person:
        return Person(self, self.guild.add_member(self.env.create_user(name)))

    async def open_class(self, name: str = "Period 3") -> None:
        """The sample course and a class of it, as the teacher would make them."""
        await self.teacher.slash("course sample")
        await self.teacher.slash("class create", name=name, course="intro-chemistry", zone=ZONE)
        await self.teacher.press("Create the class")

    async def join(self, *people: Person, inbox: bool = True) -> None:
        for each in people or self.students:
            await each.slash("join")
            await each.press("I am old enough. Join")
            if inbox:
                await each.press("Open my inbox")

    async def post_prework(self, unit: str = "1", deadline: str = "tomorrow 12:00", **options: Any) -> discord.Message:
        await self.teacher.slash("prework post", unit=unit, deadline=deadline, **options)
        return self.prework_cards()[-1]

    def channel(self, name: str) -> Any:
        backend = self.env.backend
        return next(each for each in backend.channels.values() if each.name == name)

    def shown_in(self, name: str) -> list[str]:
        """Texts of the messages in a channel, oldest first."""
        messages = self.env.backend.messages.get(self.channel(name).id, {}).values()
        return [Screen(message.components).text for message in messages]

    def prework_cards(self) -> list[discord.Message]:
        messages = self.env.backend.messages.get(self.channel("period-3-pre-work").id, {}).values()
        return [simcord.results.to_discord_message(self.env, each) for each in messages]

    async def work(self) -> None:
        """Lets the bot finish what is due."""
        with self.env.time_context():
            await self.app.work()
        await self.env.settle()

    async def move(self, by: timedelta) -> None:
        """Lets time pass; every due instant in between is lived through in order."""
        until = self.clock() + by
        while (due := await self.app.next_due()) is not None and due <= until:
            await self._jump(max(due, self.clock()))
            await self.work()
        await self._jump(until)
        await self.work()

    async def _jump(self, to: datetime) -> None:
        await self.env.advance_time((to - self.clock()).total_seconds())


class MovingClock:
    """Reads the simulated world's clock once there is one."""

    def __init__(self) -> None:
        self.backend: Any = None

    def __call__(self) -> datetime:
        return self.backend.clock.now() if self.backend else MONDAY


def settings(path: Path, **parts: Any) -> Settings:
    return Settings.model_validate(
        {"discord": {"token": "a.test.token"}, "storage": {"path": path / "flipcord.sqlite3"}, **parts}
    )


@asynccontextmanager
async def open_classroom(path: Path, **parts: Any) -> AsyncIterator[Classroom]:
    clock = MovingClock()
    async with open_app(settings(path, **parts), clock=clock) as app:
        env = simcord.env.Env(app.client)
        env.backend.clock._epoch = MONDAY  # pyright: ignore
        clock.backend = env.backend
        await env.start()
        try:
            yield Classroom(app, env, clock)
        finally:
            await env.shutdown()
            await app.client.close()
