"""Seals phone numbers and codes at rest, and marks numbers with a keyed hash (RC6)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

#: tells the key of the hash from the key that seals, though both come from the same setting
_MARK = b"flipcord: mark of a phone number"


class Vault:
    """Keys as ``flipcord key`` prints them. The first seals; every one opens, so that they can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self._keys = tuple(keys)

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def decrypt(self, sealed: bytes) -> str | None:
        """None when none of the keys opens it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def mark(self, text: str) -> str:
        """64 hexadecimal digits: the same for the same text and first key."""
        return self.marks(text)[0]

    def marks(self, text: str) -> list[str]:
        """By every key, the newest first."""
        return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in self._mark_keys]

    @cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(key) for key in self._keys])

    @cached_property
    def _mark_keys(self) -> list[bytes]:
        return [hmac.digest(key.encode(), _MARK, hashlib.sha256) for key in self._keys]
