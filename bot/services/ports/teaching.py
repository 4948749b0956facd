"""Repositories of teaching: courses, classes, pre-work, progress, attempts, office hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

from bot.domain.bank_merge import BroughtBank
from bot.domain.booking import AgendaLine, Booking, Slot, Span
from bot.domain.contracts import Bar
from bot.domain.course import Course, Fault
from bot.domain.drawing import Drawn
from bot.domain.mastery import Attempt, Item
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
    Roll,
    Section,
    UnitRecord,
)


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
        unit_places: bool = True,
    ) -> Section: ...
    def set_unit_places(self, section_id: int, *, wanted: bool) -> None:
        """Whether the units of the class have roles and channels of their own."""
        ...

    def get(self, section_id: int) -> Section: ...
    def by_handle(self, handle: str) -> Section | None: ...
    def by_name(self, guild: int, name: str) -> Section | None: ...
    def all(self) -> Sequence[Section]: ...
    def on_guild(self, guild: int) -> Sequence[Section]: ...
    def ids_on(self, guild: int) -> Sequence[int]: ...
    def taught_by(self, person: int) -> Sequence[Section]: ...
    def teaches(self, section_id: int, person: int) -> bool: ...
    def teachers(self, section_id: int) -> Sequence[Account]: ...
    def pin(self, section_id: int, revision: int) -> None: ...

    def enrol(self, section_id: int, person: int, at: datetime) -> None:
        """Adds the student, or brings one back who had left."""
        ...

    def enrolment(self, section_id: int, person: int) -> Enrolment | None: ...
    def was_in(self, section_id: int, person: int) -> bool:
        """Whether the person ever was a student of the class."""
        ...

    def enrolled_in(self, person: int) -> Sequence[Section]:
        """Classes in which the person is a student and has not left."""
        ...

    def students(self, section_id: int) -> Sequence[Account]: ...
    def rolls(self, section_id: int) -> Sequence[Roll]:
        """Everybody who ever joined the class, those who left it too."""
        ...

    def leave(self, guild: int, person: int, at: datetime) -> None:
        """Every class on that server, since the person left the server itself."""
        ...

    def set_thread(self, section_id: int, person: int, thread: int | None) -> None: ...
    def place(self, guild: int, purpose: str, kind: str) -> int | None: ...
    def places(self, guild: int) -> Sequence[Place]: ...
    def set_place(self, guild: int, purpose: str, kind: str, discord: int) -> None:
        """It stands, and nothing is known to be wrong with it."""
        ...

    def set_flaw(self, guild: int, purpose: str, kind: str, flaw: str | None) -> None: ...


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

    def mark_posted(self, prework_id: int, channel: int, message: int, at: datetime) -> None: ...
    def owing(self, prework_id: int) -> Sequence[Owing]: ...
    def handed(self, prework_id: int) -> Sequence[Handed]: ...
    def owes(self, prework_id: int, person_id: int) -> bool: ...
    def since(self, prework_id: int, person_id: int) -> datetime | None:
        """When the student had both joined the class and the pre-work's unit open; None where they have not."""
        ...

    def behind(self, section_id: int, now: datetime) -> frozenset[int]:
        """Persons who owe any pre-work of a class past its deadline, or past their own."""
        ...

    def not_credited(self, prework_id: int) -> frozenset[int]:
        """Persons who owe it."""
        ...

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
    def unmaster(self, person: int, course: int, unit_slug: str) -> None: ...
    def close(self, person: int, course: int, unit_slug: str) -> None:
        """Takes the unit back; nothing but the history knows of it any more."""
        ...

    def of(self, person: int, course: int) -> dict[str, ProgressRecord]: ...
    def in_class(self, section_id: int) -> dict[int, dict[str, ProgressRecord]]:
        """Of every student of a class, by person and unit slug."""
        ...


class Attempts(Protocol):
    """Attempts at mastery checks, oldest first."""

    def bank(self, unit_id: int) -> Sequence[Question]: ...
    def seen(self, person: int, course: int, unit_slug: str) -> dict[str, int]:
        """By question slug, the number of the person's last attempt that asked it."""
        ...

    def in_use(self, section: int, unit_slug: str, person: int, since: datetime) -> Counter[str]:
        """By question slug, in how many forms of the person's neighbours it is.

        Neighbours are others of the class whose attempt at the unit is open, or began at ``since`` or later.
        """
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
        bar: Bar,
        at: datetime,
        purpose: str = "check",
        ends_at: datetime | None = None,
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
        credits: Sequence[Fraction | None],
        score: Fraction | None,
        passed: bool | None,
        retake_at: datetime | None,
        at: datetime,
    ) -> bool:
        """Ends the attempt; False when it had ended before, and then nothing is changed.

        A credit is None where the teacher has to mark, and then so are score and ``passed``.
        """
        ...

    def settle(self, attempt_id: int, *, score: Fraction, passed: bool, retake_at: datetime | None) -> bool:
        """Gives an attempt that was handed in its score; False when it has one, or was not handed in."""
        ...

    def undecided(self, person: int, course: int, unit_slug: str) -> int | None:
        """Id of the attempt that is open, or handed in and without a result."""
        ...

    def drop(self, attempt_id: int, at: datetime) -> None:
        """Ends it as one that is no try, and that nobody finds any more."""
        ...

    def run_out(self, before: datetime) -> Sequence[tuple[int, int]]:
        """Open attempts, and their classes, whose time was up before that instant."""
        ...

    def next_end(self) -> datetime | None:
        """When the time of an open attempt is up next; it may lie in the past."""
        ...


class Bookings(Protocol):
    def open_window(
        self,
        section: int,
        person: int,
        span: Span,
        where: str,
        slots: Sequence[tuple[str, Span]],
        purpose: str = "help",
    ) -> None:
        """Opens office hours or a retake session; ``slots`` are handles and times."""
        ...

    def overlapping(self, person: int, span: Span) -> Span | None:
        """Office hours of that teacher, in any class, that share time with ``span``."""
        ...

    def free(self, section: int, after: datetime, limit: int, purpose: str = "help") -> Sequence[Slot]:
        """Slots of a class that begin after ``after`` and nobody holds, in order; of a session one."""
        ...

    def slot(self, handle: str) -> Slot | None: ...
    def agenda(self, section: int, after: datetime, limit: int) -> Sequence[AgendaLine]:
        """Slots of a class that are not over at ``after``, in order."""
        ...

    def get(self, booking_id: int) -> Booking: ...
    def by_handle(self, handle: str) -> Booking | None: ...
    def ahead(self, section: int, person: int, now: datetime, purpose: str = "help") -> Booking | None:
        """The student's live booking for that in the class whose slot begins after ``now``."""
        ...

    def all_ahead(self, section: int, person: int, now: datetime) -> Sequence[Booking]:
        """All live bookings of the student in the class whose slots begin after ``now``."""
        ...

    def book(self, handle: str, slot_id: int, person: int, reason: str, at: datetime) -> Booking | None:
        """None when somebody holds the slot: the database decides, not an earlier look."""
        ...

    def cancel(self, booking_id: int, at: datetime) -> bool:
        """False when it was cancelled before."""
        ...


class Drafts(Protocol):
    def save(self, handle: str, person: int, kind: str, body: dict[str, Any], at: datetime) -> None: ...
    def read(self, handle: str, person: int, kind: str) -> dict[str, Any] | None: ...
    def take(self, handle: str, person: int, kind: str) -> dict[str, Any] | None:
        """Gives it once: the second press of [Confirm] finds nothing."""
        ...


class PackParser(Protocol):
    async def parse(self, filename: str, data: bytes) -> Course | tuple[Fault, ...]: ...


class BankFiles(Protocol):
    """Question banks in the formats that teachers have."""

    async def read(self, filename: str, data: bytes, objectives: Sequence[str], default: str) -> BroughtBank:
        """A bank for a unit with these objectives; ``default`` is that of questions which name none, or ""."""
        ...

    async def write(
        self, questions: Sequence[Question], pictures: Mapping[str, bytes], suffix: str
    ) -> tuple[bytes, tuple[str, ...]]:
        """The file, and the names of questions that the format cannot hold.

        ``suffix`` is ".gift", ".xml" or ".csv"; ``pictures`` are PNGs by digest.
        """
        ...
