"""Words that end texts, whichever way they come."""

from __future__ import annotations

from datetime import datetime

from bot.services.ports import Cipher, Ids, Tx


def heard(
    tx: Tx, mark: str, number: str, body: str, sid: str, cipher: Cipher, now: datetime, ids: Ids
) -> bool:
    """Whether a text was a stop, a start, HELP, a code, or from nobody we know, and all that needs was done."""
    return False


def said(tx: Tx, person: int, body: str, via: str, now: datetime) -> bool:
    """Whether a message on Discord was a stop, and all that needs was done."""
    return False
