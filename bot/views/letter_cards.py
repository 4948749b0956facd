"""What the deliveries of letters show: in the teachers' room, and to the one who wrote."""

from __future__ import annotations

import re

from discord import ui

from bot.domain.letter_messages import (
    AnswerCard,
    AnswerNote,
    AskClass,
    DeskCard,
    Heard,
    LetterCard,
    LetterContent,
)
from bot.domain.letters import Party, Via
from bot.domain.outbox import Way
from bot.views.cards import Button, Choice, Look, Menu, card, count, plain, primary, rows, shorten, stamp

VIAS = {Via.DM: "💬 by direct message", Via.THREAD: "🧵 on the server", Via.SMS: "📱 by text"}
WAYS = {
    Way.DM: "💬 by direct message",
    Way.THREAD: "🧵 in their private thread",
    Way.SMS: "📱 by text",
    Way.GUARDIAN: "📱 by text to the guardian",
}
#: an address that Markdown leaves alone
ADDRESS = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#][\w./?#&=+%@:;,!$~-]*)?", re.ASCII)
#: lines of one card: blank pages push everything else off the screen
MOST_LINES = 60
NAME = 60
#: in a private thread the bot cannot read what is written: a form takes its place
WRITE = rows([Button("Write to my teacher", "letter")])


def words_of(text: str) -> str:
    """Words from a person: their lines stay, addresses can be pressed, all else in Markdown is harmless."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1 :] = [" ".join(lines[MOST_LINES - 1 :])]
    lines = [" ".join(_word(each) for each in line.split()) for line in lines]
    lines = [re.sub(r"^(?=>)", r"\\", line) for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _word(word: str) -> str:
    return word if ADDRESS.fullmatch(word) else re.sub(r"(?<!\\)\[", r"\\[", plain(word))


def draw_letter(content: LetterContent, marker: int) -> ui.LayoutView:
    match content:
        case LetterCard():
            return _letter(content, marker)
        case AnswerNote(student, party, teacher, words, way):
            return card(
                Look.DONE,
                f"Answered {WAYS.get(way, '')}",
                f"<@{teacher}> to {_whom(student, party)}:",
                words_of(words),
                marker=marker,
            )
        case DeskCard(student, class_name):
            return card(
                Look.STAFF,
                f"Letters of a student of {_name(class_name)}",
                f"What <@{student}>, or their guardian, writes to you stands in the thread below. "
                "Press **Answer** there; what you write into the thread stays among teachers.",
                marker=marker,
            )
        case AnswerCard(class_name, teacher, words, handle):
            return card(
                Look.DO,
                f"{_name(teacher)} answers you",
                words_of(words),
                f"-# {_name(class_name)}. To write back, press the button, or just write in my direct messages.",
                controls=[Button("Write back", "letter", handle)],
                marker=marker,
            )
        case Heard():
            return _heard(content, marker)
        case AskClass(classes):
            return card(
                Look.ASK,
                "Which teacher is it for?",
                "You are in several classes. What you wrote waits here until you choose.",
                controls=[Menu("Choose a class", "letter_for", "-", [Choice(*each) for each in classes])],
                marker=marker,
            )


def _letter(letter: LetterCard, marker: int) -> ui.LayoutView:
    is_last = letter.part == letter.parts
    number = f" ({letter.part} of {letter.parts})" if letter.parts > 1 else ""
    return card(
        Look.ASK,
        f"A letter {VIAS[letter.via]}{number}",
        f"{_who(letter)} · {stamp(letter.at, 'f')}",
        words_of(letter.words) or "-# No words: a sticker, perhaps, or a file.",
        f"📎 {count(letter.files, 'file')} came with it. I do not pass files on: ask for them in class or in a channel."
        if letter.files and is_last
        else "",
        "-# They have left the class's server." if letter.left else "",
        controls=[
            primary("Answer", "letter_answer", letter.handle),
            Button("Needs no answer", "letter_settle", letter.handle),
            Button("Their progress", "letter_progress", letter.handle),
        ]
        if is_last
        else [],
        marker=marker,
    )


def _who(letter: LetterCard) -> str:
    who = _whom(letter.student, letter.party)
    return f"**From {who}**"


def _whom(student: int, party: Party) -> str:
    return f"the guardian of <@{student}>" if party is Party.GUARDIAN else f"<@{student}>"


def _heard(heard: Heard, marker: int) -> ui.LayoutView:
    name = _name(heard.class_name)
    if heard.off:
        return card(
            Look.WAIT,
            "Nobody reads messages here",
            f"In **{name}** your teacher takes no messages by this bot. Talk to them in class, or book office hours.",
            controls=[Button("Book office hours", "book")],
            marker=marker,
        )
    files = f"📎 {count(heard.files, 'file')} stays with you: I pass on words only." if heard.files else ""
    if heard.reads_at is None:
        return card(
            Look.DONE,
            "Your teacher has it",
            f"It is with your teacher of **{name}**. The answer comes here. ✅ under a message says that it arrived.",
            files,
            marker=marker,
        )
    return card(
        Look.WAIT,
        "Your teacher reads it later",
        f"It is with your teacher of **{name}**, who reads messages again {stamp(heard.reads_at)} "
        f"({stamp(heard.reads_at, 'R')}).",
        "-# Is somebody in danger? Do not wait for me: tell an adult near you, or call emergency services.",
        files,
        marker=marker,
    )


def _name(text: str) -> str:
    return plain(shorten(text, NAME))
