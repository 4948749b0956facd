"""Repositories of mastery: a class's rules, contracts, and what follows from attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.accommodations import Accommodation
from bot.domain.booking import Span
from bot.domain.contracts import Bar, Contract
from bot.domain.drawing import Drawn
from bot.domain.journal import Entry, Noted
from bot.domain.mastery import Attempt
from bot.domain.mastery_rules import MasteryRules
from bot.domain.records import Section
from bot.domain.retaking import Remediation, RemediationKind, Request


class MasteryRuleBook(Protocol):
    def of(self, section: int) -> MasteryRules:
        """The class's rules, the usual ones where it never said any."""
        ...

    def keep(self, section: int, rules: MasteryRules) -> None: ...


class Accommodations(Protocol):
    def of(self, section: int, person: int) -> Accommodation:
        """One that changes nothing where there is none."""
        ...

    def keep(self, section: int, person: int, given: Accommodation, by: int, at: datetime) -> None: ...


class Contracts(Protocol):
    """Signed contracts, oldest first. What was signed is never rewritten; instants are in UTC."""

    def add(
        self,
        *,
        handle: str,
        section: int,
        person: int,
        bar: int,
        tier: str,
        wording: str,
        name: str,
        at: datetime,
    ) -> Contract:
        """Signed by the student, in force for nobody yet."""
        ...

    def of(self, section: int, person: int) -> Sequence[Contract]: ...
    def of_section(self, section: int) -> Sequence[Contract]: ...
    def find(self, contract_id: int) -> Contract | None: ...
    def guardian_signed(self, contract_id: int, name: str, wording: str, via: str, at: datetime) -> None:
        """Once: a second signature changes nothing."""
        ...

    def begin(self, contract_id: int, at: datetime) -> None: ...
    def end(self, contract_id: int, at: datetime) -> None: ...
    def bar(self, section: int, person: int) -> Bar | None:
        """Of the contract in force now; None where there is none."""
        ...

    def bars(self, section: int) -> dict[int, Bar]:
        """By person, of those who have a contract in force."""
        ...


class Retakes(Protocol):
    """What comes between two attempts."""

    def remediations(self, attempt_id: int) -> Sequence[Remediation]:
        """Those chosen after that attempt, oldest first."""
        ...

    def remediation(self, handle: str) -> Remediation | None: ...
    def choose(
        self,
        *,
        handle: str,
        attempt_id: int,
        person: int,
        kind: RemediationKind,
        detail: Mapping[str, str],
        at: datetime,
    ) -> Remediation: ...
    def note(self, remediation_id: int, detail: Mapping[str, str]) -> None: ...
    def finish(self, remediation_id: int, by: int, at: datetime) -> bool:
        """Records it as done, by that person; False when it was before."""
        ...

    def requests(self, section: int, person: int, unit_slug: str) -> Sequence[Request]:
        """Oldest first."""
        ...

    def request(self, handle: str) -> Request | None: ...
    def request_of(self, request_id: int) -> Request | None: ...
    def ask(
        self, *, handle: str, section: int, person: int, unit_slug: str, said: str, at: datetime
    ) -> int: ...
    def decide(self, request_id: int, *, granted: bool, why: str, by: int, at: datetime) -> bool:
        """False when it was decided before."""
        ...

    def booked(self, section: int, person: int, purpose: str, after: datetime) -> Sequence[Span]:
        """The person's live bookings of that purpose that end after ``after``, in order."""
        ...

    def places(self, section: int, now: datetime) -> dict[datetime, tuple[int, int]]:
        """Free places, and all, of each retake session that has not begun, by its beginning."""
        ...


class Journals(Protocol):
    """What students write about questions that did not go well."""

    def keep(self, attempt_id: int, position: int, noted: Noted, at: datetime) -> None: ...
    def of_attempt(self, attempt_id: int) -> dict[int, Noted]:
        """By the question's position."""
        ...

    def of_course(self, person: int, course: int, limit: int) -> Sequence[Entry]:
        """Newest first."""
        ...


class Tasks(Protocol):
    """What students ticked of a unit's tasks."""

    def ticked(self, person: int, course: int, unit_slug: str) -> frozenset[str]:
        """Slugs of tasks."""
        ...

    def ticked_in(self, person: int, course: int) -> dict[str, frozenset[str]]:
        """By unit slug."""
        ...

    def tick(self, person: int, course: int, unit_slug: str, task_slug: str, at: datetime) -> None: ...
    def untick(self, person: int, course: int, unit_slug: str, task_slug: str) -> None: ...


class Rechecks(Protocol):
    """When a student's mastered units are due for a look back, and look backs begun. Instants are in UTC."""

    def classes(self) -> Sequence[tuple[int, int]]:
        """Ids of the classes that look back, and after how many days."""
        ...

    def unplanned(self, section: Section) -> bool:
        """Whether a student of the class has mastered a unit of which it is not known when it is due."""
        ...

    def plan(self, section: Section, days: int) -> None:
        """Such units are due so many days after they were mastered."""
        ...

    def due(self, section: Section, now: datetime) -> dict[int, list[str]]:
        """By person, slugs of units, the first due first; of nobody who was asked, or has begun a look back."""
        ...

    def ask(self, person: int, course: int, unit_slugs: Sequence[str], at: datetime) -> None: ...
    def asked(self, person: int, course: int) -> Sequence[str]:
        """Slugs of the units that the student was asked to look back at and did not yet."""
        ...

    def unanswered(self, before: datetime) -> Sequence[tuple[int, int, str, int]]:
        """Person, course, slug and span in days of what was asked up to then and not begun."""
        ...

    def put_off(self, person: int, course: int, unit_slug: str, until: datetime) -> None:
        """It is due then; if it was asked, no longer."""
        ...

    def pause(self, person: int, course: int, until: datetime) -> None:
        """Nothing that was not asked yet is due before then."""
        ...

    def span(self, person: int, course: int, unit_slug: str) -> int | None:
        """In days, the one that ends when the unit is due."""
        ...

    def settle(
        self,
        person: int,
        course: int,
        unit_slug: str,
        *,
        next_at: datetime | None,
        days: int | None,
        shaky_at: datetime | None,
    ) -> None:
        """The unit was looked back at. Nothing is changed of one that is no longer mastered."""
        ...

    def next_instant(self, after: datetime) -> datetime | None:
        """When the next unit is due that was not asked."""
        ...

    def seen(self, person: int, course: int, unit_slug: str) -> dict[str, int]:
        """By slug of the unit's questions, the id of the last attempt of any kind that asked it."""
        ...

    def begin(
        self,
        *,
        handle: str,
        seed: str,
        person: int,
        section: Section,
        form: Sequence[tuple[int, Drawn]],
        at: datetime,
    ) -> Attempt:
        """A new look back, or the one that another device began; ``form`` has each question's unit by id."""
        ...

    def units_of(self, attempt_id: int) -> Sequence[int]:
        """Ids of the units of its questions, by position."""
        ...
