"""A whole Flipcord on a simulated Discord, seen through the eyes of its people."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, ClassVar

import discord
import simcord
import simcord.env
from simcord.actors import _component_interaction, _visible_message
from simcord.backend.access import channel_accessible
from simcord.backend.models import EPHEMERAL_FLAG
from simcord.components import walk_components

from bot.app import App, open_app
from bot.config import Settings
from bot.domain.course import Course, Fault
from bot.loopback.changes import PATIENCE_S
from bot.services.ports import PackParser
from bot.storage.schema import bring_up_to_date
from bot.views.presses import read_id
from tests.walked import reached

#: a Monday, ten in the morning in Chicago: in nobody's quiet hours
MONDAY = datetime(2027, 1, 11, 16, 0, tzinfo=UTC)
ZONE = "America/Chicago"
#: what is shown when something of ours broke: no walk may meet it unawares
APOLOGY = "That did not work"

# a click otherwise waits 50 ms for silence
simcord.env.Env._settle_internal.__kwdefaults__["idle"] = 0.001  # pyright: ignore[reportOptionalSubscript]


class Screen:
    """What a person saw after an action: the text, what could be pressed, a form."""

    def __init__(self, components: Sequence[Mapping[str, Any]], result: Any = None) -> None:
        self.components = list(components)
        self.parts = list(walk_components(self.components))
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

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields of the form that was opened, by custom_id."""
        assert self.modal is not None, f"no form is open: {self!r}"
        return {
            part["custom_id"]: part
            for part in walk_components(self.modal["components"])
            if "custom_id" in part
        }

    def __repr__(self) -> str:
        return f"<Screen {self.text!r} {list(self.buttons)}>"


class Person:
    """A member of the server who looks, presses and types."""

    def __init__(self, room: Classroom, actor: Any) -> None:
        self.room, self.actor, self.id = room, actor, actor.id
        self._screen: Screen | None = None

    @property
    def screen(self) -> Screen:
        """What they saw last."""
        assert self._screen is not None, "nothing was seen yet"
        return self._screen

    async def slash(self, name: str, /, channel: Any = None, **options: Any) -> Screen:
        """``name`` with spaces for groups: ``class create``."""
        return await self._seen(await self.actor.slash(channel or self.room.lobby, name, **options))

    async def slash_in_dm(self, name: str, /, **options: Any) -> Screen:
        return await self._seen(await self.actor.user.slash(name, **options))

    async def choices(self, name: str, option: str, typed: str, /, **filled: Any) -> list[str]:
        """What is offered while an option is typed."""
        offered = await self.actor.autocomplete(self.room.lobby, name, option, typed, **filled)
        return [each["name"] for each in offered]

    async def dm(
        self, words: str, *, reply_to: discord.Message | None = None, **more: Any
    ) -> discord.Message:
        """Writes to the bot; ``reply_to`` is a message in that conversation, ``attachments`` (name, bytes) pairs."""
        backend = self.room.env.backend
        channel = backend.get_dm_channel(self.id)
        if reply_to is not None:
            reference = {"channel_id": str(channel.id), "message_id": str(reply_to.id)}
            more["reference"] = backend.normalize_message_reference(channel.id, reference)
        if "attachments" in more:
            more["attachments"] = backend.store_attachments(channel.id, more["attachments"])
        sent = await self.actor.send_dm(words, **more)
        await self.room.work()
        return sent

    async def press(self, label: str, screen: Screen | discord.Message | None = None) -> Screen:
        """Presses a button by its label, on what was seen last or on a message."""
        target = screen or self.screen
        message = target.result.response.message if isinstance(target, Screen) else target
        assert message is not None, "nothing was seen yet"
        shown = Screen([component.to_dict() for component in message.components])
        assert label in shown.buttons, f"no button {label!r} among {list(shown.buttons)}"
        is_own_inbox = self.room.env.backend.get_channel(message.channel.id).guild_id is None
        actor = self.actor.user if is_own_inbox else self.actor
        return await self._seen(await actor.click(message, custom_id=shown.buttons[label]))

    async def press_as_it_was(self, label: str, screen: Screen) -> Screen:
        """Presses a button that was replaced since, at the same moment from a second device."""
        stored = _visible_message(self.actor, screen.result.response.message)
        stored.components = deepcopy(screen.components)
        button = next(part for part in screen.parts if part.get("label") == label)
        press = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
        return await self._seen(await _component_interaction(self.actor, stored, press))

    async def pick(self, *labels: str) -> Screen:
        """Chooses from the menu on what was seen last."""
        offered = [
            (part["custom_id"], {option["label"]: option["value"] for option in part["options"]})
            for part in self.screen.parts
            if part["type"] == 3
        ]
        custom_id, values = next(
            (name, [menu[label] for label in labels])
            for name, menu in offered
            if all(label in menu for label in labels)
        )
        message = self.screen.result.response.message
        return await self._seen(await self.actor.select(message, values=values, custom_id=custom_id))

    async def choose_in(self, message: discord.Message, *labels: str) -> Screen:
        """Chooses from the menu of a message in their inbox."""
        shown = Screen([component.to_dict() for component in message.components])
        menu = next(part for part in shown.parts if part["type"] == 3)
        values = [shown.menu[label] for label in labels]
        return await self._seen(
            await self.actor.user.select(message, values=values, custom_id=menu["custom_id"])
        )

    async def fill(self, **values: Any) -> Screen:
        """Fills in the form that was opened last."""
        assert self.screen.modal is not None, f"no form is open: {self.screen!r}"
        is_own_inbox = self.screen.result._interaction.guild_id is None
        actor = self.actor.user if is_own_inbox else self.actor
        return await self._seen(await actor.submit_modal(self.screen.result, values))

    async def _seen(self, result: Any) -> Screen:
        await self.room.work()
        if name := read_id(self.room.sent.get(result._interaction.id, "")):
            reached.add(f"{name[0]}:{name[1]}")
        response = result.response
        self._screen = Screen(response.components if response else [], result)
        assert APOLOGY not in self.screen.text, "something of ours broke: look at the log"
        return self.screen

    def messages(self, channel: Any) -> list[discord.Message]:
        return list(channel.history())

    @property
    def inbox(self) -> list[str]:
        """Texts of the DMs this person got, oldest first."""
        return [Screen(message.components).text for message in self._dms()]

    def last_dm(self) -> discord.Message:
        return simcord.results.to_discord_message(self.room.env, self._dms()[-1])

    def dms(self) -> list[discord.Message]:
        """The DMs this person got as messages that can be pressed and answered, oldest first."""
        return [simcord.results.to_discord_message(self.room.env, each) for each in self._dms()]

    def _dms(self) -> list[Any]:
        backend = self.room.env.backend
        messages = backend.messages.get(backend.get_dm_channel(self.id).id, {}).values()
        return [each for each in messages if not each.flags & EPHEMERAL_FLAG and each.author_id != self.id]

    @property
    def threads(self) -> list[str]:
        """Texts of the private threads that this person is in, oldest first."""
        backend = self.room.env.backend
        mine = [each.id for each in backend.channels.values() if self.id in each.thread_members]
        found = [message for each in mine for message in backend.messages.get(each, {}).values()]
        return [Screen(message.components).text for message in found if message.components]

    @property
    def roles(self) -> set[str]:
        backend = self.room.env.backend
        guild = backend.get_guild(self.room.guild.id)
        return {guild.roles[role].name for role in guild.members[self.id].role_ids}

    def sees(self, channel: str) -> bool:
        """Whether Discord shows this person the channel of that name, by its own computation of permissions."""
        return channel_accessible(self.room.env.backend, self.room.channel(channel).id, self.id)

    async def close_dms(self) -> None:
        """Their privacy settings let no message of the server's members and bots in any more."""
        channel = self.room.env.backend.get_dm_channel(self.id)
        self.room.refuse("POST", f"/channels/{channel.id}/messages", 403, 50007)

    async def allow_dms(self) -> None:
        channel = self.room.env.backend.get_dm_channel(self.id)
        self.room.accept(f"/channels/{channel.id}/messages")

    async def leave(self) -> None:
        self.room.guild.remove_member(self.actor)
        await self.room.work()

    async def come_back(self) -> None:
        self.room.guild.add_member(self.actor.user)
        await self.room.work()


class Classroom:
    """A server with a teacher and students, and Flipcord on it."""

    def __init__(self, app: App, env: Any, clock: MovingClock, process: AsyncExitStack | None = None) -> None:
        self.app, self.env, self.clock = app, env, clock
        self._process = process or AsyncExitStack()
        #: the custom_id that each interaction came with
        self.sent: dict[int, str] = {}
        self._note_what_is_sent()
        #: a test breaks something on purpose: jobs may raise
        self.expects_faults = False
        self.guild = env.create_guild("Rivera's Chemistry")
        self.lobby = self.guild.create_text_channel("lobby")
        staff = self.guild.create_role("Teacher", permissions=discord.Permissions(manage_guild=True))
        self.staff_role = staff
        self.teacher = Person(self, self.guild.add_member(env.create_user("rivera"), roles=[staff]))
        self.students = [self.newcomer(name) for name in ("ana", "ben", "chloe")]

    def _note_what_is_sent(self) -> None:
        emit = self.env.backend.emit

        def noting(event: str, payload: Any, **options: Any) -> None:
            if event == "INTERACTION_CREATE":
                self.sent[int(payload["id"])] = str(payload.get("data", {}).get("custom_id", ""))
            emit(event, payload, **options)

        self.env.backend.emit = noting

    def newcomer(self, name: str) -> Person:
        return Person(self, self.guild.add_member(self.env.create_user(name)))

    def colleague(self, name: str) -> Person:
        """Another teacher of the school."""
        return Person(self, self.guild.add_member(self.env.create_user(name), roles=[self.staff_role]))

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

    async def post_prework(
        self, unit: str = "1", deadline: str = "tomorrow 12:00", **options: Any
    ) -> discord.Message:
        await self.teacher.slash("prework post", unit=unit, deadline=deadline, **options)
        return self.prework_cards()[-1]

    def channel(self, name: str) -> Any:
        backend = self.env.backend
        return next(each for each in backend.channels.values() if each.name == name)

    @property
    def channels(self) -> list[str]:
        return [each.name for each in self.env.backend.channels.values() if each.name]

    def shown_in(self, name: str) -> list[str]:
        """Texts of the messages in a channel that everybody there sees, oldest first."""
        return [Screen(message.components).text for message in self._shown(name)]

    def cards_in(self, name: str) -> list[discord.Message]:
        """The same as messages that can be pressed."""
        return [simcord.results.to_discord_message(self.env, each) for each in self._shown(name)]

    def prework_cards(self) -> list[discord.Message]:
        return self.cards_in("period-3-pre-work")

    def desk(self, student: Person, room: str = "period-3-teachers") -> list[discord.Message]:
        """What stands in the thread of that student in a teachers' room, oldest first."""
        backend, parent = self.env.backend, self.channel(room).id
        threads = [each for each in backend.channels.values() if each.parent_id == parent and each.is_thread]
        mine = next((each for each in threads if each.name.startswith(student.actor.name)), None)
        found = backend.messages.get(mine.id, {}).values() if mine else ()
        cards = [each for each in found if each.components and not each.flags & EPHEMERAL_FLAG]
        return [simcord.results.to_discord_message(self.env, each) for each in cards]

    def desk_texts(self, student: Person, room: str = "period-3-teachers") -> list[str]:
        return [
            Screen([part.to_dict() for part in each.components]).text for each in self.desk(student, room)
        ]

    def _shown(self, name: str) -> list[Any]:
        messages = self.env.backend.messages.get(self.channel(name).id, {}).values()
        return [each for each in messages if not each.flags & EPHEMERAL_FLAG]

    def requests(self, method: str, path: str) -> list[Any]:
        """What the bot asked of Discord; ``path`` is a pattern such as ``/channels/*/messages``."""
        return [each for each in self.env.http_requests if each.method == method and fnmatch(each.path, path)]

    def refuse(self, method: str, path: str, status: int, code: int, times: int | None = None) -> None:
        """Discord refuses such requests from now on."""
        self.env.inject_error(method, path, status=status, code=code, times=times)

    def accept(self, path: str) -> None:
        """It takes them again."""
        faults = self.env.backend.faults
        faults[:] = [each for each in faults if each["path"] != path]

    async def change_my_role(self, **changes: Any) -> None:
        """Somebody edits the bot's own role: ``manage_roles=False`` and so on."""
        backend = self.env.backend
        role = self._my_role()
        permissions = discord.Permissions(role.permissions)
        permissions.update(**changes)
        with self.env.time_context():
            backend.edit_role(self.guild.id, role.id, {"permissions": permissions.value})
        await self.work()

    async def move_my_role(self, position: int) -> None:
        """Somebody drags the bot's own role; 1 is right above @everyone."""
        with self.env.time_context():
            self.env.backend.reorder_roles(self.guild.id, [{"id": self._my_role().id, "position": position}])
        await self.work()

    def _my_role(self) -> Any:
        backend = self.env.backend
        guild = backend.get_guild(self.guild.id)
        return next(guild.roles[each] for each in guild.members[backend.bot_user.id].role_ids)

    async def delete_channel(self, name: str) -> None:
        with self.env.time_context():
            self.env.backend.delete_channel(self.channel(name).id)
        await self.work()

    async def delete_role(self, name: str) -> None:
        backend = self.env.backend
        role = next(each for each in backend.get_guild(self.guild.id).roles.values() if each.name == name)
        with self.env.time_context():
            backend.delete_role(self.guild.id, role.id)
        await self.work()

    async def work(self) -> None:
        """Lets the bot finish what is due."""
        await self.env.settle()
        with self.env.time_context():
            await self.app.work()
        await self.env.settle()
        assert self.expects_faults or not self.app.jobs.failing(), (
            f"look at the log: {self.app.jobs.failing()}"
        )

    async def move(self, by: timedelta) -> None:
        """Lets time pass; every due instant in between is lived through in order."""
        until = self.clock() + by
        while (due := await self.app.next_due()) is not None and due <= until:
            await self._jump(max(due, self.clock()))
            await self.work()
        await self._jump(until)
        await self.work()

    async def sleep(self, by: timedelta) -> None:
        """Time passes and the bot does nothing: its machine is off."""
        await self._jump(self.clock() + by)

    async def restart(self) -> None:
        """The process ends, and another one starts on the same database."""
        process = AsyncExitStack()
        app = await process.enter_async_context(_open_app(self.app.settings, self.clock))
        await self.env.restart_bot(app.client)
        await self.app.client.close()
        await self._process.aclose()
        self.app, self._process = app, process

    async def close(self) -> None:
        await self.env.shutdown()
        await self.app.client.close()
        await self._process.aclose()

    async def _jump(self, to: datetime) -> None:
        await self.env.advance_time((to - self.clock()).total_seconds())


class MovingClock:
    """Reads the simulated world's clock once there is one."""

    def __init__(self) -> None:
        self.backend: Any = None
        #: by how much the machine's clock is wrong
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return (self.backend.clock.now() if self.backend else MONDAY) + self.ahead


class _ReadBefore:
    """The real reader of packs; one that was read in this run is not read again, since that costs a process."""

    _known: ClassVar[dict[tuple[str, bytes], Course | tuple[Fault, ...]]] = {}

    def __init__(self, parser: PackParser) -> None:
        self._parser = parser

    async def parse(self, filename: str, data: bytes) -> Course | tuple[Fault, ...]:
        if (filename, data) not in self._known:
            self._known[filename, data] = await self._parser.parse(filename, data)
        return self._known[filename, data]


_schema: list[bytes] = []


async def _make_database(path: Path) -> None:
    """A file with the newest schema; made once in a run, then copied."""
    if not _schema:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "first.sqlite3"
            await bring_up_to_date(first)
            _schema.append(first.read_bytes())
    path.write_bytes(_schema[0])  # noqa: ASYNC240  # a few kilobytes


def settings(path: Path, **parts: Any) -> Settings:
    return Settings.model_validate(
        {"discord": {"token": "a.test.token"}, "storage": {"path": path / "flipcord.sqlite3"}, **parts}
    )


@asynccontextmanager
async def _open_app(settings: Settings, clock: MovingClock) -> AsyncIterator[App]:
    if not settings.storage.path.exists():
        await _make_database(settings.storage.path)
    async with open_app(settings, clock=clock) as app:
        courses = app.services.courses
        courses._parser = _ReadBefore(courses._parser)
        # a power cut is for the fault tests; here each wait for the disk would only cost time
        writer: Any = courses._db
        await writer._writer.connection.execute("PRAGMA synchronous=OFF")
        yield app


@asynccontextmanager
async def open_classroom(path: Path, **parts: Any) -> AsyncIterator[Classroom]:
    clock = MovingClock()
    process = AsyncExitStack()
    app = await process.enter_async_context(_open_app(settings(path, **parts), clock))
    env = simcord.env.Env(app.client, settle_timeout=PATIENCE_S)
    env.backend.clock._epoch = MONDAY
    clock.backend = env.backend
    await env.start()
    room = Classroom(app, env, clock, process)
    try:
        yield room
    finally:
        await room.close()
