"""The student's own thread in the teachers' room.

It hangs under a card there, and a thread begun from a message has the message's id and can be begun once only: a
call whose answer was lost makes no second one. The card itself has a nonce and a marker like any other.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from datetime import datetime

import discord

from bot.delivery.crashpoints import step
from bot.delivery.errors import DISCORD_ERRORS, MINUTE, TO_PLACE, read
from bot.delivery.post import look, post, post_in_thread
from bot.domain.letter_messages import DeskCard, ToDesk
from bot.domain.messages import Message, Outcome, Sent, ToChannel, Wait
from bot.views.cards import one_line, shorten

#: minutes without a message after which Discord hides it; the longest there is
HIDE_AFTER = 10080
#: "a thread has already been created for this message"
HAS_THREAD = 160004

TO_DESK = {
    **TO_PLACE,
    50013: Wait(
        5 * MINUTE,
        "I may not begin threads in the teachers' room",
        "Let my role Create Public Threads, Send Messages in Threads and Manage Threads, in Server Settings, Roles",
    ),
    160006: Wait(
        60 * MINUTE,
        "the server has as many threads as Discord allows",
        "Close threads that nobody needs any more",
    ),
}


class Desks:
    def __init__(self, client: discord.Client) -> None:
        self._client = client
        #: seed → thread, of this process; two letters at once make one thread
        self._made: dict[str, int] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def carry(self, message: Message, address: ToDesk, since: datetime | None) -> Outcome:
        """Sent carries the thread. ``since``: a call since then may have made a card unrecorded."""
        try:
            if address.thread is not None and (sent := await self._into(address.thread, message, address)):
                return sent
            thread = await self._thread(address, since)
            return await post(self._client, thread, message)
        except DISCORD_ERRORS as error:
            return read(error, TO_DESK)

    async def find(self, message: Message, address: ToDesk, since: datetime) -> Sent | None:
        """Raises DISCORD_ERRORS."""
        for thread in (address.thread, await self._standing(address, since)):
            if thread is None:
                continue
            try:
                if (sent := await look(self._client, thread, message.marker, since)) is not None:
                    return sent
            except discord.NotFound:
                continue
        return None

    async def _into(self, thread: int, message: Message, address: ToDesk) -> Sent | None:
        """None when that thread was deleted."""
        try:
            return await post_in_thread(self._client, thread, message)
        except discord.NotFound as error:
            if error.code != 10003:
                raise
            if self._made.get(address.seed) == thread:
                del self._made[address.seed]
            return None

    async def _thread(self, address: ToDesk, since: datetime | None) -> int:
        async with self._locks[address.seed]:
            if address.seed not in self._made:
                card = await self._standing(address, since) if since is not None else None
                self._made[address.seed] = await self._begin(card or await self._card(address), address)
            return self._made[address.seed]

    async def _standing(self, address: ToDesk, since: datetime) -> int | None:
        """The card made by a call whose answer was lost; its thread, if begun, has the same id."""
        found = await look(self._client, address.channel, _marker(address), since)
        return int(found.result) if found is not None else None

    async def _card(self, address: ToDesk) -> int:
        marker = _marker(address)
        content = DeskCard(address.discord, address.class_name)
        card = Message(content, ToChannel(address.channel), f"desk{marker}", marker)
        with step("post_desk_card"):
            sent = await post(self._client, address.channel, card)
        return int(sent.result or 0)

    async def _begin(self, card: int, address: ToDesk) -> int:
        name = shorten(f"{one_line(await self._name(address))} · {one_line(address.class_name)}", 100)
        try:
            with step("make_desk"):
                await self._client.http.start_thread_with_message(
                    address.channel, card, name=name, auto_archive_duration=HIDE_AFTER
                )
        except discord.HTTPException as error:
            if error.code != HAS_THREAD:
                raise
        return card

    async def _name(self, address: ToDesk) -> str:
        """As the class knows them: once in a student's life, so it is asked of Discord and kept nowhere."""
        channel = self._client.get_channel(address.channel)
        try:
            if isinstance(channel, discord.TextChannel):
                return (await channel.guild.fetch_member(address.discord)).display_name
            return (await self._client.fetch_user(address.discord)).display_name
        except discord.NotFound:  # they have left
            return "A student who left"


def _marker(address: ToDesk) -> int:
    """The card's id; another one once its thread was deleted. 1 to 2**31 - 1."""
    seed = f"desk:{address.seed}:{address.thread or 0}"
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) % (2**31 - 1) + 1
