"""Every state in which messages stand still, in one list: what it is called, what people are told, how long it lasts.

Planned waits (quiet hours, a day off, the pace of openings) are none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.outbox import Kind, Way
from bot.domain.phone_zones import TEXTS

#: so long it may last before the teachers' rooms hear of it
TOLD_AFTER = timedelta(minutes=10)
#: so long it must be gone to be over: what comes and goes is one standstill, told once
OVER_AFTER = timedelta(minutes=2)


class Standstill(StrEnum):
    TOKEN = "token"  # noqa: S105  # a word, not one
    REFUSED = "refused"
    REFUSED_CLASS = "refused_class"
    DISCORD_SILENT = "discord_silent"
    GATEWAY = "gateway"
    LOG_INS = "log_ins"
    TEXTS_HELD = "texts_held"
    COUNTRY_HELD = "country_held"
    TEXTS_SPENT = "texts_spent"
    TEXTS_SILENT = "texts_silent"
    OPENINGS_STOPPED = "openings_stopped"
    OPENINGS_HELD = "openings_held"
    CLASS_WAITS = "class_waits"
    UNCLAIMED = "unclaimed"
    COURIER = "courier"
    BEAT = "beat"
    DATABASE = "database"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class Told:
    """What a teacher reads: ``what`` ends the sentence "Since 10:02: …", ``mend`` says what to do."""

    what: str
    mend: str
    #: what stands still; all ways unless given
    ways: frozenset[Way] = frozenset(Way)
    kind: Kind | None = None
    #: the whole installation's, so that an operator's monitor is alarmed; else one class's
    is_operators: bool = True
    #: whether teachers need the reason too; of one class's they always read it
    says_why: bool = False


_OPERATOR = "Ask the person who runs the bot to look at its log"
_IF_IT_LASTS = "If it lasts, ask the person who runs the bot to look at its log"
_BY_ITSELF = f"I try again by myself. {_IF_IT_LASTS}"
_TWILIO = (
    "Ask the person who runs the bot to look at its Twilio account. Messages go by other ways until then"
)

TOLD: Mapping[Standstill, Told] = {
    Standstill.TOKEN: Told(
        "nothing goes out on Discord, which did not accept my token",
        f"I ask Discord again every minute. {_IF_IT_LASTS}",
        frozenset(Way) - TEXTS,
    ),
    Standstill.REFUSED: Told(
        "nothing goes out on Discord, which refused too many of my requests",
        "I go on by myself ten minutes later. /class check names what I may not do in your class",
        frozenset(Way) - TEXTS,
    ),
    Standstill.REFUSED_CLASS: Told(
        "messages and roles of this class wait, since Discord refused too many of them",
        "/class check names what I may not do here, and how to mend it",
        frozenset(Way) - TEXTS,
        is_operators=False,
    ),
    Standstill.DISCORD_SILENT: Told(
        "nothing goes out on Discord, which does not answer", _BY_ITSELF, frozenset(Way) - TEXTS
    ),
    Standstill.GATEWAY: Told(
        "I am not connected to Discord, so buttons and commands have no answer", _BY_ITSELF
    ),
    Standstill.LOG_INS: Told(
        "I am not connected to Discord: I was started too often, and wait for my next log-in",
        f"I log in by myself within the hour. {_OPERATOR}: it says what stops me",
    ),
    Standstill.TEXTS_HELD: Told("no texts go out: our text account is in trouble", _TWILIO, TEXTS),
    Standstill.COUNTRY_HELD: Told(
        "no texts go out to some numbers, by how they begin; all others are texted",
        _TWILIO,
        TEXTS,
        says_why=True,
    ),
    Standstill.TEXTS_SPENT: Told(
        "no texts go out: those of this day are used up",
        "Messages go by other ways. The person who runs the bot can raise that number in its settings",
        TEXTS,
    ),
    Standstill.TEXTS_SILENT: Told("no texts go out: Twilio takes none just now", _BY_ITSELF, TEXTS),
    Standstill.OPENINGS_STOPPED: Told(
        "no inbox is opened: Discord does not let me write to new people",
        "Ask the person who runs the bot to appeal to Discord, and then to run flipcord allow-openings. "
        "Threads and texts go on",
        frozenset({Way.DM}),
        Kind.OPEN_INBOX,
    ),
    Standstill.OPENINGS_HELD: Told(
        "no inbox is opened: Discord wants it done more slowly",
        "I go on by myself. Nobody needs to press again",
        frozenset({Way.DM}),
        Kind.OPEN_INBOX,
    ),
    Standstill.CLASS_WAITS: Told(
        "something for this class waits",
        "/class check names what is missing, and how to mend it",
        is_operators=False,
    ),
    Standstill.UNCLAIMED: Told("messages that are due are not taken up", _OPERATOR),
    Standstill.COURIER: Told("messages that are due are not taken up: there is a fault in me", _OPERATOR),
    Standstill.BEAT: Told("I do not plan or send anything: there is a fault in me", _OPERATOR),
    Standstill.DATABASE: Told(
        "I cannot save anything, so nothing goes out and nothing can be handed in",
        "Ask the person who runs the bot to look at its disk and its log. What was done before is safe",
    ),
    Standstill.STANDBY: Told(
        "nothing went out: another copy of me held the database, and did not work",
        f"It is over. {_OPERATOR}",
    ),
}
#: kept in the database, or found there: after a pause of the whole bot they are still the same standstill
LASTING = frozenset(
    {
        Standstill.TEXTS_HELD,
        Standstill.COUNTRY_HELD,
        Standstill.TEXTS_SPENT,
        Standstill.OPENINGS_STOPPED,
        Standstill.OPENINGS_HELD,
        Standstill.CLASS_WAITS,
    }
)
#: what the outbox cannot carry, since it is the outbox that stands still: told past it
PAST_THE_OUTBOX = frozenset({Standstill.DATABASE})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found. ``section``: the class it is about; None for all.

    ``why`` is for the log, and for teachers where it is one class's or ``Told.says_why``.
    """

    state: Standstill
    section: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One standstill from its begin to its end."""

    seen: Seen
    since: datetime
    last: datetime
    is_told: bool = False

    @property
    def key(self) -> str:
        """Names it over restarts: what is told under this name is told once."""
        return f"standing:{self.seen.state}:{self.seen.section or 0}:{self.since:%Y-%m-%dT%H:%M:%S}"

    @property
    def lasted(self) -> timedelta:
        return self.last - self.since


@dataclass(frozen=True, slots=True)
class Change:
    begun: Sequence[Occurrence] = ()
    over: Sequence[Occurrence] = ()
    #: by now the rooms are to hear of these
    to_tell: Sequence[Occurrence] = ()


@dataclass(slots=True)
class Register:
    """What stands still now, and since when."""

    now: dict[tuple[Standstill, int | None], Occurrence] = field(
        default_factory=dict[tuple[Standstill, int | None], Occurrence]
    )
    #: over by now, and lasted so long that the rooms are to hear of it all the same
    owed: dict[str, Occurrence] = field(default_factory=dict[str, Occurrence])

    @property
    def all(self) -> Sequence[Occurrence]:
        return [*self.now.values(), *self.owed.values()]

    def look(self, seen: Iterable[Seen], at: datetime) -> Change:
        begun: list[Occurrence] = []
        for each in seen:
            key, before = (each.state, each.section), self.now.get((each.state, each.section))
            if before is None:
                begun.append(Occurrence(each, at, at))
                self.now[key] = begun[-1]
            else:  # a clock that was set back begins it anew
                self.now[key] = replace(before, since=min(before.since, at), last=at)
        over = [each for each in self.now.values() if at - each.last >= OVER_AFTER]
        for each in over:
            del self.now[each.seen.state, each.seen.section]
            self._owe(each)
        return Change(begun, over, [each for each in self.all if _is_to_be_told(each)])

    def take_up(self, known: Iterable[Occurrence], at: datetime) -> None:
        """What stood still when the process before this one looked last."""
        for each in known:
            if each.seen.state in LASTING or at - each.last < OVER_AFTER:
                self.now[each.seen.state, each.seen.section] = each
            else:
                self._owe(each)

    def told(self, occurrences: Iterable[Occurrence]) -> None:
        for each in occurrences:
            key = (each.seen.state, each.seen.section)
            self.owed.pop(each.key, None)
            if key in self.now and self.now[key].key == each.key:
                self.now[key] = replace(self.now[key], is_told=True)

    def _owe(self, over: Occurrence) -> None:
        if _is_to_be_told(over):
            self.owed[over.key] = over


def _is_to_be_told(occurrence: Occurrence) -> bool:
    return not occurrence.is_told and occurrence.lasted >= TOLD_AFTER
