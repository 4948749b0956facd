"""What can be wrong with a role or channel of a class on its server, where people change and delete by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.disclosure import Reader, read_by


class Flaw(StrEnum):
    """Stored with the place; the worst comes first."""

    GONE = "gone"  # it was deleted
    SHUT = "shut"  # a channel in which the bot cannot see or write
    HIGH = "high"  # a role that does not stand below the bot's own, so that it cannot be given
    CLOSED = "closed"  # a channel that its own role does not see any more
    OPEN = "open"  # a channel that everybody sees, though it is for a few


#: the bot mends them by itself at one press; the others need the server's owner
MENDED_BY_PRESS = frozenset({Flaw.GONE, Flaw.CLOSED, Flaw.OPEN})


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A role or channel that a class needs, as it was made."""

    purpose: str
    kind: str
    name: str
    #: Discord's
    id: int
    #: Discord id of the role that sees the channel
    role: int | None = None
    #: the class's own channel: everybody else is kept out
    is_private: bool = True


@dataclass(frozen=True, slots=True)
class FlawedPlace:
    kind: str
    name: str
    flaw: Flaw
    #: the channel with the card to join, which was there before the class
    is_door: bool = False

    @property
    def is_mended_by_press(self) -> bool:
        return self.flaw in MENDED_BY_PRESS and not self.is_door


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class PlacesFlawed:
    """For the teachers' room, or for its teachers where the room itself is gone."""

    class_name: str
    #: of the class
    handle: str
    places: tuple[FlawedPlace, ...]


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class BotRemoved:
    """For the teachers, directly: the bot is on the class's server no more."""

    class_name: str
