"""Summative checks: their hours, what a student is told before and after, and the talk that confirms them."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.domain.booking import wall_label
from bot.domain.grading import percent
from bot.domain.mastery import Item
from bot.domain.summative import ResultsAt, TalkFirst, may_ask
from bot.domain.talk_messages import TalkNews, TalksToBook
from bot.domain.times import BadTime
from bot.services.before_checks import BeforeSummative, NotNow
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.posting import NoUnit
from bot.services.summatives import (
    BadHours,
    NotSummative,
    SetResult,
    SittingSet,
    TalkDecided,
    TalkGone,
    TalkLine,
    Talks,
    TalkShown,
    TalksResult,
)
from bot.services.unlocking import HeldBack
from bot.views.cards import Button, Choice, Control, Look, Menu, card, count, plain, primary, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.given import given_text
from bot.views.presses import Interaction, asker, on_pick, on_press, replace, reply, services
from bot.views.prework_staff import draw_no_unit
from bot.views.prose import name_of, with_links
from bot.views.retakes import stands_text

TODAY = primary("What do I do now?", "today")
#: choices of one menu
MOST = 25
TALK_RULE = (
    "After it your teacher talks with you for two minutes about two of your answers. "
    "If you pass, that talk opens the next unit."
)


# --- presses ---------------------------------------------------------------------------------------


@on_pick("oral_pick")
async def pick(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    result = await services(interaction).summatives.show(asker(interaction), values[0])
    await reply(interaction, draw_talk(result))


@on_press("oral_yes")
async def confirm(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).summatives.confirm(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_decided(result))


@on_press("oral_no")
async def doubt(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).summatives.doubt(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_decided(result))


@on_press("oral_missed")
async def miss(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).summatives.miss(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_decided(result))


@on_press("oral_again")
async def again(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).summatives.again(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_decided(result))


# --- for students ----------------------------------------------------------------------------------


def draw_before(before: BeforeSummative) -> ui.LayoutView:
    sitting = before.sitting
    return card(
        Look.ASK,
        f"{plain(before.unit_title)}: a summative check",
        f"{count(before.questions, 'question')}, taken once. It closes for everyone {stamp(sitting.closes_at)} "
        f"({stamp(sitting.closes_at, 'R')}); what you have answered by then counts.",
        f"Results come {stamp(sitting.result_at)}.",
        TALK_RULE if sitting.oral else "",
        controls=[primary("Begin now", "check_sum", before.section), Button("Not yet", "today")],
    )


def draw_not_now(result: NotNow) -> ui.LayoutView:
    return card(
        Look.WAIT,
        f"{plain(result.unit_title)}: not open now",
        stands_text(result.stands),
        controls=[Button("Book office hours", "book", result.section), TODAY],
    )


def draw_held(held: HeldBack, note: str = "") -> ui.LayoutView:
    return card(
        Look.WAIT,
        f"Handed in: {plain(held.unit_title)}",
        note,
        held_text(held.by),
        controls=[*talk_controls(held.by, held.section), TODAY],
    )


def held_text(by: ResultsAt | TalkFirst) -> str:
    match by:
        case ResultsAt(at):
            return (
                f"Results come {stamp(at)} ({stamp(at, 'R')}); I tell you. "
                "If your teacher marks a part of it, that may take longer."
            )
        case TalkFirst(score, bar, starts_at, is_looked_at):
            mine = f"**{percent(score)} %**. Your bar is {bar} %.\n"
            if is_looked_at:
                return f"{mine}Your teacher looks at it once more and tells you. Nothing is decided yet."
            when = f": {stamp(starts_at)}." if starts_at else ". I book a time as soon as one is free."
            return (
                f"{mine}Next come two minutes of talk about two of your answers{when} "
                "They open the next unit."
            )


def held_in_short(by: ResultsAt | TalkFirst) -> str:
    """For a teacher's line."""
    match by:
        case ResultsAt(at):
            return f"a result, which comes {stamp(at)}"
        case TalkFirst(starts_at=starts_at):
            return f"two minutes of talk, {stamp(starts_at) if starts_at else 'no time yet'} (`/oral`)"


def talk_controls(by: ResultsAt | TalkFirst, section: str) -> list[Control]:
    """Moving the slot, or looking for one; ``section`` is a handle."""
    match by:
        case TalkFirst(is_looked_at=False, booking=""):
            return [primary("Look for a time", "book", section)]
        case TalkFirst(is_looked_at=False, booking=booking):
            return [Button("Choose another time", "book_change", booking)]
        case _:
            return []


def draw_talk_news(news: TalkNews, marker: int) -> ui.LayoutView:
    title = f"{name_of(news.unit_title)}, in {name_of(news.class_name)}"
    by = TalkFirst(news.score, news.bar, news.starts_at, news.is_looked_at)
    controls: list[Control] = [TODAY]
    if news.booking:
        controls.insert(0, Button("Choose another time", "book_change", news.booking))
    return card(
        Look.NEWS,
        f"Your result: {title}",
        "We missed you at the last one, so here is another time."
        if news.was_missed and news.starts_at
        else "",
        held_text(by),
        f"Where: {with_links(news.where)}" if news.where else "",
        controls=controls,
        marker=marker,
    )


# --- for teachers ----------------------------------------------------------------------------------


def draw_set(result: SetResult) -> ui.LayoutView:
    match result:
        case SittingSet(section, unit, sitting, moved):
            return card(
                Look.DONE,
                f"{plain(unit.unit.title)}: the hours are set",
                f"**{plain(section.name)}** takes it once, between {stamp(sitting.opens_at)} and "
                f"{stamp(sitting.closes_at)} (until {wall_label(sitting.closes_at, section.zone)} in the class's time).",
                f"Until {stamp(sitting.result_at)} nobody sees a result, a hint or a key.",
                "Who passes is booked by itself for two minutes of talk about two of their answers; it opens the "
                "next unit. Open office hours with `/officehours open`, with `for_talks`. "
                "`/oral` shows whose turn it is."
                if sitting.oral
                else "",
                f"{count(moved, 'check')} under way now end with the new time." if moved else "",
                "-# The same command again changes the times.",
            )
        case NotSummative(title):
            return card(
                Look.PROBLEM,
                f"{plain(title)} has no summative check",
                "Write `summative = true` in its `[units.check]` in the course pack and import it again.",
            )
        case BadHours(problem, sitting):
            return card(
                Look.PROBLEM,
                problem,
                f"I understood: opens {stamp(sitting.opens_at)}, closes {stamp(sitting.closes_at)}, results "
                f"{stamp(sitting.result_at)}. Nothing was changed.",
            )
        case BadTime(problem):
            return card(Look.PROBLEM, "I cannot read that time", problem)
        case NoUnit(typed, units):
            return draw_no_unit(typed, units)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def draw_talks(result: TalksResult) -> ui.LayoutView:
    match result:
        case Talks(section, ()):
            return card(
                Look.DONE,
                f"{plain(section.name)}: no talks wait",
                "They come with summative checks: `/summative open`.",
            )
        case Talks(section, lines):
            return card(
                Look.STAFF,
                f"Two-minute talks: {plain(section.name)}",
                "\n".join(_line(each) for each in lines[:MOST]),
                f"-# … and {len(lines) - MOST} later ones: they are in the menu."
                if len(lines) > MOST
                else "",
                controls=talk_menu(lines, section.zone),
            )
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _line(line: TalkLine) -> str:
    match line.talk.outcome:
        case "mismatch":
            when = "you look at it again"
        case "missed":
            when = "did not come twice: find a time together"
        case _:
            when = stamp(line.starts_at) if line.starts_at else "no time yet"
    return f"- <@{line.student}>, {plain(line.talk.unit_title)}: {when}"


def talk_menu(lines: Sequence[TalkLine], zone: str) -> list[Control]:
    choices = [
        Choice(
            f"{number}. {wall_label(each.starts_at, zone) if each.starts_at else 'no time yet'}",
            each.talk.handle,
            each.talk.unit_title,
        )
        for number, each in enumerate(lines, start=1)
    ]
    return [Menu("Oral check: see the questions", "oral_pick", "-", choices)] if choices else []


def draw_talk(result: TalkShown | TalkGone) -> ui.LayoutView:
    match result:
        case TalkShown(talk, student, items):
            return card(
                Look.STAFF,
                f"Two minutes: {plain(talk.unit_title)}",
                f"<@{student}> got these right. Let them explain in their own words; there is no trick.",
                *(_asked(each) for each in items),
                controls=[
                    primary("Confirmed", "oral_yes", talk.handle),
                    Button("Does not match", "oral_no", talk.handle),
                    Button("Did not come", "oral_missed", talk.handle),
                ],
            )
        case TalkGone():
            return draw_gone()


def _asked(item: Item) -> str:
    return (
        f"**{item.position}.** {plain(shorten(item.question.prompt, 600))}\n"
        f"☑ {plain(shorten(given_text(item), 300))}\n"
        f"You may ask: *{plain(shorten(may_ask(item), 300))}*"
    )


def draw_decided(result: TalkDecided | TalkGone) -> ui.LayoutView:
    match result:
        case TalkDecided(talk, student, outcome, starts_at):
            return _decided(
                talk.handle,
                student,
                outcome,
                plain(talk.unit_title),
                f"{stamp(starts_at)}" if starts_at else "",
            )
        case TalkGone():
            return draw_gone()


def _decided(handle: str, student: int, outcome: str, title: str, when: str) -> ui.LayoutView:
    match outcome:
        case "confirmed":
            return card(Look.DONE, "Confirmed", f"{title} counts for <@{student}>, and the next unit opens.")
        case "mismatch":
            return card(
                Look.ASK,
                "You decide",
                f"<@{student}> hears that you look at {title} once more, and nothing else. A bad day, nerves or "
                "another language can look the same. Talk again if you like; `/oral` keeps it.",
                controls=[
                    primary("Count it as passed", "oral_yes", handle),
                    Button("Let them take it again", "oral_again", handle, discord.ButtonStyle.secondary),
                ],
            )
        case "again":
            return card(
                Look.DONE,
                "They take it again",
                f"<@{student}> hears that {title} is not yet done. They work on it and ask you; then set new hours with "
                "`/summative open`. Who has a result takes it no second time.",
            )
        case "missed":
            return card(
                Look.WAIT,
                "Missed twice",
                f"I book no third time. <@{student}> stays on your list, `/oral`: hold the talk whenever you meet.",
            )
        case _:
            text = (
                f"<@{student}> is booked again: {when}."
                if when
                else f"<@{student}> is booked as soon as a slot is free."
            )
            return card(Look.DONE, "Booked once more", text)


def draw_gone() -> ui.LayoutView:
    return card(
        Look.WAIT,
        "There is no such talk any more",
        "It was decided, or it is another teacher's. `/oral` shows what waits.",
    )


def draw_talks_to_book(told: TalksToBook, marker: int) -> ui.LayoutView:
    return card(
        Look.STAFF,
        f"{count(told.count, 'two-minute talk')} without a time",
        "No slot is free. Open office hours with `/officehours open`, with `for_talks`: I book them by themselves.",
        marker=marker,
    )
