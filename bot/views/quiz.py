"""The mastery check as a student meets it: one question at a time, looked over, handed in; private (D6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from discord import ui

from bot.domain.giving import FilledIn, Given, Paired, Placed, StartOver
from bot.domain.questions import Chosen, Typed, Written
from bot.domain.rechecking import LookedOver
from bot.domain.showing import Asked, Asks, LookedBack, LookOver
from bot.services.announcement_results import Upload
from bot.services.choosing import NoClass, WhichClass
from bot.services.hand_ins import FileRefused
from bot.services.quizzes import (
    AlreadyHandedIn,
    AnswerResult,
    BeforeSummative,
    BeginResult,
    Blank,
    CannotRead,
    LookBackResult,
    SubmitResult,
    Unanswered,
)
from bot.services.rechecks import NothingToLookBack
from bot.services.unlocking import AwaitsMarking, HeldBack, NotYet, Passed
from bot.views.cards import Button, Choice, Look, Menu, card, count, plain, primary, shorten
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Interaction, asker, on_form, on_pick, on_press, replace, services
from bot.views.quiz_questions import FIELDS, LOOK_BACK, TYPED, cannot_read, draw_form, draw_question, until
from bot.views.quiz_results import draw_look_back, draw_refusal, draw_result, letter
from bot.views.rechecks import NO_GRADES, draw_nothing_to_look_back
from bot.views.summatives import draw_before
from bot.views.uploads import all_uploaded, fetch, incoming

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


@on_press("recheck")
async def look_back_at_units(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).rechecks.begin(asker(interaction), handle, interaction.created_at)
    await replace(
        interaction, draw_nothing_to_look_back() if isinstance(result, NothingToLookBack) else draw(result)
    )


@on_pick("check_which")
async def begin_in(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await begin(interaction, values[0])


@on_press("check_sum")
async def begin_summative(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).quizzes.begin(
        asker(interaction), handle, None, interaction.created_at, agreed=True
    )
    await replace(interaction, draw(result))


@on_press("check_at")
async def turn_to(interaction: Interaction, handle: str) -> None:
    attempt, position = _split(handle, 1)
    result = await services(interaction).quizzes.question(
        asker(interaction), attempt, position, interaction.created_at
    )
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


@on_pick("check_pair")
async def pair(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    attempt, position, side = _split(handle, 2)
    await _keep(interaction, attempt, position, Paired(side, _first(values)))


@on_press("check_put")
async def put(interaction: Interaction, handle: str) -> None:
    attempt, position, place = _split(handle, 2)
    await _keep(interaction, attempt, position, Placed(place))


@on_pick("check_put")
async def put_from_menu(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    attempt, position = _split(handle, 1)
    await _keep(interaction, attempt, position, Placed(_first(values)))


@on_press("check_reset")
async def start_over(interaction: Interaction, handle: str) -> None:
    attempt, position = _split(handle, 1)
    await _keep(interaction, attempt, position, StartOver())


@on_press("check_type")
async def open_form(interaction: Interaction, handle: str) -> None:
    attempt, position, first = _split(handle, 2)
    result = await services(interaction).quizzes.question(
        asker(interaction), attempt, position, interaction.created_at
    )
    if isinstance(result, Asked) and result.asks in TYPED and (first < len(result.gaps) or first <= 0):
        await interaction.response.send_modal(draw_form(result, max(first, 0)))
    else:
        await replace(interaction, draw(result))


@on_form("check_type")
async def typed(interaction: Interaction, handle: str, fields: Fields) -> None:
    attempt, position = _split(handle, 1)
    if fields.get("files"):
        await _keep_files(interaction, attempt, position, fields)
    else:
        await _keep(interaction, attempt, position, _given_in(fields))


def _given_in(fields: Fields) -> Given:
    if "essay" in fields:
        return Written(str(fields["essay"]))
    gaps = sorted(int(each[1:]) for each in fields if re.fullmatch(r"g[0-9]{1,2}", each))[:FIELDS]
    if gaps:
        return FilledIn(gaps[0], tuple(_gap_value(fields[f"g{each}"]) for each in gaps))
    return Typed(str(fields.get("answer", "")))


def _gap_value(field: str | list[str]) -> str | int:
    """What was typed, or the number of the option that was chosen."""
    if isinstance(field, str):
        return field
    return _number(field[0]) if field else ""


async def _keep_files(interaction: Interaction, attempt: str, position: int, fields: Fields) -> None:
    """Fetching may take a while, so that the answer is put off."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    ids = fields["files"]
    found = all_uploaded(interaction, [ids] if isinstance(ids, str) else ids)
    uploads = [Upload(each.filename, each.size, partial(fetch, each)) for each in found]
    at, who = interaction.created_at, asker(interaction)
    async with incoming():
        kept = await services(interaction).hand_ins.hand_in(who, attempt, position, uploads, at)
    given = Written(str(fields.get("essay", "")))
    result = await services(interaction).quizzes.answer(who, attempt, position, given, at)
    shown = result.asked if isinstance(result, Blank) else result
    if isinstance(kept, FileRefused) and isinstance(shown, Asked):
        name = f"“{plain(shorten(kept.name, 60))}”: " if kept.name else ""
        await replace(interaction, draw_question(shown, f"{name}{kept.reason} What you wrote is kept."))
    else:
        await replace(interaction, draw(result))


async def _keep(interaction: Interaction, attempt: str, position: int, answer: Given) -> None:
    result = await services(interaction).quizzes.answer(
        asker(interaction), attempt, position, answer, interaction.created_at
    )
    await replace(interaction, draw(result))


@on_press("check_over")
async def look_over(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).quizzes.look_over(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw(result))


@on_press("check_submit")
async def submit(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).quizzes.submit(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw(result))


@on_press("check_result")
async def see_result(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).quizzes.submit(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw(result.result if isinstance(result, AlreadyHandedIn) else result))


@on_press("check_back")
async def look_back(interaction: Interaction, handle: str) -> None:
    attempt, position = _split(handle, 1)
    result = await services(interaction).quizzes.look_back(asker(interaction), attempt, position)
    await replace(interaction, draw(result))


def _split(handle: str, count: int) -> tuple[Any, ...]:
    """The attempt's handle and ``count`` numbers, -1 for what is none: the service refuses that kindly."""
    attempt, *rest = handle.split(".")
    return (attempt, *[_number(each) for each in (*rest, "", "")][:count])


def _first(values: Sequence[str]) -> int:
    return _number(values[0]) if values else -1


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else -1


# --- cards -----------------------------------------------------------------------------------------


def draw(result: Result) -> ui.LayoutView:  # noqa: C901  # one case for each result
    match result:
        case Asked():
            return draw_question(result)
        case LookOver():
            return draw_look_over(result)
        case Blank(asked):
            return draw_question(asked, "Nothing was typed. Write your answer, then send the form.")
        case CannotRead(asked, why):
            return draw_question(asked, cannot_read(asked, why))
        case Unanswered(questions):
            return draw_look_over(questions)
        case BeforeSummative():
            return draw_before(result)
        case Passed() | NotYet() | AwaitsMarking() | HeldBack() | LookedOver():
            return draw_result(result)
        case AlreadyHandedIn(done):
            return draw_result(done, "You handed this in before. It counted once.")
        case LookedBack():
            return draw_look_back(result)
        case WhichClass() | NoClass():
            return draw_choice(result, "check_which")
        case _:
            return draw_refusal(result)


def draw_look_over(over: LookOver) -> ui.LayoutView:
    still_open = [each for each in over.questions if not each.is_answered and each.is_askable]
    choices = [
        Choice(f"Question {each.position}: {_given(each)}", str(each.position)) for each in over.questions
    ]
    label = "Hand in my check" if over.unit_title else "Hand in my look back"
    hand_in = primary(label, "check_submit", over.attempt)
    return card(
        Look.ASK if still_open else Look.DO,
        f"{plain(over.unit_title) or LOOK_BACK}: look it over",
        "\n".join(_line(each) for each in over.questions),
        _still_open(len(still_open)) if still_open else f"All answered. {_what_counts(over)}",
        until(over.questions[0]) if over.questions else "",
        controls=[
            _go_to(still_open[0]) if still_open else hand_in,
            Menu("See or change an answer", "check_jump", over.attempt, choices),
        ],
    )


def _what_counts(over: LookOver) -> str:
    return f"Your bar is {over.bar} %." if over.unit_title else NO_GRADES


def _go_to(asked: Asked) -> Button:
    return primary(f"Go to question {asked.position}", "check_at", f"{asked.attempt}.{asked.position}")


def _line(asked: Asked) -> str:
    return f"{'☑' if asked.is_answered else '☐'} {asked.position}. {plain(shorten(_given(asked), 60))}"


def _given(asked: Asked) -> str:
    if not asked.is_answered:
        return _begun(asked)
    match asked.asks:
        case Asks.ONE:
            return f"{letter(asked.chosen[0])} · {asked.options[asked.chosen[0]]}"
        case Asks.MATCH:
            return ", ".join(f"{side}{_letter(each)}" for side, each in enumerate(asked.placed, start=1))
        case Asks.ORDER:
            return ", ".join(_letter(each) for each in asked.placed)
        case Asks.GAPS:
            return ", ".join(each.given for each in asked.gaps)
        case Asks.ESSAY:
            return asked.typed or count(asked.files, "file")
        case Asks.SEVERAL | Asks.NUMBER | Asks.TEXT:
            return ", ".join(letter(place) for place in asked.chosen) or asked.typed


def _letter(place: int | None) -> str:
    return "" if place is None else letter(place)


def _begun(asked: Asked) -> str:
    done = sum(each is not None for each in asked.placed) + sum(bool(each.given) for each in asked.gaps)
    if done:
        return f"begun, {done} of {len(asked.gaps or asked.sides or asked.options)}"
    if asked.wants_file:
        return "the file is missing" if asked.typed else "still open"
    return f"“{asked.typed}” cannot be read yet" if asked.typed else "still open"


def _still_open(count: int) -> str:
    if count == 1:
        return "One question is still open. Answer it, then hand in."
    return f"{count} questions are still open. Answer them, then hand in."
