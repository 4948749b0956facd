"""Files on their way: two at a time in and two out, since each is megabytes in memory.

Those that people upload are fetched with a time limit, and no further than they were announced (RG9).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from weakref import WeakKeyDictionary

import aiohttp
import discord

from bot.domain.attachments import Attachment

#: a file of the largest allowed size takes a fraction of this; what is slower is not waited for
FETCH_S = 10.0
_CHUNK = 64 * 1024


#: in each direction
AT_ONCE = 2
_Loop = asyncio.AbstractEventLoop
_incoming: WeakKeyDictionary[_Loop, asyncio.Semaphore] = WeakKeyDictionary()
_outgoing: WeakKeyDictionary[_Loop, asyncio.Semaphore] = WeakKeyDictionary()


def incoming() -> asyncio.Semaphore:
    """Held from before a file is fetched until it is stored or read: what waits holds nothing in memory."""
    return _incoming.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


def outgoing() -> asyncio.Semaphore:
    """Held while a file is sent. Pictures of a card's own are small and answer a press: they do not wait."""
    return _outgoing.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


class _Shared(io.BytesIO):
    """Bytes to be read by several at once. Who asks for the buffer of a plain one, as aiohttp does, gets a copy."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._data = data

    def getbuffer(self) -> memoryview:
        return memoryview(self._data)

    def close(self) -> None:
        self._data = b""
        super().close()


@contextmanager
def sending(*files: Attachment, said: str | None = None) -> Iterator[list[discord.File]]:
    """As the library sends them; ``said`` is for who cannot see the picture.

    Their memory is given back at once: the library leaves each in a circle of references, which is found late.
    """
    made = [discord.File(_Shared(each.data), each.name, description=said) for each in files]
    try:
        yield made
    finally:
        for each in made:
            if isinstance(each.fp, io.BytesIO):
                type(each.fp).close(each.fp)


async def fetch(attachment: discord.Attachment) -> bytes | None:
    """The whole file, None when it could not be had. Its announced size is checked before this is called."""
    try:
        async with asyncio.timeout(FETCH_S):
            return await _read(attachment)
    except (TimeoutError, aiohttp.ClientError, discord.HTTPException):
        return None


async def _read(attachment: discord.Attachment) -> bytes | None:
    """None when there is more of it than was announced: discord.py itself reads on to the end."""
    http: Any = attachment._http  # noqa: SLF001
    session: Any = getattr(http, "_HTTPClient__session", None)
    if not isinstance(session, aiohttp.ClientSession):  # a client that is simulated has its files at hand
        return await attachment.read()
    # what is written into it is given back without a copy
    data = io.BytesIO()
    async with session.get(attachment.url, proxy=http.proxy, proxy_auth=http.proxy_auth) as response:
        if response.status != 200:
            return None
        async for chunk in response.content.iter_chunked(_CHUNK):
            data.write(chunk)
            if data.tell() > attachment.size:
                return None
    return data.getvalue()


def uploaded(interaction: discord.Interaction[Any], ids: Sequence[str]) -> discord.Attachment | None:
    """The file that was uploaded with a form; ``ids`` are the values of its field."""
    return next(iter(all_uploaded(interaction, ids)), None)


def all_uploaded(interaction: discord.Interaction[Any], ids: Sequence[str]) -> list[discord.Attachment]:
    """The files that were uploaded with a form, in their order."""
    resolved = cast("dict[str, Any]", interaction.data or {}).get("resolved", {}).get("attachments", {})
    # forms are handled from their raw data, so that one that was open over a restart counts too
    return [
        discord.Attachment(data=resolved[each], state=interaction._state)  # noqa: SLF001
        for each in ids
        if each in resolved
    ]
