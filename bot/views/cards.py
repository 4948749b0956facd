"""The one layout that everything shown on Discord has: a title, a few lines, and the next step as a button.

Components V2: a container with an accent. Each accent has one meaning and never stands alone: the title's
mark says the same thing in a glyph. Text from people is cut to Discord's limits here (RA11), never inside a
character.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

import discord
from discord import ComponentType, ui

from bot.domain import limits

#: a component as it is sent
Part = dict[str, Any]

#: Discord counts text displays of one message together
TEXT_LIMIT = limits.CARD
LABEL_LIMIT = 80
ALT_LIMIT = 1024


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
    """A select. More than 25 choices, as many as Discord allows in one, stand in several selects of one choice each."""

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


@dataclass(frozen=True, slots=True)
class Figure:
    """A PNG in a card, and what it shows for who cannot see it. One to a card."""

    png: bytes
    alt: str


Control = Button | Link | Menu | UserMenu | NewRow


def primary(label: str, action: str, handle: str = "-") -> Button:
    """The next step: one to a card."""
    return Button(label, action, handle, discord.ButtonStyle.primary)


class Card(ui.LayoutView):
    """A view that holds what is sent, and no objects of discord.py's: presses are found by custom_id alone."""

    # the base would make a future and listen for presses
    def __init__(self, components: list[Part], figure: Figure | None = None) -> None:
        self._components = components
        self.figure = figure

    def to_components(self) -> list[Part]:
        return self._components

    def has_components_v2(self) -> bool:
        return True

    def is_finished(self) -> bool:
        return True

    def is_dispatchable(self) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<Card {self._components}>"


def card(
    look: Look, title: str, *lines: str | Figure, controls: Sequence[Control] = (), marker: int | None = None
) -> Card:
    """A card. Empty lines are left out; ``marker`` is the container's id, by which a repeat is recognised."""
    mark, colour = look.value
    cut = [_cut(each) for each in controls if isinstance(each, Menu) and len(each.choices) > _room(each)]
    shown = [f"### {mark} {within(title)}", *(line for line in (*lines, *cut) if line)]
    texts = iter(_fit([within(each) for each in shown if isinstance(each, str)]))
    parts = [text(next(texts)) if isinstance(each, str) else _gallery(each) for each in shown]
    box: Part = {
        "type": ComponentType.container.value,
        "accent_color": colour,
        "components": [*parts, *rows(controls)],
    }
    if marker is not None:
        box["id"] = marker
    return Card([box], next((each for each in shown if isinstance(each, Figure)), None))


#: says nothing of what is in it (RF1)
FIGURE_NAME = "question.png"
_ALT_LIMIT = 1024


def _gallery(figure: Figure) -> Part:
    part = attached(FIGURE_NAME, as_picture=True)
    if alt := shorten(one_line(figure.alt), _ALT_LIMIT):
        part["items"][0]["description"] = alt
    return part


def text(content: str) -> Part:
    return {"type": ComponentType.text_display.value, "content": content}


def attached(name: str, *, as_picture: bool = False, alt: str = "") -> Part:
    """Shown where its bytes travel with the message under that name; ``alt`` is for who cannot see a picture."""
    address = {"url": f"attachment://{name}"}
    if as_picture:
        item: Part = {"media": address} | ({"description": shorten(alt, ALT_LIMIT)} if alt else {})
        return {"type": ComponentType.media_gallery.value, "items": [item]}
    return {"type": ComponentType.file.value, "file": address}


def count(number: int, one: str) -> str:
    """``1 student``, ``2 students``."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def within(text: str) -> str:
    """As much of a text as any card can show: however long it is, what follows walks through no more than this."""
    return text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}…"


def plain(text: str) -> str:
    """Text from a person, made harmless in Markdown; mentions are switched off where messages are sent."""
    return _plain(within(text))


@lru_cache(maxsize=512)  # a class's students are shown the same titles and questions all day
def _plain(text: str) -> str:
    # the library's own takes seconds for a page of half-open links
    harmless = one_line(text).translate(_SIGNS)
    if "](" in harmless:
        harmless = harmless.replace("[", "\\[")
    return f"\\{harmless}" if _BEGINS.match(harmless) else harmless


#: signs that act wherever they stand; a link's bracket; a quote, a heading, a list or small print begins a line
_SIGNS = str.maketrans({each: f"\\{each}" for each in "_\\~|*`"})
_BEGINS = re.compile(r">(?:>>)?\s|#|-")


def one_line(text: str) -> str:
    """Without what is invisible and acts on what is around it: breaks, controls, overrides of direction."""
    return " ".join(_CONTROLS.sub(" ", within(text)).split())


#: Unicode's categories Cc, Cs, Zl and Zp, then embeddings, overrides and isolates of direction; the marks of
#: right-to-left words themselves stay
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units, as Discord counts, cut between characters, marked with an ellipsis."""
    if 2 * len(text) <= limit or (len(text) <= limit and utf16(text) <= limit):
        return text
    units = text[: limit + 1].encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)]
    if units and 0xD8 <= units[-1] <= 0xDB:  # the first half of a character
        units = units[:-2]
    place = len(units.decode("utf-16-le", "surrogatepass"))
    while place > 0 and _belongs(text, place):
        place -= 1
    return text[:place].rstrip() + "…"


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _belongs(text: str, place: int) -> bool:
    """What stands there is joined to what stands before: a mark, a skin tone, a joined emoji, the half of a flag."""
    if _is_flag_half(text[place]) and _is_flag_half(text[place - 1]):
        run = place
        while run > 0 and _is_flag_half(text[run - 1]):
            run -= 1
        return (place - run) % 2 == 1
    return _joins(text[place]) or text[place - 1] == "\u200d"


def _joins(each: str) -> bool:
    return (
        unicodedata.category(each) in ("Mn", "Mc", "Me")
        or each == "\u200d"
        or "\U0001f3fb" <= each <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= each <= "\U000e007f"  # the letters in a flag of a region
        or "\u1160" <= each <= "\u11ff"  # the later parts of a Korean syllable
    )


def _is_flag_half(text: str) -> bool:
    return "\U0001f1e6" <= text <= "\U0001f1ff"


def _fit(texts: list[str]) -> list[str]:
    """Cuts the longest text until all together keep within the message's limit."""
    if 2 * sum(map(len, texts)) <= TEXT_LIMIT:  # a character is two units at most
        return texts
    while (over := sum(map(utf16, texts)) - TEXT_LIMIT) > 0:
        longest = max(range(len(texts)), key=lambda each: utf16(texts[each]))
        texts[longest] = shorten(texts[longest], max(1, utf16(texts[longest]) - over))
    return texts


#: choices in one select, as Discord allows, and in all the selects of one menu
IN_ONE, MOST_CHOICES = 25, 100


def _room(menu: Menu) -> int:
    return MOST_CHOICES if menu.most == 1 else IN_ONE


def _cut(menu: Menu) -> str:
    return f"-# {plain(shorten(menu.placeholder, 80))}: the first {_room(menu)} of {len(menu.choices)} are listed."


def _selects(menu: Menu) -> list[Menu]:
    """The selects that show a menu's choices, each named by what it begins and ends with."""
    if menu.most > 1:  # what is chosen in one select would not be with what is chosen in another
        chosen_first = sorted(menu.choices, key=lambda each: not each.chosen)
        return [dataclasses.replace(menu, choices=chosen_first[:IN_ONE])]
    choices = menu.choices[:MOST_CHOICES]
    if len(choices) <= IN_ONE:
        return [menu]
    pieces = [choices[first : first + IN_ONE] for first in range(0, len(choices), IN_ONE)]
    return [
        dataclasses.replace(
            menu,
            placeholder=f"{menu.placeholder}: {shorten(each[0].label, 40)} – {shorten(each[-1].label, 40)}",
            # ids are unique in a message; what follows the handle is read by nobody
            handle=f"{menu.handle}:{number}" if number else menu.handle,
            choices=each,
            most=1,
        )
        for number, each in enumerate(pieces)
    ]


def rows(controls: Sequence[Control]) -> list[Part]:
    """Buttons five to a row, a menu on a row of its own."""
    made: list[list[Part]] = []
    free = 0
    expanded = (part for each in controls for part in (_selects(each) if isinstance(each, Menu) else (each,)))
    for control in expanded:
        if isinstance(control, NewRow):
            free = 0
            continue
        if free == 0 or isinstance(control, Menu | UserMenu):
            made.append([])
            free = 5
        made[-1].append(_item(control))
        free = 0 if isinstance(control, Menu | UserMenu) else free - 1
    return [{"type": ComponentType.action_row.value, "components": row} for row in made]


def _item(control: Button | Link | Menu | UserMenu) -> Part:
    match control:
        case Button(label, action, handle, style, disabled):
            name = f"fc:{action}:{handle}"
            return _button(label, style) | {"custom_id": name, "disabled": disabled}
        case Link(label, url):
            return _button(label, discord.ButtonStyle.link) | {"url": url}
        case Menu(placeholder, action, handle, choices, most):
            return {
                "type": ComponentType.select.value,
                "placeholder": shorten(placeholder, 150),
                "custom_id": f"fs:{action}:{handle}",
                "min_values": 1,
                "max_values": min(most, len(choices), IN_ONE),
                "options": [_option(choice) for choice in choices],
            }
        case UserMenu(placeholder, action, handle, most):
            return {
                "type": ComponentType.user_select.value,
                "placeholder": shorten(placeholder, 150),
                "custom_id": f"fs:{action}:{handle}",
                "min_values": 1,
                "max_values": min(most, 25),
            }


def _button(label: str, style: discord.ButtonStyle) -> Part:
    return {"type": ComponentType.button.value, "style": style.value, "label": _label(label)}


def _label(text: str) -> str:
    """Discord refuses an empty label; Markdown is not read in one."""
    return shorten(one_line(text), LABEL_LIMIT) or "…"


def _option(choice: Choice) -> Part:
    option: Part = {
        "label": shorten(one_line(choice.label), 100) or "…",
        "value": choice.value,
        "default": choice.chosen,
    }
    if description := shorten(one_line(choice.description), 100):
        option["description"] = description
    return option


def stamp(at: Any, style: str = "F") -> str:
    """A Discord timestamp: each reader sees it in their own zone. F is day and time, R is "in 2 hours"."""
    return f"<t:{int(at.timestamp())}:{style}>"
