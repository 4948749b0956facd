"""Somebody who has the course at hand and fills in forms and checks, all right or all wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.domain.course import Course
from bot.domain.questions import Numeric, Question, SeveralChoices, ShortText, SingleChoice, TrueFalse
from bot.loopback.people import Person
from bot.loopback.seen import Answer, Form

SUMMARY = "The video shows how to read a measurement and how many of its digits can be trusted."
QUESTION = "Why do zeros count only sometimes?"


def hand_in_values(form: Form, questions: Sequence[Question], *, right: bool) -> dict[str, str | list[str]]:
    """Values for the hand-in form; where wrong, the texts are too short as well."""
    values: dict[str, str | list[str]] = {
        "summary": SUMMARY if right else "it was ok",
        "question": QUESTION if right else "none",
    }
    for field, question in zip(form.fields, questions, strict=False):
        values[field.custom_id] = _chosen_or_typed(question, right=right)
    return values


def _chosen_or_typed(question: Question, *, right: bool) -> str | list[str]:
    if isinstance(question, ShortText | Numeric):
        return typed_answer(question, right=right)
    texts = chosen_texts(question, right=right)
    return list(texts) if isinstance(question, SeveralChoices) else texts[0]


def typed_answer(question: ShortText | Numeric, *, right: bool) -> str:
    if not right:
        return "-98765" if isinstance(question, Numeric) else "no idea"
    best = max(question.accepted, key=lambda each: each.credit)
    return f"{(best.low + best.high) / 2:f}" if hasattr(best, "low") else best.pattern.replace("*", "")  # type: ignore[union-attr]


def chosen_texts(question: Question, *, right: bool) -> tuple[str, ...]:
    if isinstance(question, TrueFalse):
        return ("True" if question.answer is right else "False",)
    if not isinstance(question, SingleChoice | SeveralChoices):
        raise TypeError(f"the tour cannot answer {question.slug!r}")
    fit = [each.text for each in question.options if (each.credit > 0) is right]
    return tuple(fit) if isinstance(question, SeveralChoices) else (fit[0],)


async def take_check(student: Person, course: Course, first: Answer, *, right: bool) -> Answer:
    """From the first question to the handed-in check; gives what is shown then."""
    screen = first
    while "look it over" not in screen.text:
        screen = await answer_one(student, course, screen, right=right)
    return await student.press("Hand in my check", screen)


async def answer_one(student: Person, course: Course, screen: Answer, *, right: bool) -> Answer:
    """Answers the question on the screen; gives what is shown then."""
    bank = [question for unit in course.units for question in unit.check.bank]
    return await _answer(student, _asked(bank, screen.text), screen, right=right)


def _asked(bank: Sequence[Question], text: str) -> Question:
    # points and signs count where they are shown as they were written: 0.045 is another question than 0.45
    for as_shown in (_unescaped, _bare):
        shown = as_shown(text)
        if fits := [question for question in bank if as_shown(question.prompt) in shown]:
            return max(fits, key=lambda question: len(question.prompt))
    raise LookupError(text)


def _letter(options: Mapping[str, str], wanted: str) -> str:
    """``options`` are letters by the text beside them."""
    for as_shown in (_unescaped, _bare):
        found = {as_shown(text): letter for text, letter in options.items()}
        if as_shown(wanted) in found:
            return found[as_shown(wanted)]
    raise LookupError(wanted)


def _unescaped(text: str) -> str:
    return " ".join(text.replace("\\", "").casefold().split())


def _bare(text: str) -> str:
    """Letters and digits only: what Markdown escapes does not count."""
    return "".join(each for each in text.casefold() if each.isalnum())


async def _answer(student: Person, question: Question, screen: Answer, *, right: bool) -> Answer:
    if isinstance(question, ShortText | Numeric):
        form = await student.press("Type my answer", screen)
        return await student.submit(form, {"answer": typed_answer(question, right=right)})
    options = {text: letter for letter, text in re.findall(r"\*\*([A-J])\*\* · (.*)", screen.text)}
    chosen = [_letter(options, text) for text in chosen_texts(question, right=right)]
    if isinstance(question, SeveralChoices):
        message = screen.message
        assert message is not None
        options = message.menus[0].options
        return await student.select(
            [each.label for each in options if each.label[0] in chosen],
            screen,
            menu=message.menus[0].custom_id,
        )
    return await student.press(chosen[0], screen)
