"""A phone number that its owner gave, and the rules of the code that proves it is theirs (RB12)."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
#: codes that one person can ask for in any 24 hours
CODES_A_DAY = 5
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PhoneRecord:
    #: sealed; empty once stopped
    number: bytes
    #: sealed; None once entered or stopped
    code: bytes | None
    code_expires_at: datetime | None
    code_tries: int
    confirmed_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class BadNumber:
    """The text is no number that can be texted; ``problem`` says what to write instead."""

    problem: str


def code_is_live(record: PhoneRecord, now: datetime) -> bool:
    """Sent, not entered yet, and neither too old nor guessed at too often."""
    return (
        record.code is not None
        and record.code_expires_at is not None
        and now < record.code_expires_at
        and record.code_tries < MOST_TRIES
    )


def same_code(typed: str, code: str) -> bool:
    """People type codes with spaces and dashes, as phones show them."""
    return hmac.compare_digest(re.sub(r"[\s-]", "", typed).encode(), code.encode())


def ending(number: str) -> str:
    """The last two digits: enough for the owner to tell, too little for anybody else."""
    return number[-2:]


def next_code_at(asked: list[datetime], now: datetime) -> datetime | None:
    """When one more code can be asked for, None for now. ``asked`` holds when earlier ones were, in order."""
    recent = [each for each in asked if each > now - DAY]
    return recent[-CODES_A_DAY] + DAY if len(recent) >= CODES_A_DAY else None
