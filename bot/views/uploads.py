"""Files that people upload, fetched from Discord with a time limit."""

from __future__ import annotations

import asyncio

import discord

#: a file of the largest allowed size takes a fraction of this; what is slower is not waited for (RG9)
FETCH_S = 10.0


async def fetch(attachment: discord.Attachment) -> bytes | None:
    """The whole file, None when it could not be had. Its announced size is checked before this is called."""
    try:
        async with asyncio.timeout(FETCH_S):
            return await attachment.read()
    except (TimeoutError, discord.HTTPException):
        return None
