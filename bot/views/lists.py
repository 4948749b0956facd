"""Lists that a card has no room for: numbered with a word of how many more there are, or page by page."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.cards import Button, plain, shorten, utf16


def numbered(titles: Sequence[str], most: int = 60) -> str:
    """``1. Matter``, a line each; of very many, how many more there are."""
    lines = [f"{number}. {plain(shorten(each, 60))}" for number, each in enumerate(titles[:most], 1)]
    more = [f"… and {len(titles) - most} more"] if len(titles) > most else []
    return "\n".join([*lines, *more])


#: characters of the lists on one page: with title and buttons it keeps within a message
PAGE = 3000


def pages(blocks: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Lists under their titles, as many lines to a page as fit; a list that goes on repeats its title."""
    made, page, size = list[str](), list[str](), 0
    for title, lines in blocks:
        head = f"**{title}**"
        for number, line in enumerate(lines):
            needs = utf16(line) + 1 + (utf16(head) + 2 if number == 0 or not page else 0)
            if page and size + needs > PAGE:
                made.append("\n".join(page))
                page, size = [], 0
            if number == 0 or not page:
                page += [head] if not page else ["", head]
            page.append(line)
            size += needs
    return [*made, "\n".join(page)] if page else made


def turning(page: int, last: int, action: str, handle: str) -> list[Button]:
    """Buttons to the pages before and after ``page`` (from 0); the handler reads them with ``page_of``."""
    back = [Button("◀ Before", action, f"{handle}.{page - 1}")] if page > 0 else []
    return back + ([Button("More ▶", action, f"{handle}.{page + 1}")] if page < last else [])


def page_of(handle: str) -> tuple[str, int]:
    """The handle itself and the page that was asked for; the first where none is named."""
    own, dot, page = handle.rpartition(".")
    return (own, int(page)) if dot and page.isdecimal() and len(page) < 5 else (handle, 0)
