"""The repository of letters, and how long an answer is as a text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.letters import Letter, Party, Talk, Unanswered, Via, Writer
from bot.domain.outbox import Way
from bot.domain.records import Section

#: (class, teacher, words) → how many texts an answer is billed as
TextLength = Callable[[str, str, str], int]


class Letters(Protocol):
    def keep(
        self,
        *,
        handle: str,
        section: int | None,
        person: int,
        party: Party,
        via: Via,
        body: str,
        files: int,
        author: int | None,
        external: str,
        at: datetime,
    ) -> Letter | None:
        """None when that message, by its id outside, is kept already. ``author`` is the teacher of an answer."""
        ...

    def get(self, letter_id: int) -> Letter: ...
    def by_handle(self, handle: str) -> Letter | None: ...
    def writers(self, marks: Collection[str]) -> Sequence[Writer]:
        """Whose confirmed number has one of those keyed hashes, students before guardians."""
        ...

    def undirected(self, person: int) -> Sequence[Letter]:
        """Letters whose writer has still to say for which class they are, oldest first."""
        ...

    def direct(self, letters: Collection[int], section: int) -> None: ...
    def settle(self, section: int, person: int, party: Party, at: datetime) -> int: ...
    def unanswered(self, section: int) -> Sequence[Unanswered]:
        """By student and party, oldest first."""
        ...

    def last_section(self, person: int, since: datetime) -> int | None: ...
    def told_section(self, person: int, message: int) -> int | None: ...
    def last_told(
        self, persons: Collection[int], ways: Collection[Way], since: datetime
    ) -> tuple[int, int] | None:
        """Person and class of the last message that reached one of them by one of these ways."""
        ...

    def classes(self, person: int) -> Sequence[Section]: ...
    def talks(self, since: datetime, limit: int) -> Sequence[Talk]:
        """Of those who got a direct message or wrote one since then, the latest first."""
        ...

    def on_the_way(self, person: int) -> tuple[int, datetime | None]:
        """How many cards of that person's letters wait to be posted, and when the last of them is due."""
        ...

    def desk(self, section_id: int, person: int) -> int | None: ...
    def set_desk(self, section_id: int, person: int, thread: int) -> None: ...
    def holidays(self, section_id: int) -> Sequence[tuple[date, date]]: ...
