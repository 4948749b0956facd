"""A phone to be texted: what that means, the number, its code, and stopping."""

from __future__ import annotations

from typing import Any

from discord import ui

from bot.domain.phones import MOST_TRIES, BadNumber
from bot.services.choosing import NoClass, NotStaff
from bot.services.phones import (
    CodeSent,
    EnterResult,
    GiveResult,
    LostKey,
    NoCode,
    NoPhone,
    Paused,
    Proven,
    Silent,
    StatusResult,
    StopForResult,
    StopResult,
    TextsOff,
    TextsStopped,
    TooManyCodes,
    Unproven,
    WrongCode,
)
from bot.views.cards import Button, Link, Look, card, plain, primary, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, replace, services
from bot.words.consent import CONSENT, WORDING

GIVE = primary("Give my number", "phone_give")
ENTER = primary("Enter the code", "phone_code")
STOP = Button("Stop the texts", "phone_stop")
HOW_TO_STOP = (
    "To stop: `/phone stop`, or answer STOP to any text; your own words do as well, such as “no more texts”."
)


@on_press("phone")
async def invite(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).phones.status(asker(interaction), interaction.created_at)
    await replace(interaction, draw_invitation(result))


@on_press("phone_give")
async def ask_number(interaction: Interaction, handle: str) -> None:
    await interaction.response.send_modal(number_form())


@on_form("phone_give")
async def give(interaction: Interaction, handle: str, fields: Fields) -> None:
    typed = str(fields.get("number", ""))
    result = await services(interaction).phones.give(
        asker(interaction), typed, WORDING, interaction.created_at
    )
    await replace(interaction, draw_given(result))


@on_press("phone_code")
async def ask_code(interaction: Interaction, handle: str) -> None:
    await interaction.response.send_modal(code_form())


@on_form("phone_code")
async def enter(interaction: Interaction, handle: str, fields: Fields) -> None:
    typed = str(fields.get("code", ""))
    result = await services(interaction).phones.enter(asker(interaction), typed, interaction.created_at)
    await replace(interaction, draw_entered(result))


@on_press("phone_stop")
async def stop(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).phones.stop(asker(interaction), interaction.created_at)
    await replace(interaction, draw_stopped(result))


def number_form() -> Form:
    number: ui.TextInput[Any] = ui.TextInput(custom_id="number", placeholder="+1 202 555 0142", max_length=30)
    hint = "A mobile number, best with its country code. I text a code to it."
    return Form("Your phone", "phone_give", "-", ui.Label(text="Number", description=hint, component=number))


def code_form() -> Form:
    code: ui.TextInput[Any] = ui.TextInput(custom_id="code", placeholder="123456", max_length=12)
    hint = "The six digits from the text."
    return Form("Your code", "phone_code", "-", ui.Label(text="Code", description=hint, component=code))


def draw_invitation(result: StatusResult) -> ui.LayoutView:
    """What a person is told before they give a number."""
    match result:
        case TextsOff() | NoClass():
            return draw_status(result)
        case Proven(ending, _):
            now = f"I text the number ending in **{ending}** now. Give another one, and it takes its place."
        case _:
            now = ""
    return card(Look.ASK, "May I text you?", *CONSENT, now, controls=[GIVE, Button("Not now", "dismiss")])


def draw_status(result: StatusResult, *, stop_page: str | None = None) -> ui.LayoutView:
    """``stop_page`` is the address of the page that stops texts, where one is served."""
    match result:
        case TextsOff():
            return card(
                Look.WAIT,
                "Texts are not set up here",
                "Reminders reach you on Discord. If you would like texts, ask your teacher.",
            )
        case NoClass():
            return draw_choice(result)
        case NoPhone(stopped_at):
            since = f"You stopped them {stamp(stopped_at, 'R')}." if stopped_at else ""
            return card(
                Look.WAIT,
                "I do not text you",
                since,
                "I keep no number.",
                controls=[primary("Get texts", "phone")],
            )
        case Unproven(ending, None):
            return card(
                Look.NOT_YET,
                f"The number ending in {ending} is not confirmed yet",
                "No code is out for it. Give the number again to get a new one.",
                controls=[GIVE, STOP],
            )
        case Unproven(ending, expires_at):
            return card(
                Look.DO,
                f"A code went to the number ending in {ending}",
                f"It is good until {stamp(expires_at, 't')} ({stamp(expires_at, 'R')}).",
                controls=[ENTER, Button("Another number", "phone_give")],
            )
        case Proven(ending, confirmed_at):
            return card(
                Look.DONE,
                f"I text the number ending in {ending}",
                f"You confirmed it {stamp(confirmed_at, 'R')}.",
                HOW_TO_STOP,
                controls=[
                    STOP,
                    Button("Another number", "phone"),
                    *([Link("Stop page", stop_page)] if stop_page else []),
                ],
            )
        case Paused(ending, why):
            return card(
                Look.PROBLEM,
                f"My texts do not reach the number ending in {ending}",
                f"The carrier says: {plain(why)}. So I text it no more.",
                "Is it another number by now? Give it, and texts go on.",
                controls=[GIVE, STOP],
            )
        case Silent(ending):
            return _silent(ending)
        case LostKey():
            return card(
                Look.PROBLEM,
                "I cannot read your number any more",
                "So I text nothing. Give it again, and texts go on.",
                controls=[GIVE, STOP],
            )


def _silent(ending: str) -> ui.LayoutView:
    return card(
        Look.WAIT,
        f"The phone with the number ending in {ending} asked for no texts",
        "So I send none, whoever asks. To change that, text START from that very phone to the number my texts came "
        "from; then give the number here again.",
        controls=[primary("Give my number", "phone_give")],
    )


def draw_given(result: GiveResult) -> ui.LayoutView:
    match result:
        case CodeSent(ending, expires_at):
            return card(
                Look.DO,
                f"A code is on its way to the number ending in {ending}",
                f"It is good until {stamp(expires_at, 't')} ({stamp(expires_at, 'R')}).",
                "Nothing after two minutes? Check the number and give it again.",
                controls=[ENTER, Button("Another number", "phone_give")],
            )
        case BadNumber(problem):
            return card(
                Look.NOT_YET, "I cannot text that", problem, controls=[primary("Try again", "phone_give")]
            )
        case TooManyCodes(again_at):
            return card(
                Look.WAIT,
                "Enough codes for today",
                f"You can ask for one more {stamp(again_at, 'R')}. If one of them came, enter the newest.",
                controls=[ENTER],
            )
        case Silent(ending):
            return _silent(ending)
        case TextsOff() | NoClass():
            return draw_status(result)


def draw_entered(result: EnterResult) -> ui.LayoutView:
    match result:
        case Proven(ending, _):
            return card(
                Look.DONE,
                "Your phone is confirmed",
                f"Texts go to the number ending in {ending}.",
                HOW_TO_STOP,
            )
        case WrongCode(left):
            tries = "one try" if left == 1 else f"{left} tries"
            return card(
                Look.NOT_YET,
                "Not that code yet",
                f"You have {tries} left. Use the newest text.",
                controls=[ENTER],
            )
        case NoCode():
            return card(
                Look.WAIT,
                "No code is good just now",
                f"A code lasts ten minutes and {MOST_TRIES} tries. Give your number to get a new one.",
                controls=[GIVE],
            )
        case TextsOff() | NoClass():
            return draw_status(result)


def draw_stopped(result: StopResult) -> ui.LayoutView:
    match result:
        case TextsStopped():
            return card(
                Look.DONE,
                "Texts have stopped",
                "None goes out any more, and I have forgotten your number. Reminders reach you on Discord.",
            )
        case NoPhone():
            return draw_status(result)


def draw_stopped_for(result: StopForResult, student: int) -> ui.LayoutView:
    """For the teacher who stopped texts on a student's word."""
    match result:
        case TextsStopped():
            return card(
                Look.DONE,
                "Texts have stopped",
                f"None goes to <@{student}>'s phone any more, and I have forgotten the number.",
                "It is on record that you did this for them.",
            )
        case NoPhone():
            return card(Look.DONE, "There is nothing to stop", f"I text no phone of <@{student}>'s.")
        case NotStaff():
            return draw_choice(result)
