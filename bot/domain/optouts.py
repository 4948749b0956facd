"""Whether a text asks for no more texts, in the words of people (RB8, RB9). Whoever is unsure stops.

Carriers know eight words and nothing else; people write "stop texting me", "ya no me escriban" or a raised hand. A
missed stop breaks a promise and a law; a stop that was not meant is undone by one word. So what sounds like one is
one; only words that are plainly about something else are left alone ("don't stop the video").
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from bot.domain.stop_words import (
    CARRIER_STARTS,
    CARRIER_STOPS,
    HELPS,
    KEEP,
    MAYBE,
    MAYBE_WORDS,
    POLITE,
    START_WORDS,
    STOP_WORDS,
    SURE,
)
from bot.domain.wrong_numbers import ELSEWHERE, NOT_ME, WHO, WRONG


class Meaning(Enum):
    #: plainly, in words that mean nothing else
    STOP = "stop"
    #: very likely: taken as a stop, and said so once
    STOP_MAYBE = "stop, probably"
    START = "start"
    HELP = "help"


#: a raised hand or a sign, and nothing else
_SIGNS = frozenset("🛑✋🤚🚫⛔🔕🖐")
#: of a longer text only the beginning is read: who wants out says so soon, and no text may take long to read
_READ = 60
#: beyond this, words about texts are part of a story: probably, no more than that
_SHORT = 14


def meaning_of(text: str) -> Meaning | None:
    """None for a message to somebody."""
    words = plain_words(text)
    if not words:
        return Meaning.STOP_MAYBE if _SIGNS & set(text) else None
    if words in HELPS:
        return Meaning.HELP
    if words in CARRIER_STARTS:
        return Meaning.START
    words = " ".join(words.split()[:_READ])
    bare = " ".join(POLITE.sub(" ", words).split())
    if words in STOP_WORDS or bare in STOP_WORDS or _unspaced(text) in CARRIER_STOPS:
        return Meaning.STOP
    if words in MAYBE_WORDS or bare in MAYBE_WORDS:
        return Meaning.STOP_MAYBE
    if words in WHO or bare in WHO or NOT_ME.fullmatch(text.strip()):
        return Meaning.STOP_MAYBE
    if KEEP.search(words):
        return None
    words = ELSEWHERE.sub(" ", words)
    if SURE.search(words):
        return Meaning.STOP if len(words.split()) <= _SHORT else Meaning.STOP_MAYBE
    return Meaning.STOP_MAYBE if MAYBE.search(words) or WRONG.search(words) else None


def is_answered_by_twilio(text: str) -> bool:
    """Exactly one of the carrier's words: the phone gets Twilio's own answer, and one from us would not go out."""
    return text.strip().casefold() in CARRIER_STOPS


def lifts(text: str) -> bool:
    """A START from the phone itself, whether or not anything had ended."""
    return plain_words(text) in CARRIER_STARTS


def starts_again(text: str) -> bool:
    """What lifts a silence, besides START: from a phone that is not silent the same words are for the teacher."""
    words = plain_words(text)
    return words in START_WORDS or " ".join(POLITE.sub(" ", words).split()) in START_WORDS


def plain_words(text: str) -> str:
    """Small letters without accents, punctuation, emoji; apostrophes vanish within a word."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    kept = "".join(each for each in folded if not unicodedata.combining(each))
    joined = re.sub(r"(?<=n)['’ʼ`](?=t\b)|(?<=[a-z])['’ʼ`](?=s\b)", "", kept)
    return " ".join(re.sub(r"[^\w]|_", " ", joined).split())


def _unspaced(text: str) -> str:
    """Letters apart ("S.T.O.P") are a word too."""
    words = plain_words(text).split()
    return "".join(words) if words and all(len(each) == 1 for each in words) else ""
