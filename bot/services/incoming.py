"""What people write to the bot: by text, or in its direct messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.services.ports import Cipher, Database, Ids


class IncomingService:
    def __init__(self, database: Database, cipher: Cipher | None, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._cipher, self._ids, self._wake = database, cipher, ids, wake

    async def text(self, sid: str, number: str, body: str, now: datetime) -> None:
        """A text from that number (E.164), told once or many times: one durable write, kept once by its sid."""
        raise NotImplementedError
