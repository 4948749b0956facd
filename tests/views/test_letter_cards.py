"""What people write to each other, on cards: whole, and harmless."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.letter_messages import LetterCard
from bot.domain.letters import PART, Party, Via
from bot.views.letter_cards import draw_letter, words_of
from tests.limits import check_components

AT = datetime(2026, 11, 24, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("> quoted", "\\> quoted"),
        ("# big", "\\# big"),
        ("[click](https://evil.example)", "\\[click](https://evil.example)"),
        ("[click\n](https://evil.example)", "\\[click\n](https://evil.example)"),
        ("||hidden||", "\\|\\|hidden\\|\\|"),
        ("see https://docs.example/a_b?c=1#d", "see https://docs.example/a_b?c=1#d"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("\u202eback", "back"),
    ],
)
def test_markdown_of_a_letter_is_shown_and_not_obeyed(written: str, shown: str):
    assert words_of(written) == shown


@given(words=st.text(max_size=PART) | st.text(alphabet="*_[]\\\n #🧪", min_size=PART, max_size=PART))
def test_a_part_of_a_letter_fits_its_card_whole(words: str):
    letter = LetterCard(10**18, Party.GUARDIAN, "Period 3", Via.THREAD, words, 2, 2, 10, AT, "h" * 12, True)
    shown = draw_letter(letter, 7).to_components()
    check_components(shown)
    whole = re.sub(r"\s+", "", words_of(words))
    texts = [part["content"] for part in shown[0]["components"] if part["type"] == 10]
    assert not whole or any(re.sub(r"\s+", "", text) == whole for text in texts)


def test_a_letter_of_a_hundred_lines_loses_none():
    words = "\n".join(map(str, range(100)))
    assert words_of(words).split() == words.split()
