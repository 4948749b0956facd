"""Autocomplete: at most 25 choices, and only of what the asker may see (checks do not run for autocomplete)."""

from __future__ import annotations

from collections.abc import Iterable

from discord import app_commands

from bot.domain.announcing import GROUPS, UNIT
from bot.services.announcement_results import ALL_CLASSES
from bot.views.cards import one_line, shorten
from bot.views.presses import Interaction, asker, services

Choices = list[app_commands.Choice[str]]


def matching(typed: str, pairs: Iterable[tuple[str, str]]) -> Choices:
    """Choices from (name, value) pairs whose name holds what was typed."""
    wanted = typed.casefold().strip()
    found = ((name, value) for name, value in pairs if wanted in name.casefold())
    return [
        app_commands.Choice(name=shorten(one_line(name), 100) or "…", value=value)
        for (name, value), _ in zip(found, range(25), strict=False)
    ]


async def class_choices(interaction: Interaction, typed: str) -> Choices:
    sections = await services(interaction).classes.taught(asker(interaction))
    return matching(typed, ((each.name, each.name) for each in sections))


async def course_choices(interaction: Interaction, typed: str) -> Choices:
    courses = await services(interaction).courses.mine(asker(interaction))
    return matching(typed, ((each.title, each.slug) for each in courses))


async def unit_choices(interaction: Interaction, typed: str) -> Choices:
    named = getattr(interaction.namespace, "class", None)
    units = await services(interaction).posting.units(asker(interaction), named or None)
    return matching(typed, ((f"{each.position + 1}. {each.unit.title}", each.unit.slug) for each in units))


async def every_class(interaction: Interaction, typed: str) -> Choices:
    """One choice for all classes of a teacher who has several here."""
    sections = await services(interaction).classes.taught(asker(interaction))
    return matching(typed, [("All my classes", ALL_CLASSES)] if len(sections) > 1 else [])


async def audience_choices(interaction: Interaction, typed: str) -> Choices:
    """The groups of an announcement, and who works on which unit of the class."""
    groups = [(name[:1].upper() + name[1:], group) for group, name in GROUPS.items()]
    named = getattr(interaction.namespace, "class", None)
    units = await services(interaction).announcements.units(asker(interaction), named or None)
    if not units:
        return []
    working = ((f"Those who work on {each.unit.title}", f"{UNIT}{each.unit.slug}") for each in units)
    return matching(typed, [*groups, *working])


async def question_choices(interaction: Interaction, typed: str) -> Choices:
    """The questions of the unit that was filled in."""
    named, unit = (getattr(interaction.namespace, name, None) for name in ("class", "unit"))
    found = await services(interaction).regrades.questions(asker(interaction), named or None, unit or "")
    return matching(typed, ((each.prompt, each.slug) for each in found))
