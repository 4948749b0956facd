"""Repositories of mastery: a class's rules, contracts, and what follows from attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.contracts import Bar, Contract
from bot.domain.mastery_rules import MasteryRules


class MasteryRuleBook(Protocol):
    def of(self, section: int) -> MasteryRules:
        """The class's rules, the usual ones where it never said any."""
        ...

    def keep(self, section: int, rules: MasteryRules) -> None: ...


class Contracts(Protocol):
    """Signed contracts, oldest first. What was signed is never rewritten; instants are in UTC."""

    def add(
        self,
        *,
        handle: str,
        section: int,
        person: int,
        bar: int,
        tier: str,
        wording: str,
        name: str,
        at: datetime,
    ) -> Contract:
        """Signed by the student, in force for nobody yet."""
        ...

    def of(self, section: int, person: int) -> Sequence[Contract]: ...
    def of_section(self, section: int) -> Sequence[Contract]: ...
    def find(self, contract_id: int) -> Contract | None: ...
    def guardian_signed(self, contract_id: int, name: str, wording: str, via: str, at: datetime) -> None:
        """Once: a second signature changes nothing."""
        ...

    def begin(self, contract_id: int, at: datetime) -> None: ...
    def end(self, contract_id: int, at: datetime) -> None: ...
    def bar(self, section: int, person: int) -> Bar | None:
        """Of the contract in force now; None where there is none."""
        ...

    def bars(self, section: int) -> dict[int, Bar]:
        """By person, of those who have a contract in force."""
        ...
