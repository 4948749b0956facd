"""How long something takes, in the words of cards and texts."""

from __future__ import annotations


def exactly(length_s: int) -> str:
    """ "4:05" for a video, "1:02:03" for a long one; whole seconds."""
    minutes, seconds = divmod(max(0, length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def roughly(length_s: int) -> str:
    """ "12 min", rounded up and at least one."""
    return f"{max(1, -(-length_s // 60))} min"
