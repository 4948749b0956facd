"""Words that end texts, whichever way they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.services.ports import Cipher, Ids, Tx


@dataclass(frozen=True, slots=True)
class StopSaid:
    """Somebody said stop to the bot in Discord, and it was done."""

    #: texts to their phone ended; False when there were none
    texts: bool
    #: reminders by direct message ended; [Open my inbox] brings them back
    inbox: bool


def heard(
    tx: Tx, number_mark: str, number: str, body: str, sid: str, cipher: Cipher, now: datetime, ids: Ids
) -> bool:
    """Whether a text was a stop, a start, HELP, a code, or from nobody we know, and all that needs was done."""
    return False


def said(tx: Tx, person: int, body: str, via: str, now: datetime) -> StopSaid | None:
    """Whether a message on Discord was a stop, and all that needs was done."""
    return None
