"""What services need from outside, as protocols: a database with its repositories, parsing, numbers, secrets.

Repositories give and take values of ``bot.domain``; each method is one statement, or a few that belong together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from bot.services.ports.messages import (
    Cell,
    Cipher,
    History,
    MessagingRules,
    Numbers,
    Outbox,
    People,
    Phones,
    Reports,
    Tables,
    Upkeep,
)
from bot.services.ports.teaching import (
    Attempts,
    Bookings,
    Courses,
    Drafts,
    PackParser,
    PreWorks,
    Progresses,
    Sections,
)

__all__ = [
    "Attempts",
    "Bookings",
    "Cell",
    "Cipher",
    "Courses",
    "Database",
    "Drafts",
    "History",
    "Ids",
    "MessagingRules",
    "Numbers",
    "Outbox",
    "PackParser",
    "People",
    "Phones",
    "PreWorks",
    "Progresses",
    "Reports",
    "Sections",
    "Tables",
    "Tx",
    "Upkeep",
]

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
    @property
    def messaging(self) -> MessagingRules: ...
    @property
    def history(self) -> History: ...
    @property
    def reports(self) -> Reports: ...


#: gives a random handle that is safe in a custom_id and says nothing
Ids = Callable[[], str]
