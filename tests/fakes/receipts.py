"""Receipts in memory: a status is kept once, and only ever moves on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ORDER = ("queued", "sending", "sent", "undelivered", "delivered", "failed")


@dataclass(slots=True)
class FakeReceipts:
    #: (status, nonce, error code) by sid
    kept: dict[str, tuple[str, str | None, int | None]] = field(default_factory=dict)
    #: how often something was written down
    writes: int = 0
    #: how many writes find the file locked first
    locked: int = 0

    async def tell(
        self,
        sid: str,
        nonce: str | None,
        status: str,
        error_code: int | None,
        now: datetime,
        *,
        to: str = "",
        ours: str = "",
    ) -> None:
        if self.locked:
            self.locked -= 1
            raise OSError("database is locked")
        before = self.kept.get(sid)
        if before is None or ORDER.index(status) > ORDER.index(before[0]):
            self.kept[sid] = (status, nonce, error_code)
            self.writes += 1
