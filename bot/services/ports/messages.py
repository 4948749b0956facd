"""Repositories of people and messages: accounts, the outbox, phones, the history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.outbox import Delivery, Effect, Kind, State, Way
from bot.domain.phones import BadNumber, PhoneRecord
from bot.domain.records import Account, HistoryLine, Messaging, Owing
from bot.domain.reporting import Step


class People(Protocol):
    def of(self, discord: int) -> Account | None: ...
    def account(self, person: int) -> Account | None: ...
    def known(self, discord: int, at: datetime) -> Account:
        """The account, with a new person if nobody has it yet."""
        ...

    def ask_inbox(self, person: int, at: datetime) -> None: ...
    def set_dm_channel(self, person: int, channel: int) -> None: ...
    def close_dm(self, person: int, at: datetime) -> None: ...


class Outbox(Protocol):
    def add(self, effects: Collection[Effect], at: datetime, nonces: Callable[[], str]) -> int:
        """Adds those whose key is new; gives how many were."""
        ...

    def claim(
        self, now: datetime, ways: Collection[Way], limit: int, lease: str, until: datetime
    ) -> Sequence[Delivery]: ...
    def get(self, delivery: int) -> Delivery: ...
    def next_due(self, ways: Collection[Way]) -> datetime | None: ...
    def call(self, delivery: int, lease: str, at: datetime) -> bool:
        """leased → calling, durably, before the call is made; False when the lease was lost."""
        ...

    def end(
        self,
        delivery: int,
        lease: str,
        state: State,
        at: datetime,
        *,
        why: str = "",
        channel: int | None = None,
        result: str | None = None,
    ) -> bool: ...
    def doubt(self, delivery: int, lease: str, why: str) -> bool:
        """calling → uncertain: the call was made and nobody knows whether it counted."""
        ...

    def wait(self, delivery: int, lease: str, until: datetime, why: str) -> bool:
        """Back to due at a later instant, with the reason it waits."""
        ...

    def hurry(self, section_ids: Collection[int], now: datetime) -> int:
        """Makes what waits for a mended role or permission due at once."""
        ...

    def free(self, now: datetime, *, everyone: bool) -> None: ...
    def adopt(self, now: datetime, lease: str, until: datetime, *, everyone: bool) -> Sequence[Delivery]: ...
    def times_since(self, kind: Kind, since: datetime) -> Sequence[datetime]: ...
    def calls_since(self, kind: Kind, since: datetime) -> Sequence[datetime]: ...
    def hold_back(self, kind: Kind, until: datetime) -> None: ...
    def waiting(self, section: int) -> Sequence[Delivery]: ...
    def about(self, kind: Kind, about: int) -> Sequence[Delivery]: ...


class Phones(Protocol):
    def of(self, person: int) -> PhoneRecord | None: ...
    def give(self, person: int, number: bytes, number_hash: str, code: bytes, expires_at: datetime) -> None:
        """Keeps a sealed number with a sealed code to prove it, in the place of any earlier one."""
        ...

    def count_try(self, person: int) -> None: ...
    def confirm(self, person: int, at: datetime) -> None: ...
    def stop(self, person: int, at: datetime) -> bool:
        """Ends all texts and forgets the number; False when there was none or it was stopped before."""
        ...

    def number_to_text(self, person: int, *, unconfirmed: bool = False) -> bytes | None:
        """The sealed number, if confirmed and not stopped; ``unconfirmed``: the one that a code is to prove."""
        ...

    def consents(self, person: int, act: str) -> list[datetime]:
        """When the person did that, in order."""
        ...

    def record_consent(self, person: int, act: str, via: str, wording: str, at: datetime) -> None: ...


class Cipher(Protocol):
    """Seals what must not be readable in the database file."""

    def encrypt(self, text: str) -> bytes: ...
    def decrypt(self, sealed: bytes) -> str | None:
        """None when none of the keys in the settings opens it."""
        ...

    def mark(self, text: str) -> str:
        """A keyed hash: the same for the same text and key, and of no use without the key."""
        ...


class Numbers(Protocol):
    def read(self, text: str, zone: str) -> str | BadNumber:
        """A phone number as people write it, in E.164; a national one is of the zone's country."""
        ...


class Upkeep(Protocol):
    def fact(self, name: str) -> str | None: ...
    def set_fact(self, name: str, value: str) -> None: ...
    def identifies_since(self, since: datetime) -> Sequence[datetime]: ...
    def note_identify(self, at: datetime, *, forget_before: datetime) -> None: ...


class MessagingRules(Protocol):
    def of(self, section: int) -> Messaging: ...
    def keep(self, section: int, rules: Messaging) -> None: ...


class History(Protocol):
    """The record that nobody can edit (N24)."""

    def add(self, line: HistoryLine) -> None: ...
    def of_section(self, section: int, since: datetime | None = None) -> Iterator[HistoryLine]:
        """What concerns a class, oldest first."""
        ...

    def head(self) -> tuple[int, str]:
        """How many lines there are, and the chain up to the last."""
        ...

    def erase(self, person: int, at: datetime) -> None:
        """Blanks the words of every line about a person, and says so in a line of its own."""
        ...

    def broken(self) -> int | None:
        """The number of the first line that was tampered with; None when all is as written."""
        ...


class Reports(Protocol):
    """What became of messages to students; rows are read once, by section or thing."""

    def about(self, section: int, kind: Kind, about: int) -> Sequence[Step]:
        """Every row about one thing, oldest first."""
        ...

    def between(self, section: int, since: datetime, until: datetime | None = None) -> Sequence[Step]:
        """Every row that was due from ``since`` on and before ``until``, oldest first."""
        ...

    def of_nonce(self, nonce: str) -> tuple[int, Kind, int | None, datetime] | None:
        """Section, kind (of what could not be told, where nobody was reached), thing and time of a row."""
        ...

    def announced(self, numbers: Collection[int]) -> dict[int, str]:
        """Words of those announcements, by id."""
        ...

    def everyone(self, section: int) -> Sequence[Owing]:
        """Every student of a class as one who may be written to, in one query."""
        ...

    def told(self, section: int, since: datetime) -> Iterator[tuple[HistoryLine, int | None, int | None]]:
        """The history of a class and what its students did for themselves, oldest first.

        Each line comes with the Discord ids of its person and of who did it.
        """
        ...


Cell = str | int | float | date | None


class Tables(Protocol):
    """Writes tables to take away."""

    def csv(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """For a spreadsheet: no cell acts as a formula, numbers stay numbers."""
        ...
