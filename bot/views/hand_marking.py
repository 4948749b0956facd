"""/mark: a check that the teacher marks by a tap, for a whole group at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import discord
from discord import ui

from bot.services.choosing import NotStaff
from bot.services.hand_marking import (
    LONGEST_COMMENT,
    BeginResult,
    GoesOn,
    Group,
    GroupGone,
    GroupMarked,
    GroupResult,
    MarkEnd,
    MarkResult,
    MarksUndone,
    NobodyChosen,
    NotDoneYet,
    UndoEnd,
    UndoResult,
)
from bot.services.quizzes import NoSuchUnit
from bot.views.cards import Button, Card, Look, UserMenu, card, count, plain, primary, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.lists import numbered
from bot.views.presses import (
    Fields,
    Form,
    Interaction,
    asker,
    on_form,
    on_pick,
    on_press,
    replace,
    services,
    show_next,
)
from bot.views.prose import name_of

#: mentions on one card
MOST_NAMED = 60
#: students between two looks at how far it is
SHOWN_EVERY = 500


def _ids(values: Sequence[str]) -> list[int]:
    return [int(each) for each in values if each.isdecimal()]


@on_pick("hand_add")
async def add(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await _choose(interaction, handle, _ids(values))


@on_pick("hand_out")
async def take_out(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await _choose(interaction, handle, _ids(values), out=True)


@on_press("hand_all")
async def everybody(interaction: Interaction, handle: str) -> None:
    await _choose(interaction, handle, [])


async def _choose(interaction: Interaction, handle: str, students: list[int], *, out: bool = False) -> None:
    result = await services(interaction).hand_marks.choose(
        asker(interaction), handle, students, interaction.created_at, out=out
    )
    await replace(interaction, draw_group(result))


@on_press("hand_pass")
async def mastered(interaction: Interaction, handle: str) -> None:
    await _mark(interaction, handle, passed=True)


@on_press("hand_not_yet")
async def not_yet(interaction: Interaction, handle: str) -> None:
    await _mark(interaction, handle, passed=False)


async def _mark(interaction: Interaction, handle: str, *, passed: bool, comment: str = "") -> None:
    async def mark() -> MarkResult:
        return await services(interaction).hand_marks.mark(
            asker(interaction), handle, interaction.created_at, passed=passed, comment=comment
        )

    await _piece_by_piece(interaction, mark, draw_marked, Button("Go on", "hand_pass", handle))


R = TypeVar("R")


async def _piece_by_piece(
    interaction: Interaction,
    act: Callable[[], Awaitable[R | GoesOn]],
    draw: Callable[[R], ui.LayoutView],
    again: Button,
) -> None:
    """Goes on until the whole group is through, and says now and then how far it is."""
    show, shown = replace, -SHOWN_EVERY
    while isinstance(result := await act(), GoesOn):
        if result.done - shown >= SHOWN_EVERY:
            await show(interaction, _on_the_way(result, again))
            show, shown = show_next, result.done
    await show(interaction, draw(result))


def _on_the_way(so_far: GoesOn, again: Button) -> Card:
    return card(
        Look.WAIT,
        f"{so_far.done} done, {so_far.left} to go",
        "This takes a moment. Should it stop here, it goes on where it was when you press the button.",
        controls=[again],
    )


@on_press("hand_comment")
async def ask_comment(interaction: Interaction, handle: str) -> None:
    verdict: ui.Select[ui.LayoutView] = ui.Select(
        custom_id="verdict",
        options=[
            discord.SelectOption(label="Mastered", value="pass"),
            discord.SelectOption(label="Not yet", value="not_yet"),
        ],
    )
    words: ui.TextInput[ui.LayoutView] = ui.TextInput(
        custom_id="comment", style=discord.TextStyle.paragraph, max_length=LONGEST_COMMENT
    )
    form = Form("Mark with a comment", "hand_comment", handle)
    form.add_item(ui.Label(text="Result", component=verdict))
    form.add_item(ui.Label(text="Comment", description="Each of them reads it.", component=words))
    await interaction.response.send_modal(form)


@on_form("hand_comment")
async def commented(interaction: Interaction, handle: str, fields: Fields) -> None:
    await _mark(
        interaction,
        handle,
        passed="pass" in fields.get("verdict", ""),
        comment=str(fields.get("comment", "")),
    )


@on_press("hand_undo")
async def undo(interaction: Interaction, handle: str) -> None:
    async def take_back() -> UndoResult:
        return await services(interaction).hand_marks.undo(asker(interaction), handle, interaction.created_at)

    await _piece_by_piece(interaction, take_back, draw_marks_undone, Button("Go on", "hand_undo", handle))


def draw_begun(result: BeginResult) -> ui.LayoutView:
    match result:
        case Group():
            return draw_group(result)
        case NoSuchUnit(typed, units):
            listed = numbered(units)
            return card(Look.ASK, f"No unit “{plain(shorten(typed, 80))}”", "There are:", listed)
        case NotDoneYet(typed):
            return card(
                Look.ASK,
                "When was it done?",
                f"“{plain(shorten(typed, 80))}” is no day that has been. "
                "Type it like `mon`, `2026-11-24` or `today 10:30`, or leave it out for now.",
            )
        case _:
            return draw_choice(result)


def draw_group(result: GroupResult) -> ui.LayoutView:
    match result:
        case Group():
            return _group(result)
        case GroupGone():
            return _gone()
        case NotStaff():
            return draw_choice(result)


def _group(group: Group) -> Card:
    handle, chosen = group.handle, group.students
    return card(
        Look.STAFF,
        f"Mark by hand: {name_of(group.unit_title)}",
        f"Done {stamp(group.done_at)}.",
        f"**{count(len(chosen), 'student')}**: {_named(chosen)}" if chosen else "Whom do you mark?",
        f"Not in the class: {_named(group.strangers)}" if group.strangers else "",
        controls=[
            UserMenu("Choose students …", "hand_add", handle),
            *([UserMenu("All of these but …", "hand_out", handle)] if chosen else []),
            *(
                [primary("Mastered", "hand_pass", handle), Button("Not yet", "hand_not_yet", handle),
                 Button("With a comment", "hand_comment", handle)]
                if chosen
                else [primary(f"All {group.everybody} who have it open", "hand_all", handle)]
                if group.everybody
                else []
            ),
        ],
    )  # fmt: skip


def _named(students: Sequence[int]) -> str:
    more = f" and {len(students) - MOST_NAMED} more" if len(students) > MOST_NAMED else ""
    return " ".join(f"<@{each}>" for each in students[:MOST_NAMED]) + more


def draw_marked(result: MarkEnd) -> ui.LayoutView:
    match result:
        case GroupMarked(handle, unit_title, passed, students, before, opened):
            what = "mastered" if passed else "not yet"
            return card(
                Look.DONE,
                f"{name_of(unit_title)}: {what}, {count(len(students), 'student')}",
                _named(students),
                f"The next unit is open for {opened}." if opened else "",
                f"Mastered before, left as they are: {_named(before)}" if before else "",
                "They are told in two minutes. Until then nobody sees it if you undo it.",
                controls=[Button("Undo", "hand_undo", handle)] if students else [],
            )
        case NobodyChosen(handle):
            return card(
                Look.ASK,
                "Whom do you mark?",
                "Nobody is chosen.",
                controls=[UserMenu("Choose students …", "hand_add", handle)],
            )
        case GroupGone():
            return _gone()
        case NotStaff():
            return draw_choice(result)


def draw_marks_undone(result: UndoEnd) -> ui.LayoutView:
    match result:
        case MarksUndone(students):
            return card(Look.DONE, "Undone", f"The marks of {count(students, 'student')} are gone.")
        case GroupGone():
            return _gone()
        case NotStaff():
            return draw_choice(result)


def _gone() -> Card:
    return card(Look.WAIT, "Done before", "That was marked or undone already. Use `/mark` to begin anew.")
