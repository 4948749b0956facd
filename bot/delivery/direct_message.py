"""Direct messages. A conversation is opened only for a parcel without a channel: its student asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord

from bot.delivery.crashpoints import step
from bot.delivery.errors import DISCORD_ERRORS, TO_OPEN, TO_PERSON, read
from bot.delivery.post import look_where_it_was, post
from bot.domain.messages import Message, Outcome, Sent, ToDirectMessage, Wait


class DirectMessages:
    def __init__(self, client: discord.Client, clock: Callable[[], datetime]) -> None:
        self._client, self._clock = client, clock
        #: what Discord last said to an opening, and the instant until which it holds (RA9)
        self._refusal = Wait(0, "")
        self._closed_until = datetime.min.replace(tzinfo=UTC)

    async def carry(self, message: Message, address: ToDirectMessage) -> Outcome:
        """Sent carries the conversation's channel."""
        if address.channel is None:
            return await self._carry_first(message, address)
        try:
            return await post(self._client, address.channel, message)
        except DISCORD_ERRORS as error:
            return read(error, TO_PERSON)

    async def find(self, message: Message, address: ToDirectMessage, since: datetime) -> Sent | None:
        """Raises DISCORD_ERRORS."""
        channel = address.channel or await self._open(address.discord)
        return await look_where_it_was(self._client, channel, message.marker, since)

    async def _carry_first(self, message: Message, address: ToDirectMessage) -> Outcome:
        if (left := (self._closed_until - self._clock()).total_seconds()) > 0:
            return replace(self._refusal, seconds=left, mend="")
        try:
            channel = await self._open(address.discord)
        except DISCORD_ERRORS as error:
            outcome = read(error, TO_OPEN)
            if (
                isinstance(error, discord.HTTPException)
                and error.code in (20026, 40003)
                and isinstance(outcome, Wait)
            ):
                self._refusal = outcome
                # a lasting one is remembered with the outbox; here it is for what is under way already
                seconds = min(600.0, outcome.seconds) if outcome.until_allowed else outcome.seconds
                self._closed_until = self._clock() + timedelta(seconds=seconds)
            return outcome
        return await self.carry(message, ToDirectMessage(address.discord, channel))

    async def _open(self, student: int) -> int:
        """Discord gives the same conversation however often it is opened."""
        with step("open_inbox"):
            return (await self._client.create_dm(discord.Object(student))).id
