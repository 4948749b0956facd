"""Repositories of people and messages: accounts, the outbox, phones, the history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.nudging import Away, Planned
from bot.domain.outbox import Delivery, Effect, Kind, State, Unreadable, Way
from bot.domain.records import Absence, Account, HistoryLine, Holiday, Messaging, OpenPreWork, Owing
from bot.domain.reporting import Step
from bot.domain.tally import Tally


class People(Protocol):
    def of(self, discord: int) -> Account | None: ...
    def account(self, person: int) -> Account | None: ...
    def known(self, discord: int, at: datetime) -> Account:
        """The account, with a new person if nobody has it yet."""
        ...

    def ask_inbox(self, person: int, at: datetime) -> None: ...
    def set_dm_channel(self, person: int, channel: int) -> None: ...
    def close_dm(self, person: int, at: datetime) -> None: ...
    def meet_dm(self, person: int, channel: int, message: int) -> None:
        """They wrote that to the bot: their conversation is known; it stays closed for reminders if it was."""
        ...


class Outbox(Protocol):
    def add(self, effects: Collection[Effect], at: datetime, nonces: Callable[[], str]) -> int:
        """Adds those whose key is new; gives how many were."""
        ...

    def claim(
        self,
        now: datetime,
        ways: Collection[Way],
        limit: int,
        lease: str,
        until: datetime,
        *,
        files: bool = False,
    ) -> Sequence[Delivery | Unreadable]:
        """Leases rows that are due: those that carry a file, or those that do not."""
        ...

    def get(self, delivery: int) -> Delivery: ...
    def next_due(self, ways: Collection[Way]) -> datetime | None: ...
    def call(self, delivery: int, lease: str, at: datetime) -> bool:
        """leased → calling, durably, before the call is made; False when the lease was lost.

        False also for a text to which the database knows no live consent: that row ends as suppressed.
        """
        ...

    def is_superseded(self, delivery: Delivery, now: datetime) -> bool:
        """Whether a newer row of its kind, to the same person about the same thing, is due now as well."""
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
        segments: int | None = None,
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
    def adopt(
        self, now: datetime, lease: str, until: datetime, *, everyone: bool
    ) -> Sequence[Delivery | Unreadable]: ...
    def lost(self, now: datetime) -> Sequence[Unreadable]:
        """What is due by a way that there is not: nobody will ever claim it."""
        ...

    def spoil(self, delivery: int, why: str, at: datetime) -> None:
        """Ends a row that cannot be read, whoever has its lease."""
        ...

    def stumble(self, delivery: int) -> int:
        """Counts that something of ours raised over it; gives how often that was."""
        ...

    def given_up(self, since: datetime) -> int:
        """How many failed through a fault of ours since then."""
        ...

    def times_since(self, kind: Kind, since: datetime) -> Sequence[datetime]: ...
    def calls_since(self, kind: Kind, since: datetime) -> Sequence[datetime]: ...
    def tally(self) -> Sequence[Tally]:
        """All rows, counted by state and way."""
        ...

    def hold_back(self, kind: Kind, until: datetime) -> None: ...
    def suppress(self, kind: Kind, about: int, why: str, at: datetime) -> Sequence[Delivery]:
        """Ends every row of a thing that has not been called yet; gives those."""
        ...

    def due_until(self, until: datetime) -> Sequence[Delivery]:
        """What is not at an end and was due by then."""
        ...

    def doubt_all(self, ways: Collection[Way], since: datetime, until: datetime) -> None:
        """What was written by ``since`` and due by ``until`` may have been called: it is looked for before it goes."""
        ...

    def waiting(self, section: int) -> Sequence[Delivery]: ...
    def about(self, kind: Kind, about: int) -> Sequence[Delivery]: ...
    def roles_under_way(self, section: int) -> Sequence[Delivery]:
        """Grants and takings of roles of a class that have not come to an end."""
        ...

    def chain(self, key: str) -> Sequence[Delivery]:
        """The row of that key, and those by which it went on when a way was closed."""
        ...

    def bill(self, delivery: int, segments: int) -> None:
        """Fills in what a text cost, where a callback told of it before the call itself was answered."""
        ...

    def of_person(self, nonce: str, person: int) -> Delivery | None:
        """The row of that nonce, if it is that person's."""
        ...

    def set_right(self, now: datetime, lease_until: datetime) -> None:
        """Brings to ``now`` what is put off to, or was called at, an instant that the clock has gone back before.

        No lease is longer than ``lease_until``: what was in mid-call is looked for then, and not days later. Steps
        of a ladder stay where they are: they are of use at their own time.
        """
        ...

    def got_it(self, delivery: int, at: datetime) -> None:
        """Notes the first press of [Got it]."""
        ...

    def text_of(self, sid: str, nonce: str | None) -> Delivery | None:
        """The row of a text, by Twilio's id or by the nonce that our own callback address carries."""
        ...

    def proven(self, delivery: int, sid: str, at: datetime) -> bool:
        """Ends as sent, whoever holds the lease, a text that was called and is known to have been accepted."""
        ...

    def segments_since(self, since: datetime) -> int:
        """Segments of texts that went out, or may have, after that."""
        ...


class Upkeep(Protocol):
    def fact(self, name: str) -> str | None: ...
    def set_fact(self, name: str, value: str) -> None: ...
    def identifies_since(self, since: datetime) -> Sequence[datetime]: ...
    def note_identify(self, at: datetime, *, forget_before: datetime) -> None: ...
    def set_right(self, now: datetime) -> None:
        """Log-ins that lie ahead of ``now`` were made by now."""
        ...


class MessagingRules(Protocol):
    def of(self, section: int) -> Messaging: ...
    def keep(self, section: int, rules: Messaging) -> None: ...


class Reminders(Protocol):
    """Days off of a class and its students, and what a student has had and answered."""

    def holidays(self, section: int) -> Sequence[Holiday]: ...
    def keep_holiday(self, section: int, kept: Holiday) -> None:
        """In the place of one that begins on the same day."""
        ...

    def drop_holiday(self, section: int, first: date) -> None: ...
    def away(self, section: int, person: int) -> Sequence[Away]: ...
    def absences(self, section: int) -> Sequence[Absence]:
        """Of those who are in the class, also past ones."""
        ...

    def note_absence(
        self, section: int, person: int, first: date, last: date | None, by: int, at: datetime
    ) -> None: ...
    def come_back(self, section: int, person: int, last: date, by: int, at: datetime) -> int:
        """Ends what has begun with ``last`` and calls off what begins later; gives how many there were."""
        ...

    def sent_since(self, person: int, since: datetime, *, guardian_in: Collection[int] = ()) -> int:
        """Automatic reminders that went out to the student, over all classes; or to the guardian of those classes."""
        ...

    def unanswered(self, persons: Collection[int]) -> dict[int, int]:
        """Automatic reminders that a student had since their last sign of life, where there are any."""
        ...


class Planning(Protocol):
    """Reminders planned for whole classes at once."""

    def next_at(self) -> datetime | None:
        """When some pre-work's reminders have to be looked at next; it may lie in the past."""
        ...

    def due(self, now: datetime, most: int, only: int | None = None) -> Sequence[OpenPreWork]:
        """Without what is set aside; or that pre-work alone, whatever is."""
        ...

    def all_due(self, now: datetime) -> Sequence[tuple[int, int]]:
        """Ids of all pre-works that are due, and of their classes."""
        ...

    def zones(self, preworks: Collection[int]) -> dict[int, set[str]]:
        """Zones of their own that students of each class have set."""
        ...

    def cuts(self, section: int, size: int) -> Sequence[int]:
        """Person ids after which a large class is cut into pieces of that size."""
        ...

    def plan(
        self,
        plans: Mapping[tuple[int, str], Sequence[Planned]],
        between: tuple[int, int],
        now: datetime,
        seed: str,
    ) -> int:
        """A row for each student to whom a step is due; gives how many are new.

        ``plans`` are steps by (pre-work, zone); ``between`` are person ids, the first excluded; ``seed`` begins
        the rows' nonces.
        """
        ...

    def set_next(self, at: Mapping[int, datetime | None]) -> None: ...
    def look_again_at_all(self, now: datetime, deadlines_from: datetime) -> None:
        """The reminders of every posted pre-work with such a deadline are looked at again."""
        ...

    def look_again(self, section: int, now: datetime) -> None:
        """The class's rules have changed."""
        ...


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

    def held_up(self, tried_before: datetime) -> Sequence[tuple[int, str]]:
        """Classes to whose server something waits that was added before then and tried, each with one reason."""
        ...

    def concerned(self, ways: Collection[Way], kind: Kind | None, since: datetime) -> Sequence[int]:
        """Classes for which anything went, or was to go, by these ways since then."""
        ...

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
