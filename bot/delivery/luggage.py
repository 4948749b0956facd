"""The files of messages under way: each loaded once for all who get it, and let go when none is left to carry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.attachments import Attachment
from bot.domain.messages import Announcement, Message, Parcel
from bot.domain.outbox import CARRY_FILES, Delivery

#: of different announcements that go at the same time
_MOST_KEPT = 2


def has_file(delivery: Delivery, parcel: Parcel) -> bool:
    """Whether bytes travel with it; a text only says that there is a file."""
    match parcel:
        case Message(content=Announcement(file=file)):
            return file is not None and delivery.way in CARRY_FILES
        case _:
            return False


class Luggage:
    def __init__(self, load: Callable[[Delivery], Awaitable[Attachment | None]]) -> None:
        self._load = load
        #: by what they belong to; a file of what has begun to go out never changes
        self._kept: dict[int | None, Attachment | None] = {}
        self._loading = asyncio.Lock()

    async def packed(self, delivery: Delivery, parcel: Parcel) -> Parcel:
        """The parcel with its file's bytes."""
        match parcel:
            case Message(content=Announcement() as content) if has_file(delivery, parcel):
                return replace(parcel, content=replace(content, file=await self._file(delivery)))
            case _:
                return parcel

    async def _file(self, delivery: Delivery) -> Attachment | None:
        async with self._loading:
            if delivery.about not in self._kept:
                while len(self._kept) >= _MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[delivery.about] = await self._load(delivery)
            return self._kept[delivery.about]

    def drop(self) -> None:
        self._kept.clear()
