"""The private thread that stands in for closed direct messages: one for each student and class."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta

import discord

from bot.delivery.crashpoints import step
from bot.delivery.errors import DISCORD_ERRORS, TO_PERSON, read
from bot.delivery.line import Line
from bot.delivery.post import look_where_it_was, post, post_in_thread
from bot.domain.messages import Closed, Message, Outcome, Sent, ToThread
from bot.views.cards import one_line, shorten

#: minutes without a message after which Discord hides it from the list; the longest there is
HIDE_AFTER = 10080
#: between our clock and Discord's
SKEW = timedelta(minutes=2)


class PrivateThreads:
    def __init__(self, client: discord.Client, line: Line) -> None:
        self._client, self._line = client, line
        #: (channel, student) → thread, of this process; two messages at once make one thread
        self._made: dict[tuple[int, int], int] = {}
        self._locks: defaultdict[tuple[int, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def carry(self, message: Message, address: ToThread, since: datetime | None) -> Outcome:
        """Sent carries the thread. ``since``: a call since then may have made a thread unrecorded."""
        try:
            if address.thread is not None and (sent := await self._into(address.thread, message, address)):
                return sent
            thread = await self._thread(address, since)
            if isinstance(thread, Closed):
                return thread
            return await post(self._client, thread, message, person=address.discord)
        except DISCORD_ERRORS as error:
            return read(error, TO_PERSON)

    async def find(self, message: Message, address: ToThread, since: datetime) -> Sent | None:
        """Raises DISCORD_ERRORS."""
        thread = address.thread
        if thread is None and (parent := await self._parent(address.channel)):
            thread = await self._seek(parent, address, since)
        if thread is None:
            return None
        return await look_where_it_was(self._client, thread, message.marker, since)

    async def _into(self, thread: int, message: Message, address: ToThread) -> Sent | None:
        """None when that thread was deleted."""
        try:
            return await post_in_thread(self._client, thread, message, person=address.discord)
        except discord.NotFound as error:
            if error.code != 10003:
                raise
            self._made.pop((address.channel, address.discord), None)
            return None

    async def _thread(self, address: ToThread, since: datetime | None) -> int | Closed:
        who = (address.channel, address.discord)
        async with self._locks[who]:
            if who in self._made:
                return self._made[who]
            parent = await self._parent(address.channel)
            if parent is None:
                return Closed("the class has no channel for threads", lasting=False)
            found = await self._seek(parent, address, since) if since is not None else None
            return found or await self._make(parent, address)

    async def _parent(self, channel: int) -> discord.TextChannel | None:
        found = self._client.get_channel(channel) or await self._client.fetch_channel(channel)
        return found if isinstance(found, discord.TextChannel) else None

    async def _seek(self, parent: discord.TextChannel, address: ToThread, since: datetime) -> int | None:
        """This student's thread, made since then by a call whose answer was lost."""
        known, me = set(self._made.values()), self._client.user
        for thread in await parent.guild.active_threads():
            # not guild.me: the gateway may not have told of the server yet
            ours = me is not None and thread.owner_id == me.id and thread.parent_id == parent.id
            young = _made_at(thread) >= since - SKEW
            if ours and young and thread.id not in known and await _is_in(thread, address.discord):
                return self._keep(address, thread.id)
        return None

    async def _make(self, parent: discord.TextChannel, address: ToThread) -> int:
        with self._line.once(), step("make_thread"):
            thread = await parent.create_thread(
                name=shorten(f"Flipcord · {one_line(address.class_name)}", 100),
                type=discord.ChannelType.private_thread,
                invitable=False,
                auto_archive_duration=HIDE_AFTER,
            )
        with step("add_to_thread"):
            await thread.add_user(discord.Object(address.discord))
        return self._keep(address, thread.id)

    def _keep(self, address: ToThread, thread: int) -> int:
        self._made[address.channel, address.discord] = thread
        return thread


def _made_at(thread: discord.Thread) -> datetime:
    return discord.utils.snowflake_time(thread.id)


async def _is_in(thread: discord.Thread, student: int) -> bool:
    try:
        await thread.fetch_member(student)
    except discord.NotFound:
        return False
    return True
