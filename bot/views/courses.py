"""Bringing in a course pack."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.unit_lint import Advice
from bot.services.choosing import NotStaff
from bot.services.courses import Faulty, Imported, Moved, NotFetched, TooLarge, UpToDate
from bot.services.serving import NotServed
from bot.views.cards import Button, Look, card, count, plain, shorten
from bot.views.choosing import draw_choice, draw_not_served
from bot.views.presses import Interaction, asker, on_press, replace, services
from bot.words.unit_lint import advice

MOST_FAULTS = 15
MOST_ADVICE = 8


@on_press("course_sample")
async def sample(interaction: Interaction, handle: str) -> None:
    await interaction.response.defer(ephemeral=True)  # a worker process reads the pack
    result = await services(interaction).courses.import_sample(asker(interaction), interaction.created_at)
    await interaction.edit_original_response(view=draw_import(result))


@on_press("course_use")
async def use(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).courses.use_newest(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_moved(result))


def draw_import(
    result: Imported | Faulty | TooLarge | NotFetched | NotStaff | NotServed,
) -> ui.LayoutView:
    match result:
        case Imported(course, units, questions, is_new, behind, found):
            return card(
                Look.DONE,
                f"{plain(course.title)} is in",
                f"{count(units, 'unit')}, {count(questions, 'question')}, revision {course.number}."
                + ("" if is_new else " This very pack was here already, so nothing changed."),
                "Classes that still use the revision before can move on; what students have begun stays as it is."
                if behind
                else f"Next: `/class create` with the course `{course.slug}`.",
                draw_advice(found, MOST_ADVICE, with_unit=True),
                controls=[Button(f"Use it in {each.name}", "course_use", each.handle) for each in behind[:5]],
            )
        case Faulty(faults):
            shown = "\n".join(f"- {plain(str(fault))}" for fault in faults[:MOST_FAULTS])
            more = f"\n… and {len(faults) - MOST_FAULTS} more." if len(faults) > MOST_FAULTS else ""
            return card(
                Look.PROBLEM,
                f"The pack has {count(len(faults), 'thing')} to mend",
                shown + more,
                "Nothing was changed. Mend them and import the pack again.",
            )
        case NotFetched():
            return card(
                Look.PROBLEM,
                "I could not get that file",
                "Discord did not hand it over in time. Nothing was changed. Please try the command once more.",
            )
        case TooLarge(limit):
            return card(
                Look.PROBLEM,
                "That file is too large",
                f"A course pack has at most {limit // 1024 // 1024} MB: make its pictures smaller, and give videos as links.",
            )
        case NotServed():
            return draw_not_served()
        case NotStaff():
            return draw_choice(result)


def draw_advice(found: Sequence[Advice], most: int, *, with_unit: bool = False) -> str:
    """What is worth a thought, the first ``most`` things; empty where there is nothing."""
    if not found:
        return ""
    lines = [
        f"- {plain(shorten(each.unit, 40)) + ': ' if with_unit else ''}{plain(advice(each))}"
        for each in found[:most]
    ]
    more = f"\n… and {len(found) - most} more." if len(found) > most else ""
    return "**Worth a thought before you open a unit**\n" + "\n".join(lines) + more


def draw_moved(result: Moved | UpToDate | NotStaff) -> ui.LayoutView:
    match result:
        case Moved(section, course):
            return card(
                Look.DONE,
                f"{plain(section.name)} uses revision {course.number}",
                "New units get their roles and channels now.",
            )
        case UpToDate(section):
            return card(Look.DONE, f"{plain(section.name)} is up to date already")
        case NotStaff():
            return draw_choice(result)
