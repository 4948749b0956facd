"""The error journal as its student writes and reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.journal import LONGEST, Noted
from bot.services.access import LeftClass
from bot.services.choosing import NoClass, WhichClass
from bot.services.journals import Journal, JournalResult, Line, NoPage, Page, Pages, Written
from bot.views.cards import Button, Choice, Look, Menu, card, plain, primary, shorten, stamp
from bot.views.choosing import draw_choice, draw_left
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_pick, on_press, replace, services

TODAY = primary("What do I do now?", "today")


@on_press("journal")
async def open_pages(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).journals.pages(asker(interaction), handle)
    await replace(interaction, draw_pages(result))


@on_pick("journal_which")
async def show_in(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    result = await services(interaction).journals.show(asker(interaction), values[0])
    await replace(interaction, draw_journal(result))


@on_pick("journal_page")
async def open_page(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    position = int(values[0]) if re.fullmatch(r"[0-9]{1,3}", values[0]) else 0
    page = await services(interaction).journals.page(asker(interaction), handle, position)
    if isinstance(page, Page):
        await interaction.response.send_modal(page_form(page))
    else:
        await replace(interaction, draw_pages(page))


@on_form("journal_page")
async def write(interaction: Interaction, handle: str, fields: Fields) -> None:
    attempt, _, place = handle.partition(".")
    noted = Noted(*(str(fields.get(name, "")) for name in ("why", "avoid", "right")))
    position = int(place) if re.fullmatch(r"[0-9]{1,3}", place) else 0
    result = await services(interaction).journals.write(
        asker(interaction), attempt, position, noted, interaction.created_at
    )
    await replace(interaction, draw_pages(result))


def page_form(page: Page) -> Form:
    noted = page.noted or Noted("", "")
    fields = [
        _box("why", "Why did it go another way?", "Mixed up, misread, did not know …", noted.why),
        _box("avoid", "How do you avoid it next time?", "One thing to look out for", noted.avoid),
    ]
    if page.asks_right:
        fields.append(_box("right", "What is right?", "In your own words", noted.right))
    return Form(
        f"Journal: question {page.position}",
        "journal_page",
        f"{page.attempt}.{page.position}",
        ui.TextDisplay(plain(shorten(page.prompt, 1500)) or "…"),
        *fields,
    )


def _box(name: str, label: str, hint: str, typed: str) -> ui.Label[Any]:
    box: ui.TextInput[Any] = ui.TextInput(
        custom_id=name, style=discord.TextStyle.paragraph, default=typed or None, max_length=LONGEST
    )
    return ui.Label(text=label, description=hint, component=box)


def draw_pages(result: Pages | Written | NoPage | LeftClass) -> ui.LayoutView:
    match result:
        case LeftClass():
            return draw_left(result)
        case NoPage():
            text = "That question is not in a check that you handed in."
            return card(Look.WAIT, "Nothing to write here", text, controls=[TODAY])
        case Written(pages):
            return _pages(pages, "Kept in your journal.")
        case Pages():
            return _pages(result, "")


def _pages(pages: Pages, note: str) -> ui.LayoutView:
    if not pages.pages:
        return card(Look.DONE, "Nothing went another way", "Every question was right.", controls=[TODAY])
    left = sum(1 for each in pages.pages if each.noted is None)
    choices = [
        Choice(f"{'☑' if each.noted else '☐'} Question {each.position}: {each.prompt}", str(each.position))
        for each in pages.pages
    ]
    return card(
        Look.DO if left else Look.DONE,
        f"Journal: {plain(pages.unit_title)}",
        note,
        "Write about each question that did not go well: why, and how to avoid it. You and your teacher read it.",
        f"{left} of {len(pages.pages)} still to write."
        if left
        else "All written. `/journal` shows it again.",
        controls=[Menu("Choose a question", "journal_page", pages.attempt, choices), TODAY],
    )


def draw_journal(result: JournalResult) -> ui.LayoutView:
    match result:
        case Journal(section, lines, last):
            on = [primary("Write about my last check", "journal", last)] if last else []
            return card(
                Look.ASK,
                f"Your journal: {plain(section.name)}",
                *(map(line_text, lines) if lines else ["Nothing written yet."]),
                controls=[*on, Button("What do I do now?", "today")],
            )
        case WhichClass() | NoClass():
            return draw_choice(result, "journal_which")


def line_text(line: Line) -> str:
    right = f"\nRight: {plain(shorten(line.noted.right, 120))}" if line.noted.right else ""
    return (
        f"**{plain(line.unit_title)}** ({stamp(line.written_at, 'd')}): {plain(shorten(line.prompt, 80))}\n"
        f"Why: {plain(shorten(line.noted.why, 120))}\nNext time: {plain(shorten(line.noted.avoid, 120))}{right}"
    )
