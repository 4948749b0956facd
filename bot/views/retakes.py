"""What stands before the next try, in words and as one button; and the request for it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import discord
from discord import ui

from bot.domain.mastery import ObjectiveResult
from bot.domain.retaking import (
    Asked,
    AskFirst,
    BookSession,
    Cooldown,
    InSession,
    InTheWay,
    NoTriesLeft,
    RemediationFirst,
    WindowClosed,
)
from bot.domain.summative import OpensAt, Shut, TimeNotSet, TimeOver
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.remediation import NothingToMend
from bot.services.retake_requests import (
    AskedBefore,
    AskResult,
    Decided,
    DecidedBefore,
    DecideResult,
    NoNeedToAsk,
    RequestMade,
    SayWhy,
)
from bot.services.unlocking import Said
from bot.views.cards import Button, Look, card, plain, primary, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import Fields, Form, Interaction, asker, on_form, on_press, replace, reply, services
from bot.words.retaking import day, rules_sentence

TODAY = primary("What do I do now?", "today")
#: glyphs of a bar
WIDTH = 4


# --- presses ---------------------------------------------------------------------------------------


@on_press("retake_ask")
async def open_request(interaction: Interaction, handle: str) -> None:
    await interaction.response.send_modal(request_form(handle))


@on_form("retake_ask")
async def ask(interaction: Interaction, handle: str, fields: Fields) -> None:
    said = str(fields.get("said", ""))
    result = await services(interaction).retake_requests.ask(
        asker(interaction), handle, said, interaction.created_at
    )
    await replace(interaction, draw_request(result))


@on_press("retake_yes")
async def grant(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).retake_requests.grant(
        asker(interaction), handle, interaction.created_at
    )
    await reply(interaction, draw_decision(result))


@on_press("retake_no")
async def open_refusal(interaction: Interaction, handle: str) -> None:
    await interaction.response.send_modal(refusal_form(handle))


@on_form("retake_no")
async def refuse(interaction: Interaction, handle: str, fields: Fields) -> None:
    why = str(fields.get("why", ""))
    result = await services(interaction).retake_requests.refuse(
        asker(interaction), handle, why, interaction.created_at
    )
    await reply(interaction, draw_decision(result))


# --- what stands in the way ------------------------------------------------------------------------


def stands_text(stands: Sequence[InTheWay]) -> str:
    """Everything that has to come first, shortest first for the student to do."""
    if not stands:
        return "Your next try is open, with other questions."
    if len(stands) == 1:
        return _say(stands[0])
    return "**Before your next try:**\n" + "\n".join(f"- {_say(each)}" for each in stands)


def _say(each: InTheWay) -> str:  # noqa: C901, PLR0912  # one sentence for each kind
    match each:
        case RemediationFirst(helped_at=None):
            return "Work on what is still open, in the way that suits you. Then your next try opens."
        case RemediationFirst(helped_at=helped_at):
            return (
                f"Your office hours count as work on it, once they are over {stamp(helped_at, 'R')}. "
                "Sooner: choose another way."
            )
        case AskFirst(""):
            return "Ask your teacher for the next try."
        case AskFirst(why):
            return f"Your teacher said not now: “{plain(why)}” Do that, then ask again."
        case Asked(at):
            return f"You asked your teacher {stamp(at, 'R')}. The answer comes to you by itself."
        case BookSession():
            return "Book a place in a retake session. Your next try opens when it begins."
        case InSession(session):
            return f"It opens when your retake session begins: {stamp(session.starts_at)} ({stamp(session.starts_at, 'R')})."
        case Cooldown(until):
            return f"Your next try, with other questions, opens {stamp(until)} ({stamp(until, 'R')})."
        case NoTriesLeft(limit, None):
            return f"All {limit} tries are used. Talk to your teacher: you find a way together."
        case NoTriesLeft(limit, again_at):
            return f"All {limit} tries are used for now. The next one opens {stamp(again_at)} ({stamp(again_at, 'R')})."
        case TimeNotSet():
            return "Your teacher sets the time when the whole class takes this check; I show it here."
        case OpensAt(at):
            return f"The whole class takes this check from {stamp(at)} on: it opens {stamp(at, 'R')}."
        case TimeOver(at):
            return f"This check closed {stamp(at)}. Talk to your teacher: you find a way together."
        case WindowClosed(last_day):
            return f"The last day for another try was {day(last_day)}. Talk to your teacher: you find a way together."


def is_shut(stands: Sequence[InTheWay]) -> bool:
    """Nothing was tried yet: only the hours of a summative check stand before it."""
    return all(isinstance(each, Shut) for each in stands)


def stands_in_short(stands: Sequence[InTheWay]) -> str:
    """For a teacher's line."""
    return ", ".join(_short(each) for each in stands)


def _short(each: InTheWay) -> str:  # noqa: C901  # one for each kind
    match each:
        case RemediationFirst(helped_at=None):
            return "work on what was missed first"
        case RemediationFirst(helped_at=helped_at):
            return f"office hours until {stamp(helped_at, 't')} first"
        case AskFirst():
            return "has to ask you first"
        case Asked():
            return "has asked you"
        case BookSession():
            return "has to book a retake session"
        case InSession(session):
            return f"retake session {stamp(session.starts_at)}"
        case Cooldown(until):
            return f"from {stamp(until)}"
        case NoTriesLeft(limit):
            return f"all {limit} tries used"
        case TimeNotSet():
            return "its hours are not set: `/summative open`"
        case OpensAt(at):
            return f"opens {stamp(at)}"
        case TimeOver(at):
            return f"closed {stamp(at)}"
        case WindowClosed(last_day):
            return f"the last day was {day(last_day)}"


def next_button(stands: Sequence[InTheWay], section: str) -> Button:
    """The one thing to press now; ``section`` is a handle."""
    match stands[0] if stands else None:
        case None:
            return primary("Try again", "check", section)
        case RemediationFirst():
            return primary("Choose what to do", "remedy", section)
        case AskFirst():
            return primary("Ask for another try", "retake_ask", section)
        case BookSession():
            return primary("Book a retake session", "book_retake", section)
        case NoTriesLeft(again_at=None) | WindowClosed() | TimeOver():
            return primary("Book office hours", "book", section)
        case _:
            return TODAY


def rules_line(said: Said) -> str:
    return f"-# {rules_sentence(said.rules, said.cooldown_s, said.more_tries)}"


def bars(results: Sequence[ObjectiveResult]) -> str:
    """One line an objective: ``1.1 ███░ 2 of 3`` and its words."""
    return "\n".join(f"`{plain_bar(each)}` {plain(each.objective.text)}" for each in results)


def plain_bar(each: ObjectiveResult) -> str:
    """Full only when all was earned, empty only when nothing was."""
    share = each.earned / each.asked
    full = int(share * WIDTH)
    if share > 0:
        full = max(full, 1)
    earned = _amount(each.earned)
    slug = "".join(sign for sign in each.objective.slug if sign.isalnum() or sign in ".-_")
    return f"{slug} {'█' * full}{'░' * (WIDTH - full)} {earned} of {each.asked}"


def _amount(earned: Fraction) -> str:
    """Cut, not rounded, to one decimal: 2.96 of 3 is not 3."""
    tenths = int(earned * 10)
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


# --- asking ----------------------------------------------------------------------------------------


def request_form(handle: str) -> Form:
    box: ui.TextInput[Any] = ui.TextInput(custom_id="said", style=discord.TextStyle.paragraph, max_length=500)
    label = ui.Label(
        text="What did you do to get ready?", description="Your teacher reads it.", component=box
    )
    return Form("Ask for another try", "retake_ask", handle, label)


def refusal_form(handle: str) -> Form:
    box: ui.TextInput[Any] = ui.TextInput(custom_id="why", style=discord.TextStyle.paragraph, max_length=500)
    hint = "The student reads it: say what to do first."
    return Form(
        "Not now", "retake_no", handle, ui.Label(text="Why not now?", description=hint, component=box)
    )


def draw_request(result: AskResult) -> ui.LayoutView:
    match result:
        case RequestMade():
            text = "Your teacher has your words. The answer comes to you by itself."
            return card(Look.DONE, "Asked", text, controls=[TODAY])
        case AskedBefore(_, at):
            text = f"You asked {stamp(at, 'R')}. The answer comes to you by itself."
            return card(Look.WAIT, "Already asked", text, controls=[TODAY])
        case NoNeedToAsk(path):
            button = next_button(path.stands, path.section.handle)
            return card(Look.DO, "No need to ask", stands_text(path.stands), controls=[button])
        case NothingToMend():
            return draw_nothing()
        case WhichClass() | NoClass():
            return draw_choice(result, "remedy_which")


def draw_nothing() -> ui.LayoutView:
    text = "No check of yours waits for another try right now."
    return card(Look.DONE, "Nothing to work on", text, controls=[TODAY])


def draw_decision(result: DecideResult) -> ui.LayoutView:
    match result:
        case Decided(student, title, granted):
            told = (
                f"<@{student}> may take the check of {plain(title)} again."
                if granted
                else f"<@{student}> reads your words about {plain(title)}."
            )
            return card(Look.DONE, "Granted" if granted else "Not now", told)
        case DecidedBefore(granted):
            stands = "granted" if granted else "answered with “not now”"
            return card(Look.WAIT, "Already decided", f"This request was {stands} before. That stands.")
        case SayWhy(handle):
            again = primary("Say why", "retake_no", handle)
            return card(Look.ASK, "Say why", "The student needs a next step.", controls=[again])
        case NotStaff():
            return draw_choice(result)
