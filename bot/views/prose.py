"""Words from people as a card may show them: harmless in Markdown, cut kindly, addresses still to be pressed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import quote, urlsplit, urlunsplit

from bot.views.cards import one_line, plain, shorten, utf16, within

#: a name or title in a sentence
TITLE = 120
#: of a teacher's own words on a card, with its title and what stands below
LONG_TEXT = 3600
LONGEST_LINK = 2000


def name_of(title: str) -> str:
    return plain(shorten(one_line(title), TITLE))


def sentence(text: str) -> str:
    """Words of ours with names in them, as a sentence."""
    words = plain(shorten(text, 600))
    return (
        f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?', '…')) else '.'}"
        if words
        else ""
    )


def with_links(text: str) -> str:
    """Text from a person in which an address of the web stays one that can be pressed."""
    words = shorten(one_line(text), 500).split(" ")
    return " ".join(web_address(word) or plain(word) if "://" in word else plain(word) for word in words)


def paragraphs(text: str, most: int = LONG_TEXT) -> str:
    """The same for what is longer than a line: its lines stay, and one empty line at a time.

    ``most`` counts what is shown; only long addresses can make an announcement longer than a card, and then its last
    words give way, never half of an address.
    """
    shown: list[str] = []
    left = most
    for line in within(text).splitlines():
        one = _line(one_line(line).split(" "))
        if utf16(one) > left:
            shown.append(_line_within(one_line(line).split(" "), left))
            break
        if one or (shown and shown[-1]):
            shown.append(one)
            left -= utf16(one) + 1
    return "\n".join(shown).strip("\n")


def _line(words: Sequence[str]) -> str:
    """Harmless as a whole line, too: what begins a heading, a list or a quote does so only there."""
    parts = [
        link or plain(" ".join(group))
        for link, group in groupby(words, key=lambda word: _url_within(word) if "://" in word else None)
    ]
    shown = " ".join(part for part in parts if part)
    return f"\\{shown}" if shown.startswith(">") else shown


def _url_within(word: str) -> str | None:
    url = web_address(word)
    return url if url and len(url) <= LONGEST_LINK else None


def _line_within(words: list[str], most: int) -> str:
    """The first words of a line, marked as cut."""
    # one at least; more words are never shorter, so that the place is found in a few looks
    count = max(
        1, bisect_right(range(1, len(words) + 1), most - 2, key=lambda each: utf16(_line(words[:each])))
    )
    kept = _line(words[:count])
    return f"{kept} …" if utf16(kept) <= most - 2 else shorten(kept, max(1, most))


def web_address(url: str) -> str | None:
    """The address with everything quoted that would end it in Markdown; None when Discord would refuse it."""
    try:
        parts = urlsplit(one_line(url))
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
        return None
    path, query, fragment = (
        quote(each, safe="%/:?@!$&'+,;=~") for each in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((parts.scheme, host + port, path, query, fragment))
