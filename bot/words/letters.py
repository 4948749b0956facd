"""Answers and acknowledgements as texts."""

from __future__ import annotations

import unicodedata

from bot.domain.letter_messages import AnswerCard, Heard
from bot.words.gsm import BASIC, EXTENDED, SEGMENT, cut, segments, to_gsm

#: before the words: whose class, who writes
_NAME = 40


def answer_length(class_name: str, teacher: str, words: str) -> int:
    """How many texts an answer is billed as."""
    return segments(answer_text(AnswerCard(class_name, teacher, words, "")))


def answer_text(answer: AnswerCard) -> str:
    """The words whole: in GSM-7 where that loses no letter, else as they are."""
    teacher = cut(to_gsm(answer.teacher), _NAME) or "your teacher"
    name = cut(to_gsm(answer.class_name), _NAME) or "your class"
    return f"{teacher} ({name}): {faithful(answer.words)}"


def heard_text(heard: Heard) -> str:
    """One segment."""
    name = cut(to_gsm(heard.class_name), _NAME) or "your class"
    if heard.off:
        return f"Flipcord, {name}: nobody reads texts to this number. Please ask your teacher in class or by the school."
    when = (
        f"Your teacher reads it {heard.reads_local}." if heard.reads_local else "Your teacher reads it soon."
    )
    if heard.files:
        stays = "your file stays" if heard.files == 1 else "your files stay"
        return cut(f"Flipcord, {name}: thank you. I pass on words only: {stays} with you. {when}", SEGMENT)
    return f"Flipcord, {name}: thank you, I have your message. {when}"


def faithful(words: str) -> str:
    """On one line; in GSM-7 if every letter and digit has one there, else unchanged."""
    line = " ".join(unicodedata.normalize("NFC", words).split())
    lost = any(each.isalnum() and not _is_gsm(to_gsm(each)) for each in line)
    return line if lost else to_gsm(line)


def _is_gsm(text: str) -> bool:
    return bool(text) and all(each in BASIC or each in EXTENDED for each in text)
