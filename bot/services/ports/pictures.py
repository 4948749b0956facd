"""Repositories of what is shown with questions and handed in for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.course import Picture
from bot.domain.hand_ins import HandInFile


class Pictures(Protocol):
    def keep(self, pictures: Iterable[Picture]) -> None:
        """Those that are there already stay as they are: a digest never has other bytes."""
        ...

    def png(self, digest: str) -> bytes | None: ...


class HandIns(Protocol):
    def add(self, attempt: int, position: int, file: HandInFile, at: datetime) -> None: ...
    def of_item(self, attempt: int, position: int) -> Sequence[HandInFile]:
        """The files of one question of an attempt, by their places."""
        ...

    def remove(self, attempt: int, position: int) -> None:
        """All files of that question."""
        ...
