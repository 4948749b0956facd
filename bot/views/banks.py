"""A question bank brought into a unit: what it would change, before it changes anything; and one taken away."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.attachments import Attachment
from bot.domain.course import Fault
from bot.services.banks import (
    BankFile,
    BankGone,
    BankIn,
    BankPreview,
    NoSuchObjective,
    NoSuchUnitHere,
    NothingNew,
    NothingUsable,
    NotYourCourse,
    PreviewResult,
    TooMany,
    Which,
)
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.courses import NotFetched, TooLarge
from bot.views.cards import Button, Card, Look, attached, card, count, plain, primary, shorten
from bot.views.choosing import draw_choice
from bot.views.courses import MOST_ADVICE, draw_advice
from bot.views.presses import Interaction, asker, on_press, replace, services
from bot.views.uploads import outgoing, sending

MOST_NAMES, MOST_SKIPPED = 12, 12


@on_press("bank_in")
async def bring_in(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).banks.bring_in(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_in(result))


@on_press("bank_not")
async def leave_it(interaction: Interaction, handle: str) -> None:
    await replace(interaction, card(Look.STAFF, "Left as it was", "Nothing was changed."))


def draw_preview(result: PreviewResult) -> ui.LayoutView:
    match result:
        case BankPreview(handle, unit, merged, skipped):
            news = [each.prompt for each in merged.added]
            changed = [each.after.prompt for each in merged.changed]
            return card(
                Look.STAFF,
                f"{plain(unit.unit.title)}: what the file would change",
                _part("🆕", "new", news),
                _part("✏️", "changed", changed),
                f"= {count(merged.same, 'question')} just as you have them." if merged.same else "",
                _skipped(skipped),
                f"The bank would have {count(len(merged.bank), 'question')}. What the file does not hold stays. "
                "Checks that have begun keep the questions that they began with.",
                controls=[primary("Bring them in", "bank_in", handle), Button("Leave it", "bank_not")],
            )
        case NothingNew(unit, same, skipped):
            return card(
                Look.DONE,
                f"{plain(unit.unit.title)} has them all",
                f"{count(same, 'question')} of the file are in its bank just like that. Nothing was changed.",
                _skipped(skipped),
            )
        case NothingUsable(skipped):
            return card(
                Look.PROBLEM,
                "No question of that file can be used",
                _skipped(skipped),
                "Nothing was changed. Mend the file and bring it again.",
            )
        case TooMany(number, most):
            return card(
                Look.PROBLEM,
                "That is more than a bank can hold",
                f"With this file it would have {number} questions, and {most} is the most for one unit. "
                "Nothing was changed: cut the file, and keep the questions that fit the unit's objectives best.",
            )
        case NoSuchObjective(typed, objectives):
            return card(
                Look.ASK,
                f"The unit has no objective “{plain(shorten(typed, 40))}”",
                f"It has {', '.join(plain(each) for each in objectives)}. Nothing was changed.",
            )
        case TooLarge(limit):
            return card(
                Look.PROBLEM,
                "That file is too large",
                f"A bank has at most {limit // 2**20} MB: cut it in two.",
            )
        case NotFetched():
            return card(
                Look.PROBLEM,
                "I could not get that file",
                "Discord did not hand it over in time. Nothing was changed. Please try the command once more.",
            )
        case _:
            return draw_which(result)


def draw_which(result: NotYourCourse | Which) -> ui.LayoutView:
    match result:
        case NotYourCourse(section):
            return card(
                Look.PROBLEM,
                "The course is a colleague's",
                f"{plain(section.name)} uses a course that another teacher brought in, and they change its questions.",
            )
        case NoSuchUnitHere(typed, units):
            names = "\n".join(f"{number}. {plain(each)}" for number, each in enumerate(units, start=1))
            title = f"There is no unit “{plain(shorten(typed, 40))}”"
            return card(Look.ASK, title, "Give the number of one of these:\n" + names)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def draw_in(result: BankIn | BankGone) -> ui.LayoutView:
    match result:
        case BankIn(course, unit, added, changed, behind, advice):
            return card(
                Look.DONE,
                f"{plain(unit.title)}: {count(len(unit.check.bank), 'question')} now",
                f"{added} new, {changed} changed. {plain(course.title)} has revision {course.number}.",
                "Classes that still use the revision before can move on; what students have begun stays as it is."
                if behind
                else "",
                draw_advice(advice, MOST_ADVICE),
                controls=[Button(f"Use it in {each.name}", "course_use", each.handle) for each in behind[:5]],
            )
        case BankGone():
            return card(
                Look.WAIT,
                "This preview is too old",
                "It was used before, or the course has changed since. Bring the file again with `/bank import`.",
            )


def _part(mark: str, word: str, prompts: Sequence[str]) -> str:
    if not prompts:
        return ""
    lines = [f"- {plain(shorten(each, 80))}" for each in prompts[:MOST_NAMES]]
    more = f"\n… and {len(prompts) - MOST_NAMES} more." if len(prompts) > MOST_NAMES else ""
    return f"{mark} **{len(prompts)} {word}**\n" + "\n".join(lines) + more


def _skipped(skipped: Sequence[Fault]) -> str:
    if not skipped:
        return ""
    lines = [f"- {plain(shorten(str(each), 200))}" for each in skipped[:MOST_SKIPPED]]
    more = f"\n… and {len(skipped) - MOST_SKIPPED} more." if len(skipped) > MOST_SKIPPED else ""
    return f"⚠️ **{len(skipped)} left out**\n" + "\n".join(lines) + more


async def send_bank(interaction: Interaction, result: BankFile | NotYourCourse | Which) -> None:
    """Into the place of the answer that was put off: the file, or why there is none."""
    if not isinstance(result, BankFile):
        await interaction.edit_original_response(view=draw_which(result))
        return
    shown = card(
        Look.STAFF,
        f"{plain(result.unit.unit.title)}: {count(result.questions - len(result.left_out), 'question')}",
        "It holds the key: keep it where students do not look.",
        f"⚠️ This format cannot hold {count(len(result.left_out), 'question')}: "
        + ", ".join(plain(shorten(each, 40)) for each in result.left_out[:MOST_NAMES])
        + ". Take Moodle's XML for them."
        if result.left_out
        else "",
    )
    async with outgoing():
        with sending(Attachment(result.name, result.data)) as files:
            await interaction.edit_original_response(
                view=Card([*shown.to_components(), attached(result.name)]),
                attachments=files,
                allowed_mentions=discord.AllowedMentions.none(),
            )
