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
    BUSY = "busy"  # its turn has not come: it waits for as long as it is of use, then goes another way
    HELD = "held"  # our own account or number: all texts stop for the operator
    COUNTRY = "country"  # our account does not reach that country: texts there stop for the operator


@dataclass(frozen=True, slots=True)
class TextError:
    fate: Fate
    #: the end of a sentence, for people
    why: str
    after: timedelta = timedelta()


_SOON, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: a cap on the day ends at midnight of some zone, or slides: it is looked at again some hours on
_PART_OF_A_DAY = timedelta(hours=6)
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
    21408: TextError(Fate.COUNTRY, "our text account may not send to that country", _DAY),
    21421: TextError(Fate.GONE, "the number is not a valid one"),
    21608: TextError(Fate.NOT_NOW, "our text account is on trial and does not know the number"),
    21610: TextError(Fate.STOPPED, "STOP was answered from that phone"),
    21612: TextError(Fate.COUNTRY, "our number reaches no phone in that country", _DAY),
    21614: TextError(Fate.GONE, "the number is not a mobile one"),
    21635: TextError(Fate.GONE, "the number is a landline"),
    30004: TextError(Fate.NOT_NOW, "the carrier blocked the text"),
    30005: TextError(Fate.GONE, "the number does not exist any more"),
    30006: TextError(Fate.GONE, "the number is a landline"),
    14107: TextError(Fate.BUSY, "too many texts went to that phone at once", _SOON),
    20429: TextError(Fate.BUSY, "Twilio is busy", _SOON),
    21611: TextError(Fate.BUSY, "Twilio's queue is full", _SOON),
    30001: TextError(Fate.BUSY, "Twilio's queue is full", _SOON),
    30017: TextError(Fate.BUSY, "the carrier's network is busy", _SOON),
    30022: TextError(Fate.BUSY, "the carrier takes no more texts a minute from us", _SOON),
    63018: TextError(Fate.BUSY, "Twilio takes no more texts a minute from us", _SOON),
    30003: TextError(Fate.LATER, "the phone is off or has no network", _ABSENT),
    20003: TextError(Fate.HELD, "Twilio does not accept the account's token", _HOUR),
    20005: TextError(Fate.HELD, "the Twilio account is not active", _HOUR),
    21606: TextError(Fate.HELD, "our number cannot send texts", _HOUR),
    10001: TextError(Fate.HELD, "the Twilio account is not active", _HOUR),
    20008: TextError(Fate.HELD, "the Twilio account's test token sends nothing", _HOUR),
    21603: TextError(Fate.HELD, "our number is missing in the settings", _HOUR),
    21659: TextError(Fate.HELD, "our number is not the Twilio account's", _HOUR),
    21660: TextError(Fate.HELD, "our number is not the Twilio account's", _HOUR),
    21661: TextError(Fate.HELD, "our number cannot send texts", _HOUR),
    30002: TextError(Fate.HELD, "the Twilio account is suspended", _HOUR),
    30007: TextError(Fate.HELD, "carriers filter our texts", _DAY),
    30023: TextError(Fate.HELD, "the carriers' texts of this day are used up", _PART_OF_A_DAY),
    30024: TextError(Fate.HELD, "our number is not set up at the carriers", _DAY),
    30027: TextError(Fate.HELD, "the carriers' texts of this day are used up", _PART_OF_A_DAY),
    30032: TextError(Fate.HELD, "our toll-free number is not verified", _DAY),
    30033: TextError(Fate.HELD, "our registration with the carriers is suspended", _DAY),
    30034: TextError(Fate.HELD, "our number is not registered with the carriers", _DAY),
    30035: TextError(Fate.HELD, "our number is still being set up at the carriers", _HOUR),
    30040: TextError(Fate.COUNTRY, "our number is not registered in that country", _DAY),
    30041: TextError(Fate.COUNTRY, "our number is not registered in that country", _DAY),
    30454: TextError(Fate.HELD, "the texts of our trial account are used up", _DAY),
    63038: TextError(Fate.HELD, "the account's texts of this day are used up", _PART_OF_A_DAY),
}
UNKNOWN = TextError(Fate.NOT_NOW, "the carrier did not deliver the text")


#: what one number alone is to blame for where it is of our own country
_ONE_NUMBER = {21612: TextError(Fate.GONE, "the number cannot be reached from ours")}


def error_of(code: int | None, to: str = "", ours: str = "") -> TextError:
    """``to`` and ``ours`` are numbers in E.164, where they are known."""
    if code in _ONE_NUMBER and to and _plan_of(to) == _plan_of(ours):
        return _ONE_NUMBER[code]
    return ERRORS.get(code or 0, UNKNOWN)


def _plan_of(number: str) -> str:
    """+1 is one plan for all who share it; else the country's own."""
    country = country_of(number)
    return country[:1] if country[:1] == "1" else country


#: calling codes of two digits; of the others one begins with 1 or 7, the rest have three
_TWO = frozenset(
    str(each)
    for each in (
        20,
        27,
        30,
        31,
        32,
        33,
        34,
        36,
        39,
        40,
        41,
        43,
        44,
        45,
        46,
        47,
        48,
        49,
        51,
        52,
        53,
        54,
        55,
        56,
        57,
        58,
        60,
        61,
        62,
        63,
        64,
        65,
        66,
        81,
        82,
        84,
        86,
        90,
        91,
        92,
        93,
        94,
        95,
        98,
    )
)


def country_of(number: str) -> str:
    """The calling code; with the area of +1, which a score of countries share, and the first digit of +7."""
    digits = number.removeprefix("+")
    if digits[:1] == "1":
        return digits[:4]
    if digits[:1] == "7":
        return digits[:2]
    return digits[:2] if digits[:2] in _TWO else digits[:3]
