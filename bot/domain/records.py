"""Stored things as plain values: what repositories give and services work with. Instants are aware, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.course import Unit
from bot.domain.nudging import Away
from bot.domain.quiet import Days
from bot.domain.times import is_zone


@dataclass(frozen=True, slots=True)
class Asker:
    """Who pressed or typed, as Discord vouches for it."""

    account: int
    #: None in a direct message
    guild: int | None
    #: has Manage Server there
    manages: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    id: int
    handle: str
    guild: int
    name: str
    course_id: int
    revision_id: int
    zone: str
    #: percent
    bar: int
    #: its units have roles and channels of their own
    unit_places: bool = True


@dataclass(frozen=True, slots=True)
class Enrolment:
    section: Section
    person: int
    joined_at: datetime
    thread: int | None


@dataclass(frozen=True, slots=True)
class Account:
    """A person's Discord account and whether they can be written to there."""

    person: int
    discord: int
    dm_channel: int | None
    inbox_asked_at: datetime | None
    dm_closed_at: datetime | None
    #: the person's own zone, None for the class's
    zone: str | None

    def __post_init__(self) -> None:
        if self.zone is not None and not is_zone(self.zone):  # the zone database has it no more, or never had
            object.__setattr__(self, "zone", None)

    @property
    def dm_open(self) -> bool:
        return self.inbox_asked_at is not None and self.dm_closed_at is None


@dataclass(frozen=True, slots=True)
class CourseRecord:
    id: int
    slug: str
    title: str
    #: the newest revision
    revision_id: int
    number: int


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A unit of one revision; ``unit.check.bank`` is empty here: questions are drawn from storage."""

    id: int
    course_id: int
    position: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Posted:
    """Pre-work given to a section. ``posted_at`` and ``message`` are None until the card stands on Discord."""

    id: int
    handle: str
    section: Section
    unit: UnitRecord
    post_at: datetime
    deadline: datetime
    posted_at: datetime | None
    channel: int | None
    message: int | None


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    started_at: datetime | None
    tries: int
    draft: dict[str, object] | None
    handed_in_at: datetime | None
    reasons: tuple[str, ...]
    credited_at: datetime | None
    late: bool | None


@dataclass(frozen=True, slots=True)
class ProgressRecord:
    unit_slug: str
    opened_at: datetime
    mastered_at: datetime | None
    #: a look back showed that it has faded; it stays mastered (K16)
    shaky_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A role or channel on a server that stands for something of ours."""

    purpose: str
    kind: str
    discord: int
    #: what was last found wrong with it, as bot.domain.flaws writes it
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class Owing:
    """A student who owes a pre-work: what the nudge, the status and "who is behind?" all start from."""

    account: Account
    thread: int | None
    started_at: datetime | None
    tries: int
    reasons: tuple[str, ...]
    phone_confirmed: bool
    #: keys of the ladder's steps that have gone out, by any way
    steps: frozenset[str]
    #: since when it is open to them: no step from before that is caught up on
    since: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """A student's credited pre-work."""

    account: Account
    credited_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Messaging:
    """How a class wants to be reminded; None and () where it keeps to the installation's own ways."""

    #: steps as bot.domain.nudging writes them
    ladder: list[dict[str, Any]] | None = None
    #: local wall times for DMs and threads, "07:00"
    dm_opens: str | None = None
    dm_closes: str | None = None
    #: ISO weekdays (Monday is 1) on which nobody is reminded
    days_off: tuple[int, ...] = (6, 7)
    #: who may give a guardian's number: "off", "student" or "teacher"
    guardian_rule: str = "off"
    #: when the teacher reads what students write: {"days": [1, 2], "opens": "08:00", "closes": "16:00"}
    reads: dict[str, Any] | None = None
    #: when the ladder was changed last
    ladder_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    days: Days
    name: str


@dataclass(frozen=True, slots=True)
class Absence:
    account: Account
    away: Away


@dataclass(frozen=True, slots=True)
class OpenPreWork:
    """Posted pre-work whose reminders have to be looked at, with all that decides when they come."""

    id: int
    section: int
    zone: str
    posted_at: datetime
    deadline: datetime
    rules: Messaging
    holidays: tuple[Days, ...]
    students: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the record that nobody can edit. ``body`` is None once its person was erased."""

    at: datetime
    what: str
    body: dict[str, Any] | None
    section: int | None = None
    person: int | None = None
    #: who did it; None for the bot itself
    actor: int | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """Somebody who joined a class once, and which of its units are open to them."""

    person: int
    discord: int
    has_left: bool
    opened: tuple[str, ...]


#: what a line says when a person's words were blanked
ERASED = "erased"
#: what a line says when an update took out of the lines before what no record may hold
TAKEN_OUT = "taken_out"


@dataclass(frozen=True, slots=True)
class HistoryCheck:
    """What a look over the whole history found."""

    lines: int
    #: the chain up to the last line
    digest: str
    #: number of the first line that is missing or not as it was written; None when all are
    broken: int | None
    #: from how many lines an update took out what no record may hold
    taken_out: int = 0
    #: the number of the line after which the digest stands that was asked for; None when it stands nowhere
    stands_after: int | None = None
