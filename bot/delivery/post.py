"""One card into one channel, and the look for a card that may have arrived."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord

from bot.delivery.crashpoints import step
from bot.domain.letter_messages import AnswerCard
from bot.domain.messages import Announcement, Message, Sent
from bot.views.cards import Card, text
from bot.views.letter_cards import WRITE
from bot.views.messages import draw
from bot.views.uploads import sending

#: messages read back at most, a hundred in one request; and by how much Discord's clock and ours may differ
LOOK_BACK, SLACK = 1000, timedelta(minutes=5)
#: the thread was archived or locked
SHUT = (50083, 160005)


async def post(client: discord.Client, channel: int, message: Message, *, person: int | None = None) -> Sent:
    """Sends the card, mentioning ``person``: a thread makes no sound otherwise. Raises DISCORD_ERRORS."""
    parts = draw(message.content, message.marker).to_components()
    mentions = discord.AllowedMentions.none()
    if person is not None:
        parts = [*parts, text(f"-# For <@{person}>")]
        mentions.users = [discord.Object(person)]
        if not isinstance(message.content, AnswerCard):  # that has a button of its own
            parts += WRITE
    file = message.content.file if isinstance(message.content, Announcement) else None
    try:
        with step("post"), sending(*([file] if file is not None else [])) as files:
            sent = await client.get_partial_messageable(channel).send(
                view=Card(parts), nonce=message.nonce, allowed_mentions=mentions, files=files
            )
    except discord.NotFound as error:
        if error.code != 10008:
            raise
        # the first message of this nonce was deleted meanwhile: it did arrive (RA4)
        return Sent(channel)
    return Sent(channel, str(sent.id))


async def post_in_thread(
    client: discord.Client, thread: int, message: Message, *, person: int | None = None
) -> Sent:
    """The same into one that may have been archived or locked, which is undone. Raises DISCORD_ERRORS."""
    try:
        return await post(client, thread, message, person=person)
    except discord.HTTPException as error:
        if error.code not in SHUT:
            raise
        await client.http.edit_channel(thread, archived=False, locked=False)
        return await post(client, thread, message, person=person)


async def look(client: discord.Client, channel: int, marker: int, since: datetime) -> Sent | None:
    """The bot's own message with that card, which is no older than ``since``. Raises DISCORD_ERRORS.

    However many wrote there meanwhile: a class talks in its channel while the bot is off.
    """
    async for message in client.get_partial_messageable(channel).history(limit=LOOK_BACK):
        if message.created_at < since - SLACK:
            return None
        ours = client.user is not None and message.author.id == client.user.id
        if ours and any(
            isinstance(each, discord.Container) and each.id == marker for each in message.components
        ):
            return Sent(channel, str(message.id))
    return None


async def look_where_it_was(
    client: discord.Client, channel: int, marker: int, since: datetime
) -> Sent | None:
    """The same in a place that may be gone by now, and with it the message. Raises DISCORD_ERRORS."""
    try:
        return await look(client, channel, marker, since)
    except discord.NotFound:
        return None
