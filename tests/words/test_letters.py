"""Answers and acknowledgements as texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.letter_messages import AnswerCard, Heard
from bot.words.gsm import BASIC, EXTENDED
from bot.words.letters import answer_length, answer_text, heard_text
from bot.words.texts import segments

NAMES = st.text(max_size=60)


def test_an_answer_says_who_writes_and_for_which_class_and_keeps_every_word():
    assert answer_text(AnswerCard("Period 3", "Ms Rivera", "Don’t worry – “page 3”…", "h")) == (
        'Ms Rivera (Period 3): Don\'t worry - "page 3"...'
    )


def test_words_of_another_alphabet_are_sent_as_they_are_and_counted_so():
    words = "Всё хорошо, спасибо"
    assert words in answer_text(AnswerCard("Period 3", "Ms Rivera", words, "h"))
    assert answer_length("Period 3", "Ms Rivera", "a" * 200) == 2
    assert answer_length("Period 3", "Ms Rivera", "я" * 200) > 2


@given(name=NAMES, local=st.sampled_from(["Tue 24 Nov 08:00", ""]), off=st.booleans())
def test_an_acknowledgement_is_one_text_whatever_the_class_is_called(name: str, local: str, off: bool):
    said = heard_text(Heard(name, None, local, off, 0))
    assert segments(said) == 1
    assert all(each in BASIC or each in EXTENDED for each in said)


@given(teacher=NAMES, name=NAMES, words=st.text(alphabet="abXY019 é漢я", max_size=200))
def test_no_letter_of_an_answer_is_lost(teacher: str, name: str, words: str):
    said = answer_text(AnswerCard(name, teacher, words, "h"))
    assert said.endswith(" ".join(words.split()))
