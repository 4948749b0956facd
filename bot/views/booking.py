"""Office hours as a student meets them: free slots, a reason, the booking, and giving it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.booking import MOST_REASON, Booking, Slot, wall_label
from bot.domain.records import Section
from bot.services.access import LeftClass
from bot.services.booking import (
    AlreadyBegun,
    AlreadyCancelled,
    Booked,
    BookResult,
    Cancelled,
    CancelResult,
    ChangeResult,
    ChooseResult,
    FreeSlots,
    Gone,
    HasBooking,
    NoReason,
    NoSlots,
    Offer,
    Past,
    SlotClosed,
    SlotTaken,
)
from bot.services.choosing import NoClass, WhichClass
from bot.views.cards import Button, Choice, Control, Look, Menu, card, plain, primary, stamp
from bot.views.choosing import draw_choice, draw_left
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_pick, on_press, replace, services
from bot.views.prose import with_links


@on_press("book")
async def book(interaction: Interaction, handle: str) -> None:
    chosen = None if handle == "-" else handle
    result = await services(interaction).booking.choose(asker(interaction), chosen, interaction.created_at)
    await replace(interaction, draw_slots(result))


@on_press("book_retake")
async def book_retake(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).booking.choose(
        asker(interaction), handle, interaction.created_at, "retake"
    )
    await replace(interaction, draw_slots(result))


@on_pick("book_which")
async def book_which(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await book(interaction, values[0])


@on_pick("book_slot")
async def ask_reason(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await interaction.response.send_modal(draw_form(values[0]))


@on_form("book_slot")
async def book_slot(interaction: Interaction, handle: str, fields: Fields) -> None:
    reason = str(fields.get("reason", ""))
    result = await services(interaction).booking.book(
        asker(interaction), handle, reason, interaction.created_at
    )
    await replace(interaction, draw_booked(result))


@on_press("book_next")
async def book_next(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).booking.take_offer(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_booked(result))


@on_press("book_change")
async def change(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).booking.change(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_slots(result))


@on_pick("book_move")
async def move(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    result = await services(interaction).booking.move(
        asker(interaction), handle, values[0], interaction.created_at
    )
    await replace(interaction, draw_booked(result))


@on_press("book_later")
async def later(interaction: Interaction, handle: str) -> None:
    """The handle is the page's first slot, and after a dot the booking that is being changed."""
    slot, _, booking = handle.partition(".")
    result = await services(interaction).booking.later(
        asker(interaction), slot, booking or None, interaction.created_at
    )
    await replace(interaction, draw_slots(result))


@on_press("slot_cancel")
async def cancel(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).booking.cancel(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_cancelled(result))


def draw_form(slot: str) -> Form:
    reason: ui.TextInput[Any] = ui.TextInput(
        custom_id="reason", style=discord.TextStyle.paragraph, max_length=MOST_REASON
    )
    hint = "Your teacher reads it before you meet."
    asked = ui.Label(text="What do you need help with, or want to show?", description=hint, component=reason)
    return Form("Book office hours", "book_slot", slot, asked)


def draw_slots(result: ChooseResult | ChangeResult) -> ui.LayoutView:
    match result:
        case FreeSlots():
            return _free(result)
        case NoSlots(section, None, "retake"):
            return card(
                Look.WAIT,
                f"No free places in a retake session of {plain(section.name)} yet",
                "Look again later, or ask your teacher when the next session is.",
                controls=[Button("Look again", "book_retake", section.handle)],
            )
        case NoSlots(section, instead_of):
            kept = f"You keep {stamp(instead_of.slot.starts_at)}." if instead_of else ""
            return card(
                Look.WAIT,
                f"No free slots in {plain(section.name)} just now",
                kept or "All are taken, or none are open yet. Look again later, or ask your teacher for one.",
                controls=[Button("Look again", "book", section.handle)],
            )
        case HasBooking(section, booking):
            return _mine(section, booking)
        case WhichClass() | NoClass():
            return draw_choice(result, "book_which")
        case AlreadyCancelled() | AlreadyBegun() | LeftClass() | Gone():
            return draw_past(result)


def _free(result: FreeSlots) -> ui.LayoutView:
    section, booking = result.section, result.instead_of
    choices = [
        Choice(
            wall_label(each.starts_at, section.zone),
            each.handle,
            f"{_places(result, each)} {each.where}".strip(),
        )
        for each in result.slots
    ]
    what = "a retake session" if result.slots[0].purpose == "retake" else "office hours"
    menu = (
        Menu("Choose your new time", "book_move", booking.handle, choices)
        if booking
        else Menu("Choose a time", "book_slot", section.handle, choices)
    )
    title = f"{'Another time for' if booking else 'Book'} {what}: {plain(section.name)}"
    return card(
        Look.DO,
        title,
        f"You give back {stamp(booking.slot.starts_at)} when you choose." if booking else "These are free:",
        "\n".join(
            f"- {stamp(each.starts_at)} to {stamp(each.ends_at, 't')} {_places(result, each)}".rstrip()
            for each in result.slots
        ),
        f"-# The list shows your own time, the menu your class's ({section.zone}).",
        controls=[menu, *_later(result)],
    )


def _places(result: FreeSlots, slot: Slot) -> str:
    if slot.starts_at not in result.places:
        return ""
    free, every = result.places[slot.starts_at]
    return f"{free} of {every} places free"


def _later(result: FreeSlots) -> list[Control]:
    if result.later is None:
        return []
    of_booking = f".{result.instead_of.handle}" if result.instead_of else ""
    return [Button("Later times", "book_later", result.later.handle + of_booking)]


def draw_booked(result: BookResult) -> ui.LayoutView:
    match result:
        case Booked():
            return _booked(result)
        case HasBooking(section, booking):
            return _mine(section, booking)
        case SlotTaken(section, offer):
            return _instead(Look.NOT_YET, "Somebody was faster", section, offer)
        case SlotClosed(section, offer):
            return _instead(Look.WAIT, "That slot begins now or has begun", section, offer)
        case NoReason(section):
            return card(
                Look.ASK,
                "A few words are missing",
                "Write what you need help with, so that your teacher can prepare.",
                controls=[primary("Choose a time", "book", section.handle)],
            )
        case AlreadyCancelled() | AlreadyBegun() | LeftClass() | Gone():
            return draw_past(result)


def _booked(result: Booked) -> ui.LayoutView:
    booking, replaced = result.booking, result.replaced
    at = result.reminder_at
    return card(
        Look.DONE,
        f"Booked: {stamp(booking.slot.starts_at)}",
        f"You gave back {stamp(replaced.slot.starts_at)}." if replaced else "",
        *_details(result.section, booking),
        f"I remind you {stamp(at, 'R')}." if at else "That is soon: no reminder comes before it.",
        controls=_controls(booking),
    )


def _mine(section: Section, booking: Booking) -> ui.LayoutView:
    return card(
        Look.DONE,
        f"You have a slot: {stamp(booking.slot.starts_at)}",
        *_details(section, booking),
        "You can have one slot at a time in a class.",
        controls=_controls(booking),
    )


def _details(section: Section, booking: Booking) -> list[str]:
    slot = booking.slot
    return [
        f"**{plain(section.name)}**, until {stamp(slot.ends_at, 't')} ({stamp(slot.starts_at, 'R')})",
        f"Where: {with_links(slot.where)}" if slot.where else "",
        f"You wrote: {plain(booking.reason)}",
    ]


def _controls(booking: Booking) -> list[Control]:
    return [
        Button("Cancel my slot", "slot_cancel", booking.handle),
        Button("Change", "book_change", booking.handle),
    ]


def _instead(look: Look, title: str, section: Section, offer: Offer | None) -> ui.LayoutView:
    if offer is None:
        return card(
            look,
            title,
            f"No other slot of {plain(section.name)} is free just now. Look again later, or ask for one.",
            controls=[Button("Look again", "book", section.handle)],
        )
    label = f"Book the next: {wall_label(offer.slot.starts_at, section.zone)}"
    return card(
        look,
        title,
        f"The next free one is {stamp(offer.slot.starts_at)} ({stamp(offer.slot.starts_at, 'R')}).",
        "What you wrote is kept.",
        controls=[
            primary(label, "book_next", offer.handle),
            Button("All free times", "book", section.handle),
        ],
    )


def draw_cancelled(result: CancelResult) -> ui.LayoutView:
    match result:
        case Cancelled(section, booking, None):
            return card(
                Look.DONE,
                "Your slot is given back",
                f"{stamp(booking.slot.starts_at)} is free again, and your teacher knows.",
                controls=[Button("Book another", "book", section.handle)],
            )
        case Cancelled(_, booking, student):
            return card(
                Look.DONE,
                "Cancelled",
                f"I tell <@{student}> that {stamp(booking.slot.starts_at)} is off. The slot is free again.",
            )
        case AlreadyCancelled() | AlreadyBegun() | LeftClass() | Gone():
            return draw_past(result)


def draw_past(result: Past) -> ui.LayoutView:
    match result:
        case LeftClass():
            return draw_left(result)
        case AlreadyCancelled(section):
            return card(
                Look.WAIT,
                "This slot was cancelled before",
                controls=[Button("Book another", "book", section.handle)],
            )
        case AlreadyBegun(section):
            return card(
                Look.WAIT,
                "This slot has begun already",
                "It cannot be changed any more. If you missed it, book another one.",
                controls=[Button("Book another", "book", section.handle)],
            )
        case Gone():
            return card(
                Look.WAIT,
                "There is nothing here for you any more",
                "It was used up, or it is somebody else's.",
                controls=[Button("Office hours", "book")],
            )
