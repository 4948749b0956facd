"""Whose servers the bot is for: whoever runs it may name them, since anybody can invite a public bot anywhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.records import Asker


@dataclass(frozen=True, slots=True)
class NotServed:
    """Classes are made and courses brought in on other servers only."""


def is_served(asker: Asker, servers: Collection[int]) -> bool:
    """``servers`` are Discord's ids; none means any."""
    return not servers or asker.guild in servers
