"""[Got it]: thanks, and what is still open."""

from __future__ import annotations

from discord import ui

from bot.services.access import LeftClass
from bot.services.got_it import GotItResult, Noted, NotYours, StillOpen
from bot.views.cards import Button, Look, card, plain, primary, shorten, stamp
from bot.views.choosing import draw_left
from bot.views.presses import Interaction, asker, on_press, reply, services


@on_press("got_it")
async def got_it(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).got_it.note(asker(interaction), handle, interaction.created_at)
    await reply(interaction, draw_got_it(result))


def draw_got_it(result: GotItResult) -> ui.LayoutView:
    match result:
        case StillOpen(posted, started, is_late):
            title, due = plain(shorten(posted.unit.unit.title, 120)), stamp(posted.deadline, "R")
            return card(
                Look.DONE,
                "Thank you",
                f"Good to know that you have seen it. **{title}** is still open"
                + (f": it was due {due}, and late work counts." if is_late else f" until it is due {due}."),
                controls=[
                    primary("Hand in", "pw_hand_in", posted.handle)
                    if started
                    else primary("Start", "pw_start", posted.handle),
                    Button("Book office hours", "book"),
                ],
            )
        case Noted():
            return card(Look.DONE, "Thank you", "Good to know that you have seen it.")
        case LeftClass():
            return draw_left(result)
        case NotYours():
            return card(Look.WAIT, "That was not to you", "`/today` shows what to do now.")
