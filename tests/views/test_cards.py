"""Cards keep within Discord's limits and never cut inside a character (RA11)."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.cards import (
    MOST_CHOICES,
    TEXT_LIMIT,
    Button,
    Choice,
    Link,
    Look,
    Menu,
    card,
    one_line,
    plain,
    primary,
    shorten,
    utf16,
)
from bot.views.presses import read_id

#: what a person takes for one character, each by itself
WHOLE = [
    *"aZ9 ß漢ض",
    "e\u0301",  # an accent of its own
    "a\u0323\u0302",
    "नी",  # a vowel sign
    "ก็",
    "\u1112\u1161\u11ab",  # a Korean syllable in its parts
    "1\ufe0f\u20e3",  # a keycap
    "🧪",
    "👍🏽",
    "👩🏽‍🔬",
    "👨‍👩‍👧‍👦",
    "❤️",
    "🇩🇪",
    "🇺🇸",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
]
WORDS = st.lists(st.sampled_from(WHOLE), max_size=80)
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.text("*_`~|[]()<>#-\\@", max_size=200),
    st.sampled_from(
        ["", "x" * 4000, "🧪" * 2000, "\u202egnp.exe", "\u200b" * 100, "a\r\nb", "# head", "\ud800"]
    ),
)


def payload(*lines: str, **options: Any) -> dict[str, Any]:
    view = card(Look.DO, "Title", *lines, **options)
    (box,) = view.to_components()
    return box


def texts(box: dict[str, Any]) -> list[str]:
    return [part["content"] for part in box["components"] if part["type"] == 10]


@settings(deadline=None)
@given(WORDS, st.integers(1, 60))
def test_what_is_cut_is_cut_between_characters(characters: list[str], limit: int) -> None:
    words = "".join(characters)
    short = shorten(words, limit)
    assert utf16(short) <= limit
    if utf16(words) > limit:
        starts = {"".join(characters[:count]).rstrip() + "…" for count in range(len(characters))}
        assert short in starts
    else:
        assert short == words


@settings(deadline=None)
@given(WORDS)
def test_a_cut_keeps_as_much_as_there_is_room_for(characters: list[str]) -> None:
    words = "".join(characters)
    short = shorten(words, 20)
    if utf16(words) > 20:
        kept = len(short.removesuffix("…"))
        following = words[kept:].lstrip()
        longest = max(map(utf16, WHOLE))
        assert utf16(short) > 20 - longest or following == "" or short.removesuffix("…").rstrip() != short


@settings(deadline=None)
@given(st.lists(HOSTILE, max_size=12), st.lists(HOSTILE, max_size=7))
def test_no_card_passes_discords_limits(lines: list[str], labels: list[str]) -> None:
    box = payload(*map(plain, lines), controls=[Button(label, "today") for label in labels], marker=7)
    shown = texts(box)
    assert 1 <= sum(map(utf16, shown)) <= TEXT_LIMIT
    assert all(shown)
    assert box["id"] == 7
    rows = [part["components"] for part in box["components"] if part["type"] == 1]
    assert sum(map(len, rows)) == len(labels)
    for row in rows:
        assert 1 <= len(row) <= 5
        for button in row:
            assert 1 <= utf16(button["label"]) <= 80
            assert button["label"].strip()
            assert 1 <= len(button["custom_id"]) <= 100


@settings(deadline=None, max_examples=40)
@given(HOSTILE, HOSTILE, st.integers(1, 130), st.sampled_from([1, 40]))
def test_no_menu_passes_discords_limits_and_every_choice_can_be_chosen(
    label: str, description: str, count: int, most: int
) -> None:
    choices = [Choice(label, str(number), description, chosen=number == count - 1) for number in range(count)]
    box = payload(controls=[Menu(label, "pick", "-", choices, most=most)])
    menus = [part["components"][0] for part in box["components"] if part["type"] == 1]
    shown = [each["value"] for menu in menus for each in menu["options"]]
    # several are chosen in one select alone; what is chosen already stands in it
    room = MOST_CHOICES if most == 1 else 25
    assert len(shown) == len(set(shown)) == min(count, room)
    assert set(shown) <= {each.value for each in choices}
    assert most == 1 or str(count - 1) in shown
    assert ("are listed" in texts(box)[-1]) == (count > room)
    names = [menu["custom_id"] for menu in menus]
    assert len(set(names)) == len(names)
    assert {read_id(each) for each in names} == {("fs", "pick", "-")}
    for menu in menus:
        assert len(menu["options"]) <= 25
        assert menu["max_values"] <= min(25, len(menu["options"]))
        assert utf16(menu["placeholder"]) <= 150
        for option in menu["options"]:
            assert 1 <= utf16(option["label"]) <= 100
            assert utf16(option.get("description") or "") <= 100


@settings(deadline=None)
@given(HOSTILE)
def test_text_from_people_cannot_act_on_what_is_around_it(typed: str) -> None:
    shown = plain(typed)
    assert "\n" not in shown
    assert "\r" not in shown
    for letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        assert letter not in shown
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in shown)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*loud*", r"\*loud\*"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("`code` ||spoiler||", r"\`code\` \|\|spoiler\|\|"),
        ("a\nb", "a b"),
        ("\u202eevil", "evil"),
        ("שלום", "שלום"),
        ("👩🏽‍🔬", "👩🏽‍🔬"),
    ],
)
def test_markdown_is_shown_as_typed(typed: str, shown: str) -> None:
    assert plain(typed) == shown


def test_a_buttons_label_is_read_without_markdown() -> None:
    box = payload(controls=[Link("snake_case *video*", "https://example.org")])
    assert box["components"][-1]["components"][0]["label"] == "snake_case *video*"
    assert one_line(" a\u2028b ") == "a b"


def test_every_look_has_a_mark_of_its_own() -> None:
    marks = [look.value[0] for look in Look]
    colours = [look.value[1] for look in Look]
    assert len(set(marks)) == len(set(colours)) == len(Look)


async def test_a_card_is_not_kept_in_memory_by_the_library() -> None:
    """Its presses are found by custom_id; discord.py keeps what is not stopped for as long as it runs."""
    view = card(Look.DO, "Title", controls=[primary("Start", "pw_start", "h")])
    assert view.is_finished()
