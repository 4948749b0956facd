"""What became of a text after Twilio took it, and what each of its error codes means for us (RB5, RB14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: How far along a status is; a receipt only ever rises. Callbacks come shuffled, doubled or never. A phone that
#: showed the text is the last word, whatever a network had said before.
RANKS: Mapping[str, int] = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "receiving": 3,
    "sent": 4,
    "received": 4,
    "canceled": 5,
    "failed": 6,
    "undelivered": 6,
    "partially_delivered": 7,
    "delivered": 8,
    "read": 9,
}
FAILED = frozenset({"failed", "undelivered"})


def rank_of(status: str) -> int:
    """0 for a status that Twilio may invent yet: it is kept only as long as nothing else is known."""
    return RANKS.get(status, 0)


@dataclass(frozen=True, slots=True)
class Receipt:
    sid: str
    #: of the outbox row, where our own callback address told it
    nonce: str | None
    status: str
    error_code: int | None
    at: datetime


class Fate(StrEnum):
    """What follows from an error of Twilio's, whether the call was answered with it or a callback told it."""

    STOPPED = "stopped"  # the phone asked for no texts: never again
    GONE = "gone"  # the number will never get one: it is paused, and its person asked
    NOT_NOW = "not now"  # this text goes another way; the number stays
    LATER = "later"  # tried once more within a day
    HELD = "held"  # our own account or number: all texts stop for the operator


@dataclass(frozen=True, slots=True)
class TextError:
    fate: Fate
    #: the end of a sentence, for people
    why: str
    after: timedelta = timedelta()


_SOON, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: a phone that is off or has no network
_ABSENT = timedelta(hours=4)

#: twice in a day at most
MOST_TRIES = 2

ERRORS: Mapping[int, TextError] = {
    21211: TextError(Fate.GONE, "the number is not a valid one"),
    21214: TextError(Fate.GONE, "the number cannot be reached"),
    21217: TextError(Fate.GONE, "the number is not a valid one"),
    21265: TextError(Fate.GONE, "the number cannot be a short code"),
    21401: TextError(Fate.GONE, "the number is not a valid one"),
    21407: TextError(Fate.GONE, "the number cannot get texts"),
    21408: TextError(Fate.GONE, "our text account may not send to that country"),
    21421: TextError(Fate.GONE, "the number is not a valid one"),
    21608: TextError(Fate.NOT_NOW, "our text account is on trial and does not know the number"),
    21610: TextError(Fate.STOPPED, "STOP was answered from that phone"),
    21612: TextError(Fate.GONE, "the number cannot be reached from ours"),
    21614: TextError(Fate.GONE, "the number is not a mobile one"),
    30004: TextError(Fate.NOT_NOW, "the carrier blocked the text"),
    30005: TextError(Fate.GONE, "the number does not exist any more"),
    30006: TextError(Fate.GONE, "the number is a landline"),
    20429: TextError(Fate.LATER, "Twilio is busy", _SOON),
    21611: TextError(Fate.LATER, "Twilio's queue is full", _SOON),
    30001: TextError(Fate.LATER, "Twilio's queue is full", _SOON),
    30003: TextError(Fate.LATER, "the phone is off or has no network", _ABSENT),
    20003: TextError(Fate.HELD, "Twilio does not accept the account's token", _HOUR),
    20005: TextError(Fate.HELD, "the Twilio account is not active", _HOUR),
    21606: TextError(Fate.HELD, "our number cannot send texts", _HOUR),
    21659: TextError(Fate.HELD, "our number is not the Twilio account's", _HOUR),
    30002: TextError(Fate.HELD, "the Twilio account is suspended", _HOUR),
    30007: TextError(Fate.HELD, "carriers filter our texts", _DAY),
    30034: TextError(Fate.HELD, "our number is not registered with the carriers", _DAY),
}
UNKNOWN = TextError(Fate.NOT_NOW, "the carrier did not deliver the text")


def error_of(code: int | None) -> TextError:
    return ERRORS.get(code or 0, UNKNOWN)
