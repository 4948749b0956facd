"""What comes of announcing, as values, and what a teacher asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.announcing import Announced
from bot.domain.messages import Announcement
from bot.domain.outbox import State
from bot.domain.records import Account, Section
from bot.domain.times import BadTime
from bot.services.choosing import NoClass, NotStaff
from bot.services.nudges import Recipient

#: what stands for every class of the teacher's on the server
ALL_CLASSES = "*"


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a text costs: ``segments`` counts those of an announcement; ``price`` is of one, None where not set."""

    segments: Callable[[Announcement], int]
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """The command as a teacher typed it."""

    class_name: str | None = None
    group: str | None = None
    at: str | None = None
    every_week_until: str | None = None
    urgent: bool = False
    texts_too: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as its upload describes it; ``fetch`` gives None when it could not be had."""

    name: str
    size: int
    fetch: Callable[[], Awaitable[bytes | None]]


@dataclass(frozen=True, slots=True)
class Form:
    """The words are asked for next; ``words`` are those written before."""

    handle: str
    words: str
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    texts: int
    segments: int
    #: of all; None where no price is set
    money: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class AnnouncementPreview:
    """Who would get it if it began now. Nothing is sent until ``it.handle`` is confirmed."""

    it: Announced
    sections: tuple[Section, ...]
    #: of the teacher's on this server
    choices: tuple[Section, ...]
    #: UTC; one for an announcement that does not repeat. The first is None for "now"
    first: datetime | None
    last: datetime
    times: int
    recipients: tuple[Recipient, ...]
    unreachable: tuple[tuple[Account, str], ...]
    cost: Cost
    #: Discord ids of people who were picked and are in none of the classes
    strangers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WhichClasses:
    """The teacher has several here and has not said which are meant."""

    handle: str
    choices: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class NoGroup:
    typed: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoWords:
    handle: str


@dataclass(frozen=True, slots=True)
class TooLong:
    handle: str
    length: int
    limit: int


@dataclass(frozen=True, slots=True)
class BadFile:
    """The words are kept; ``problem`` says what to do about the file."""

    handle: str
    problem: str


@dataclass(frozen=True, slots=True)
class Past:
    """The time lies in the past, or has passed since the preview."""

    at: datetime
    #: of the announcement that can go out now instead; None while there are no words yet
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class NobodyThere:
    """Nobody is in the group, so there is nothing to send now."""

    it: Announced
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """No such announcement of this teacher's, or it is no draft any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a confirmed announcement has come; ``counts`` are messages, by state."""

    it: Announced
    sections: tuple[Section, ...]
    counts: Mapping[State, int]
    #: this very press stopped so many before they went out
    stopped: int = 0


@dataclass(frozen=True, slots=True)
class TooLate:
    """It has begun: it can be stopped, not undone."""

    standing: Standing


OpenResult = Form | NoClass | NotStaff | NoGroup | BadTime | Past
PreviewResult = (
    AnnouncementPreview | WhichClasses | NobodyThere | NoWords | TooLong | BadFile | Past | Gone | NotStaff
)
