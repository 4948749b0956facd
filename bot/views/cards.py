"""The one layout that everything shown on Discord has: a title, a few lines, and the next step as a button.

Components V2: a container with an accent. Each accent has one meaning and never stands alone: the title's
mark says the same thing in a glyph. Text from people is cut to Discord's limits here (RA11), never inside a
character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import discord
from discord import ui

#: Discord counts text displays of one message together
TEXT_LIMIT = 4000
LABEL_LIMIT = 80


class Look(Enum):
    """What a card means: the mark before its title and its accent colour."""

    DO = ("▶️", 0x5865F2)
    DONE = ("✅", 0x2E8B57)
    NOT_YET = ("🔁", 0xE67E22)
    WAIT = ("⏳", 0x95A5A6)
    ASK = ("❔", 0x3498DB)
    PROBLEM = ("⚠️", 0xC0392B)
    STAFF = ("📋", 0x6C5B7B)
    NEWS = ("📣", 0x1F8B8B)


@dataclass(frozen=True, slots=True)
class Button:
    """A press: ``action`` is registered in bot.views.presses, ``handle`` says what it is about."""

    label: str
    action: str
    handle: str = "-"
    style: discord.ButtonStyle = discord.ButtonStyle.secondary
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    value: str
    description: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A select; at most 25 choices are shown, as Discord allows."""

    placeholder: str
    action: str
    handle: str
    choices: Sequence[Choice]
    most: int = 1


@dataclass(frozen=True, slots=True)
class UserMenu:
    """A select of the server's people, up to 25."""

    placeholder: str
    action: str
    handle: str
    most: int = 25


@dataclass(frozen=True, slots=True)
class NewRow:
    """What follows stands on a row of its own."""


Control = Button | Link | Menu | UserMenu | NewRow


def primary(label: str, action: str, handle: str = "-") -> Button:
    """The next step: one to a card."""
    return Button(label, action, handle, discord.ButtonStyle.primary)


def card(
    look: Look, title: str, *lines: str, controls: Sequence[Control] = (), marker: int | None = None
) -> ui.LayoutView:
    """A card. Empty lines are left out; ``marker`` is the container's id, by which a repeat is recognised."""
    mark, colour = look.value
    texts = _fit([f"### {mark} {title}", *(line for line in lines if line)])
    box: ui.Container[Any] = ui.Container(*(ui.TextDisplay(text) for text in texts), accent_colour=colour)
    if marker is not None:
        box.id = marker
    for row in _rows(controls):
        box.add_item(row)
    view = ui.LayoutView(timeout=None)
    view.add_item(box)
    # presses are found by custom_id alone; discord.py would keep a view that is not stopped for ever
    view.stop()
    return view


def count(number: int, one: str) -> str:
    """``1 student``, ``2 students``."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def plain(text: str) -> str:
    """Text from a person, made harmless in Markdown; mentions are switched off where messages are sent."""
    return discord.utils.escape_markdown(one_line(text), ignore_links=False)


def one_line(text: str) -> str:
    """Without what is invisible and acts on what is around it: breaks, controls, overrides of direction."""
    return " ".join("".join(" " if _is_control(each) else each for each in text).split())


def _is_control(each: str) -> bool:
    return unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") or each in _DIRECTIONS


#: embeddings, overrides and isolates; the marks of right-to-left words themselves stay
_DIRECTIONS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units, as Discord counts, cut between characters, marked with an ellipsis."""
    if utf16(text) <= limit:
        return text
    kept, size = [], 1
    for cluster in _clusters(text):
        size += utf16(cluster)
        if size > limit:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + "…"


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _clusters(text: str) -> list[str]:
    """Characters with what is joined to them: marks, skin tones, joined emoji, the two letters of a flag."""
    out: list[str] = []
    for each in text:
        flag = out and _is_flag_half(each) and _is_flag_half(out[-1])
        if out and (flag or _joins(each) or out[-1].endswith("\u200d")):
            out[-1] += each
        else:
            out.append(each)
    return out


def _joins(each: str) -> bool:
    return (
        unicodedata.category(each) in ("Mn", "Mc", "Me")
        or each == "\u200d"
        or "\U0001f3fb" <= each <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= each <= "\U000e007f"  # the letters in a flag of a region
        or "\u1160" <= each <= "\u11ff"  # the later parts of a Korean syllable
    )


def _is_flag_half(text: str) -> bool:
    return len(text) == 1 and "\U0001f1e6" <= text <= "\U0001f1ff"


def _fit(texts: list[str]) -> list[str]:
    """Cuts the longest text until all together keep within the message's limit."""
    while (over := sum(map(utf16, texts)) - TEXT_LIMIT) > 0:
        longest = max(range(len(texts)), key=lambda each: utf16(texts[each]))
        texts[longest] = shorten(texts[longest], max(1, utf16(texts[longest]) - over))
    return texts


def _rows(controls: Sequence[Control]) -> list[ui.ActionRow[Any]]:
    rows: list[ui.ActionRow[Any]] = []
    free = 0
    for control in controls:
        if isinstance(control, NewRow):
            free = 0
            continue
        if free == 0 or isinstance(control, Menu | UserMenu):
            rows.append(ui.ActionRow())
            free = 5
        rows[-1].add_item(_item(control))
        free = 0 if isinstance(control, Menu | UserMenu) else free - 1
    return rows


def _item(control: Button | Link | Menu | UserMenu) -> ui.Item[Any]:
    match control:
        case Button(label, action, handle, style, disabled):
            name = f"fc:{action}:{handle}"
            return ui.Button(label=_label(label), style=style, custom_id=name, disabled=disabled)
        case Link(label, url):
            return ui.Button(label=_label(label), url=url)
        case Menu(placeholder, action, handle, choices, most):
            return ui.Select(
                placeholder=shorten(placeholder, 150),
                custom_id=f"fs:{action}:{handle}",
                min_values=1,
                max_values=min(most, len(choices), 25),
                options=[_option(choice) for choice in choices[:25]],
            )
        case UserMenu(placeholder, action, handle, most):
            return ui.UserSelect(
                placeholder=shorten(placeholder, 150),
                custom_id=f"fs:{action}:{handle}",
                min_values=1,
                max_values=min(most, 25),
            )


def _label(text: str) -> str:
    """Discord refuses an empty label; Markdown is not read in one."""
    return shorten(one_line(text), LABEL_LIMIT) or "…"


def _option(choice: Choice) -> discord.SelectOption:
    return discord.SelectOption(
        label=shorten(one_line(choice.label), 100) or "…",
        value=choice.value,
        description=shorten(one_line(choice.description), 100) or None,
        default=choice.chosen,
    )


def stamp(at: Any, style: str = "F") -> str:
    """A Discord timestamp: each reader sees it in their own zone. F is day and time, R is "in 2 hours"."""
    return f"<t:{int(at.timestamp())}:{style}>"
