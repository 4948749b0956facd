"""The mastery check as a student meets it: one question at a time, looked over, handed in; private (D6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.questions import Chosen, Typed
from bot.domain.showing import LONGEST_TYPED, Asked, Asks, LookedBack, LookOver
from bot.services.choosing import NoClass, WhichClass
from bot.services.quizzes import (
    AlreadyHandedIn,
    AnswerResult,
    BeginResult,
    Blank,
    LookBackResult,
    NotANumber,
    SubmitResult,
    Unanswered,
)
from bot.services.unlocking import NotYet, Passed
from bot.views.cards import (
    TEXT_LIMIT,
    Button,
    Choice,
    Control,
    Look,
    Menu,
    NewRow,
    card,
    plain,
    primary,
    shorten,
)
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_pick, on_press, replace, services
from bot.views.quiz_results import (
    LETTERS,
    block,
    draw_look_back,
    draw_refusal,
    draw_result,
    figure,
    option_line,
)

Result = BeginResult | AnswerResult | SubmitResult | LookBackResult


# --- presses ---------------------------------------------------------------------------------------
# A handle is the attempt's, then the question's position from 1, then the option's place as shown.


@on_press("check")
async def begin(interaction: Interaction, handle: str) -> None:
    section = None if handle == "-" else handle
    result = await services(interaction).quizzes.begin(
        asker(interaction), section, None, interaction.created_at
    )
    await replace(interaction, draw(result))


@on_press("check_test_out")
async def test_out(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).quizzes.test_out(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw(result))


@on_pick("check_which")
async def begin_in(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await begin(interaction, values[0])


@on_press("check_at")
async def turn_to(interaction: Interaction, handle: str) -> None:
    attempt, position = _split(handle, 1)
    result = await services(interaction).quizzes.question(asker(interaction), attempt, position)
    await replace(interaction, draw(result))


@on_pick("check_jump")
async def jump_to(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await turn_to(interaction, f"{handle}.{values[0]}")


@on_press("check_say")
async def choose(interaction: Interaction, handle: str) -> None:
    attempt, position, place = _split(handle, 2)
    await _keep(interaction, attempt, position, Chosen((place,)))


@on_pick("check_pick")
async def choose_several(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    attempt, position = _split(handle, 1)
    await _keep(interaction, attempt, position, Chosen(tuple(_number(each) for each in values)))


@on_press("check_type")
async def open_form(interaction: Interaction, handle: str) -> None:
    attempt, position = _split(handle, 1)
    result = await services(interaction).quizzes.question(asker(interaction), attempt, position)
    if isinstance(result, Asked) and not result.options:
        await interaction.response.send_modal(draw_form(result))
    else:
        await replace(interaction, draw(result))


@on_form("check_type")
async def typed(interaction: Interaction, handle: str, fields: Fields) -> None:
    attempt, position = _split(handle, 1)
    await _keep(interaction, attempt, position, Typed(str(fields.get("answer", ""))))


async def _keep(interaction: Interaction, attempt: str, position: int, answer: Chosen | Typed) -> None:
    result = await services(interaction).quizzes.answer(
        asker(interaction), attempt, position, answer, interaction.created_at
    )
    await replace(interaction, draw(result))


@on_press("check_over")
async def look_over(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).quizzes.look_over(asker(interaction), handle)
    await replace(interaction, draw(result))


@on_press("check_submit")
async def submit(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).quizzes.submit(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw(result))


@on_press("check_back")
async def look_back(interaction: Interaction, handle: str) -> None:
    attempt, position = _split(handle, 1)
    result = await services(interaction).quizzes.look_back(asker(interaction), attempt, position)
    await replace(interaction, draw(result))


def _split(handle: str, count: int) -> tuple[Any, ...]:
    """The attempt's handle and ``count`` numbers, -1 for what is none: the service refuses that kindly."""
    attempt, *rest = handle.split(".")
    return (attempt, *[_number(each) for each in (*rest, "", "")][:count])


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else -1


# --- cards -----------------------------------------------------------------------------------------


def draw(result: Result) -> ui.LayoutView:
    match result:
        case Asked():
            return draw_question(result)
        case LookOver():
            return draw_look_over(result)
        case Blank(asked):
            return draw_question(asked, "Nothing was typed. Write your answer, then send the form.")
        case NotANumber(asked):
            return draw_question(asked, _NOT_A_NUMBER.format(plain(asked.typed)))
        case Unanswered(questions):
            return draw_look_over(questions)
        case Passed() | NotYet():
            return draw_result(result)
        case AlreadyHandedIn(done):
            return draw_result(done, "You handed this check in before. It counted once.")
        case LookedBack():
            return draw_look_back(result)
        case WhichClass() | NoClass():
            return draw_choice(result, "check_which")
        case _:
            return draw_refusal(result)


_NOT_A_NUMBER = (
    "I cannot read “{}” as a number. Write the number alone, without its unit: `3.25`, `-40` or `6.02e23`. "
    "What you typed is kept: open the form to mend it."
)


def draw_question(asked: Asked, note: str = "") -> ui.LayoutView:
    is_fresh = asked.position == 1 and not asked.is_answered
    return card(
        Look.ASK,
        f"{plain(asked.unit_title)}: question {asked.position} of {asked.total}",
        block(asked.prompt),
        figure(asked),
        "\n".join(option_line(asked, place) for place in range(len(asked.options))),
        f"☑ Your answer: {plain(asked.typed)}" if asked.typed and asked.is_answered else "",
        note and f"⚠️ {note}",
        f"-# {asked.total} questions; you look them over before you hand in. Each answer is kept at once: "
        "you can stop and go on later with `/quiz`."
        if is_fresh
        else "",
        controls=[*_answer_controls(asked), NewRow(), *_turns(asked)],
    )


def _answer_controls(asked: Asked) -> list[Control]:
    handle = f"{asked.attempt}.{asked.position}"
    match asked.asks:
        case Asks.ONE:
            return [_letter(asked, place) for place in range(len(asked.options))]
        case Asks.SEVERAL:
            choices = [
                Choice(f"{LETTERS[place]} · {text}", str(place), chosen=place in asked.chosen)
                for place, text in enumerate(asked.options)
            ]
            return [Menu("Choose all that are right", "check_pick", handle, choices, most=len(choices))]
        case Asks.NUMBER | Asks.TEXT:
            label = "Change my answer" if asked.typed else "Type my answer"
            return [primary(label, "check_type", handle)]


def _letter(asked: Asked, place: int) -> Button:
    is_chosen = place in asked.chosen
    return Button(
        f"☑ {LETTERS[place]}" if is_chosen else LETTERS[place],
        "check_say",
        f"{asked.attempt}.{asked.position}.{place}",
        discord.ButtonStyle.success if is_chosen else discord.ButtonStyle.secondary,
    )


def _turns(asked: Asked) -> list[Control]:
    back = Button("Back", "check_at", f"{asked.attempt}.{asked.position - 1}")
    on = Button("Next", "check_at", f"{asked.attempt}.{asked.position + 1}")
    over = Button("Look over and hand in", "check_over", asked.attempt)
    return [*([back] if asked.position > 1 else []), *([on] if asked.position < asked.total else []), over]


def draw_form(asked: Asked) -> Form:
    typed_before = shorten(asked.typed, LONGEST_TYPED) or None
    box: ui.TextInput[Any] = ui.TextInput(custom_id="answer", default=typed_before, max_length=LONGEST_TYPED)
    hint = "The number alone, without its unit" if asked.asks is Asks.NUMBER else "A word or a few"
    return Form(
        f"Question {asked.position} of {asked.total}",
        "check_type",
        f"{asked.attempt}.{asked.position}",
        ui.TextDisplay(shorten(block(asked.prompt), TEXT_LIMIT) or "…"),
        ui.Label(text="Your answer", description=hint, component=box),
    )


def draw_look_over(over: LookOver) -> ui.LayoutView:
    still_open = [each for each in over.questions if not each.is_answered]
    choices = [
        Choice(f"Question {each.position}: {_given(each)}", str(each.position)) for each in over.questions
    ]
    hand_in = primary("Hand in my check", "check_submit", over.attempt)
    return card(
        Look.ASK if still_open else Look.DO,
        f"{plain(over.unit_title)}: look it over",
        "\n".join(_line(each) for each in over.questions),
        _still_open(len(still_open)) if still_open else f"All answered. Your bar is {over.bar} %.",
        controls=[
            _go_to(still_open[0]) if still_open else hand_in,
            Menu("See or change an answer", "check_jump", over.attempt, choices),
        ],
    )


def _go_to(asked: Asked) -> Button:
    return primary(f"Go to question {asked.position}", "check_at", f"{asked.attempt}.{asked.position}")


def _line(asked: Asked) -> str:
    return f"{'☑' if asked.is_answered else '☐'} {asked.position}. {plain(shorten(_given(asked), 60))}"


def _given(asked: Asked) -> str:
    if not asked.is_answered:
        return f"“{asked.typed}” is not a number yet" if asked.typed else "still open"
    if asked.asks is Asks.ONE:
        return f"{LETTERS[asked.chosen[0]]} · {asked.options[asked.chosen[0]]}"
    return ", ".join(LETTERS[place] for place in asked.chosen) or asked.typed


def _still_open(count: int) -> str:
    if count == 1:
        return "One question is still open. Answer it, then hand in."
    return f"{count} questions are still open. Answer them, then hand in."
