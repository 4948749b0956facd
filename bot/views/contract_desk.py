"""Contracts as the teacher sees them: who has signed, reminding the rest, the goals on offer, what is on paper."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import ui

from bot.domain.contracts import write_tiers
from bot.domain.times import BadTime
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.contract_desk import (
    BadSetting,
    NotInClass,
    NotRecorded,
    Overview,
    OverviewResult,
    Recorded,
    RecordResult,
    Reminded,
    SettingResult,
    StudentContract,
)
from bot.services.ports import Cell
from bot.views.cards import Button, Look, card, count, plain, primary
from bot.views.choosing import draw_choice
from bot.views.delivery_files import Names, names_of, send_file
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, replace, reply, services

MOST_SHOWN = 40
HEADER = (
    "student",
    "Discord",
    "bar",
    "from",
    "goal",
    "in force since",
    "student signed",
    "name signed",
    "guardian signed",
    "guardian's name",
    "how",
    "waits for guardian",
)
MOST_TYPED = 1500


@on_press("contracts_remind")
async def remind(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).contract_desk.remind(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_reminded(result))


@on_press("contracts_tiers")
async def ask_tiers(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).contract_desk.overview_of(
        asker(interaction), handle, interaction.created_at
    )
    if isinstance(result, Overview):
        await interaction.response.send_modal(tiers_form(result))
    else:
        await replace(interaction, draw_choice(result))


@on_form("contracts_tiers")
async def set_tiers(interaction: Interaction, handle: str, fields: Fields) -> None:
    typed, ticked = str(fields.get("tiers", "")), fields.get("guardian") or ["yes"]
    result = await services(interaction).contract_desk.set_tiers(
        asker(interaction), handle, typed, "yes" in ticked, interaction.created_at
    )
    await replace(interaction, draw_setting(result))


@on_press("contracts_csv")
async def take(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).contract_desk.overview_of(
        asker(interaction), handle, interaction.created_at
    )
    if not isinstance(result, Overview):
        await replace(interaction, draw_choice(result))
        return
    # asking Discord for names may take more than a press has
    await interaction.response.defer(ephemeral=True, thinking=True)
    names = await names_of(interaction, (each.account.discord for each in result.students))
    data = await asyncio.to_thread(services(interaction).tables.csv, sheet_rows(result, names))
    shown = card(
        Look.STAFF,
        f"Contracts of {plain(result.section.name)}",
        "For a spreadsheet. It names students: keep it where you keep marks.",
    )
    day = f"{interaction.created_at.astimezone(ZoneInfo(result.section.zone)):%Y-%m-%d}"
    await send_file(interaction, shown, f"contracts-{day}.csv", data)


async def show(interaction: Interaction, class_name: str | None) -> None:
    result = await services(interaction).contract_desk.overview(
        asker(interaction), class_name, interaction.created_at
    )
    await reply(interaction, draw_overview(result))


def sheet_rows(overview: Overview, names: Names) -> Iterator[Sequence[Cell]]:
    zone = ZoneInfo(overview.section.zone)
    yield HEADER
    for each in overview.students:
        held, open_one = each.in_force, each.waiting
        yield (
            names.get(each.account.discord, ""),
            f"<@{each.account.discord}>",
            each.bar.percent,
            "contract" if held else "class",
            held.tier if held else "",
            held.in_force_at.astimezone(zone) if held and held.in_force_at else None,
            held.signed_at.astimezone(zone) if held else None,
            held.signed_name if held else "",
            held.guardian_signed_at.astimezone(zone) if held and held.guardian_signed_at else None,
            held.guardian_name if held else "",
            held.guardian_via if held else "",
            f"{open_one.bar} % {open_one.tier}" if open_one else "",
        )


def draw_overview(result: OverviewResult) -> ui.LayoutView:
    if isinstance(result, WhichClass | NoClass | NotStaff):
        return draw_choice(result)
    section, rules = result.section, result.rules
    owing = len(result.unsigned) + len(result.for_guardian)
    remind_them = primary(f"Remind {count(owing, 'student')}", "contracts_remind", section.handle)
    return card(
        Look.STAFF,
        f"Contracts of {plain(section.name)}",
        result.said,
        _goals(result),
        _group("✅ In force", result.signed),
        _group("✍️ Wait for a guardian", result.for_guardian),
        _group(f"▫️ None yet: the class's bar of {section.bar} % holds", result.unsigned),
        "-# `/contracts paper` notes what was signed on paper; `/contracts override` sets a bar, with your reason.",
        controls=[
            *([remind_them] if owing and rules.tiers else []),
            Button("Change the goals", "contracts_tiers", section.handle),
            Button("Take it as a file", "contracts_csv", section.handle),
        ],
    )


def _goals(overview: Overview) -> str:
    rules = overview.rules
    if not rules.tiers:
        return f"No goals on offer: everybody has the class's bar of {overview.section.bar} %."
    goals = ", ".join(f"{each.bar} % {plain(each.name)}" for each in rules.tiers)
    signs = "Guardians sign, too." if rules.guardian_signs else "Students sign alone."
    return f"Goals on offer: {goals}. {signs}"


def _group(head: str, students: Sequence[StudentContract]) -> str:
    if not students:
        return ""
    shown = ", ".join(map(_who, students[:MOST_SHOWN]))
    more = f" and {len(students) - MOST_SHOWN} more" if len(students) > MOST_SHOWN else ""
    return f"**{head}: {len(students)}**\n{shown}{more}"


def _who(student: StudentContract) -> str:
    held, open_one = student.in_force, student.waiting
    bars = [f"{held.bar} %"] if held else []
    bars += [f"to {open_one.bar} %"] if open_one else []
    return f"<@{student.account.discord}>" + (f" {' '.join(bars)}" if bars else "")


def tiers_form(overview: Overview, typed: str | None = None) -> Form:
    text = write_tiers(overview.rules.tiers) or "none" if typed is None else typed
    box: ui.TextInput[Any] = ui.TextInput(
        custom_id="tiers", style=discord.TextStyle.paragraph, default=text, max_length=MOST_TYPED
    )
    signs = overview.rules.guardian_signs
    picks: ui.Select[Any] = ui.Select(
        custom_id="guardian",
        options=[
            discord.SelectOption(label="A guardian signs, too", value="yes", default=signs),
            discord.SelectOption(label="Students sign alone", value="no", default=not signs),
        ],
    )
    return Form(
        "Goals on offer",
        "contracts_tiers",
        overview.section.handle,
        ui.Label(text="One a line: percent, name: what it means", component=box),
        ui.Label(text="Who signs", component=picks),
    )


def draw_setting(result: SettingResult) -> ui.LayoutView:
    match result:
        case Overview():
            return draw_overview(result)
        case BadSetting(overview, problem, typed):
            return card(
                Look.NOT_YET,
                "Nothing changed yet",
                problem,
                "You typed:\n" + "\n".join(f"> {plain(line)}" for line in typed.splitlines() if line.strip()),
                controls=[primary("Try again", "contracts_tiers", overview.section.handle)],
            )
        case NotStaff():
            return draw_choice(result)


def draw_reminded(result: Reminded | NotStaff) -> ui.LayoutView:
    if isinstance(result, NotStaff):
        return draw_choice(result)
    had = f" {count(result.had_one, 'student')} had one today already." if result.had_one else ""
    goes = (
        f"A reminder goes to {count(result.students, 'student')}, each in private, in open hours."
        if result.students
        else "No reminder goes out now."
    )
    return card(Look.STAFF, f"Contracts of {plain(result.section.name)}", goes + had)


def draw_record(result: RecordResult) -> ui.LayoutView:
    match result:
        case Recorded(discord, section, contract):
            return card(
                Look.STAFF,
                "Noted",
                f"The bar of <@{discord}> in {plain(section.name)} is {contract.bar} % from now on. "
                "What was passed before stays passed; a check that is under way keeps its bar.",
                "It stands in the record with your name, and the student is told.",
            )
        case NotRecorded(problem):
            return card(Look.NOT_YET, "Nothing noted yet", problem)
        case BadTime(problem):
            return card(Look.NOT_YET, "I do not know that day", problem)
        case NotInClass(discord, section):
            return card(
                Look.PROBLEM,
                "Not a student of this class",
                f"<@{discord}> has not joined {plain(section.name)}.",
            )
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)
