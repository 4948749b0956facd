"""Addresses that the bot's own web server answers to."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.contracts import Via


class StopLinks(Protocol):
    """Addresses of the page that stops texts."""

    def make(self, person: int, party: str) -> str:
        """``party``: student, or guardian for the guardian of that student. Good for as long as its key is."""
        ...


class ContractLinks(Protocol):
    """Addresses of the page on which a guardian signs one contract. They run out."""

    def make(self, contract: int, via: Via, now: datetime) -> str:
        """By ``Via.TEXT`` or ``Via.CODE``; the page of the second asks for the code as well."""
        ...

    def code(self, contract: int) -> str:
        """Six digits, the same for as long as the key is."""
        ...
