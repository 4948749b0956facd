"""What is shown when it is not clear which class is meant, or the person has none."""

from __future__ import annotations

from discord import ui

from bot.services.access import LeftClass
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.views.cards import Choice, Look, Menu, card, plain, primary


def draw_left(result: LeftClass) -> ui.LayoutView:
    name = plain(result.section.name)
    return card(
        Look.WAIT,
        f"You are not in {name} just now",
        "What you did there is kept. When you are on its server again, **Join this class** or `/join` brings it "
        "back, and you go on where you were.",
        controls=[primary("Join this class", "join", result.section.handle)],
    )


def draw_choice(result: WhichClass | NoClass | NotStaff, action: str = "") -> ui.LayoutView:
    """``action`` is the menu's that takes the chosen class's handle; without one, the class is typed."""
    match result:
        case WhichClass(sections) if action:
            choices = [Choice(each.name, each.handle) for each in sections]
            return card(Look.ASK, "Which class?", controls=[Menu("Choose a class", action, "-", choices)])
        case WhichClass(sections):
            names = ", ".join(f"**{plain(each.name)}**" for each in sections)
            return card(
                Look.ASK, "Which class?", f"You teach {names} here. Give the command its `class` as well."
            )
        case NoClass():
            return card(
                Look.ASK,
                "No class of yours here",
                "If you are a student, join your class first.",
                "-# Teachers: `/class create` makes one.",
                controls=[primary("Join a class", "join")],
            )
        case NotStaff():
            return card(
                Look.PROBLEM,
                "This is for the class's teacher",
                "You need to teach this class, or have the permission Manage Server, to do that.",
            )


def draw_not_served() -> ui.LayoutView:
    return card(
        Look.WAIT,
        "I do not make classes on this server yet",
        "Whoever runs me has named the servers that I am for, and this one is not among them.",
        "Ask them to add it, or run a Flipcord of your own: it is free.",
    )
