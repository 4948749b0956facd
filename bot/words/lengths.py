"""How long something takes, in the words of cards and texts."""

from __future__ import annotations


def exactly(length_s: int) -> str:
    """Whole seconds as a player shows them: 4:05, 1:02:03."""
    minutes, seconds = divmod(max(0, length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def roughly(length_s: int) -> str:
    """In minutes, rounded up and at least one: 12 min."""
    return f"{max(1, -(-length_s // 60))} min"
