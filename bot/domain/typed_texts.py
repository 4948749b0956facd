"""Words as students type them, beside those that a teacher wrote down."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: phones put curly quotes and long dashes where a keyboard has straight ones
_TYPED_ALIKE = str.maketrans(
    "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u2010\u2011\u2012\u2013\u2014\u2212",
    "''''" + '"""' + "------",
)


def text_matches(pattern: str, text: str, *, case_matters: bool = False) -> bool:
    r"""Whether ``text`` is what ``pattern`` says, whatever the spacing and, unless it matters, the case.

    ``*`` stands for any run of characters, ``\*`` for an asterisk. Linear pieces are sought one after
    the other, never by a regular expression, which a pattern of many stars would bring to its knees.
    """
    text, literals = plain(text), _literals(pattern)
    if not case_matters:
        text, literals = text.casefold(), [each.casefold() for each in literals]
    first, *rest = literals
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first):
        return False
    place = len(first)
    for literal in middle:
        place = text.find(literal, place)
        if place < 0:
            return False
        place += len(literal)
    return text.endswith(last) and len(text) - len(last) >= place


def _literals(pattern: str) -> list[str]:
    """The stretches between the stars, spelt as ``plain`` spells the answer."""
    pieces = [piece.replace("\\*", "*") for piece in re.split(r"(?<!\\)\*", pattern)]
    spelt = [re.sub(r"\s+", " ", _compatible(piece)) for piece in pieces]
    spelt[0] = spelt[0].lstrip()
    spelt[-1] = spelt[-1].rstrip()
    return spelt


def plain(text: str) -> str:
    """Single spaces, straight quotes and hyphens, one spelling for look-alikes."""
    return " ".join(_compatible(text).split())


@lru_cache(maxsize=4096)  # an answer is compared with everything that its question knows
def _compatible(text: str) -> str:
    """One spelling for characters that look or mean the same; invisible ones are left out."""
    text = unicodedata.normalize("NFKC", text.translate(_TYPED_ALIKE))
    return "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
