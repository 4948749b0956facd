"""What services need from outside, as protocols: a database with its repositories, parsing, numbers, secrets.

Repositories give and take values of ``bot.domain``; each method is one statement, or a few that belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from bot.domain.booking import AgendaLine, Booking, Slot, Span
from bot.domain.course import Course, Fault
from bot.domain.mastery import Attempt, Drawn, Item
from bot.domain.outbox import Delivery, Effect, Kind, State, Way
from bot.domain.phones import BadNumber, PhoneRecord
from bot.domain.questions import Answer, Question
from bot.domain.records import (
    Account,
    CourseRecord,
    Enrolment,
    EvidenceRecord,
    Handed,
    Owing,
    Place,
    Posted,
    ProgressRecord,
    Section,
    UnitRecord,
)

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Runs ``fn(tx, ...)`` in one transaction, rolled back if it raises. ``read`` refuses writes."""

    async def write(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def read(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class Tx(Protocol):
    """One transaction. It offers repositories only: it can neither commit nor leak a cursor."""

    @property
    def people(self) -> People: ...
    @property
    def courses(self) -> Courses: ...
    @property
    def sections(self) -> Sections: ...
    @property
    def prework(self) -> PreWorks: ...
    @property
    def progress(self) -> Progresses: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def upkeep(self) -> Upkeep: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def bookings(self) -> Bookings: ...
    @property
    def phones(self) -> Phones: ...


class People(Protocol):
    def of(self, discord: int) -> Account | None: ...
    def account(self, person: int) -> Account | None: ...
    def known(self, discord: int, at: datetime) -> Account:
        """The account, with a new person if nobody has it yet."""
        ...

    def ask_inbox(self, person: int, at: datetime) -> None: ...
    def set_dm_channel(self, person: int, channel: int) -> None: ...
    def close_dm(self, person: int, at: datetime) -> None: ...


class Courses(Protocol):
    def save(self, owner: int, course: Course, digest: str, at: datetime) -> tuple[CourseRecord, bool]:
        """Stores a new revision unless the newest has this digest; the flag tells whether one was made."""
        ...

    def of_owner(self, owner: int) -> Sequence[CourseRecord]: ...
    def get(self, course_id: int) -> CourseRecord: ...
    def units(self, revision_id: int) -> Sequence[UnitRecord]: ...
    def unit(self, unit_id: int) -> UnitRecord: ...


class Sections(Protocol):
    def create(
        self,
        *,
        handle: str,
        guild: int,
        name: str,
        course: CourseRecord,
        zone: str,
        bar: int,
        owner: int,
        at: datetime,
    ) -> Section: ...
    def get(self, section_id: int) -> Section: ...
    def by_handle(self, handle: str) -> Section | None: ...
    def by_name(self, guild: int, name: str) -> Section | None: ...
    def on_guild(self, guild: int) -> Sequence[Section]: ...
    def taught_by(self, person: int) -> Sequence[Section]: ...
    def teaches(self, section_id: int, person: int) -> bool: ...
    def teachers(self, section_id: int) -> Sequence[Account]: ...
    def pin(self, section_id: int, revision: int) -> None: ...

    def enrol(self, section_id: int, person: int, at: datetime) -> None:
        """Adds the student, or brings one back who had left."""
        ...

    def enrolment(self, section_id: int, person: int) -> Enrolment | None: ...
    def enrolled_in(self, person: int) -> Sequence[Section]:
        """Classes in which the person is a student and has not left."""
        ...

    def students(self, section_id: int) -> Sequence[Account]: ...
    def leave(self, guild: int, person: int, at: datetime) -> None:
        """Every class on that server, since the person left the server itself."""
        ...

    def set_thread(self, section_id: int, person: int, thread: int | None) -> None: ...
    def place(self, guild: int, purpose: str, kind: str) -> int | None: ...
    def places(self, guild: int) -> Sequence[Place]: ...
    def set_place(self, guild: int, purpose: str, kind: str, discord: int) -> None: ...


class PreWorks(Protocol):
    def create(
        self,
        *,
        handle: str,
        section: int,
        unit: int,
        post_at: datetime,
        deadline: datetime,
        zone: str,
        wall: str,
    ) -> Posted: ...
    def get(self, prework_id: int) -> Posted: ...
    def by_handle(self, handle: str) -> Posted | None: ...
    def of_unit(self, section_id: int, unit_slug: str) -> Posted | None: ...
    def of_section(self, section_id: int) -> Sequence[Posted]: ...
    def give_again(
        self, prework_id: int, *, unit_id: int, post_at: datetime, deadline: datetime, zone: str, wall: str
    ) -> Posted:
        """New terms for pre-work whose card never came to stand."""
        ...

    def zones(self, prework_id: int) -> frozenset[str]:
        """Zones of their own that students of the class have set."""
        ...

    def mark_posted(self, prework_id: int, channel: int, message: int, at: datetime) -> None: ...
    def open_at(self, at: datetime) -> Sequence[Posted]:
        """Everything that stands posted with its deadline after ``at``, over all sections."""
        ...

    def owing(self, prework_id: int) -> Sequence[Owing]: ...
    def handed(self, prework_id: int) -> Sequence[Handed]: ...
    def owes(self, prework_id: int, person_id: int) -> bool: ...
    def unlocked(self, prework_id: int) -> frozenset[int]:
        """Persons of the class to whom the pre-work's unit is open."""
        ...

    def evidence(self, prework_id: int, person_id: int) -> EvidenceRecord | None: ...
    def evidence_in(self, section_id: int, person_id: int) -> dict[int, EvidenceRecord]:
        """A student's evidence for all pre-work of a class, by the pre-work's id."""
        ...

    def start(self, prework_id: int, person_id: int, at: datetime) -> datetime:
        """Notes the first start and gives the instant that stands."""
        ...

    def hand_in(
        self,
        prework_id: int,
        person_id: int,
        *,
        draft: dict[str, Any],
        at: datetime,
        reasons: Sequence[str],
        credited: bool,
        late: bool | None,
    ) -> None: ...


class Progresses(Protocol):
    def open(self, person: int, course: int, unit_slug: str, at: datetime) -> bool:
        """Opens a unit to a person; False when it was open already."""
        ...

    def master(self, person: int, course: int, unit_slug: str, at: datetime) -> None: ...
    def of(self, person: int, course: int) -> dict[str, ProgressRecord]: ...


class Attempts(Protocol):
    """Attempts at mastery checks, oldest first."""

    def bank(self, unit_id: int) -> Sequence[Question]: ...
    def seen(self, person: int, course: int, unit_slug: str) -> dict[str, int]:
        """By question slug, the number of the person's last attempt that asked it."""
        ...

    def begin(
        self,
        *,
        handle: str,
        seed: str,
        person: int,
        section: Section,
        unit: UnitRecord,
        form: Sequence[Drawn],
        at: datetime,
    ) -> Attempt:
        """A new attempt, or the one that another device began meanwhile."""
        ...

    def of_account(self, handle: str, discord: int) -> Attempt | None:
        """The attempt of that handle, if it is that account's."""
        ...

    def get(self, attempt_id: int) -> Attempt: ...
    def of_course(self, person: int, course: int) -> Sequence[Attempt]: ...
    def of_unit(self, person: int, course: int, unit_slug: str) -> Sequence[Attempt]: ...
    def items(self, attempt_id: int) -> Sequence[Item]: ...
    def answer(
        self, attempt_id: int, position: int, answer: Answer, answered_at: datetime | None
    ) -> None: ...
    def submit(
        self,
        attempt_id: int,
        *,
        credits: Sequence[Fraction],
        score: Fraction,
        passed: bool,
        retake_at: datetime | None,
        at: datetime,
    ) -> bool:
        """Ends the attempt; False when it had ended before, and then nothing is changed."""
        ...


class Outbox(Protocol):
    def add(self, effects: Collection[Effect], at: datetime, nonces: Callable[[], str]) -> int:
        """Adds those whose key is new; gives how many were."""
        ...

    def claim(
        self, now: datetime, ways: Collection[Way], limit: int, lease: str, until: datetime
    ) -> Sequence[Delivery]: ...
    def get(self, delivery: int) -> Delivery: ...
    def next_due(self, ways: Collection[Way]) -> datetime | None: ...
    def call(self, delivery: int, lease: str, at: datetime) -> bool:
        """leased → calling, durably, before the call is made; False when the lease was lost."""
        ...

    def end(
        self,
        delivery: int,
        lease: str,
        state: State,
        at: datetime,
        *,
        why: str = "",
        channel: int | None = None,
        result: str | None = None,
    ) -> bool: ...
    def doubt(self, delivery: int, lease: str, why: str) -> bool:
        """calling → uncertain: the call was made and nobody knows whether it counted."""
        ...

    def wait(self, delivery: int, lease: str, until: datetime, why: str) -> bool:
        """Back to due at a later instant, with the reason it waits."""
        ...

    def hurry(self, section_ids: Collection[int], now: datetime) -> int:
        """Makes what waits for a mended role or permission due at once."""
        ...

    def free(self, now: datetime, *, everyone: bool) -> None: ...
    def adopt(self, now: datetime, lease: str, until: datetime, *, everyone: bool) -> Sequence[Delivery]: ...
    def times_since(self, kind: Kind, since: datetime) -> Sequence[datetime]: ...
    def calls_since(self, kind: Kind, since: datetime) -> Sequence[datetime]: ...
    def hold_back(self, kind: Kind, until: datetime) -> None: ...
    def waiting(self, section: int) -> Sequence[Delivery]: ...
    def about(self, kind: Kind, about: int) -> Sequence[Delivery]: ...


class Drafts(Protocol):
    def save(self, handle: str, person: int, kind: str, body: dict[str, Any], at: datetime) -> None: ...
    def read(self, handle: str, person: int, kind: str) -> dict[str, Any] | None: ...
    def take(self, handle: str, person: int, kind: str) -> dict[str, Any] | None:
        """Gives it once: the second press of [Confirm] finds nothing."""
        ...


class Bookings(Protocol):
    def open_window(
        self, section: int, person: int, span: Span, where: str, slots: Sequence[tuple[str, Span]]
    ) -> None:
        """Opens office hours; ``slots`` are handles and times."""
        ...

    def overlapping(self, person: int, span: Span) -> Span | None:
        """Office hours of that teacher, in any class, that share time with ``span``."""
        ...

    def free(self, section: int, after: datetime, limit: int) -> Sequence[Slot]:
        """Slots of a class that begin after ``after`` and nobody holds, in order."""
        ...

    def slot(self, handle: str) -> Slot | None: ...
    def agenda(self, section: int, after: datetime, limit: int) -> Sequence[AgendaLine]:
        """Slots of a class that are not over at ``after``, in order."""
        ...

    def get(self, booking_id: int) -> Booking: ...
    def by_handle(self, handle: str) -> Booking | None: ...
    def ahead(self, section: int, person: int, now: datetime) -> Booking | None:
        """The student's live booking in that class whose slot begins after ``now``."""
        ...

    def book(self, handle: str, slot_id: int, person: int, reason: str, at: datetime) -> Booking | None:
        """None when somebody holds the slot: the database decides, not an earlier look."""
        ...

    def cancel(self, booking_id: int, at: datetime) -> bool:
        """False when it was cancelled before."""
        ...


class Phones(Protocol):
    def of(self, person: int) -> PhoneRecord | None: ...
    def give(self, person: int, number: bytes, number_hash: str, code: bytes, expires_at: datetime) -> None:
        """Keeps a sealed number with a sealed code to prove it, in the place of any earlier one."""
        ...

    def count_try(self, person: int) -> None: ...
    def confirm(self, person: int, at: datetime) -> None: ...
    def stop(self, person: int, at: datetime) -> bool:
        """Ends all texts and forgets the number; False when there was none or it was stopped before."""
        ...

    def number_to_text(self, person: int, *, unconfirmed: bool = False) -> bytes | None:
        """The sealed number, if confirmed and not stopped; ``unconfirmed``: the one that a code is to prove."""
        ...

    def consents(self, person: int, act: str) -> list[datetime]:
        """When the person did that, in order."""
        ...

    def record_consent(self, person: int, act: str, via: str, wording: str, at: datetime) -> None: ...


class Cipher(Protocol):
    """Seals what must not be readable in the database file."""

    def encrypt(self, text: str) -> bytes: ...
    def decrypt(self, sealed: bytes) -> str | None:
        """None when none of the keys in the settings opens it."""
        ...

    def mark(self, text: str) -> str:
        """A keyed hash: the same for the same text and key, and of no use without the key."""
        ...


class Numbers(Protocol):
    def read(self, text: str, zone: str) -> str | BadNumber:
        """A phone number as people write it, in E.164; a national one is of the zone's country."""
        ...


class Upkeep(Protocol):
    def fact(self, name: str) -> str | None: ...
    def set_fact(self, name: str, value: str) -> None: ...
    def identifies_since(self, since: datetime) -> Sequence[datetime]: ...
    def note_identify(self, at: datetime, *, forget_before: datetime) -> None: ...


class PackParser(Protocol):
    async def parse(self, filename: str, data: bytes) -> Course | tuple[Fault, ...]: ...


#: gives a random handle that is safe in a custom_id and says nothing
Ids = Callable[[], str]
