"""Messages told apart by their nonce, for as long as Discord remembers it."""

from __future__ import annotations

from datetime import datetime, timedelta

MAX_NONCE = 25


class Nonces:
    """Remembers (channel, nonce) for `window`, which may be changed at any time."""

    def __init__(self, window: timedelta = timedelta(seconds=180)) -> None:
        self.window = window
        self._kept: dict[tuple[int, str], tuple[int, datetime]] = {}

    def first(self, channel_id: int, nonce: str, now: datetime) -> int | None:
        """The id of the message that was sent with this nonce within the window."""
        kept = self._kept.get((channel_id, nonce))
        return None if kept is None or now - kept[1] >= self.window else kept[0]

    def keep(self, channel_id: int, nonce: str, message_id: int, now: datetime) -> None:
        self._forget(now)
        self._kept.pop((channel_id, nonce), None)
        self._kept[channel_id, nonce] = (message_id, now)

    def _forget(self, now: datetime) -> None:
        # oldest first, since the clock only goes forward
        while self._kept:
            key = next(iter(self._kept))
            if now - self._kept[key][1] < self.window:
                return
            del self._kept[key]
