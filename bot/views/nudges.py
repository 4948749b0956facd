"""Nudges as a teacher sends them, and a student's "why did I get this?"."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.outbox import Way
from bot.domain.records import Account
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.nudges import (
    NobodyOwes,
    NothingOpen,
    Nudged,
    NudgePreview,
    PreviewGone,
    PreviewResult,
    Recipient,
    WhyNudged,
)
from bot.views.cards import Button, Look, card, count, plain, primary, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_press, replace, reply, services
from bot.views.reminders import BY, steps_text

WAYS = {
    Way.DM: "💬 By DM",
    Way.THREAD: "🧵 In a private thread",
    Way.SMS: "📱 By text",
    Way.GUARDIAN: "🏠 By text to the guardian",
}
#: of each way, and of those whom none reaches: together they fit a card
MOST_NAMES = 30


@on_press("nudge")
async def preview(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).nudges.preview_of(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_preview(result))


@on_press("nudge_late")
async def preview_late(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).nudges.preview_late(
        asker(interaction), handle, interaction.created_at
    )
    await reply(interaction, draw_preview(result))


@on_press("nudge_send")
async def send(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).nudges.send(asker(interaction), handle, interaction.created_at)
    await replace(interaction, draw_sent(result))


@on_press("pw_why")
async def why(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).nudges.why(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_why(result))


def draw_preview(result: PreviewResult) -> ui.LayoutView:
    match result:
        case NudgePreview(posted, handle, recipients, unreachable, away, had_enough):
            return card(
                Look.STAFF,
                f"Nudge about {plain(posted.unit.unit.title)}?",
                f"**{plain(posted.section.name)}**, deadline {stamp(posted.deadline, 'R')}. "
                "Who finishes before it goes out gets nothing.",
                *(_by_way(way, [each for each in recipients if each.way is way]) for way in WAYS),
                _held(recipients),
                _named("🔔 Had all the automatic reminders of a day already", had_enough),
                _named("💤 Away, and left in peace", away),
                _unreachable([f"<@{who.discord}>: {reason}" for who, reason in unreachable]),
                controls=[
                    primary(f"Send {len(recipients)}", "nudge_send", handle),
                    Button("Not now", "dismiss"),
                ]
                if recipients
                else [],
            )
        case NobodyOwes(posted):
            return card(
                Look.DONE, f"Nobody owes {plain(posted.unit.unit.title)}", "There is nobody to nudge."
            )
        case NothingOpen(section):
            return card(
                Look.WAIT,
                f"{plain(section.name)} has no open pre-work",
                "A nudge is about pre-work whose deadline lies ahead.",
                "After it, late work still counts: `/prework status` shows who owes it.",
            )
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _by_way(way: Way, recipients: list[Recipient]) -> str:
    return _named(WAYS[way], [each.account for each in recipients])


def _named(title: str, people: Sequence[Account]) -> str:
    if not people:
        return ""
    names = " ".join(f"<@{each.discord}>" for each in people[:MOST_NAMES])
    more = f" and {len(people) - MOST_NAMES} more" if len(people) > MOST_NAMES else ""
    return f"**{title}: {len(people)}**\n{names}{more}"


def _unreachable(lines: list[str]) -> str:
    if not lines:
        return ""
    more = f"\n… and {len(lines) - MOST_NAMES} more" if len(lines) > MOST_NAMES else ""
    return "**⚠️ Cannot be reached**\n" + "\n".join(lines[:MOST_NAMES]) + more


def _held(recipients: tuple[Recipient, ...]) -> str:
    held = [each.held_until for each in recipients if each.held_until is not None]
    return f"🌙 Quiet hours or a day off: {len(held)} of them go out {stamp(min(held), 'R')}." if held else ""


def draw_sent(result: Nudged | PreviewGone) -> ui.LayoutView:
    match result:
        case Nudged(posted, 0, 0):
            return card(
                Look.DONE, "Nobody needs a nudge any more", f"{plain(posted.unit.unit.title)} is handed in."
            )
        case Nudged(posted, sent, unreachable):
            return card(
                Look.DONE,
                f"{count(sent, 'nudge')} on the way",
                f"About {plain(posted.unit.unit.title)}. Whom I cannot reach is named in the teachers' room.",
                f"{count(unreachable, 'student')} cannot be reached by any way." if unreachable else "",
            )
        case PreviewGone():
            return card(
                Look.WAIT, "Nothing was sent", "That preview was used already, or its deadline has passed."
            )


def draw_why(result: WhyNudged | None) -> ui.LayoutView:
    if result is None:
        return card(Look.WAIT, "I have no record of that", "`/today` shows what to do now.")
    posted = result.posted
    if not result.owes:
        return card(Look.DONE, "You owe nothing here any more", "The reminders have stopped by themselves.")
    return card(
        Look.ASK,
        "Why you got this",
        f"You are in **{plain(posted.section.name)}**, and the pre-work **{plain(posted.unit.unit.title)}** is open to "
        f"you and not handed in. Its deadline is {stamp(posted.deadline)}.",
        "Your teacher sent this one by hand." if result.by_hand else "",
        steps_text(result.ladder, result.step),
        _what_comes(result),
        "They stop at once when you hand in. Texts come only to a number that you confirmed; `/phone stop` ends them. "
        "Away for a while, or too many of them? Tell your teacher, who can pause or change them.",
        controls=[primary("Hand in", "pw_hand_in", posted.handle), Button("Book office hours", "book")],
    )


def _what_comes(why: WhyNudged) -> str:
    if why.is_away:
        return "You are noted as away: nothing comes until you are back."
    if why.is_silent:
        return "I have stopped, since my last ones had no answer. Press Got it under one, or start, and they go on."
    if why.next is None:
        return "No further one comes to you about this."
    return f"**The next one** comes {stamp(why.next.at)} ({stamp(why.next.at, 'R')}): {BY[why.next.way]}."
