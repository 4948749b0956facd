"""What became of texts after Twilio accepted them, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.services.ports import Database, Ids


class ReceiptService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def tell(
        self, sid: str, nonce: str | None, status: str, error_code: int | None, now: datetime
    ) -> None:
        """A status callback. ``nonce`` is the outbox row's, as our own callback address carries it."""
        raise NotImplementedError
