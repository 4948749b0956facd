"""Texts: one segment, in an alphabet that every phone has, and with a way to stop."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.attachments import Attachment
from bot.domain.contract_messages import ContractLink
from bot.domain.messages import (
    Announcement,
    GuardianCode,
    GuardianNudge,
    PhoneCode,
    PreWorkNudge,
    UnitOpened,
)
from bot.domain.slot_messages import SlotCalledOff, SlotReminder
from bot.domain.text_messages import GuardianEnded, TextHelp, TextsAgain, TextsEnded
from bot.words.gsm import cut, septets, to_gsm
from bot.words.texts import HOW_TO_STOP, REPLY_STOP, Textable, segments, text

AT = datetime(2026, 11, 24, 14, tzinfo=UTC)
LATER = AT + timedelta(minutes=15)

#: GSM 03.38 by rows of sixteen, as its code chart prints it; 0x1B is the escape
CHART = [
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
]
ESCAPED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}


def encoded(message: str) -> list[bytes] | None:
    """Each letter as it goes over the air in GSM-7, None when one has no place there."""
    codes = {letter: place for place, letter in enumerate("".join(CHART)) if letter != "\x1b"}
    letters = []
    for letter in message:
        if letter in codes:
            letters.append(bytes([codes[letter]]))
        elif letter in ESCAPED:
            letters.append(bytes([0x1B, ESCAPED[letter]]))
        else:
            return None
    return letters


def counted(message: str) -> int:
    """Segments by filling them one after the other: slow and obvious."""
    letters, alone, joined = encoded(message), 160, 153
    if letters is None:
        letters, alone, joined = [each.encode("utf-16-be") for each in message], 140, 134
    if sum(map(len, letters)) <= alone:
        return 1
    filled = [0]
    for letter in letters:
        if filled[-1] + len(letter) > joined:
            filled.append(0)
        filled[-1] += len(letter)
    return len(filled)


ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
GSMISH = st.text(st.sampled_from("".join(CHART).replace("\x1b", "") + "".join(ESCAPED)), max_size=700)
TITLES = st.one_of(ANYTHING, st.text("aé€{}[]~ ’“—…°🧪漢Ж", max_size=300), st.just(""), st.just("x" * 4000))

CONTENTS = st.one_of(
    st.builds(
        PreWorkNudge, TITLES, TITLES, st.just("h"), st.just(AT), TITLES, st.integers(0, 10**6), st.booleans()
    ),
    st.builds(SlotReminder, TITLES, st.just(AT), TITLES, st.just(LATER), TITLES, st.just("h")),
    st.builds(SlotCalledOff, TITLES, st.just(AT), TITLES, st.just("h")),
    st.builds(PhoneCode, st.from_regex(r"[0-9]{4,10}", fullmatch=True), st.integers(1, 60)),
    st.builds(UnitOpened, TITLES, TITLES, TITLES, st.none()),
    st.builds(GuardianCode, TITLES, st.from_regex(r"[0-9]{6}", fullmatch=True)),
    st.builds(GuardianNudge, TITLES, TITLES, TITLES, st.booleans()),
    st.builds(ContractLink, TITLES, st.just("https://bot.school.example/agree/1234567t20789." + "a_-" * 9)),
    st.builds(TextHelp, TITLES),
    st.builds(TextsEnded, st.booleans()),
    st.builds(TextsAgain, st.booleans(), st.booleans()),
    st.builds(GuardianEnded, TITLES, st.booleans()),
)
FOR_ANYBODY = ContractLink | GuardianCode | GuardianNudge | TextHelp | TextsAgain


@settings(deadline=None)
@given(CONTENTS, st.booleans())
def test_every_text_is_one_segment_of_gsm_and_says_how_to_stop(content: Textable, replies: bool) -> None:
    words = text(content, replies=replies)
    assert encoded(words) is not None
    assert counted(words) == segments(words) == 1
    assert "\n" not in words
    if isinstance(content, TextsEnded):
        assert "last" in words
        assert "START" in words
    elif isinstance(content, GuardianEnded):
        assert "end here" in words
        assert ("START" in words) is (content.by_student and replies)
    elif isinstance(content, TextsAgain) and not content.go_on:
        assert "One step is missing" in words
    else:
        replied = replies or isinstance(content, FOR_ANYBODY)
        assert words.endswith(REPLY_STOP if replied else HOW_TO_STOP)


def test_two_thousand_texts_of_any_title_are_one_segment_each() -> None:
    """RB13, against the independent counter."""
    dice = random.Random(13)
    letters = "abcdefg hij ABC éèüñ €{}[]~|^ ’“”—–… 🧪👩🏽‍🔬 漢字 Жя ½₂° \t\n"

    def title() -> str:
        return "".join(dice.choices(letters, k=dice.choice((0, 3, 20, 60, 400))))

    for _ in range(2_000):
        content = dice.choice(
            (
                PreWorkNudge(title(), title(), "h", AT, title(), dice.randint(0, 9000), dice.random() < 0.5),
                SlotReminder(title(), AT, title(), LATER, title(), "h"),
                GuardianNudge(title(), title(), title(), dice.random() < 0.5),
                GuardianCode(title(), "123456"),
                UnitOpened(title(), title(), title(), None),
            )
        )
        words = text(content, replies=dice.random() < 0.5)
        assert counted(words) == segments(words) == 1


def test_a_guardian_reads_who_asks_what_for_and_how_to_agree() -> None:
    asked = text(GuardianCode("Period 3", "123456"), replies=True)
    for words in ("Period 3", "your child's teacher", "answer with this code: 123456", "STOP"):
        assert words in asked
    assert "give your child this code: 123456" in text(GuardianCode("Period 3", "123456"))
    nudge = text(GuardianNudge("Period 3", "Atoms", "Tue 24 Nov 08:00", False))
    assert "your child has not handed in the pre-work Atoms yet" in nudge
    assert "Late work counts" in text(GuardianNudge("Period 3", "Atoms", "Mon", True)).replace("late", "Late")


@settings(deadline=None)
@given(st.one_of(GSMISH, ANYTHING, st.text("a🧪é", max_size=300)))
def test_segments_are_counted_as_they_are_billed(message: str) -> None:
    assert segments(message) == counted(message)


@settings(deadline=None)
@given(ANYTHING)
def test_everything_becomes_gsm_and_gsm_stays_as_it_is(message: str) -> None:
    once = to_gsm(message)
    assert encoded(once) is not None
    assert to_gsm(once) == once


@settings(deadline=None)
@given(GSMISH, st.integers(0, 200))
def test_a_cut_keeps_its_limit_and_the_beginning(message: str, limit: int) -> None:
    kept = cut(message, limit)
    assert septets(kept) <= limit or septets(message) <= limit
    assert message.startswith(kept.removesuffix("..."))


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Don’t “panic” — it’s fine…", "Don't \"panic\" - it's fine..."),
        ("Água ção Łódź Žižek", "Agua cao Lodz Zizek"),
        ("Übung für Ängstliche: é è à", "Übung für Ängstliche: é è à"),
        ("H₂O at 25 °C, 2 × 10⁸ µm", "H2O at 25 deg C, 2 x 108 um"),
        ("non\u00a0breaking\u2009thin\tspace\nline", "non breaking thin space line"),
        ("A ⇌ B → C", "A <-> B -> C"),
        ("🧪 Atoms 👩🏽‍🔬 and ions 🇩🇪", "Atoms and ions"),
        ("химия 化学 كيمياء", ""),
        ("½ cup", "1/2 cup"),
    ],
)
def test_letters_that_a_text_lacks(typed: str, sent: str) -> None:
    assert to_gsm(typed) == sent


def test_a_nudge_names_the_class_the_unit_and_the_promised_time() -> None:
    words = text(PreWorkNudge("Period 3", "Atoms & ions", "h", AT, "Tue 24 Nov 08:00", 700, False))
    assert "Period 3" in words
    assert "Atoms & ions (12 min) is due Tue 24 Nov 08:00" in words
    assert "Start it" in words
    started = text(PreWorkNudge("Period 3", "Atoms", "h", AT, "Tue 24 Nov 08:00", 700, True))
    assert "hand it in" in started


def test_long_titles_give_way_and_the_time_stays() -> None:
    words = text(
        PreWorkNudge("A very long class name " * 9, "Title " * 99, "h", AT, "Tue 24 Nov 08:00", 700, True)
    )
    assert "Tue 24 Nov 08:00" in words
    assert "A very long cla..." in words
    assert "Title Title Tit..." in words
    assert septets(words) > 150


def test_the_code_is_never_shortened() -> None:
    assert "Flipcord code: 123456." in text(PhoneCode("123456", 10))


def test_a_title_without_a_letter_that_phones_have_is_named_otherwise() -> None:
    words = text(PreWorkNudge("化学", "原子", "h", AT, "Tue 24 Nov 08:00", 700, False))
    assert "your class" in words
    assert "for your next class" in words


@settings(deadline=None)
@given(
    st.builds(Announcement, TITLES, TITLES, st.just("h"), st.sampled_from([None, Attachment("a.pdf", b"")]))
)
def test_an_announcement_takes_three_segments_of_gsm_at_most(content: Announcement) -> None:
    words = text(content)
    assert encoded(words) is not None
    assert counted(words) <= 3
    assert words.endswith(HOW_TO_STOP)
    assert ("A file is on Discord." in words) == (content.file is not None)


def test_a_short_announcement_is_one_segment_and_whole() -> None:
    words = text(Announcement("Period 3", "Bring your goggles on Friday.", "h", None))
    assert words == f"Flipcord, Period 3: Bring your goggles on Friday. {HOW_TO_STOP}"
    assert counted(words) == 1


def test_a_long_announcement_ends_at_a_word_and_says_where_the_rest_is() -> None:
    words = text(Announcement("Period 3", "goggles " * 200, "h", None))
    assert f"goggles ... more on Discord. {HOW_TO_STOP}" in words
    assert counted(words) == 3


def test_words_in_letters_that_phones_lack_are_not_mangled_but_left_on_discord() -> None:
    assert "Read it on Discord" in text(Announcement("Period 3", "Принесите очки, 5 Б!", "h", None))
