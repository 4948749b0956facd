"""Pre-work as a student meets it: started, handed in on one form, credited or not yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.evidence import LookAgain, NotStarted, Reason, SayMore, TooSoon
from bot.domain.questions import (
    Answer,
    Chosen,
    Question,
    SeveralChoices,
    SingleChoice,
    TrueFalse,
    Typed,
)
from bot.domain.records import Posted
from bot.services.access import LeftClass
from bot.services.prework import (
    AlreadyCredited,
    Credited,
    Gone,
    HandInForm,
    HandInResult,
    NotYet,
    NotYours,
    Refusal,
    Started,
    StartResult,
    StillLocked,
)
from bot.views.cards import (
    Button,
    Control,
    Link,
    Look,
    card,
    count,
    one_line,
    plain,
    primary,
    shorten,
    stamp,
    utf16,
)
from bot.views.choosing import draw_left
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, reply, services

#: a form has five fields: these, the summary, and the question for class
MOST_QUESTIONS = 3
#: Discord's own for the words under a field's name and beside an option: the whole stands on the Started card
FIELD_LIMIT = 100
#: what a teacher says to one answer; three of them fit a card
FEEDBACK = 600


@on_press("pw_start")
async def start(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).prework.start(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_start(result))


@on_press("pw_hand_in")
async def open_form(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).prework.form(asker(interaction), handle)
    if isinstance(result, HandInForm):
        await interaction.response.send_modal(draw_form(result))
    else:
        await reply(interaction, draw_refusal(result))


@on_form("pw_hand_in")
async def hand_in(interaction: Interaction, handle: str, fields: Fields) -> None:
    result = await services(interaction).prework.hand_in(
        asker(interaction),
        handle,
        [read_answer(fields, number) for number in range(MOST_QUESTIONS)],
        str(fields.get("summary", "")),
        str(fields.get("question", "")),
        interaction.created_at,
    )
    await reply(interaction, draw_hand_in(result))


def read_answer(fields: Fields, number: int) -> Answer | None:
    """A field is named ``c0`` where something is chosen, ``t0`` where something is typed."""
    chosen, typed = fields.get(f"c{number}"), fields.get(f"t{number}")
    if chosen:
        values = [chosen] if isinstance(chosen, str) else chosen
        return Chosen(tuple(sorted(int(each) for each in values if each.isdecimal())))
    return Typed(typed) if isinstance(typed, str) and typed.strip() else None


def draw_form(form: HandInForm) -> Form:
    unit = form.posted.unit.unit
    questions = [
        question_field(number, question, answer)
        for number, (question, answer) in enumerate(zip(unit.prework.questions, form.answers, strict=True))
    ]
    return Form(
        f"Hand in: {unit.title}",
        "pw_hand_in",
        form.posted.handle,
        *questions,
        _text("summary", "Summary", "In two sentences: what was it about?", form.summary, 1000),
        _text(
            "question",
            "Your question for class",
            "What would you like to ask or discuss?",
            form.question,
            500,
        ),
    )


def _text(name: str, label: str, hint: str, typed: str, limit: int) -> ui.Label[Any]:
    box: ui.TextInput[Any] = ui.TextInput(
        custom_id=name, style=discord.TextStyle.paragraph, default=typed or None, max_length=limit
    )
    return ui.Label(text=label, description=hint, component=box)


def question_field(number: int, question: Question, answer: Answer | None) -> ui.Label[Any]:
    asked = _in_field(question.prompt)
    return ui.Label(
        text=f"Question {number + 1}", description=asked, component=_input(number, question, answer)
    )


def _input(number: int, question: Question, answer: Answer | None) -> ui.Item[Any]:
    name = f"c{number}"
    chosen = answer.indices if isinstance(answer, Chosen) else ()
    match question:
        case TrueFalse():
            return _radio(name, ["True", "False"], chosen)
        case SingleChoice(options=options):
            return _radio(name, [option.text for option in options], chosen)
        case SeveralChoices(options=options):
            return ui.CheckboxGroup(
                custom_id=name,
                min_values=1,
                max_values=len(options),
                options=[
                    discord.CheckboxGroupOption(
                        label=_in_field(each.text), value=str(place), default=place in chosen
                    )
                    for place, each in enumerate(options)
                ],
            )
        case _:
            typed = answer.text if isinstance(answer, Typed) else None
            return ui.TextInput(custom_id=f"t{number}", default=typed, max_length=200)


def _in_field(text: str) -> str:
    return shorten(one_line(text), FIELD_LIMIT) or "…"


def _radio(name: str, labels: list[str], chosen: tuple[int, ...]) -> ui.RadioGroup[Any]:
    return ui.RadioGroup(
        custom_id=name,
        options=[
            discord.RadioGroupOption(label=_in_field(label), value=str(place), default=chosen == (place,))
            for place, label in enumerate(labels)
        ],
    )


def draw_start(result: StartResult) -> ui.LayoutView:
    if not isinstance(result, Started):
        return draw_refusal(result)
    unit = result.posted.unit.unit
    return card(
        Look.DO,
        f"Started: {plain(unit.title)}",
        "Watch with something to write at hand. Then hand in: the answers, a summary, and a question for class.",
        f"Handing in counts from {stamp(result.ready_at, 't')} on ({stamp(result.ready_at, 'R')}): "
        "half the length, as if watched at double speed.",
        _asked_in_form(unit.prework.questions),
        controls=[primary("Hand in", "pw_hand_in", result.posted.handle), *_links(result.posted)],
    )


def _asked_in_form(questions: Sequence[Question]) -> str:
    """The questions to watch for, in full: a form cuts them short."""
    texts = [
        f"{number}. {plain(each.prompt)}{_long_options(each)}"
        for number, each in enumerate(questions, start=1)
    ]
    return "\n".join(["**The form asks:**", *texts]) if texts else ""


def _long_options(question: Question) -> str:
    options = question.options if isinstance(question, SingleChoice | SeveralChoices) else ()
    if all(utf16(one_line(each.text)) <= FIELD_LIMIT for each in options):
        return ""
    return "".join(f"\n- {plain(each.text)}" for each in options)


def _links(posted: Posted) -> list[Control]:
    return [Link(each.title, each.url) for each in posted.unit.unit.prework.materials[:4]]


def draw_hand_in(result: HandInResult) -> ui.LayoutView:
    match result:
        case Credited(posted, late):
            return card(
                Look.DONE,
                f"Done: {plain(posted.unit.unit.title)}",
                "Your pre-work counts. It came after the deadline, so it is marked late."
                if late
                else "Your pre-work counts, and on time.",
                "Bring your question to class: it is a good place to begin.",
                controls=[primary("What do I do now?", "today")],
            )
        case NotYet(posted, reasons):
            return card(
                Look.NOT_YET,
                f"Not yet: {plain(posted.unit.unit.title)}",
                "\n".join(f"- {_say(reason)}" for reason in reasons),
                "What you wrote is kept: the form opens with it again.",
                controls=_after(posted, reasons),
            )
        case NotYours() | LeftClass() | Gone() | StillLocked() | AlreadyCredited():
            return draw_refusal(result)


def _after(posted: Posted, reasons: tuple[Reason, ...]) -> list[Control]:
    again = primary("Hand in again", "pw_hand_in", posted.handle)
    if any(isinstance(reason, NotStarted) for reason in reasons):
        return [
            primary("Start", "pw_start", posted.handle),
            Button("Hand in again", "pw_hand_in", posted.handle),
        ]
    return [again, *_links(posted)]


def _say(reason: Reason) -> str:
    match reason:
        case NotStarted():
            return "Press **Start** when you begin to watch, so that I know you had the time for it."
        case TooSoon(ready, taken, length):
            return (
                f"That was quick: {_span(taken)} for {_span(length)} of pre-work. "
                f"Watch it through, then hand in again from {stamp(ready, 't')} on ({stamp(ready, 'R')})."
            )
        case LookAgain(number, feedback):
            return f"Question {number} is not right yet. {plain(shorten(feedback, FEEDBACK))}".rstrip()
        case SayMore("summary", words, least):
            return f"Your summary has {count(words, 'word')}. Write at least {least}: two sentences do."
        case SayMore(_, words, least):
            return (
                f"Your question has {count(words, 'word')}. Write at least {least}, "
                "so that your teacher understands it."
            )


def _span(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60:02} s" if seconds >= 60 else f"{seconds} s"


def draw_refusal(result: Refusal) -> ui.LayoutView:
    match result:
        case LeftClass():
            return draw_left(result)
        case NotYours(section):
            return card(
                Look.ASK,
                f"This is for {plain(section.name)}",
                "You are not in that class yet.",
                controls=[primary("Join this class", "join", section.handle)],
            )
        case Gone():
            return card(Look.WAIT, "This pre-work is gone", "`/today` shows what to do now.")
        case StillLocked(posted, first):
            return card(
                Look.WAIT,
                f"{plain(posted.unit.unit.title)} is still locked",
                f"It opens when you pass the check of **{plain(first.unit.title)}**.",
                controls=[primary("What do I do now?", "today")],
            )
        case AlreadyCredited(posted, credited_at, late):
            return card(
                Look.DONE,
                f"Done: {plain(posted.unit.unit.title)}",
                f"You handed it in {stamp(credited_at, 'R')}{', late' if late else ', on time'}. It counts.",
                controls=[primary("What do I do now?", "today")],
            )
