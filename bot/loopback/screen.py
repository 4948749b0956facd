"""What one person can see of a server on the wire: never more than Discord's own client would show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simcord.backend import Backend
from simcord.backend.access import channel_accessible, message_accessible
from simcord.backend.errors import SetupError
from simcord.backend.models import Channel, Message
from simcord.builders import ChannelHandle, GuildHandle, UserHandle
from simcord.enums import ChannelType

from bot.loopback.changes import PATIENCE_S, Changes
from bot.loopback.interactions import Interactions
from bot.loopback.seen import Seen, see

#: A person tried what Discord's own client would not let them do.
NotPossible = SetupError
Where = str | int | ChannelHandle
READABLE = (ChannelType.TEXT, ChannelType.NEWS, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)


@dataclass(frozen=True, slots=True)
class Scene:
    """What simcord's handles ask of their environment, without a bot in this process."""

    backend: Backend
    interactions: Interactions
    changes: Changes

    def _begin_operation(self, label: str) -> None: ...

    def _end_operation(self) -> None: ...

    def _mark_mutation(self) -> None: ...


class Screen:
    """The client of one member of one server."""

    def __init__(self, scene: Scene, server: GuildHandle, user: UserHandle) -> None:
        self.id, self.name, self.mention = user.id, user.global_name or user.name, user.mention
        self._scene, self._backend, self._server = scene, scene.backend, server
        self._reloaded_at = 0

    @property
    def dm(self) -> int:
        """The id of their DM with the bot."""
        return self._backend.get_dm_channel(self.id).id

    @property
    def roles(self) -> list[str]:
        """Names of their roles here; empty once they left."""
        guild = self._backend.get_guild(self._server.id)
        member = guild.members.get(self.id)
        return [guild.roles[role_id].name for role_id in member.role_ids] if member else []

    def channels(self) -> list[str]:
        """Names of the text channels they can see here, without threads."""
        return [str(c.name) for c in self._readable() if not c.is_thread]

    def private_threads(self) -> list[ChannelHandle]:
        """The private threads they are in, oldest first."""
        return [
            ChannelHandle(self._server._env, self._server, channel)
            for channel in self._readable()
            if channel.type == ChannelType.PRIVATE_THREAD and self.id in channel.thread_members
        ]

    def visible_messages(self, where: Where | None = None) -> list[Seen]:
        """What they can read in a channel (name, id or handle; by default their first), oldest first."""
        channel_id = self._channel_id(where)
        messages = sorted(self._backend.messages.get(channel_id, {}).values(), key=lambda message: message.id)
        return [see(self._backend, message) for message in messages if self._shown(message)]

    def dm_messages(self) -> list[Seen]:
        """Their DM with the bot, oldest first."""
        return self.visible_messages(self.dm)

    async def sees(
        self,
        words: str | Callable[[Seen], bool],
        where: Where | None = None,
        *,
        timeout_s: float = PATIENCE_S,
    ) -> Seen:
        """Wait until a message with these words (or one that the function accepts) stands in a channel."""
        accepts = words if callable(words) else lambda seen: words in seen.text

        def look() -> Seen | None:
            return next((seen for seen in reversed(self.visible_messages(where)) if accepts(seen)), None)

        what = f"{self.name} to see {words!r}"
        found = await self._scene.changes.until(look, timeout_s=timeout_s, what=what)
        assert found is not None
        return found

    def reload(self) -> None:
        """Restart the client: ephemeral messages of before are gone."""
        self._reloaded_at = self._backend.snowflake()

    def _readable(self) -> list[Channel]:
        return [
            channel
            for channel in self._backend.channels.values()
            if channel.guild_id == self._server.id
            and channel.type in READABLE
            and channel_accessible(self._backend, channel.id, self.id)
        ]

    def _channel_id(self, where: Where | None) -> int:
        if isinstance(where, ChannelHandle):
            where = where.id
        if isinstance(where, int):
            if not channel_accessible(self._backend, where, self.id):
                raise NotPossible(f"{self.name} cannot see that channel")
            return where
        for channel in self._readable():
            if where is None or channel.name == where:
                return channel.id
        raise NotPossible(f"{self.name} sees no channel {where!r}; there are {self.channels()}")

    def _shown(self, message: Message) -> bool:
        if message.is_ephemeral and message.id <= self._reloaded_at:
            return False
        told_of = message.system_metadata.channel_id if message.system_metadata is not None else None
        if told_of is not None and not channel_accessible(self._backend, told_of, self.id):
            return False  # simcord announces private threads in the channel; Discord does not
        return message_accessible(self._backend, message.channel_id, message, self.id)
