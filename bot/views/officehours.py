"""Office hours as a teacher meets them: planned, opened, looked over, a booking called off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby

import discord
from discord import ui

from bot.domain.booking import AgendaLine, Cut, wall_label
from bot.domain.times import BadTime, local_day
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.officehours import (
    Agenda,
    AgendaResult,
    BookingShown,
    HoursOpened,
    HoursPlanned,
    OpenResult,
    Overlaps,
    PlanGone,
    PlanResult,
)
from bot.views.cards import Button, Choice, Control, Look, Menu, card, plain, primary, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_pick, on_press, replace, reply, services
from bot.views.prose import with_links
from bot.views.summatives import talk_menu


@on_press("hours_open")
async def open_hours(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).booking.open(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_opened(result))


@on_pick("hours_pick")
async def pick(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    shown = await services(interaction).booking.show(asker(interaction), values[0])
    await reply(interaction, draw_booking(shown))


def draw_plan(result: PlanResult) -> ui.LayoutView:
    match result:
        case HoursPlanned():
            return _planned(result)
        case BadTime() | Overlaps():
            return _refused(result)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _session(plan: HoursPlanned) -> ui.LayoutView:
    window, zone = plan.cut.window, plan.section.zone
    return card(
        Look.STAFF,
        f"Open a retake session with {plan.places} place{'' if plan.places == 1 else 's'}?",
        f"**{plain(plan.section.name)}**: {_span(plan.cut)}",
        f"In the class's time ({zone}): {wall_label(window.starts_at, zone)} to "
        f"{wall_label(window.ends_at, zone)}",
        f"Where: {with_links(plan.where) or 'not said; run it again with `where` to say it'}",
        controls=[primary("Open it", "hours_open", plan.handle), Button("Never mind", "dismiss")],
    )


def _planned(plan: HoursPlanned) -> ui.LayoutView:
    if plan.places:
        return _session(plan)
    window, slots, zone = plan.cut.window, plan.cut.slots, plan.section.zone
    minutes = (slots[0].ends_at - slots[0].starts_at) // timedelta(minutes=1)
    left_over = plan.cut.left_over // timedelta(minutes=1)
    return card(
        Look.STAFF,
        f"Open {_count(len(slots))} of {minutes} minutes?",
        f"**{plain(plan.section.name)}**: {_span(plan.cut)}",
        f"In the class's time ({zone}): {wall_label(window.starts_at, zone)} to "
        f"{wall_label(slots[-1].ends_at, zone)}",
        "Slots at " + ", ".join(stamp(each.starts_at, "t") for each in slots),
        f"The last {left_over} min are too short for one more slot and are left out." if left_over else "",
        f"Where: {with_links(plan.where) or 'not said; run it again with `where` to say it'}",
        controls=[primary("Open them", "hours_open", plan.handle), Button("Never mind", "dismiss")],
    )


def _span(cut: Cut) -> str:
    return f"{stamp(cut.window.starts_at)} to {stamp(cut.slots[-1].ends_at, 't')}"


def _count(slots: int) -> str:
    return f"{slots} slot{'' if slots == 1 else 's'}"


def draw_opened(result: OpenResult) -> ui.LayoutView:
    match result:
        case HoursOpened(section, cut, where, places) if places:
            return card(
                Look.DONE,
                f"Retake session open: {places} place{'' if places == 1 else 's'}",
                f"**{plain(section.name)}**: {_span(cut)}",
                f"Where: {with_links(where)}" if where else "",
                "Students whose next try needs a session book it from their result or `/today`, and see how many "
                "places are free. `/rules` says whether next tries are in sessions.",
            )
        case HoursOpened(section, cut, where):
            return card(
                Look.DONE,
                f"{_count(len(cut.slots))} open",
                f"**{plain(section.name)}**: {_span(cut)}",
                f"Where: {with_links(where)}" if where else "",
                "Students book with `/book`. Each booking is told in the teachers' room; "
                "`/officehours agenda` shows them all.",
            )
        case BadTime() | Overlaps():
            return _refused(result)
        case PlanGone():
            return card(Look.WAIT, "That was confirmed already", "`/officehours agenda` shows what is open.")


def _refused(result: BadTime | Overlaps) -> ui.LayoutView:
    match result:
        case BadTime(problem):
            return card(Look.PROBLEM, "Those office hours do not work", problem)
        case Overlaps(_, span):
            return card(
                Look.PROBLEM,
                "You hold office hours then already",
                f"{stamp(span.starts_at)} to {stamp(span.ends_at, 't')}. Choose a time before or after that.",
            )


def draw_agenda(result: AgendaResult) -> ui.LayoutView:
    match result:
        case Agenda(section, ()):
            return card(
                Look.WAIT,
                f"{plain(section.name)} has no office hours ahead",
                "Open some with `/officehours open`.",
            )
        case Agenda():
            return _agenda(result)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _agenda(agenda: Agenda) -> ui.LayoutView:
    zone = agenda.section.zone
    booked = [each for each in agenda.lines if each.booking is not None]
    days = groupby(agenda.lines, key=lambda line: local_day(line.slot.starts_at, zone))
    return card(
        Look.STAFF,
        f"Office hours: {plain(agenda.section.name)}",
        f"{len(booked)} of {len(agenda.lines)} slots are booked.",
        "\n".join(_day(tuple(lines)) for _, lines in days),
        "-# Later ones are not shown yet." if agenda.is_cut else "",
        controls=[*talk_menu(agenda.talks, zone), *_cancelling(booked, zone)],
    )


def _day(lines: Sequence[AgendaLine]) -> str:
    places = dict.fromkeys(line.slot.where for line in lines if line.slot.where)
    where = "".join(f" · {with_links(each)}" for each in places)
    runs = groupby(lines, key=lambda line: line.booking is None)
    shown = [text for is_free, run in runs for text in ([_free(run)] if is_free else map(_booked, run))]
    return f"**{stamp(lines[0].slot.starts_at, 'D')}**{where}\n" + "\n".join(shown)


def _free(run: Iterable[AgendaLine]) -> str:
    return "- " + ", ".join(stamp(each.slot.starts_at, "t") for each in run) + ": free"


def _booked(line: AgendaLine) -> str:
    reason = plain(shorten(line.booking.reason, 100)) if line.booking else ""
    return f"- {stamp(line.slot.starts_at, 't')} <@{line.student}>: {reason}"


def _cancelling(booked: Sequence[AgendaLine], zone: str) -> list[Control]:
    choices = [
        Choice(wall_label(each.slot.starts_at, zone), each.booking.handle, each.booking.reason)
        for each in booked
        if each.booking is not None
    ]
    return [Menu("Cancel a student's slot", "hours_pick", "-", choices)] if choices else []


def draw_booking(shown: BookingShown | None) -> ui.LayoutView:
    """Asks before a teacher takes a slot from a student."""
    if shown is None:
        return card(Look.WAIT, "That booking is gone", "`/officehours agenda` shows what stands.")
    booking = shown.booking
    off = Button("Cancel it and tell them", "slot_cancel", booking.handle, discord.ButtonStyle.danger)
    return card(
        Look.ASK,
        "Cancel this slot?",
        f"<@{shown.student}>, {stamp(booking.slot.starts_at)}: {plain(booking.reason)}",
        "They are told, and the slot is free for others again.",
        controls=[off, Button("Keep it", "dismiss")],
    )
