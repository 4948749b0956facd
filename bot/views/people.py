"""Joining a class and opening the inbox."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.services.choosing import NoClass, WhichClass
from bot.services.people import AlreadyIn, AskAge, InboxIsOpen, InboxOpens, Joined, JoinResult, OwnClass
from bot.views.cards import Button, Control, Look, card, plain, primary, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_pick, on_press, replace, reply, services
from bot.words.contracts import WELCOME


@on_press("join")
async def join(interaction: Interaction, handle: str) -> None:
    chosen = None if handle == "-" else handle
    result = await services(interaction).people.join(asker(interaction), chosen, interaction.created_at)
    await replace(interaction, draw_join(result))


@on_pick("join_which")
async def join_which(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await join(interaction, values[0])


@on_press("join_old_enough")
async def join_old_enough(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).people.join(
        asker(interaction), handle, interaction.created_at, old_enough=True
    )
    await replace(interaction, draw_join(result))


@on_press("inbox")
async def inbox(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).people.open_inbox(asker(interaction), interaction.created_at)
    await reply(interaction, draw_inbox(result))


def draw_join(result: JoinResult) -> ui.LayoutView:
    match result:
        case AskAge(section):
            return card(
                Look.ASK,
                f"Join {plain(section.name)}?",
                "Discord is for people of 13 and over; in some countries the age is higher.",
                "By joining you say that you are old enough where you live. I keep no birth dates.",
                controls=[primary("I am old enough. Join", "join_old_enough", section.handle)],
            )
        case Joined(section, inbox_open, has_goals):
            return card(
                Look.DONE,
                f"You are in {plain(section.name)}",
                "Your first unit opens in a few seconds. How this class works:",
                "\n".join(f"{place}. {line}" for place, line in enumerate(WELCOME, start=1)),
                _inbox_line(inbox_open),
                controls=[*_next_steps(inbox_open), *([_goal(section.handle)] if has_goals else [])],
            )
        case AlreadyIn(section, inbox_open):
            return card(
                Look.DONE,
                f"You are in {plain(section.name)} already",
                "Are its channels missing? They come back in a few seconds.",
                _inbox_line(inbox_open),
                controls=_next_steps(inbox_open),
            )
        case OwnClass(section):
            return card(
                Look.STAFF,
                f"You teach {plain(section.name)}",
                "Students join with this button. You can see who has with `/class check`.",
            )
        case WhichClass() | NoClass():
            return draw_choice(result, "join_which") if isinstance(result, WhichClass) else _nothing_to_join()


def _nothing_to_join() -> ui.LayoutView:
    return card(
        Look.WAIT, "There is no class to join here", "Ask your teacher for the link to your class's server."
    )


def _goal(section: str) -> Button:
    return Button("Choose my goal", "contract", section)


def _inbox_line(inbox_open: bool) -> str:
    if inbox_open:
        return ""
    return "Next: open your inbox, so that I may remind you before a deadline. I write to nobody who has not asked."


def _next_steps(inbox_open: bool) -> list[Control]:
    if inbox_open:
        return [primary("What do I do now?", "today")]
    return [primary("Open my inbox", "inbox"), Button("What do I do now?", "today")]


def draw_inbox(result: InboxOpens | InboxIsOpen | NoClass) -> ui.LayoutView:
    today = [primary("What do I do now?", "today")]
    match result:
        case InboxOpens(at, in_queue=True):
            return card(
                Look.WAIT,
                "Your inbox opens soon",
                f"Many are joining, so I open them one after the other. Yours comes {stamp(at, 'R')}.",
                controls=today,
            )
        case InboxOpens():
            return card(
                Look.DONE,
                "I am writing to you now",
                "Nothing there in a minute? Discord may block messages from this server: open **Privacy Settings** "
                "of the server, allow **Direct Messages**, and press the button again.",
                controls=[*today, Button("Try again", "inbox")],
            )
        case InboxIsOpen():
            return card(Look.DONE, "Your inbox is open", "I can write to you.", controls=today)
        case NoClass():
            return draw_choice(NoClass())
