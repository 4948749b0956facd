"""Repositories of summative checks and of the talks that confirm them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.summative import Sitting, Talk


class Summatives(Protocol):
    def of(self, section: int, unit_slug: str) -> Sitting | None:
        """When the class takes the check of that unit, if its teacher has said so."""
        ...

    def keep(self, section: int, unit_slug: str, sitting: Sitting) -> int:
        """Sets it anew. Attempts under way that were to end with the old time end with the new one: how many."""
        ...

    def due(self, until: datetime) -> Sequence[tuple[int, int]]:
        """Marked attempts whose result was kept back until then or earlier and that wait for no talk, with their class."""
        ...

    def next_release(self) -> datetime | None:
        """The promised instant of the first such attempt that is not set aside; it may lie in the past."""
        ...


class Talks(Protocol):
    def add(self, *, handle: str, attempt_id: int, positions: Sequence[int]) -> Talk: ...
    def get(self, talk_id: int) -> Talk: ...
    def by_handle(self, handle: str) -> Talk | None: ...
    def of_attempt(self, attempt_id: int) -> Talk | None: ...
    def pending(self, section: int) -> Sequence[Talk]:
        """Those of the class whose attempt has no result yet, oldest first."""
        ...

    def book(self, talk_id: int, booking_id: int) -> None: ...
    def unbook(self, section: int, person: int) -> None:
        """The student's talks that are still to come have no slot any more."""
        ...

    def follow(self, section: int, person: int, booking_id: int) -> None:
        """The student's talks that are still to come are held in that booking."""
        ...

    def miss(self, talk_id: int, at: datetime) -> bool:
        """The student did not come: it needs another slot. False when that was so before."""
        ...

    def decide(self, talk_id: int, *, outcome: str, by: int, at: datetime) -> None: ...
