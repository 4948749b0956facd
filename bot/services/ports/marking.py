"""Repositories of what a teacher decides about checks: rulings, marks, regrades."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.opening import Event
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
    def get(self, ruling: int) -> Ruling: ...
    def by_handle(self, handle: str) -> Ruling | None: ...
    def of_section(self, section: int) -> Sequence[Ruling]:
        """The live ones of a class, newest first."""
        ...

    def undo(self, ruling: int, by: int, at: datetime) -> bool:
        """False when it was undone before."""
        ...
