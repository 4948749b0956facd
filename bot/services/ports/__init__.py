"""What services need from outside, as protocols: a database with its repositories, parsing, numbers, secrets.

Repositories give and take values of ``bot.domain``; each method is one statement, or a few that belong together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from bot.domain.apart import Fault
from bot.domain.units import Conversion
from bot.services.ports.announcements import Announcements
from bot.services.ports.aside import Aside
from bot.services.ports.item_analysis import Drawing, ItemAnswers
from bot.services.ports.letters import Letters, TextLength
from bot.services.ports.marking import AnswerMarks, HandMarks, Regrades, Rulings
from bot.services.ports.mastery import (
    Accommodations,
    Contracts,
    Journals,
    MasteryRuleBook,
    Rechecks,
    Retakes,
    Tasks,
)
from bot.services.ports.messages import (
    Cell,
    History,
    MessagingRules,
    Outbox,
    People,
    Planning,
    Reminders,
    Reports,
    Tables,
    Upkeep,
)
from bot.services.ports.pictures import HandIns, Pictures
from bot.services.ports.saving import NotRead, NotSaved, be_patient, patience
from bot.services.ports.summative import Summatives, Talks
from bot.services.ports.teaching import (
    Attempts,
    BankFiles,
    Bookings,
    Courses,
    Drafts,
    PackParser,
    PreWorks,
    Progresses,
    Sections,
)
from bot.services.ports.texting import Cipher, Guardians, Numbers, OptOuts, PhoneNumbers, Phones, Receipts

__all__ = [
    "Accommodations",
    "Announcements",
    "AnswerMarks",
    "Aside",
    "Attempts",
    "BankFiles",
    "Bookings",
    "Cell",
    "Cipher",
    "Contracts",
    "Courses",
    "Database",
    "Drafts",
    "Drawing",
    "Guardians",
    "HandIns",
    "HandMarks",
    "History",
    "Ids",
    "ItemAnswers",
    "Journals",
    "Letters",
    "MasteryRuleBook",
    "MessagingRules",
    "NotRead",
    "NotSaved",
    "Numbers",
    "OptOuts",
    "Outbox",
    "PackParser",
    "People",
    "PhoneNumbers",
    "Phones",
    "Pictures",
    "Planning",
    "PreWorks",
    "Progresses",
    "Receipts",
    "Rechecks",
    "Regrades",
    "Reminders",
    "Reports",
    "Retakes",
    "Rulings",
    "Sections",
    "Tables",
    "Tasks",
    "TextLength",
    "Tx",
    "UnitTable",
    "Upkeep",
    "be_patient",
    "patience",
]

P = ParamSpec("P")
T = TypeVar("T")


class UnitTable(Protocol):
    """Units as ``bot.domain.units`` wants them. ``warm_up`` blocks for half a second, the first time."""

    def __call__(self, typed: str, wanted: str) -> Conversion | None: ...
    def warm_up(self) -> None: ...


class Database(Protocol):
    """Runs ``fn(tx, ...)`` in one transaction, rolled back if it raises. ``read`` refuses writes.

    ``glance`` is a read and ``jot`` a write of a few rows by key (one person, one class), done on the caller's own
    thread, where they take less time than the way to another one would. A write may be run twice, the first time
    without a trace: it does nothing but what its Tx does.
    """

    async def write(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def jot(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def read(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def glance(self, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class Tx(Protocol):
    """One transaction. It offers repositories only: it can neither commit nor leak a cursor."""

    def apart(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Fault:
        """Calls it in a savepoint of its own: one that raises leaves no trace but its Fault.

        What the disk or a lock raises is no fault of its own, and goes on up: the transaction is over.
        """
        ...

    @property
    def aside(self) -> Aside: ...
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
    def pictures(self) -> Pictures: ...
    @property
    def hand_ins(self) -> HandIns: ...
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
    def optouts(self) -> OptOuts: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def messaging(self) -> MessagingRules: ...
    @property
    def history(self) -> History: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def guardians(self) -> Guardians: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def planning(self) -> Planning: ...
    @property
    def item_analysis(self) -> ItemAnswers: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def mastery_rules(self) -> MasteryRuleBook: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def accommodations(self) -> Accommodations: ...
    @property
    def rulings(self) -> Rulings: ...
    @property
    def regrades(self) -> Regrades: ...
    @property
    def hand_marks(self) -> HandMarks: ...
    @property
    def answer_marks(self) -> AnswerMarks: ...
    @property
    def contracts(self) -> Contracts: ...
    @property
    def retakes(self) -> Retakes: ...
    @property
    def journals(self) -> Journals: ...
    @property
    def rechecks(self) -> Rechecks: ...
    @property
    def summatives(self) -> Summatives: ...
    @property
    def talks(self) -> Talks: ...


#: gives a random handle that is safe in a custom_id and says nothing
Ids = Callable[[], str]
