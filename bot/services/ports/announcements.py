"""The repository of announcements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.announcing import Announced, Audience, Phase
from bot.domain.attachments import Attachment
from bot.domain.outbox import State
from bot.domain.records import Account


class Announcements(Protocol):
    def draft(
        self,
        *,
        handle: str,
        person: int,
        audience: Audience,
        urgent: bool,
        texts_too: bool,
        next_at: datetime | None,
        zone: str,
        wall: datetime,
        until: date | None,
        at: datetime,
    ) -> None:
        """A new one without words. Drafts of the day before are forgotten."""
        ...

    def get(self, announcement_id: int) -> Announced | None: ...
    def by_handle(self, handle: str) -> Announced | None: ...
    def live(self, person: int) -> Sequence[Announced]:
        """A teacher's own that wait or run, newest first."""
        ...

    def write(self, announcement_id: int, words: str) -> None: ...
    def address(self, announcement_id: int, audience: Audience) -> None: ...
    def attach(self, announcement_id: int, file: Attachment | None) -> None: ...
    def file(self, announcement_id: int) -> Attachment | None: ...
    def schedule(self, announcement_id: int, next_at: datetime, wall: datetime) -> None: ...
    def move(self, announcement_id: int, phase: Phase, next_at: datetime | None, *, runs: int) -> None: ...
    def end(self, announcement_id: int, phase: Phase, at: datetime) -> None: ...
    def next_at(self) -> datetime | None:
        """When the next run comes; it may lie in the past."""
        ...

    def author(self, announcement_id: int) -> tuple[int, str]:
        """The person who wrote it, and its words, whatever else of it can be read."""
        ...

    def due(self, now: datetime) -> Sequence[int]:
        """Those whose run has come, or was begun and not written out to its end."""
        ...

    def finished(self) -> Sequence[int]:
        """Those that run and have no message under way any more."""
        ...

    def students(self, section: int) -> Sequence[tuple[Account, bool]]:
        """Everybody in a class in the order of joining, and whether they can be texted."""
        ...

    def told(self, announcement_id: int, key: str) -> frozenset[int]:
        """Persons with a row whose key begins so."""
        ...

    def counts(self, announcement_id: int) -> Mapping[State, int]:
        """How many messages of all its runs are in which state."""
        ...
