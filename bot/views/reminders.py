"""How a class is reminded, on one card with a form behind each button; and a student's absence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.ladder import BadLadder, Step, when, write_ladder
from bot.domain.outbox import Way
from bot.domain.quiet import OpenHours
from bot.domain.records import Absence, Holiday
from bot.domain.times import BadTime
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.reminders import (
    AbsenceResult,
    AwayNoted,
    Back,
    ChangeResult,
    HolidayResult,
    NotAStudent,
    NotPossible,
    RemindersShown,
    ShowResult,
    span_text,
)
from bot.views.cards import Button, Look, card, plain, shorten
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, replace, reply, services

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BY = {
    Way.DM: "by DM, or in a private thread where that is closed",
    Way.SMS: "by text, to those with a confirmed phone",
    Way.GUARDIAN: "by text to the guardian, where the rule below is on",
    Way.ROOM: "a list for you in the teachers’ room",
}
GUARDIANS = {
    "off": "Off: guardians are never texted",
    "student": "Students may give a guardian’s number",
    "teacher": "You give guardians’ numbers",
}
MOST_SHOWN = 12


@on_press("rem_ladder")
async def ask_ladder(interaction: Interaction, handle: str) -> None:
    shown = await _shown(interaction, handle)
    if shown is not None:
        await interaction.response.send_modal(ladder_form(shown))


@on_form("rem_ladder")
async def set_ladder(interaction: Interaction, handle: str, fields: Fields) -> None:
    typed = str(fields.get("ladder", ""))
    result = await services(interaction).reminders.set_ladder(
        asker(interaction), handle, typed, interaction.created_at
    )
    await _show(interaction, result, Button("Try again", "rem_ladder", handle))


@on_press("rem_hours")
async def ask_hours(interaction: Interaction, handle: str) -> None:
    shown = await _shown(interaction, handle)
    if shown is not None:
        await interaction.response.send_modal(hours_form(shown))


@on_form("rem_hours")
async def set_hours(interaction: Interaction, handle: str, fields: Fields) -> None:
    opens, closes = str(fields.get("opens", "")), str(fields.get("closes", ""))
    result = await services(interaction).reminders.set_hours(
        asker(interaction), handle, opens, closes, interaction.created_at
    )
    await _show(interaction, result, Button("Try again", "rem_hours", handle))


@on_press("rem_days")
async def ask_days(interaction: Interaction, handle: str) -> None:
    shown = await _shown(interaction, handle)
    if shown is not None:
        await interaction.response.send_modal(days_form(shown))


@on_form("rem_days")
async def set_days(interaction: Interaction, handle: str, fields: Fields) -> None:
    result = await services(interaction).reminders.set_days_off(
        asker(interaction), handle, _chosen(fields, "days"), interaction.created_at
    )
    await _show(interaction, result, Button("Try again", "rem_days", handle))


@on_press("rem_guardian")
async def ask_guardian(interaction: Interaction, handle: str) -> None:
    shown = await _shown(interaction, handle)
    if shown is not None:
        await interaction.response.send_modal(guardian_form(shown))


@on_form("rem_guardian")
async def set_guardian(interaction: Interaction, handle: str, fields: Fields) -> None:
    rule = next(iter(_chosen(fields, "rule")), "")
    result = await services(interaction).reminders.set_guardian_rule(
        asker(interaction), handle, rule, interaction.created_at
    )
    await _show(interaction, result, Button("Try again", "rem_guardian", handle))


async def _shown(interaction: Interaction, handle: str) -> RemindersShown | None:
    """What stands now, for a form; a stranger is told why there is none."""
    result = await services(interaction).reminders.show_of(asker(interaction), handle, interaction.created_at)
    if isinstance(result, NotStaff):
        await reply(interaction, draw_choice(result))
        return None
    return result


async def _show(interaction: Interaction, result: ChangeResult, again: Button) -> None:
    """What was refused leaves the card as it stands, with the way back into the form."""
    match result:
        case BadLadder(problem) | BadTime(problem) | NotPossible(problem):
            await reply(interaction, card(Look.NOT_YET, "Not changed yet", problem, controls=[again]))
        case _:
            await replace(interaction, draw_reminders(result))


def _chosen(fields: Fields, name: str) -> list[str]:
    value = fields.get(name, [])
    return value if isinstance(value, list) else [value]


def ladder_form(shown: RemindersShown) -> Form:
    box: ui.TextInput[Any] = ui.TextInput(
        custom_id="ladder",
        style=discord.TextStyle.paragraph,
        default=write_ladder(shown.rules.ladder),
        max_length=400,
    )
    hint = "One a line, by dm, text, guardian or list. “usual” or “none” work too."
    return Form(
        "The steps",
        "rem_ladder",
        shown.section.handle,
        ui.Label(text="Steps", description=hint, component=box),
    )


def hours_form(shown: RemindersShown) -> Form:
    hours = shown.rules.hours.discord
    return Form(
        "Hours for DMs",
        "rem_hours",
        shown.section.handle,
        _clock("opens", "From", f"{hours.opens:%H:%M}"),
        _clock("closes", "Until", f"{hours.closes:%H:%M}"),
    )


def _clock(name: str, label: str, value: str) -> ui.Label[Any]:
    box: ui.TextInput[Any] = ui.TextInput(custom_id=name, default=value, max_length=10, required=False)
    hint = "On the student’s own clock, like 7:30 or 8pm. Leave both empty for the usual hours."
    return ui.Label(text=label, description=hint, component=box)


def days_form(shown: RemindersShown) -> Form:
    off = shown.rules.hours.discord.weekdays_off
    options = [
        discord.SelectOption(label=name, value=str(number), default=number in off)
        for number, name in enumerate(DAYS, start=1)
    ]
    menu: ui.Select[Any] = ui.Select(
        custom_id="days", options=options, min_values=0, max_values=7, required=False
    )
    hint = "On these nobody is reminded. Choose none to remind on every day."
    return Form(
        "Days off",
        "rem_days",
        shown.section.handle,
        ui.Label(text="Days off", description=hint, component=menu),
    )


def guardian_form(shown: RemindersShown) -> Form:
    options = [
        discord.SelectOption(label=words, value=rule, default=rule == shown.guardian_rule)
        for rule, words in GUARDIANS.items()
    ]
    menu: ui.Select[Any] = ui.Select(custom_id="rule", options=options)
    hint = "A number is texted only once the guardian has confirmed it with a code."
    return Form(
        "Guardians",
        "rem_guardian",
        shown.section.handle,
        ui.Label(text="Guardians", description=hint, component=menu),
    )


def draw_reminders(result: ShowResult | ChangeResult | HolidayResult) -> ui.LayoutView:
    match result:
        case RemindersShown():
            return _draw(result)
        case BadLadder(problem) | BadTime(problem) | NotPossible(problem):
            return card(Look.NOT_YET, "Not changed yet", problem)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _draw(shown: RemindersShown) -> ui.LayoutView:
    handle, hours = shown.section.handle, shown.rules.hours
    return card(
        Look.STAFF,
        f"Reminders of {plain(shown.section.name)}",
        f"✅ {shown.said}" if shown.said else "",
        steps_text(shown.rules.ladder),
        f"**Hours**, on each student’s own clock\nDMs and threads {_hours(hours.discord)}, texts {_hours(hours.sms)}\n"
        "A step that would come outside of them, or on a day off, comes at the last open minute before.",
        f"**Days off:** {_weekdays(hours.discord)}",
        _listed("Holidays", [_holiday(each) for each in shown.holidays]),
        _listed("Away, and not reminded", [_away(each) for each in shown.away]),
        f"**Guardians:** {GUARDIANS[shown.guardian_rule]}",
        "-# Everything stops for a student at once when they hand in. Holidays: `/reminders holiday`. "
        "Absences: `/reminders absence`.",
        controls=[
            Button("Change the steps", "rem_ladder", handle),
            Button("Change the hours", "rem_hours", handle),
            Button("Change the days off", "rem_days", handle),
            Button("Guardians", "rem_guardian", handle),
        ],
    )


def steps_text(ladder: Sequence[Step], here: Step | None = None) -> str:
    """The whole ladder in words; ``here`` is marked."""
    if not ladder:
        return "**Steps:** none. Nobody is reminded by the clock; `/nudge` still works."
    lines = [
        f"- {when(each)} the deadline: {BY[each.way]}{' **← this one**' if each == here else ''}"
        for each in ladder
    ]
    return "**Steps**\n" + "\n".join(lines)


def _hours(hours: OpenHours) -> str:
    return f"{hours.opens:%H:%M}–{hours.closes:%H:%M}"


def _weekdays(hours: OpenHours) -> str:
    return ", ".join(DAYS[number - 1] for number in sorted(hours.weekdays_off)) or "none"


def _listed(title: str, lines: Iterable[str]) -> str:
    every = list(lines)
    if not every:
        return ""
    more = f"\n… and {len(every) - MOST_SHOWN} more" if len(every) > MOST_SHOWN else ""
    return f"**{title}**\n" + "\n".join(f"- {each}" for each in every[:MOST_SHOWN]) + more


def _holiday(holiday: Holiday) -> str:
    name = f" ({plain(shorten(holiday.name, 60))})" if holiday.name else ""
    return f"{span_text(holiday.days.first, holiday.days.last)}{name}"


def _away(absence: Absence) -> str:
    return f"<@{absence.account.discord}>: {span_text(absence.away.first, absence.away.last)}"


def draw_absence(result: AbsenceResult) -> ui.LayoutView:
    match result:
        case AwayNoted(student, section, first, last):
            return card(
                Look.DONE,
                "Noted: away",
                f"<@{student}>, **{plain(section.name)}**: {span_text(first, last)}.",
                "No reminders meanwhile, and excused on your list. What came meanwhile is not made up for; "
                "afterwards the plan goes on.",
                "" if last else "When they are back: `/reminders absence` with `back`.",
            )
        case Back(student, section, was_away):
            return card(
                Look.DONE,
                "Back again" if was_away else "Was not away",
                f"<@{student}>, **{plain(section.name)}**: reminders go on from now.",
            )
        case NotAStudent(student, section):
            return card(
                Look.NOT_YET,
                "Not in that class",
                f"<@{student}> is not a student of **{plain(section.name)}**. Students join with `/join`.",
            )
        case BadTime(problem) | NotPossible(problem):
            return card(Look.NOT_YET, "Not noted yet", problem)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)
