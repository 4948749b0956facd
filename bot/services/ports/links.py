"""Addresses that the bot's own web server answers to."""

from __future__ import annotations

from typing import Protocol


class StopLinks(Protocol):
    """Addresses of the page that stops texts."""

    def make(self, person: int, party: str) -> str:
        """``party``: student, or guardian for the guardian of that student. Good for as long as its key is."""
        ...
