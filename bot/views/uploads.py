"""Files that people upload, fetched from Discord with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

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


def uploaded(interaction: discord.Interaction[Any], ids: Sequence[str]) -> discord.Attachment | None:
    """The file that was uploaded with a form; ``ids`` are the values of its field."""
    resolved = cast("dict[str, Any]", interaction.data or {}).get("resolved", {}).get("attachments", {})
    found = [resolved[each] for each in ids if each in resolved]
    # forms are handled from their raw data, so that one that was open over a restart counts too
    return discord.Attachment(data=found[0], state=interaction._state) if found else None  # noqa: SLF001
