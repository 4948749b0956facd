"""What is asked and said of Discord past the outbox: whether it knows the bot, and what the outbox itself cannot carry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

import aiohttp
import discord
from discord.http import Route

from bot.delivery.channel import Channels
from bot.delivery.line import Line, LineShut
from bot.domain.messages import Message, Sent, ToChannel, Trouble

ANSWER_S = 30.0


def identity(client: discord.Client) -> Awaitable[object]:
    """Who the bot is, as Discord knows it by its token."""
    return client.http.request(Route("GET", "/users/@me"))


async def knows_token(client: discord.Client) -> bool | None:
    """Whether Discord knows the bot's token; None when it gave no answer to that."""
    try:
        async with asyncio.timeout(ANSWER_S):
            await identity(client)
    except discord.HTTPException as error:
        return False if error.status == 401 else None
    except (discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError):
        return None
    return True


@contextmanager
def paced(line: Line) -> Iterator[None]:
    """Requests made inside go when none of the outbox's waits; ConnectionError while Discord takes none."""
    try:
        with line.carrying(patient=True):
            yield
    except LineShut as shut:
        raise ConnectionError(str(shut)) from shut


async def post_past_the_outbox(
    client: discord.Client, line: Line, section: int, channel: int, told: Trouble, nonce: str
) -> bool:
    """Tells a room what keeps the outbox from telling it; whether it arrived. The nonce keeps it from standing twice."""
    message = Message(told, ToChannel(channel), nonce, int(nonce[:7], 16) + 1)
    try:
        async with asyncio.timeout(ANSWER_S):
            with line.carrying(section):
                outcome = await Channels(client).carry(message, ToChannel(channel))
    except TimeoutError:
        return False
    return isinstance(outcome, Sent)
