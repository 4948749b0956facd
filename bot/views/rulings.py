"""/override: a teacher's word over a check, the list of such words, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.opening import Why
from bot.domain.ruling import LONGEST_REASON
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.dropped_checks import Dropped, DropResult, NothingToDrop, NotSaid
from bot.services.posting import NoUnit
from bot.services.progress import NoSuchStudent
from bot.services.quizzes import NoSuchUnit
from bot.services.rulings import (
    DoneAlready,
    Listed,
    ListResult,
    ReasonMissing,
    Ruled,
    RuleResult,
    RulingGone,
    RulingList,
    Undone,
    UndoResult,
    WhomAndWhat,
)
from bot.views.cards import Button, Choice, Look, Menu, card, count, plain, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.lists import numbered
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_pick, on_press, reply, services
from bot.views.prose import name_of

#: lines of one card, and choices of one menu
MOST = 25


@on_press("ruling_undo")
async def ask_why(interaction: Interaction, handle: str) -> None:
    await interaction.response.send_modal(_why_form(handle))


@on_pick("ruling_undo")
async def ask_why_picked(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await interaction.response.send_modal(_why_form(values[0] if values else "-"))


@on_form("ruling_undo")
async def undo(interaction: Interaction, handle: str, fields: Fields) -> None:
    result = await services(interaction).rulings.undo(
        asker(interaction), handle, str(fields.get("reason", "")), interaction.created_at
    )
    await reply(interaction, draw_undone(result))


def _why_form(handle: str) -> Form:
    return Form(
        "Take the override back",
        "ruling_undo",
        handle,
        ui.Label(
            text="Why?",
            description="For the record. What only it had opened is locked again; work that was done counts.",
            component=ui.TextInput(
                custom_id="reason", style=discord.TextStyle.paragraph, max_length=LONGEST_REASON
            ),
        ),
    )


def draw_ruled(result: RuleResult) -> ui.LayoutView:
    match result:
        case Ruled(ruling, unit_title, opened):
            what = "goes on without" if ruling.kind is Why.EXCUSE else "has mastered, by your word,"
            return card(
                Look.DONE,
                "Noted, with your reason",
                f"<@{ruling.student}> {what} **{name_of(unit_title)}**.",
                f"**{name_of(opened)}** is open for them now, and they are told."
                if opened
                else "They are told.",
                f"-# Reason, for the record: {plain(shorten(ruling.reason, 300))}",
                controls=[Button("Undo", "ruling_undo", ruling.handle)],
            )
        case DoneAlready(student, unit_title):
            return card(
                Look.DONE,
                "Nothing to override",
                f"<@{student}> is done with **{name_of(unit_title)}** already.",
            )
        case ReasonMissing() | WhomAndWhat():
            return _missing(result)
        case NoSuchStudent(account):
            return card(
                Look.WAIT, "Not in that class", f"<@{account}> has not joined it, or has left the server."
            )
        case NoSuchUnit(typed, units):
            listed = numbered(units)
            return card(Look.ASK, f"No unit “{plain(shorten(typed, 80))}”", "There are:", listed)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def draw_dropped(result: DropResult) -> ui.LayoutView:
    match result:
        case Dropped(student, unit_title, reason):
            return card(
                Look.DONE,
                "It counts for nothing",
                f"<@{student}> can begin the check of **{name_of(unit_title)}** again at once, and is told. "
                "What they answered is kept.",
                f"-# Reason, for the record: {plain(shorten(reason, 300))}",
            )
        case NothingToDrop(student, unit_title):
            return card(
                Look.DONE,
                "Nothing is in the way",
                f"<@{student}> has no check of **{name_of(unit_title)}** under way, and none that waits.",
            )
        case NotSaid():
            return _missing(WhomAndWhat())
        case NoSuchStudent(account):
            return card(
                Look.WAIT, "Not in that class", f"<@{account}> has not joined it, or has left the server."
            )
        case NoUnit(typed, units):
            return draw_ruled(NoSuchUnit(typed, units))
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _missing(result: ReasonMissing | WhomAndWhat) -> ui.LayoutView:
    if isinstance(result, ReasonMissing):
        return card(
            Look.ASK,
            "Please give a reason",
            "An override is kept with its reason, so that you can say later why. Nothing was changed.",
        )
    return card(Look.ASK, "Whom, and which unit?", "Give `/override` a `student`, a `unit` and a `reason`.")


def draw_list(result: ListResult) -> ui.LayoutView:
    if not isinstance(result, RulingList):
        return draw_choice(result)
    name, rulings = name_of(result.section.name), result.rulings
    if not rulings:
        return card(
            Look.STAFF,
            f"No overrides in {name}",
            "Every unit was opened by a check. To make one: `/override` with `student`, `unit` and `reason`.",
        )
    more = len(rulings) - MOST
    return card(
        Look.STAFF,
        f"{count(len(rulings), 'override')} in {name}",
        "\n".join(map(_line, rulings[:MOST])),
        f"and {more} older" if more > 0 else "",
        controls=[
            Menu("Take one back …", "ruling_undo", "-", [_choice(each) for each in rulings]),
        ],
    )


def _line(each: Listed) -> str:
    what = "excused from" if each.ruling.kind is Why.EXCUSE else "mastered by your word:"
    by = f", by <@{each.made_by}>" if each.made_by else ""
    reason = plain(shorten(each.ruling.reason, 80))
    return f"- <@{each.ruling.student}> {what} **{name_of(each.unit_title)}**, {stamp(each.ruling.made_at, 'd')}{by}: {reason}"


def _choice(each: Listed) -> Choice:
    return Choice(
        f"{each.unit_title}: {each.ruling.reason}", each.ruling.handle, str(each.ruling.made_at.date())
    )


def draw_undone(result: UndoResult) -> ui.LayoutView:
    match result:
        case Undone(ruling, unit_title, closed):
            listed = ", ".join(f"**{name_of(each)}**" for each in closed)
            return card(
                Look.DONE,
                "Taken back",
                f"The override of **{name_of(unit_title)}** for <@{ruling.student}> no longer stands.",
                f"Locked again: {listed}." if closed else "No unit had to be locked: they have gone on.",
                "They are told, kindly. Both reasons stay in the record.",
            )
        case RulingGone():
            return card(Look.WAIT, "Taken back before", "That override stands no more. Nothing was changed.")
        case ReasonMissing():
            return _missing(result)
        case NotStaff():
            return draw_choice(result)
