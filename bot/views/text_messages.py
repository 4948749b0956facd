"""Messages that go out as texts, as Discord shows them to whoever wants to see one."""

from __future__ import annotations

from discord import ui

from bot.domain.contract_messages import ContractLink
from bot.domain.messages import GuardianCode, GuardianNudge, PhoneCode, PhonePaused
from bot.domain.text_messages import GuardianEnded, TextHelp, TextsAgain, TextsEnded
from bot.views.cards import Button, Look, card, plain, primary
from bot.views.prose import name_of
from bot.words.texts import text


def draw_about_texts(
    content: PhoneCode
    | PhonePaused
    | GuardianCode
    | GuardianNudge
    | GuardianEnded
    | ContractLink
    | TextsEnded
    | TextsAgain
    | TextHelp,
    marker: int,
) -> ui.LayoutView:
    """All but the paused phone goes out as a text only; here it is for whoever wants to see it on Discord."""
    match content:
        case PhoneCode(code, minutes):
            return card(
                Look.ASK, f"Your code is {plain(code)}", f"It is good for {minutes} minutes.", marker=marker
            )
        case PhonePaused(class_name, why):
            return card(
                Look.PROBLEM,
                "My texts do not reach your phone",
                f"The carrier says: {plain(why)}. I text it no more; **{name_of(class_name)}** reaches you here.",
                "Is it another number by now? Give it, and texts go on.",
                controls=[primary("Give my number", "phone"), Button("Stop the texts", "phone_stop")],
                marker=marker,
            )
        case (
            GuardianCode()
            | GuardianNudge()
            | GuardianEnded()
            | ContractLink()
            | TextsEnded()
            | TextsAgain()
            | TextHelp()
        ):
            return card(Look.ASK, "A text", plain(text(content)), marker=marker)
