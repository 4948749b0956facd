"""What one person can open: channels, threads, their DM with the bot; and what is unread there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simcord.backend.access import can_access_channel
from simcord.backend.models import Channel, Message
from simcord.builders import ChannelHandle
from simcord.enums import ChannelType
from simcord.env import Env

from bot.sandbox.world import Inhabitant

TEXT = (ChannelType.TEXT, ChannelType.NEWS)


@dataclass(frozen=True, slots=True)
class Room:
    id: int
    name: str
    #: "channel", "thread" or "dm"
    kind: str
    unread: int


class Rooms:
    """Reads the world; keeps only how far each person has read."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._read: dict[tuple[int, int], int] = {}

    def of(self, person: Inhabitant) -> list[Room]:
        """In the order in which Discord shows them, threads under their channel, the DM last."""
        return [
            Room(each.id, _name(each), _kind(each), self._unread(person, each))
            for each in (*self._channels(person), self._env.backend.get_dm_channel(person.id))
        ]

    def may_open(self, person: Inhabitant, room: int) -> bool:
        return room in {each.id for each in self.of(person)}

    def handle(self, person: Inhabitant, room: int) -> ChannelHandle:
        channel = self._env.backend.channels[room]
        return ChannelHandle(self._env, None if channel.guild_id is None else person.member.guild, channel)

    def read(self, person: Inhabitant, room: int) -> None:
        """Everything that stands in the room now has been read."""
        self._read[person.id, room] = max((each.id for each in self._shown(person, room)), default=0)

    def _channels(self, person: Inhabitant) -> Iterator[Channel]:
        backend = self._env.backend
        here = [each for each in backend.channels.values() if each.guild_id == person.member.guild.id]
        seen = [each for each in here if can_access_channel(self._env, each.id, person.member, history=True)]
        for channel in sorted(seen, key=lambda each: (each.position, each.id)):
            if channel.type in TEXT:
                yield channel
                threads = (each for each in seen if each.parent_id == channel.id)
                yield from (each for each in threads if self._is_in(each, person))

    @staticmethod
    def _is_in(thread: Channel, person: Inhabitant) -> bool:
        """Who may manage threads could read any private one; Discord lists only those they are in."""
        return thread.is_thread and (
            thread.type != ChannelType.PRIVATE_THREAD or person.id in thread.thread_members
        )

    def _unread(self, person: Inhabitant, channel: Channel) -> int:
        """Messages from others since they last looked; an answer to their own press is not news."""
        last = self._read.get((person.id, channel.id), 0)
        return sum(
            each.id > last and each.author_id != person.id and not each.is_ephemeral
            for each in self._shown(person, channel.id)
        )

    def _shown(self, person: Inhabitant, room: int) -> list[Message]:
        messages = self._env.backend.messages.get(room, {}).values()
        return [each for each in messages if each.visible_to(person.id)]


def _kind(channel: Channel) -> str:
    if channel.guild_id is None:
        return "dm"
    return "thread" if channel.is_thread else "channel"


def _name(channel: Channel) -> str:
    return "Flipcord" if channel.guild_id is None else str(channel.name)
