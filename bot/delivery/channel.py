"""Cards in a channel of the class: its pre-work channel or its teachers' room."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.delivery.errors import DISCORD_ERRORS, TO_PLACE, read
from bot.delivery.post import look_where_it_was, post
from bot.domain.messages import Message, Outcome, Sent, ToChannel


class Channels:
    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def carry(self, message: Message, address: ToChannel) -> Outcome:
        try:
            return await post(self._client, address.channel, message)
        except DISCORD_ERRORS as error:
            return read(error, TO_PLACE)

    async def find(self, message: Message, address: ToChannel, since: datetime) -> Sent | None:
        """Raises DISCORD_ERRORS."""
        return await look_where_it_was(self._client, address.channel, message.marker, since)
