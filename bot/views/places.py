"""What is wrong with a class's roles and channels, in words, with the button that makes them again."""

from __future__ import annotations

from discord import ui

from bot.domain.flaws import BotRemoved, Flaw, FlawedPlace, PlacesFlawed
from bot.views.cards import Button, Look, card, plain, primary, shorten

MOST_LINES = 25


def mend_button(handle: str) -> Button:
    return primary("Make it again", "places_mend", handle)


def say(place: FlawedPlace) -> str:
    """One line: what it is, what is wrong, and what only a person can do about it."""
    what = f"{place.kind} **{plain(shorten(place.name, 90))}**"
    match place.flaw:
        case Flaw.GONE:
            hint = " Run `/class create` again in another one." if place.is_door else ""
            return f"Deleted: the {what}.{hint}"
        case Flaw.SHUT:
            return f"I cannot see the {what} or write there: let my role in, in the channel's settings."
        case Flaw.HIGH:
            return f"The {what} does not stand below mine: drag mine above it in Server Settings, Roles."
        case Flaw.CLOSED:
            return f"Students do not see the {what} any more."
        case Flaw.OPEN:
            return f"Everybody sees the {what}, though it is for a few."


def draw_places(content: PlacesFlawed | BotRemoved, marker: int) -> ui.LayoutView:
    match content:
        case BotRemoved(name):
            return card(
                Look.PROBLEM,
                f"I am not on the server of {plain(shorten(name, 80))} any more",
                "Nothing is lost: what waits goes out by itself once I am back. "
                "Whoever runs the bot has the link that invites me.",
                marker=marker,
            )
        case PlacesFlawed(name, handle, places):
            lines = [f"- {say(each)}" for each in places[:MOST_LINES]]
            if len(places) > MOST_LINES:
                lines.append(f"… and {len(places) - MOST_LINES} more")
            by_press = any(each.is_mended_by_press for each in places)
            return card(
                Look.PROBLEM,
                f"{plain(shorten(name, 80))}: something was changed on the server",
                "\n".join(lines),
                "What needs it waits and goes out by itself afterwards; nothing is lost.",
                "-# Meant it? Then leave it. Deleted roles I make again by myself within six hours; channels "
                "only when you press."
                if by_press
                else "",
                controls=[mend_button(handle)] if by_press else [],
                marker=marker,
            )
