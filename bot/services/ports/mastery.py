"""Repositories of mastery: a class's rules, contracts, and what follows from attempts."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.accommodations import Accommodation
from bot.domain.mastery_rules import MasteryRules


class MasteryRuleBook(Protocol):
    def of(self, section: int) -> MasteryRules:
        """The class's rules, the usual ones where it never said any."""
        ...

    def keep(self, section: int, rules: MasteryRules) -> None: ...


class Accommodations(Protocol):
    def of(self, section: int, person: int) -> Accommodation:
        """One that changes nothing where there is none."""
        ...

    def keep(self, section: int, person: int, given: Accommodation, by: int, at: datetime) -> None: ...
