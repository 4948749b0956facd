"""How a bar is said: with the contract that it comes from, and never rounded (P12)."""

from __future__ import annotations

from datetime import datetime

from bot.views.cards import stamp


def clause(since: datetime | None) -> str:
    """Which agreement sets a bar; empty for the class's own."""
    return f" (contract of {stamp(since, 'D')})" if since else ""


def your_bar(percent: int, since: datetime | None) -> str:
    return f"Your bar is {percent} %{clause(since)}."
