"""/regrade: a faulty question marked anew. Nothing is applied before it was shown."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.grading import percent
from bot.domain.questions import Numeric, Question, SeveralChoices, ShortText, SingleChoice, TrueFalse
from bot.domain.regrading import Change, Right
from bot.services.choosing import NotStaff
from bot.services.quizzes import NoSuchUnit
from bot.services.regrades import (
    Applied,
    ApplyResult,
    Faulty,
    ListResult,
    NoSuchQuestion,
    OpenResult,
    Preview,
    PreviewResult,
    RegradedBefore,
    RegradeGone,
    RegradeList,
    RegradeUndone,
    Shift,
    UndoResult,
    Unfitting,
)
from bot.services.rulings import ReasonMissing
from bot.views.cards import (
    Button,
    Card,
    Choice,
    Control,
    Look,
    Menu,
    card,
    count,
    plain,
    primary,
    shorten,
    stamp,
)
from bot.views.choosing import draw_choice
from bot.views.lists import numbered
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_pick, on_press, reply, services
from bot.views.prose import name_of

#: students named on a preview, and regrades in a list
MOST_NAMED = 15
MOST_LISTED = 25


async def _preview(interaction: Interaction, handle: str, change: Change) -> None:
    result = await services(interaction).regrades.preview(
        asker(interaction), handle, change, interaction.created_at
    )
    await reply(interaction, draw_preview(result))


@on_pick("regrade_also")
async def also(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await _preview(interaction, handle, Change(Right.ALSO, values[0] if values else ""))


@on_pick("regrade_instead")
async def instead(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await _preview(interaction, handle, Change(Right.INSTEAD, values[0] if values else ""))


@on_press("regrade_type")
async def ask_answer(interaction: Interaction, handle: str) -> None:
    answer = ui.Label(
        text="Accept this answer, too",
        description="As a student would type it.",
        component=ui.TextInput(custom_id="answer", style=discord.TextStyle.short, max_length=200),
    )
    await interaction.response.send_modal(Form("Another right answer", "regrade_type", handle, answer))


@on_form("regrade_type")
async def typed(interaction: Interaction, handle: str, fields: Fields) -> None:
    await _preview(interaction, handle, Change(Right.ALSO, str(fields.get("answer", ""))))


@on_press("regrade_all")
async def full_credit(interaction: Interaction, handle: str) -> None:
    await _preview(interaction, handle, Change(Right.EVERYTHING))


@on_press("regrade_drop")
async def drop(interaction: Interaction, handle: str) -> None:
    await _preview(interaction, handle, Change(Right.DROPPED))


@on_press("regrade_apply")
async def apply(interaction: Interaction, handle: str) -> None:
    await _apply(interaction, handle, takes_back=False)


@on_press("regrade_take")
async def apply_and_take_back(interaction: Interaction, handle: str) -> None:
    await _apply(interaction, handle, takes_back=True)


async def _apply(interaction: Interaction, handle: str, *, takes_back: bool) -> None:
    result = await services(interaction).regrades.apply(
        asker(interaction), handle, interaction.created_at, takes_back=takes_back
    )
    await reply(interaction, draw_applied(result))


@on_press("regrade_undo")
async def undo(interaction: Interaction, handle: str) -> None:
    await _undo(interaction, handle)


@on_pick("regrade_undo")
async def undo_picked(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await _undo(interaction, values[0] if values else "-")


async def _undo(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).regrades.undo(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_regrade_undone(result))


def draw_faulty(result: OpenResult) -> ui.LayoutView:
    match result:
        case Faulty(handle, unit_title, question, asked):
            return card(
                Look.STAFF,
                "What is right after all?",
                f"**{name_of(unit_title)}**, in {count(asked, 'check')} so far:",
                f"> {plain(shorten(question.prompt, 800))}",
                "You see first whom it would change. Nothing is applied before you say so.",
                controls=[
                    *_ways(question, handle),
                    Button("Everyone gets full credit", "regrade_all", handle),
                    Button("Drop it from the score", "regrade_drop", handle),
                ],
            )
        case NoSuchUnit(typed, units):
            listed = numbered(units)
            return card(Look.ASK, f"No unit “{plain(shorten(typed, 80))}”", "There are:", listed)
        case NoSuchQuestion(typed):
            return card(
                Look.ASK,
                "Which question?",
                f"“{plain(shorten(typed, 80))}” is no question of that unit, or fits several. "
                "Choose one from what is offered while you type.",
            )
        case RegradedBefore():
            return _before(result)
        case ReasonMissing():
            return card(
                Look.ASK, "Please give a reason", "A regrade is kept with its reason. Nothing was changed."
            )
        case _:
            return draw_choice(result)


def _ways(question: Question, handle: str) -> list[Control]:
    match question:
        case SingleChoice(options=options):
            choices = [Choice(each.text, str(place)) for place, each in enumerate(options[:25])]
            return [
                Menu("This one is right, too …", "regrade_also", handle, choices),
                Menu("This one is right, and no other …", "regrade_instead", handle, choices),
            ]
        case TrueFalse():
            return [
                Menu("Right is …", "regrade_instead", handle, [Choice("True", "0"), Choice("False", "1")])
            ]
        case ShortText() | Numeric():
            return [primary("Accept another answer", "regrade_type", handle)]
        case SeveralChoices() | _:
            return []


def _before(result: RegradedBefore) -> Card:
    return card(
        Look.WAIT,
        "Regraded before",
        "A regrade of this question stands. Undo it first, then say what is right.",
        controls=[Button("Undo that regrade", "regrade_undo", result.handle)],
    )


def draw_preview(result: PreviewResult) -> ui.LayoutView:
    match result:
        case Preview():
            return _draw_preview(result)
        case Unfitting(handle, value):
            return card(
                Look.ASK,
                "That is no answer to it",
                f"“{plain(shorten(value, 100))}” cannot be an answer to this question: is it a number? "
                "Nothing was changed.",
                controls=[primary("Type another", "regrade_type", handle)],
            )
        case RegradedBefore():
            return _before(result)
        case RegradeGone():
            return _gone()
        case NotStaff():
            return draw_choice(result)


def _draw_preview(found: Preview) -> ui.LayoutView:
    shifts = found.shifts
    up = sum(each.after.score > each.before.score for each in shifts)
    down = sum(each.after.score < each.before.score for each in shifts)
    gained = [each for each in shifts if each.after.passed and not each.before.passed]
    lost = [each for each in shifts if each.before.passed and not each.after.passed]
    named = sorted(shifts, key=lambda each: (each not in gained, each not in lost))[:MOST_NAMED]
    keep = "Their passes and units are kept, unless you press the second button." if lost else ""
    return card(
        Look.STAFF,
        "Before you apply it",
        f"{_said(found.change, found.question)} Of {count(found.asked, 'check')}: **{up}** scores go up, "
        f"**{down}** go down; **{len(gained)}** pass now, **{len(lost)}** would not pass. {keep}",
        "\n".join(map(_shift, named)),
        f"and {len(shifts) - MOST_NAMED} more" if len(shifts) > MOST_NAMED else "",
        "Checks to come are marked like this, too."
        if found.change.right in (Right.ALSO, Right.INSTEAD)
        else "The question is asked no more.",
        controls=[
            primary("Apply", "regrade_apply", found.handle),
            *([Button("Apply, and take back units", "regrade_take", found.handle)] if lost else []),
        ],
    )


def _said(change: Change, question: Question) -> str:
    match change.right:
        case Right.EVERYTHING:
            return "Everyone gets full credit."
        case Right.DROPPED:
            return "The question does not count."
        case Right.ALSO:
            return f"“{_value(change, question)}” is right, too."
        case Right.INSTEAD:
            return f"“{_value(change, question)}” is right, and nothing else."


def _value(change: Change, question: Question) -> str:
    if isinstance(question, TrueFalse):
        return "True" if change.value == "0" else "False"
    value = question.options[int(change.value)].text if isinstance(question, SingleChoice) else change.value
    return plain(shorten(value, 100))


def _shift(each: Shift) -> str:
    who = f"<@{each.student}>" if each.student else "somebody who left"
    mark = " ✅" if each.after.passed and not each.before.passed else ""
    mark = " (would not pass)" if each.before.passed and not each.after.passed else mark
    return f"- {who}: {percent(each.before.score)} % → {percent(each.after.score)} %{mark}"


def draw_applied(result: ApplyResult) -> ui.LayoutView:
    match result:
        case Applied(handle, changed, opened, closed):
            return card(
                Look.DONE,
                "Marked anew",
                f"The results of {count(changed, 'student')} changed; they are told. "
                f"Units opened: {opened}. Units taken back: {closed}.",
                "Undo puts every mark, pass and unit back as it was.",
                controls=[Button("Undo this regrade", "regrade_undo", handle)],
            )
        case RegradedBefore():
            return _before(result)
        case RegradeGone():
            return _gone()
        case NotStaff():
            return draw_choice(result)


def draw_regrade_undone(result: UndoResult) -> ui.LayoutView:
    match result:
        case RegradeUndone(changed, closed, opened):
            return card(
                Look.DONE,
                "As it was before",
                f"The results of {count(changed, 'student')} went back; they are told. "
                f"Units taken back: {closed}. Units open again: {opened}. Work done meanwhile counts.",
            )
        case RegradeGone():
            return _gone()
        case NotStaff():
            return draw_choice(result)


def _gone() -> Card:
    return card(
        Look.WAIT,
        "Done before",
        "That was applied or undone already, or is a day old. Use `/regrade` to begin anew.",
    )


def draw_regrades(result: ListResult) -> ui.LayoutView:
    if not isinstance(result, RegradeList):
        return draw_choice(result)
    name, found = name_of(result.section.name), result.regrades[:MOST_LISTED]
    how = "To make one: `/regrade` with `unit`, `question` and `reason`."
    if not found:
        return card(Look.STAFF, f"No regrades in {name}", how)
    lines = [
        f"- {plain(shorten(question.prompt, 60))}: {_said(each.change, question)} {stamp(each.made_at, 'd')}"
        for each, question in found
    ]
    choices = [Choice(question.prompt, each.handle, each.reason) for each, question in found]
    return card(
        Look.STAFF,
        f"{count(len(result.regrades), 'regrade')} in {name}",
        "\n".join(lines),
        how,
        controls=[Menu("Undo one …", "regrade_undo", "-", choices)],
    )
