"""A guardian's phone: what it means, the number, the guardian's own code, and stopping.

The handle of a button is the student's Discord account, or "own" for one's own guardian, and the class: it names, and
grants nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as replaced
from typing import Any

from discord import ui

from bot.domain.phones import MOST_TRIES, BadNumber
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.guardians import (
    GuardianAsked,
    GuardianEntered,
    GuardianGiven,
    GuardiansOff,
    GuardianStatus,
    GuardianStopped,
    NumberStays,
    Of,
    OwnNumber,
    QuietNow,
    Refusal,
)
from bot.services.phones import (
    LostKey,
    NoCode,
    NoPhone,
    Paused,
    Proven,
    Silent,
    TextsOff,
    TextsStopped,
    TooManyCodes,
    Unproven,
    WrongCode,
)
from bot.views.cards import Button, Choice, Look, Menu, card, plain, primary, stamp
from bot.views.choosing import draw_choice
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
)
from bot.words.consent import GUARDIAN_CONSENT, GUARDIAN_WORDING

OWN = "own"


def _handle(of: Of) -> str:
    """``own`` or the account; after a point the class, where it is clear which is meant."""
    whose = OWN if of.student is None else str(of.student)
    return f"{whose}.{of.section}" if of.section else whose


def _of(handle: str) -> Of:
    """An account that nobody has, for a handle that was made up."""
    whose, _, section = handle.partition(".")
    student = None if whose == OWN else int(whose) if whose.isdecimal() and len(whose) < 20 else 0
    return Of(student, section or None)


@on_pick("guardian_which")
async def show_of(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    of = replaced(_of(handle), section=values[0])
    result = await services(interaction).guardians.status(asker(interaction), of, interaction.created_at)
    await replace(interaction, draw_status(result, of))


@on_pick("guardian_for")
async def invite_for(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    of = replaced(_of(handle), section=values[0])
    result = await services(interaction).guardians.status(
        asker(interaction), of, interaction.created_at, gives=True
    )
    await replace(interaction, draw_invitation(result, of))


@on_press("guardian_give")
async def ask_number(interaction: Interaction, handle: str) -> None:
    number: ui.TextInput[Any] = ui.TextInput(custom_id="number", placeholder="+1 202 555 0142", max_length=30)
    hint = "A mobile number, best with its country code. I text a code to it."
    field = ui.Label(text="The guardian’s number", description=hint, component=number)
    await interaction.response.send_modal(Form("A guardian’s phone", "guardian_give", handle, field))


@on_form("guardian_give")
async def give(interaction: Interaction, handle: str, fields: Fields) -> None:
    result = await services(interaction).guardians.give(
        asker(interaction),
        _of(handle),
        str(fields.get("number", "")),
        GUARDIAN_WORDING,
        interaction.created_at,
    )
    await replace(interaction, draw_given(result, _of(handle)))


@on_press("guardian_code")
async def ask_code(interaction: Interaction, handle: str) -> None:
    await interaction.response.send_modal(code_form(_of(handle)))


@on_form("guardian_code")
async def enter(interaction: Interaction, handle: str, fields: Fields) -> None:
    result = await services(interaction).guardians.enter(
        asker(interaction), _of(handle), str(fields.get("code", "")), interaction.created_at
    )
    await replace(interaction, draw_entered(result, _of(handle)))


@on_press("guardian_stop")
async def stop(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).guardians.stop(
        asker(interaction), _of(handle), interaction.created_at
    )
    await replace(interaction, draw_stopped(result, _of(handle)))


def code_form(of: Of) -> Form:
    code: ui.TextInput[Any] = ui.TextInput(custom_id="code", placeholder="123456", max_length=12)
    hint = "The six digits from the text, as the guardian told you."
    field = ui.Label(text="Code", description=hint, component=code)
    return Form("The guardian’s code", "guardian_code", _handle(of), field)


def _give(of: Of, label: str = "Give the number") -> Button:
    return primary(label, "guardian_give", _handle(of))


def _enter(of: Of) -> Button:
    return primary("Enter the code", "guardian_code", _handle(of))


def _stop(of: Of) -> Button:
    return Button("Stop the texts", "guardian_stop", _handle(of))


def draw_invitation(result: GuardianStatus, of: Of) -> ui.LayoutView:
    """What whoever gives a number is told before."""
    match result:
        case TextsOff() | NoClass() | NotStaff() | GuardiansOff() | WhichClass():
            return _refusal(result, of, invites=True)
        case Proven(ending, _):
            now = f"I text the number ending in **{ending}** now. Give another one, and it takes its place."
        case _:
            now = ""
    whose = f"a guardian of <@{of.student}>" if of.student else "your parent or guardian"
    return card(
        Look.ASK,
        "May I text a guardian?",
        f"This is about {whose}.",
        *GUARDIAN_CONSENT,
        now,
        controls=[_give(of), Button("Not now", "dismiss")],
    )


def draw_status(result: GuardianStatus, of: Of) -> ui.LayoutView:
    match result:
        case TextsOff() | NoClass() | NotStaff() | GuardiansOff() | WhichClass():
            return _refusal(result, of)
        case NoPhone(stopped_at):
            since = f"They stopped {stamp(stopped_at, 'R')}." if stopped_at else ""
            return card(Look.WAIT, "I text no guardian", since, "I keep no number.", controls=[_give(of)])
        case Unproven(ending, expires_at):
            return _unproven(ending, f"It is good until {stamp(expires_at, 't')}." if expires_at else "", of)
        case Proven(ending, confirmed_at):
            return card(
                Look.DONE,
                f"I text the guardian’s number ending in {ending}",
                f"They agreed {stamp(confirmed_at, 'R')}.",
                "They end it by answering STOP to any text.",
                controls=[_stop(of), Button("Another number", "guardian_give", _handle(of))],
            )
        case Paused(ending, why):
            return card(
                Look.PROBLEM,
                f"My texts do not reach the guardian’s number ending in {ending}",
                f"The carrier says: {plain(why)}. So I text it no more.",
                controls=[_give(of), _stop(of)],
            )
        case Silent(ending):
            return _silent(ending)
        case LostKey():
            return card(
                Look.PROBLEM,
                "I cannot read the guardian’s number any more",
                "So I text nothing. Give it again, and the guardian is asked again.",
                controls=[_give(of), _stop(of)],
            )


def _unproven(ending: str, until: str, of: Of) -> ui.LayoutView:
    if not until:
        return card(
            Look.NOT_YET,
            f"The guardian with the number ending in {ending} has not agreed yet",
            "No code is out for it. Give the number again to ask once more.",
            controls=[_give(of), _stop(of)],
        )
    return card(
        Look.DO,
        f"A code went to the guardian’s number ending in {ending}",
        until,
        controls=[_enter(of), _stop(of)],
    )


def _silent(ending: str) -> ui.LayoutView:
    return card(
        Look.WAIT,
        f"The phone with the number ending in {ending} asked for no texts",
        "So I send none, whoever asks. Only a text START from that very phone changes that.",
    )


def draw_given(result: GuardianGiven, of: Of) -> ui.LayoutView:
    match result:
        case GuardianAsked(ending, expires_at, by_text):
            how = (
                "They agree by answering the text with the code. You can also enter it here."
                if by_text
                else "Ask them for the code, and enter it here: by telling it they agree."
            )
            return card(
                Look.DO,
                f"A code is on its way to the number ending in {ending}",
                f"It is good until {stamp(expires_at, 't')} ({stamp(expires_at, 'R')}).",
                how,
                controls=[_enter(of), Button("Another number", "guardian_give", _handle(of))],
            )
        case Proven():
            return draw_status(result, of)
        case NumberStays(ending):
            return card(
                Look.WAIT,
                "The guardian’s number stays as it is",
                f"Your guardian agreed to texts to the number ending in {ending}."
                if ending
                else "Your guardian had agreed to texts to another number, and you ended them.",
                "They can answer STOP to any text, or your teacher can end it with `/guardian stop`. "
                "Then you can give another number.",
                "The same number again works as well." if ending is None else "",
            )
        case BadNumber(problem):
            return card(Look.NOT_YET, "I cannot text that", problem, controls=[_give(of, "Try again")])
        case OwnNumber():
            return card(
                Look.NOT_YET,
                "That is the student’s own number",
                "A guardian has a phone of their own.",
                controls=[_give(of, "Try again")],
            )
        case QuietNow(again_at):
            return card(
                Look.WAIT,
                "It is too late or too early for a text",
                f"The code would ring on their phone now. Please give the number again {stamp(again_at, 'R')}.",
            )
        case TooManyCodes(again_at):
            return card(
                Look.WAIT,
                "Enough codes for today",
                f"You can ask for one more {stamp(again_at, 'R')}. If one of them came, enter the newest.",
                controls=[_enter(of)],
            )
        case Silent(ending):
            return _silent(ending)
        case TextsOff() | NoClass() | NotStaff() | GuardiansOff() | WhichClass():
            return _refusal(result, of)


def draw_entered(result: GuardianEntered, of: Of) -> ui.LayoutView:
    match result:
        case Proven(ending, _):
            return card(
                Look.DONE,
                "The guardian agreed",
                f"Texts go to the number ending in {ending}. They end it by answering STOP to any of them.",
            )
        case WrongCode(left):
            tries = "one try" if left == 1 else f"{left} tries"
            return card(
                Look.NOT_YET,
                "Not that code yet",
                f"You have {tries} left. Ask for the newest text.",
                controls=[_enter(of)],
            )
        case NoCode():
            return card(
                Look.WAIT,
                "No code is good just now",
                f"A code lasts ten minutes and {MOST_TRIES} tries. Give the number again to send a new one.",
                controls=[_give(of)],
            )
        case TextsOff() | NoClass() | NotStaff() | GuardiansOff() | WhichClass():
            return _refusal(result, of)


def draw_stopped(result: GuardianStopped, of: Of) -> ui.LayoutView:
    match result:
        case TextsStopped():
            return card(
                Look.DONE,
                "Texts to the guardian have stopped",
                "None goes out any more from this class, and I have forgotten the number.",
                "Your guardian hears of it by a last text, and your teacher too."
                if of.student is None
                else "",
            )
        case _:
            return draw_status(result, of)


def _refusal(result: Refusal, of: Of, *, invites: bool = False) -> ui.LayoutView:
    match result:
        case TextsOff():
            return card(Look.WAIT, "Texts are not set up here", "So guardians cannot be texted either.")
        case GuardiansOff("student"):
            return card(
                Look.WAIT,
                "In this class students give the number themselves",
                "Ask the student to use `/guardian number`.",
            )
        case GuardiansOff("teacher"):
            return card(
                Look.WAIT,
                "In this class the teacher sees to guardians’ numbers",
                "Your teacher can give or stop one. A guardian ends texts by answering STOP.",
            )
        case GuardiansOff():
            return card(
                Look.WAIT,
                "This class does not text guardians",
                "-# Teachers: `/reminders` changes that.",
            )
        case WhichClass(sections):
            choices = [Choice(each.name, each.handle) for each in sections]
            menu = (
                Menu("Choose a class", "guardian_for", _handle(of), choices)
                if invites
                else Menu("Choose a class", "guardian_which", _handle(of), choices)
            )
            words = "Each class knows a guardian of its own: one says nothing to another."
            return card(Look.ASK, "Which class?", words, controls=[menu])
        case NoClass() | NotStaff():
            return draw_choice(result)
