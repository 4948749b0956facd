"""Whom messages can reach, as a teacher sees it before it matters."""

from __future__ import annotations

from collections.abc import Iterable

from discord import ui

from bot.domain.outbox import Way
from bot.domain.records import Account
from bot.services.choosing import NoClass, NotStaff, WhichClass
from bot.services.reachability import InboxCalled, Reachability, ReachResult
from bot.views.cards import Button, Look, card, plain, primary, shorten
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_press, reply, services
from bot.words.mends import mend

WAYS = {
    Way.DM: "💬 By DM",
    Way.THREAD: "🧵 In a private thread",
    Way.SMS: "📱 By text",
    Way.GUARDIAN: "👪 By a text to the guardian",
}
MOST_NAMES, MOST_LINES = 30, 12
#: what making a private thread and writing in it takes
FOR_THREADS = {
    "view_channel": "View Channels",
    "create_private_threads": "Create Private Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}


@on_press("dr_reach")
async def reach(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).reach.of_handle(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_reach(result, thread_trouble(interaction, result)))


@on_press("dr_call_inbox")
async def call_inbox(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).reach.call_inbox(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_called(result))


def thread_trouble(interaction: Interaction, result: ReachResult) -> str:
    """Why no private thread can be made just now, from what Discord shows of the class's channel; "" if it can."""
    guild = interaction.guild
    if not isinstance(result, Reachability) or result.channel is None or guild is None:
        return ""
    channel = guild.get_channel(result.channel)
    if channel is None:
        return "⚠️ The class's channel was deleted, and private threads with it. Run `/class create` again."
    mine = channel.permissions_for(guild.me)
    lacking = ", ".join(f"**{name}**" for key, name in FOR_THREADS.items() if not getattr(mine, key))
    where = f"in <#{channel.id}> my role lacks {lacking}. Give it that there."
    return f"⚠️ No private thread can be made: {where}" if lacking else ""


def draw_reach(result: ReachResult, trouble: str) -> ui.LayoutView:
    match result:
        case Reachability():
            return _draw_reach(result, trouble)
        case WhichClass() | NoClass() | NotStaff():
            return draw_choice(result)


def _draw_reach(reach: Reachability, trouble: str) -> ui.LayoutView:
    name = plain(reach.section.name)
    if not reach.students:
        return card(
            Look.WAIT, f"{name} has no students yet", "They join with the button on the class's card."
        )
    handle = reach.section.handle
    by_hand = bool(reach.unreachable or reach.thread_only)
    return card(
        Look.PROBLEM if reach.unreachable or reach.doubtful or trouble else Look.DONE,
        f"{reach.reached} of {reach.students} can be reached",
        f"**{name}**. The first way that is open to each:",
        "\n".join(f"{WAYS[way]}: {len(accounts)}" for way, accounts in reach.ways),
        _unreachable(reach),
        trouble,
        f"**⚠️ The newest message did not arrive all the same: {len(reach.doubtful)}**\n"
        f"{_mentions(reach.doubtful)}"
        if reach.doubtful
        else "",
        _thread_only(reach),
        controls=[
            *([primary("Ask the class to open their inbox", "dr_call_inbox", handle)] if by_hand else []),
            Button("What did not arrive?", "dr_list", handle),
        ],
    )


def _unreachable(reach: Reachability) -> str:
    if not reach.unreachable:
        return ""
    who = "This one cannot" if len(reach.unreachable) == 1 else f"These {len(reach.unreachable)} cannot"
    lines = [_line(account, why) for account, why in reach.unreachable[:MOST_LINES]]
    more = len(reach.unreachable) - MOST_LINES
    return "\n".join([f"**⚠️ {who}**", *lines, *([f"… and {more} more"] if more > 0 else [])])


def _line(account: Account, why: str) -> str:
    return f"<@{account.discord}>: {plain(shorten(why, 160))} → {mend(why)}."


def _thread_only(reach: Reachability) -> str:
    if not reach.thread_only:
        return ""
    return (
        f"**🧵 Only in a private thread: {len(reach.thread_only)}**\n"
        f"{_mentions(each.discord for each in reach.thread_only)}\n"
        "-# They see it only when they open Discord. Once they press “Open my inbox”, it comes as a DM."
    )


def _mentions(ids: Iterable[int]) -> str:
    found = list(ids)
    more = f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else ""
    return " ".join(f"<@{each}>" for each in found[:MOST_NAMES]) + more


def draw_called(result: InboxCalled | NotStaff) -> ui.LayoutView:
    match result:
        case InboxCalled(section, True):
            return card(
                Look.DONE,
                "I ask the class",
                f"A card with [Open my inbox] comes into the channel of **{plain(section.name)}**. "
                "It names nobody, and each student's press is their own affair.",
            )
        case InboxCalled():
            return card(Look.WAIT, "I asked today already", "Once a day is enough. Tomorrow I can ask again.")
        case NotStaff():
            return draw_choice(result)
