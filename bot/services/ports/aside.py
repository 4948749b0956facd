"""What jobs could not do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.apart import SetAside


class Aside(Protocol):
    def of(self, job: str) -> Sequence[SetAside]: ...
    def keep(
        self,
        job: str,
        item: str,
        *,
        section: int | None,
        tries: int,
        why: str,
        at: datetime,
        again_at: datetime,
    ) -> None: ...
    def told(self, job: str, item: str, at: datetime) -> None:
        """It is set aside from then on."""
        ...

    def forget(self, job: str, item: str) -> None: ...
    def let_go(self, job: str, now: datetime) -> None:
        """Forgets those of a job that could be tried again by now."""
        ...

    def try_again(self, now: datetime) -> int:
        """Whatever waits may be tried at once; gives how many that were."""
        ...

    def next_again(self, *, job: str | None = None, after: datetime | None = None) -> datetime | None:
        """When the next one is tried again, of that job or of all, after that instant or at all."""
        ...

    def count(self) -> int:
        """How many are set aside: not those that are still tried."""
        ...

    def all(self) -> Sequence[SetAside]: ...
