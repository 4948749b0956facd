"""A class's roles and channels: each is looked for before it is made, and remembered as soon as it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import discord

from bot.delivery.crashpoints import step
from bot.delivery.errors import DISCORD_ERRORS, TO_PLACE, read
from bot.delivery.line import Line
from bot.delivery.permissions import NEEDED, RETRY, lacks, reach
from bot.delivery.roles import audit_reason
from bot.domain.messages import ClassSetUp, Outcome, Sent, Wait, WantedPlace
from bot.services.ports import NotSaved
from bot.views.cards import one_line, shorten

#: (guild, purpose, kind, Discord id): kept durably before it returns
Record = Callable[[int, str, str, int], Awaitable[None]]

NAME_LIMIT, TOPIC_LIMIT = 100, 1024
#: until a place that could not be saved is seen to again
NOT_SAVED_S = 60.0

Overwrites = dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]


class Setup:
    def __init__(self, client: discord.Client, line: Line, record: Record) -> None:
        self._client, self._line, self._record_place = client, line, record

    async def carry(self, wanted: ClassSetUp) -> Outcome:
        """Safe to repeat from any point: what stands is found again."""
        guild = reach(self._client, wanted.guild)
        if isinstance(guild, Wait):
            return guild
        if (wait := lacks(guild, *NEEDED)) is not None:
            return wait
        try:
            server = await _Server.read(guild, wanted)
            for place in wanted.wanted:
                await self._see_to(server, place)
        except NotSaved:
            # a lock or a full disk is no fault of this class's, however long it lasts; what stands is found again
            return Wait(NOT_SAVED_S, "it could not be written down just now")
        except DISCORD_ERRORS as error:
            return read(error, {**TO_PLACE, 50013: _forbidden(guild)})
        return Sent()

    async def _see_to(self, server: _Server, place: WantedPlace) -> None:
        key = f"{place.kind}:{place.purpose}"
        known = server.known.get(key)
        if known in server.roles or known in server.channels:
            await self._let_in(server, place, known)
            return
        found = server.find(place)
        if found is None:
            found = await self._make(server, place)
        await self._record_place(server.guild.id, place.purpose, place.kind, found)
        server.known[key] = found
        await self._let_in(server, place, found)

    async def _make(self, server: _Server, place: WantedPlace) -> int:
        with self._line.once():
            return await (server.make_role(place) if place.kind == "role" else server.make_channel(place))

    async def _let_in(self, server: _Server, place: WantedPlace, standing: int | None) -> None:
        """A channel that stands may lack a teacher of another class that shares it, or a role made again."""
        channel = server.channels.get(standing or 0)
        if channel is None:
            return
        inside = {each.id: overwrite for each, overwrite in channel.overwrites.items()}
        wanted = server.overwrites(place) if server.wanted.mends else server.overwrites_of_people(place)
        for target, overwrite in wanted.items():
            before = inside.get(target.id)
            if before is None:
                await self._overwrite(channel, target, overwrite)
            elif server.wanted.mends and not _has(before, overwrite):
                before.update(**{name: value for name, value in overwrite if value is not None})
                await self._overwrite(channel, target, before)

    async def _overwrite(
        self,
        channel: discord.TextChannel,
        target: discord.Role | discord.Member | discord.Object,
        overwrite: discord.PermissionOverwrite,
    ) -> None:
        allow, deny = overwrite.pair()
        with step("let_in"):
            await self._client.http.edit_channel_permissions(
                channel.id,
                target.id,
                str(allow.value),
                str(deny.value),
                0 if isinstance(target, discord.Role) else 1,
                reason="Flipcord: of the class",
            )


@dataclass(slots=True)
class _Server:
    """What stands on a server, as Discord tells it now: events may come late to the cache, or never (RA5)."""

    guild: discord.Guild
    wanted: ClassSetUp
    #: "kind:purpose" → Discord id
    known: dict[str, int]
    roles: dict[int, discord.Role]
    channels: dict[int, discord.TextChannel]

    @classmethod
    async def read(cls, guild: discord.Guild, wanted: ClassSetUp) -> _Server:
        roles = {each.id: each for each in await guild.fetch_roles()}
        channels = {each.id: each for each in await _channels(guild)}
        return cls(guild, wanted, dict(wanted.known), roles, channels)

    def find(self, place: WantedPlace) -> int | None:
        """One that a call made whose answer was lost."""
        taken = set(self.known.values())
        if place.kind == "role":
            ours = (
                each for each in self.roles.values() if each.id not in taken and self._could_be(each, place)
            )
        else:
            ours = (each for each in self.channels.values() if marker(place.purpose) in (each.topic or ""))
        return next((each.id for each in ours), None)

    def _could_be(self, role: discord.Role, place: WantedPlace) -> bool:
        """A role has no room for a mark: it is ours to take if it is just as we would make it."""
        bare = not (
            role.permissions.value or role.hoist or role.mentionable or role.managed or role.colour.value
        )
        return bare and role.name == _role_name(place) and role < self.guild.me.top_role

    async def make_role(self, place: WantedPlace) -> int:
        with step("make_role"):
            role = await self.guild.create_role(
                name=_role_name(place),
                permissions=discord.Permissions.none(),
                hoist=False,
                mentionable=False,
                reason=audit_reason(f"Flipcord: {place.name}"),
            )
        self.roles[role.id] = role
        return role.id

    async def make_channel(self, place: WantedPlace) -> int:
        with step("make_channel"):
            channel = await self.guild.create_text_channel(
                shorten(one_line(place.name), NAME_LIMIT) or "class",
                topic=f"{shorten(one_line(place.topic), TOPIC_LIMIT - 40)} {marker(place.purpose)}".strip(),
                overwrites=self.overwrites(place),
                reason=audit_reason(f"Flipcord: {place.name}"),
            )
        self.channels[channel.id] = channel
        return channel.id

    def overwrites(self, place: WantedPlace) -> Overwrites:
        """Nobody but the role, the class's teachers, and the bot by an overwrite of its own."""
        return {
            self.guild.me: discord.PermissionOverwrite(**_MINE),
            self.guild.default_role: discord.PermissionOverwrite(view_channel=False),
            **self.overwrites_of_people(place),
        }

    def overwrites_of_people(self, place: WantedPlace) -> Overwrites:
        found: Overwrites = {
            discord.Object(teacher, type=discord.Member): _staff() for teacher in self.wanted.teachers
        }
        if place.role is not None:
            role = self.roles[self.known[f"role:{place.role}"]]
            found[role] = discord.PermissionOverwrite(
                view_channel=True,
                read_message_history=True,
                send_messages=place.writable,
                send_messages_in_threads=True,
                create_private_threads=False,
            )
        return found


_MINE = dict.fromkeys((each for each in NEEDED if each not in ("manage_roles", "manage_channels")), True)


def _has(before: discord.PermissionOverwrite, wanted: discord.PermissionOverwrite) -> bool:
    """Whether all that is wanted is said; what else somebody said of that role or member is theirs."""
    said = dict(before)
    return all(said[name] is value for name, value in wanted if value is not None)


def _staff() -> discord.PermissionOverwrite:
    return discord.PermissionOverwrite(
        view_channel=True, read_message_history=True, send_messages=True, send_messages_in_threads=True
    )


def marker(purpose: str) -> str:
    """Stands in a channel's topic."""
    return f"[flipcord:{hashlib.sha256(purpose.encode()).hexdigest()[:12]}]"


def _role_name(place: WantedPlace) -> str:
    return shorten(one_line(place.name), NAME_LIMIT) or "class"


async def _channels(guild: discord.Guild) -> list[discord.TextChannel]:
    try:
        found = await guild.fetch_channels()
    except discord.InvalidData:
        # a kind of channel newer than the library: the cache leaves it out
        return guild.text_channels
    return [each for each in found if isinstance(each, discord.TextChannel)]


def _forbidden(guild: discord.Guild) -> Wait:
    return Wait(
        RETRY,
        "I may not make the class's roles and channels",
        f"In Server Settings, Roles: give “{guild.me.top_role.name}” {', '.join(NEEDED.values())}",
    )
