"""What the services need of phones and texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.phones import BadNumber, ConsentAct, Holder, NewNumber, OptOut, PhoneRecord
from bot.domain.receipts import Receipt


class PhoneNumbers(Protocol):
    """The numbers of students, or those of their guardians in one class: one to a student."""

    def of(self, person: int) -> PhoneRecord | None: ...
    def count_try(self, person: int) -> None: ...
    def confirm(self, person: int, at: datetime) -> None: ...
    def stop(self, person: int, at: datetime) -> bool:
        """Ends all texts and forgets the number; False when there was none or it was stopped before."""
        ...

    def start_again(self, person: int, number: bytes, mark: str, at: datetime) -> bool:
        """The phone of a number that was stopped says that it may be texted; False when nothing was stopped."""
        ...

    def pause(self, person: int, why: str) -> bool:
        """The carrier cannot reach the number; False when that was known, or there is none."""
        ...

    def number_to_text(self, person: int, *, unconfirmed: bool = False) -> bytes | None:
        """The sealed number, if nothing speaks against a text to it; ``unconfirmed``: one that waits for its code."""
        ...


class Phones(PhoneNumbers, Protocol):
    def give(self, person: int, new: NewNumber) -> None:
        """Keeps a sealed number with a sealed code to prove it, in the place of any earlier one."""
        ...

    def holders(self, mark: str, *, stopped: bool = False) -> Sequence[Holder]:
        """By whose row texts can come to the number of that keyed hash, confirmed or not; or could, till stopped."""
        ...

    def consents(
        self, person: int, act: str, party: str = "student", *, by: int | None = None
    ) -> list[datetime]:
        """When that was done (by that person alone, if named), in order."""
        ...

    def last_act(self, holder: Holder, act: str, marks: Collection[str]) -> ConsentAct | None:
        """The last such act about that holder's number, if it has one of these keyed hashes."""
        ...

    def record_consent(self, person: int, done: ConsentAct, at: datetime) -> None: ...
    def has_stopped(self, person: int, mark: str) -> bool:
        """Whether it was this person who ended texts to that number, other than from the phone itself."""
        ...


class ClassGuardians(PhoneNumbers, Protocol):
    """Guardians as one class knows them: what another knows counts for nothing here."""

    def keep(self, person: int, new: NewNumber, by: int) -> None:
        """Keeps a number with its code, given by the person ``by``, in the place of any earlier one."""
        ...

    def reachable(self, person: int) -> bool:
        """Whether a text can go to the student's guardian now: agreed to, and the class still has the rule."""
        ...

    def same_phone(self, person: int) -> Collection[int]:
        """Classes in which that student's guardian has the very number that this class knows, this one too."""
        ...


class Guardians(Protocol):
    def in_class(self, section: int) -> ClassGuardians: ...
    def classes(self, person: int) -> Sequence[int]:
        """Classes that know, or knew, a guardian of that student."""
        ...

    def holders(self, mark: str, *, stopped: bool = False) -> Sequence[Holder]:
        """As ``Phones.holders``, over all classes."""
        ...


class OptOuts(Protocol):
    """Numbers, by keyed hash, that asked for no texts: from nobody, until a START from that very phone."""

    def of(self, mark: str) -> OptOut | None:
        """None when there is none or it was lifted."""
        ...

    def add(self, mark: str, via: str, at: datetime) -> None: ...
    def lift(self, mark: str, at: datetime) -> bool: ...


class Receipts(Protocol):
    def of(self, sid: str) -> Receipt | None: ...
    def raise_to(self, told: Receipt) -> bool:
        """Keeps it if it is the first of its text or further along than what is kept; gives whether it was."""
        ...


class Cipher(Protocol):
    """Seals what must not be readable in the database file."""

    def encrypt(self, text: str) -> bytes: ...
    def decrypt(self, sealed: bytes) -> str | None:
        """None when none of the keys in the settings opens it."""
        ...

    def mark(self, text: str) -> str:
        """A keyed hash: the same for the same text and key, and of no use without the key."""
        ...

    def marks(self, text: str) -> Sequence[str]:
        """By every key in the settings, the newest first: what was marked before a change of key is found too."""
        ...


class Numbers(Protocol):
    def read(self, text: str, zone: str) -> str | BadNumber:
        """A phone number as people write it, in E.164; a national one is of the zone's country."""
        ...

    def zones(self, number: str) -> Sequence[str]:
        """Time zones that an E.164 number may be in; none when its plan does not tell."""
        ...
