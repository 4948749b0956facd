"""Repositories of what a teacher decides about checks: rulings, marks, regrades."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from bot.domain.hand_marks import HandMark, Waiting
from bot.domain.opening import Event
from bot.domain.questions import Question
from bot.domain.records import Section, UnitRecord
from bot.domain.regrading import Asked, Change, Regrade
from bot.domain.ruling import Ruling


class Rulings(Protocol):
    def events(self, person: int, course: int) -> Sequence[Event]:
        """Everything by which that person is done with a unit of that course: counted passes, live rulings."""
        ...

    def add(
        self,
        *,
        handle: str,
        section: int,
        person: int,
        course: int,
        unit_slug: str,
        kind: str,
        reason: str,
        by: int,
        at: datetime,
    ) -> int: ...
    def get(self, ruling_id: int) -> Ruling: ...
    def by_handle(self, handle: str) -> Ruling | None: ...
    def of_section(self, section: int) -> Sequence[Ruling]:
        """The live ones of a class, newest first."""
        ...

    def undo(self, ruling_id: int, by: int, at: datetime) -> bool:
        """False when it was undone before."""
        ...


class Regrades(Protocol):
    def questions(self, unit_id: int) -> dict[int, Question]:
        """The bank of a unit as it was written, by the questions' ids."""
        ...

    def unit_of(self, question_id: int) -> int: ...
    def asked(self, question: int) -> Sequence[Asked]:
        """Where that question was marked, in attempts that are over."""
        ...

    def form(self, attempt: int) -> Sequence[int]:
        """Ids of the questions of an attempt, by position."""
        ...

    def credits(self, attempt: int) -> dict[int, tuple[int, Fraction]]:
        """By position: the question's id and what it earned, as it stands now."""
        ...

    def remark(
        self, attempt_id: int, credits: dict[int, Fraction], score: Fraction, *, passed: bool
    ) -> None: ...
    def add(
        self,
        *,
        handle: str,
        section: int,
        question: int,
        change: Change,
        earned: dict[int, tuple[int, Fraction]],
        reason: str,
        takes_back: bool,
        by: int,
        at: datetime,
    ) -> int: ...
    def keep_rows(
        self, regrade_id: int, rows: dict[int, tuple[tuple[str, datetime | None, datetime | None], ...]]
    ) -> None: ...
    def get(self, regrade_id: int) -> Regrade: ...
    def by_handle(self, handle: str) -> Regrade | None: ...
    def of_section(self, section: int) -> Sequence[Regrade]:
        """The live ones that were made in a class, newest first."""
        ...

    def live(self, questions: Sequence[int]) -> Sequence[Regrade]:
        """Those that stand of these questions, in the order in which they were made."""
        ...

    def undo(self, regrade_id: int, by: int, at: datetime) -> bool:
        """False when it was undone before."""
        ...


class HandMarks(Protocol):
    """Attempts that a teacher marked by a tap."""

    def add(
        self, *, handle: str, person: int, section: Section, unit: UnitRecord, passed: bool, done_at: datetime
    ) -> int:
        """Gives the attempt's id; it counts from when the work was done (K19)."""
        ...

    def stands(self, attempt_id: int) -> bool: ...
    def remove(self, attempt_id: int) -> None: ...


class AnswerMarks(Protocol):
    """Answers of handed-in attempts that only a teacher can mark. Each change says whether it was made.

    Nothing is changed once the attempt has its result.
    """

    def waiting(self, section: int) -> Sequence[Waiting]:
        """Those of a class, the oldest first."""
        ...

    def attempt(self, handle: str) -> int | None:
        """Its id."""
        ...

    def of_item(self, attempt_id: int, position: int) -> HandMark | None: ...
    def mark(self, attempt_id: int, position: int, credit: Fraction, by: int, at: datetime) -> bool:
        """False when it was marked before."""
        ...

    def unmark(self, attempt_id: int, position: int, by: int) -> bool:
        """Only a mark that ``by`` gave."""
        ...

    def comment(self, attempt_id: int, position: int, words: str) -> bool:
        """False when it was marked before."""
        ...
