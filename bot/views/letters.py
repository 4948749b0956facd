"""Writing to a teacher: by form, by direct message, and for which class it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import discord
import structlog
from discord import ui

from bot.domain.letters import MOST_FORM
from bot.services.choosing import NoClass, WhichClass
from bot.services.incoming import (
    ChooseResult,
    DirectMessage,
    DirectResult,
    Kept,
    KnownAlready,
    LettersOff,
    NothingWaits,
    NothingWritten,
    NotKept,
    Stranger,
    TargetResult,
    Teaches,
    ToTeacher,
    WriteResult,
    Written,
)
from bot.services.optouts import StopSaid
from bot.services.services import Services
from bot.views.cards import Button, Look, card, plain, primary, shorten, stamp
from bot.views.choosing import draw_choice
from bot.views.presses import (
    Fields,
    Form,
    Interaction,
    asker,
    on_form,
    on_pick,
    on_press,
    reply,
    services,
)

log = structlog.get_logger()


@on_press("letter")
async def write(interaction: Interaction, handle: str) -> None:
    """Opens the form; first asks for the class where there are several."""
    chosen = None if handle == "-" else handle
    result = await services(interaction).incoming.target(asker(interaction), chosen, interaction.created_at)
    if isinstance(result, ToTeacher):
        await interaction.response.send_modal(_letter_form(result))
    else:
        await reply(interaction, draw_target(result))


@on_pick("letter_which")
async def write_which(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await write(interaction, values[0])


@on_form("letter")
async def send(interaction: Interaction, handle: str, fields: Fields) -> None:
    result = await services(interaction).incoming.write(
        asker(interaction), handle, str(fields.get("words", "")), interaction.id, interaction.created_at
    )
    await reply(interaction, draw_written(result))


@on_pick("letter_for")
async def choose(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    result = await services(interaction).incoming.choose(
        asker(interaction), values[0], interaction.created_at
    )
    await reply(interaction, draw_chosen(result))


def _letter_form(target: ToTeacher) -> Form:
    words: ui.TextInput[Any] = ui.TextInput(
        custom_id="words",
        style=discord.TextStyle.paragraph,
        max_length=MOST_FORM,
        placeholder="I do not understand …",
    )
    hint = "Your class's teachers read it, nobody else. The answer comes to you alone."
    form = Form("Write to your teacher", "letter", target.section.handle)
    form.add_item(ui.Label(text="Your message", description=shorten(hint, 100), component=words))
    return form


def draw_direct(result: DirectResult) -> ui.LayoutView | None:
    """What is said at once to a message in DMs; None where the outbox says it, or nothing is to be said."""
    match result:
        case Kept() | KnownAlready():
            return None
        case Stranger():
            return card(
                Look.ASK,
                "Hello! I pass letters on to teachers",
                "You are in no class of mine yet, so nobody reads this. On your class's server, "
                "press **Join this class** or use `/join`; then write to me again.",
                "-# Teachers: `/class create` on your server makes a class.",
            )
        case Teaches():
            return card(
                Look.STAFF,
                "You teach with me",
                "Students write to you here; what they write stands in the teachers' room of their class. "
                "`/inbox list` on your server shows who waits for an answer.",
            )
        case NotKept():
            return card(
                Look.PROBLEM,
                "I could not keep that",
                "Something went wrong on my side: your teacher did not get it. Please write it again in a minute.",
            )
        case StopSaid(texts, inbox):
            return card(
                Look.DONE,
                "Stopped",
                "I text you no more and forgot your number." if texts else "",
                "I send you no more reminders here. `/today` always shows what is open." if inbox else "",
                "An answer of your teacher still comes, if you write to them.",
                controls=[Button("Open my inbox again", "inbox")] if inbox else [],
            )


def draw_target(result: TargetResult) -> ui.LayoutView:
    match result:
        case WhichClass():
            return draw_choice(result, "letter_which")
        case NoClass():
            return draw_choice(result)
        case LettersOff():
            return draw_written(result)
        case ToTeacher(section, _):
            return card(
                Look.DO,
                f"Write to your teacher of {plain(section.name)}",
                controls=[primary("Write", "letter", section.handle)],
            )


def draw_written(result: WriteResult) -> ui.LayoutView:
    match result:
        case Written(section, None):
            return card(
                Look.DONE, "Your teacher has it", f"It is with your teacher of **{plain(section.name)}**."
            )
        case Written(section, reads_at):
            return card(
                Look.DONE,
                "Your teacher reads it later",
                f"It is with your teacher of **{plain(section.name)}**, who reads messages again "
                f"{stamp(reads_at)} ({stamp(reads_at, 'R')}).",
                "-# Is somebody in danger? Do not wait: tell an adult near you, or call emergency services.",
            )
        case LettersOff(section):
            return card(
                Look.WAIT,
                "Nobody reads messages here",
                f"In **{plain(section.name)}** your teacher takes no messages by this bot. "
                "Talk to them in class, or book office hours.",
                controls=[Button("Book office hours", "book", section.handle)],
            )
        case NothingWritten():
            return card(Look.NOT_YET, "Nothing written yet", "Your message was empty. Please try once more.")
        case WhichClass() | NoClass():
            return draw_target(result)


def draw_chosen(result: ChooseResult) -> ui.LayoutView:
    match result:
        case Kept(section):
            name = plain(section.name) if section else "your class"
            return card(
                Look.DONE, f"On its way to your teacher of {name}", "What you write next goes there, too."
            )
        case NothingWaits():
            return card(Look.WAIT, "Nothing waits any more", "It went to the class that you chose before.")
        case NoClass():
            return draw_choice(NoClass())


@contextmanager
def reading_back(channel: int) -> Iterator[None]:
    """One conversation that cannot be read back after a gap keeps no other from it."""
    try:
        yield
    except Exception:
        log.exception("letters_not_read_back", channel=channel)


def read_message(message: discord.Message) -> DirectMessage:
    """What was written to the bot directly; of files, how many there are."""
    reference = message.reference
    return DirectMessage(
        message.id,
        message.author.id,
        message.channel.id,
        message.content,
        len(message.attachments) + len(message.stickers),
        reference.message_id if reference else None,
        message.created_at,
    )


async def receive(services: Services, message: DirectMessage) -> DirectResult:
    """Keeps what somebody wrote. A fault of ours is a result: they must not believe that it is kept."""
    try:
        return await services.incoming.direct(message, services.clock())
    except Exception:
        log.exception("letter_lost")
        return NotKept()
