"""A teacher's letters: answering them, who waits, and when they are read."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.domain.letters import MOST_FORM, MOST_SEGMENTS, BadHours, Party, ReadingHours, Unanswered, hours_text
from bot.domain.outbox import Way
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.desk import (
    Answerable,
    Answered,
    AnswerResult,
    HoursKept,
    HoursResult,
    Inbox,
    InboxResult,
    LetterGone,
    NothingSaid,
    NoWayBack,
    Settled,
    SettleResult,
    TooLong,
)
from bot.views.cards import Look, card, count, plain, primary, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.letter_cards import WAYS
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, reply, services
from bot.views.progress import draw_student

#: lines of one card
MOST_WAITING = 25


@on_press("letter_answer")
async def open_answer(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).desk.open(asker(interaction), handle)
    match result:
        case Answerable(way=None, student=student):
            await reply(interaction, draw_answered(NoWayBack(student)))
        case Answerable():
            await interaction.response.send_modal(_answer_form(result))
        case LetterGone() | NotStaff():
            await reply(interaction, _refused(result))


@on_form("letter_answer")
async def answer(interaction: Interaction, handle: str, fields: Fields) -> None:
    result = await services(interaction).desk.answer(
        asker(interaction),
        interaction.user.display_name,
        handle,
        str(fields.get("words", "")),
        interaction.id,
        interaction.created_at,
    )
    await reply(interaction, draw_answered(result))


@on_press("letter_settle")
async def settle(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).desk.settle(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_settled(result))


@on_press("letter_progress")
async def progress(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).desk.open(asker(interaction), handle)
    if not isinstance(result, Answerable):
        await reply(interaction, _refused(result))
        return
    shown = await services(interaction).progress.student(
        asker(interaction), result.student, interaction.created_at
    )
    await reply(interaction, draw_student(shown))


def _answer_form(found: Answerable) -> Form:
    is_text = found.way in (Way.SMS, Way.GUARDIAN)
    words: ui.TextInput[Any] = ui.TextInput(
        custom_id="words", style=discord.TextStyle.paragraph, max_length=MOST_FORM
    )
    hint = (
        f"As a text, at most {MOST_SEGMENTS}: about 250 letters, or 100 outside the Latin alphabet."
        if is_text
        else "It goes back the way it came. Your name stands above it."
    )
    form = Form("Your answer", "letter_answer", found.letter.handle)
    form.add_item(ui.Label(text="Answer", description=shorten(hint, 100), component=words))
    return form


def draw_answered(result: AnswerResult) -> ui.LayoutView:
    match result:
        case Answered(student, party, way, held):
            whom = f"the guardian of <@{student}>" if party is Party.GUARDIAN else f"<@{student}>"
            return card(
                Look.DONE,
                "Your answer is on its way",
                f"To {whom}, {WAYS[way]}. The thread shows when it has arrived, or that it could not.",
                f"🌙 Nobody is texted at this hour: it goes out {stamp(held)} ({stamp(held, 'R')})."
                if held
                else "",
            )
        case TooLong(handle, words, texts):
            return card(
                Look.NOT_YET,
                "Too long for a text",
                f"It would be {texts} texts, and {MOST_SEGMENTS} are the most. Nothing was sent. "
                "Shorten it by about "
                f"{round(100 * (texts - MOST_SEGMENTS) / texts)} %: here it is, to copy.",
                f"```\n{shorten(words.replace('`', 'ʼ'), 1600)}\n```",
                controls=[primary("Write it again", "letter_answer", handle)],
            )
        case NothingSaid():
            return card(Look.NOT_YET, "Nothing was sent", "Your answer was empty.")
        case NoWayBack(student):
            return card(
                Look.PROBLEM,
                "No way is open to them",
                f"<@{student}> takes no direct messages, is on the server no more, and gets no texts. "
                "Please tell them yourself. Nothing was sent.",
            )
        case LetterGone() | NotStaff():
            return _refused(result)


def _refused(result: LetterGone | NotStaff) -> ui.LayoutView:
    if isinstance(result, NotStaff):
        return draw_choice(result)
    return card(Look.WAIT, "That letter is gone", "It was erased, or never there.")


def draw_settled(result: SettleResult) -> ui.LayoutView:
    match result:
        case Settled(0):
            return card(Look.DONE, "It was settled already", "`/inbox list` shows who still waits.")
        case Settled(number):
            return card(
                Look.DONE, f"{count(number, 'letter')} settled", "`/inbox list` shows who still waits."
            )
        case LetterGone() | NotStaff():
            return _refused(result)


def draw_inbox(result: InboxResult) -> ui.LayoutView:
    match result:
        case Inbox(section, (), hours):
            return card(Look.DONE, f"{plain(section.name)}: nobody waits for an answer", _hours_line(hours))
        case Inbox(section, waiting, hours):
            more = f"… and {len(waiting) - MOST_WAITING} more" if len(waiting) > MOST_WAITING else ""
            return card(
                Look.STAFF,
                f"{plain(section.name)}: {count(len(waiting), 'student')} to answer",
                "\n".join(_waiting(each) for each in waiting[:MOST_WAITING]),
                more,
                _hours_line(hours),
            )
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _waiting(each: Unanswered) -> str:
    who = f"<@{each.student}>" + (" (guardian)" if each.party is Party.GUARDIAN else "")
    where = f" · <#{each.desk}>" if each.desk else ""
    return f"- {who}: {count(each.count, 'letter')}, the first {stamp(each.oldest_at, 'R')}{where}"


def _hours_line(hours: ReadingHours) -> str:
    if not hours.replies:
        return "-# Letters are off: who writes hears that nobody reads here. `/inbox replies` lets them in again."
    return f"-# You read {hours_text(hours)}. Who writes outside of that hears when. Change it with `/inbox hours`."


def draw_hours(result: HoursResult) -> ui.LayoutView:
    match result:
        case HoursKept(section, hours, next_at) if hours.replies:
            return card(
                Look.DONE,
                f"{plain(section.name)}: you read {hours_text(hours)}",
                "By the class's clock, and not on its holidays. Who writes outside of that hears once when you will.",
                f"Next: {stamp(next_at)}" if next_at else "",
            )
        case HoursKept(section, _, _):
            return card(
                Look.DONE,
                f"{plain(section.name)} takes no letters",
                "Who writes hears that nobody reads here and to talk to you in class. "
                "What they write is kept in the record, and not shown.",
                "`/inbox replies` lets letters in again.",
            )
        case BadHours(problem):
            return card(Look.NOT_YET, "I did not understand those hours", problem)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)
