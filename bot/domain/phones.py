"""A phone number that its owner gave, and the rules of the code that proves it is theirs (RB12)."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
#: codes that one person can ask for in any 24 hours
CODES_A_DAY = 5
DAY = timedelta(hours=24)
#: whose phone
STUDENT, GUARDIAN = "student", "guardian"


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
    #: a keyed hash; kept when texts stop
    mark: str = ""
    #: zones that the number may be in, comma-separated
    zones: str = ""
    #: what the carrier said when it refused the number for good
    paused_why: str = ""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number as it is kept when it is given: sealed, with a sealed code that is to prove it."""

    number: bytes = field(repr=False)
    mark: str
    zones: tuple[str, ...]
    code: bytes = field(repr=False)
    given_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.given_at + CODE_LIFE


@dataclass(frozen=True, slots=True)
class Holder:
    """By whose row texts go to a number: a student's own, or their guardian's in one class."""

    person: int
    party: str = STUDENT
    #: a guardian's class
    section: int | None = None


@dataclass(frozen=True, slots=True)
class ConsentAct:
    """One line of the record of consent (RB11): what was done, how, by whom, and in view of which words."""

    #: "asked", "confirmed" or "stopped"
    act: str
    #: at most 16 characters: "discord", "text", "dm", "page", "teacher", "carrier", "replaced"
    via: str
    mark: str
    wording: str = ""
    #: whose phone
    party: str = STUDENT
    #: who did it, if not the owner of the number
    by: int | None = None
    #: a guardian's: for which class
    section: int | None = None


@dataclass(frozen=True, slots=True)
class OptOut:
    """A number that is not texted by anybody."""

    via: str
    at: datetime

    @property
    def from_the_phone(self) -> bool:
        """Said from the phone itself: only a START from there ends it."""
        return self.via in ("text", "carrier")


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
