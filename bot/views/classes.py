"""Creating a class, and what its server still lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.domain.flaws import FlawedPlace, KnownPlace
from bot.domain.messages import WantedPlace
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.classes import (
    BadName,
    BadZone,
    Check,
    ClassCreated,
    ClassEdited,
    ClassPlan,
    EditResult,
    NoCourse,
    PlanGone,
    PlanResult,
)
from bot.services.flaws import flawed
from bot.services.serving import NotServed
from bot.views.cards import Button, Look, card, count, plain, primary, shorten
from bot.views.choosing import draw_choice, draw_not_served
from bot.views.flaws import flaws
from bot.views.places import mend_button, say
from bot.views.presses import Interaction, asker, on_press, replace, services

#: what the bot needs on the server to make a class and to reach its students, as Discord's settings spell it
NEEDED = {
    "manage_roles": "Manage Roles",
    "manage_channels": "Manage Channels",
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
    "create_private_threads": "Create Private Threads",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "manage_threads": "Manage Threads",
}


@on_press("class_create")
async def create(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).classes.create(
        asker(interaction), handle, interaction.channel_id or 0, interaction.created_at
    )
    await replace(interaction, draw_created(result))


@dataclass(frozen=True, slots=True)
class OnServer:
    """What the server itself shows: people take permissions away, delete roles and move them by hand."""

    #: permissions that the bot lacks
    missing: tuple[str, ...]
    #: what of ours still stands, by (purpose, kind)
    standing: frozenset[tuple[str, str]]
    #: what is not as it was made
    flawed: tuple[FlawedPlace, ...] = ()


def on_server(
    guild: discord.Guild, known: Mapping[tuple[str, str], int], places: Sequence[KnownPlace] = ()
) -> OnServer:
    """``known``: Discord ids of what was made, by (purpose, kind)."""
    mine = guild.me.guild_permissions
    found = flaws(guild, places)
    return OnServer(
        tuple(name for key, name in NEEDED.items() if not (mine.administrator or getattr(mine, key))),
        frozenset(key for key, each in known.items() if guild.get_role(each) or guild.get_channel(each)),
        tuple(flawed(each, flaw) for each in places if (flaw := found.get((each.purpose, each.kind)))),
    )


def draw_plan(result: PlanResult, here: OnServer) -> ui.LayoutView:
    match result:
        case ClassPlan():
            return _draw_plan(result, here)
        case BadZone(typed):
            return card(
                Look.PROBLEM,
                "I do not know that time zone",
                f"“{plain(shorten(typed, 60))}” is none I know. Start typing a city, such as `Chicago` or `Madrid`, "
                "and choose from the list.",
            )
        case BadName(problem):
            return card(Look.PROBLEM, "That name does not work", problem)
        case NoCourse(typed, own):
            return card(
                Look.ASK,
                "First the course",
                f"You have no course “{plain(shorten(typed, 60))}”.",
                "Your courses: " + ", ".join(f"**{plain(each)}**" for each in own) if own else "",
                "Bring in your own pack with `/course import`, or try the sample with `/course sample`.",
                controls=[] if own else [primary("Bring in the sample course", "course_sample")],
            )
        case NotServed():
            return draw_not_served()
        case NotStaff():
            return draw_choice(result)


def _draw_plan(plan: ClassPlan, here: OnServer) -> ui.LayoutView:
    new = [each for each in plan.places if (each.purpose, each.kind) not in here.standing]
    if here.missing:
        names = "\n".join(f"- {name}" for name in here.missing)
        return card(
            Look.PROBLEM,
            "I need a permission first",
            f"My role lacks:\n{names}",
            "Open **Server Settings → Roles**, choose my role, switch these on, then run `/class create` again.",
        )
    return card(
        Look.STAFF,
        f"{plain(plan.name)}: {'what is still missing' if plan.exists else 'what I will create'}",
        f"Course **{plain(plan.course_title)}** · time zone **{plan.zone}** · bar **{plan.bar} %**",
        "It is there already and keeps its time zone and bar." if plan.exists else "",
        _listed("Roles", [each for each in new if each.kind == "role"]),
        _listed("Channels", [each for each in new if each.kind == "channel"]),
        "Everything stands already; confirming changes nothing." if not new else "",
        "The card with **Join** will come into this channel: run it where your new students can see it.",
        "-# Unit channels stay locked until a student reaches the unit. Unit roles stand on a student's profile: "
        "classmates can see by them who has got how far. `unit_roles: False` makes a class without."
        if plan.unit_places
        else "-# Without roles and channels of units: nobody sees how far another has got.",
        "-# Only you and I see the teachers' room. Should it ever be deleted, I write to you directly.",
        "-# By creating it you say that all students are 13 or over, or as old as Discord asks where they live.",
        controls=[primary("Create the class", "class_create", plan.handle), Button("Not now", "dismiss")],
    )


def _listed(title: str, places: list[WantedPlace]) -> str:
    if not places:
        return ""
    mark = "#" if places[0].kind == "channel" else "@"
    return f"**{title}**\n" + "\n".join(f"{mark}{plain(each.name)}" for each in places)


def draw_edited(result: EditResult) -> ui.LayoutView:
    match result:
        case ClassEdited(section, unit_places, changed):
            name = plain(section.name)
            state = (
                "has roles and channels of units"
                if unit_places
                else "does without roles and channels of units"
            )
            if not changed:
                return card(Look.DONE, f"{name} {state}", "It was so before.")
            if unit_places:
                what = "I make them and give each student those of the units that are open to them."
                more = "Classmates can see by the roles who has got how far."
            else:
                what = "I take the unit roles from its students; that takes some seconds for each."
                more = (
                    "Students go on with `/today` and `/quiz`, which they alone see. The channels and roles stay on "
                    "the server with what was written there: delete them when nobody needs them."
                )
            return card(Look.DONE, f"{name} {state} now", what, more)
        case _:
            return draw_choice(result)


def draw_created(result: ClassCreated | PlanGone | NotStaff | NotServed) -> ui.LayoutView:
    match result:
        case ClassCreated(section, _, is_new):
            return card(
                Look.DONE,
                f"{plain(section.name)} is {'being made' if is_new else 'being looked after'}",
                "I am making its roles and channels; that takes some seconds. "
                "The card with **Join** comes into this channel, where your students can see it.",
                "Next: post the first pre-work with `/prework post`.",
                "-# `/class check` shows what stands and what is missing.",
            )
        case PlanGone():
            return card(Look.WAIT, "That was confirmed already", "`/class check` shows what stands.")
        case NotServed():
            return draw_not_served()
        case NotStaff():
            return draw_choice(result)


@on_press("dismiss")
async def dismiss(interaction: Interaction, handle: str) -> None:
    await replace(interaction, card(Look.WAIT, "Nothing was changed"))


def draw_check(result: Check | WhichClass | NoClass | NotStaff, here: OnServer) -> ui.LayoutView:
    if not isinstance(result, Check):
        return draw_choice(result)
    lacking = [each for each in result.places if (each.purpose, each.kind) not in result.standing]
    troubles = [
        *(f"My role lacks the permission **{name}**." for name in here.missing),
        *(say(each) for each in here.flawed),
        *(
            f"Not there: the {each.kind} **{plain(each.name)}**. `/class create` makes it."
            for each in lacking
        ),
        *(f"Waiting: {plain(why)}." for why in result.waiting),
    ]
    if not troubles:
        return card(
            Look.DONE,
            f"{plain(result.section.name)} is in order",
            f"{count(result.students, 'student')} joined.",
        )
    return card(
        Look.PROBLEM,
        f"{plain(result.section.name)}: {len(troubles)} to mend",
        "\n".join(f"- {each}" for each in troubles),
        "-# What waits goes out by itself once it is mended; nothing is lost.",
        controls=[mend_button(result.section.handle)]
        if any(each.is_mended_by_press for each in here.flawed)
        else [],
    )
