"""Buttons, menus and forms that work on any message, however old, whichever process posted it.

A custom_id is ``fc:action:handle`` (button), ``fs:action:handle`` (menu) or ``fm:action:handle`` (form). The
handle is opaque and comes back from the user: the service behind the action checks who may do what with it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

import discord
import structlog
from discord import ui

from bot.domain.attachments import Attachment
from bot.domain.records import Asker
from bot.services.ports import NotRead, NotSaved
from bot.services.services import Services
from bot.views import answering
from bot.views.cards import FIGURE_NAME, Button, Card, Look, card, shorten
from bot.views.uploads import sending

log = structlog.get_logger()

Interaction = discord.Interaction[Any]
OnPress = Callable[[Interaction, str], Awaitable[None]]
OnPick = Callable[[Interaction, str, Sequence[str]], Awaitable[None]]
Fields = dict[str, str | list[str]]
OnForm = Callable[[Interaction, str, Fields], Awaitable[None]]

F = TypeVar("F")

_presses: dict[str, OnPress] = {}
_picks: dict[str, OnPick] = {}
_forms: dict[str, OnForm] = {}


def on_press(action: str) -> Callable[[OnPress], OnPress]:
    """Registers ``async def fn(interaction, handle)`` for buttons of that action."""
    return _register(_presses, action)


def on_pick(action: str) -> Callable[[OnPick], OnPick]:
    """Registers ``async def fn(interaction, handle, values)`` for menus of that action."""
    return _register(_picks, action)


def on_form(action: str) -> Callable[[OnForm], OnForm]:
    """Registers ``async def fn(interaction, handle, fields)``; fields are by custom_id, lists where several tick."""
    return _register(_forms, action)


def _register(registry: dict[str, F], action: str) -> Callable[[F], F]:
    def keep(fn: F) -> F:
        if action in registry:
            raise ValueError(f"two handlers for {action!r}")
        registry[action] = fn
        return fn

    return keep


class Form(ui.Modal):
    """A form. Its answer is handled by ``acted``, so that one that was open over a restart counts too."""

    def __init__(self, title: str, action: str, handle: str, *fields: ui.Item[Any]) -> None:
        super().__init__(title=shorten(title, 45), custom_id=f"fm:{action}:{handle}", timeout=None)
        for field in fields:
            self.add_item(field)
        self.stop()  # discord.py then keeps no copy of it: ``acted`` needs none

    async def on_submit(self, interaction: Interaction) -> None:
        """Nothing here: the client hands every form to ``acted``."""


# a menu of many choices stands in several selects, told apart by a number at the end
_CUSTOM_ID = re.compile(r"(f[csm]):([a-z_]{1,24}):([\w.-]{1,64})(?::[1-9])?")
_BUTTON = discord.ComponentType.button.value


def read_id(custom_id: str) -> tuple[str, str, str] | None:
    """``fc``, ``fs`` or ``fm``, the action and the handle; None where it is no custom_id of ours."""
    match = _CUSTOM_ID.fullmatch(custom_id)
    return (match[1], match[2], match[3]) if match else None


async def acted(interaction: Interaction) -> None:
    """The client's on_interaction: carries out what a button, a menu or a submitted form of ours asks for."""
    data = cast("dict[str, Any]", interaction.data or {})
    if (name := read_id(str(data.get("custom_id", "")))) is None:
        return
    work = _work(interaction, data, *name)
    if work is not None:
        await guarded(interaction, work)


def _work(
    interaction: Interaction, data: dict[str, Any], kind: str, action: str, handle: str
) -> Awaitable[None] | None:
    """None when the kind of custom_id and what was used do not belong together."""
    is_button = data.get("component_type") == _BUTTON
    match kind, interaction.type:
        case "fc", discord.InteractionType.component if is_button:
            press = _presses.get(action)
            return press(interaction, handle) if press else outdated(interaction)
        case "fs", discord.InteractionType.component if not is_button:
            pick, values = _picks.get(action), data.get("values") or []
            # each menu of ours asks for one choice at least: none comes from a hand-made client only
            return pick(interaction, handle, values) if pick and values else outdated(interaction)
        case "fm", discord.InteractionType.modal_submit:
            form = _forms.get(action)
            return form(interaction, handle, _fields(data)) if form else outdated(interaction)
        case _:
            return None


def _fields(data: dict[str, Any]) -> Fields:
    found: Fields = {}
    for row in data.get("components", []):
        for part in [row["component"]] if "component" in row else row.get("components", []):
            values = part.get("values")
            found[part["custom_id"]] = (
                list(map(str, values)) if values is not None else str(part.get("value") or "")
            )
    return found


async def guarded(interaction: Interaction, work: Awaitable[None]) -> None:
    """The last resort: an answer with a number to quote, and the fault in the log under the same number."""
    try:
        await work
    except discord.HTTPException as error:
        if error.code in (10062, 40060):  # too late, or answered before: a replayed event, its effect stands
            log.info("interaction_stale", code=error.code)
            return
        await _apologise(interaction, error)
    except Exception as error:  # noqa: BLE001  # nothing may leave a person without an answer
        await _apologise(interaction, error)


async def _apologise(interaction: Interaction, error: Exception) -> None:
    number = secrets.token_hex(3)
    if isinstance(error, (NotSaved, NotRead)):
        log.warning("interaction_not_now", number=number, why=str(error))
        sorry = _not_now(interaction, error)
    else:
        log.error("interaction_fault", number=number, exc_info=error)
        sorry = card(
            Look.PROBLEM,
            "That did not work",
            "Something went wrong on my side. What you did before is safe. Please try once more.",
            f"-# If it happens again, tell your teacher this number: {number}",
        )
    try:
        await reply(interaction, sorry)
    except discord.HTTPException as second:
        log.info("interaction_lost", number=number, code=second.code)


#: of what somebody typed into a form, as much as a card has room for
_MOST_KEPT = 3500


def _not_now(interaction: Interaction, error: NotSaved | NotRead) -> Card:
    """Nothing is lost but the moment: a button can be pressed again right here, a form's words can be copied."""
    if isinstance(error, NotRead):
        title, words = "One moment, please", "I cannot look that up just now. Nothing was changed."
    else:
        title, words = "Not saved, try again", "I cannot write that down just now. Nothing was changed."
    custom_id = str((interaction.data or {}).get("custom_id", ""))
    name = read_id(custom_id)
    if name is not None and name[0] == "fc":
        again = Button("Try again", name[1], name[2])
        return card(Look.WAIT, title, words, controls=[again])
    typed = _typed(cast("dict[str, Any]", interaction.data or {})) if name is not None else []
    kept = ["**What you wrote, to copy and send again:**", *typed] if typed else []
    return card(Look.WAIT, title, f"{words} Please try again in a minute.", *kept)


def _typed(data: dict[str, Any]) -> list[str]:
    """What was written into the fields of a form, in blocks that can be copied whole."""
    written = [each for each in _fields(data).values() if isinstance(each, str) and each.strip()]
    room = _MOST_KEPT // max(1, len(written))
    return [f"```\n{shorten(each.replace('```', '` ` `'), room)}\n```" for each in written]


async def outdated(interaction: Interaction) -> None:
    await reply(
        interaction, card(Look.WAIT, "This button is from an older version", "Use `/today` to go on.")
    )


async def reply(interaction: Interaction, view: ui.LayoutView) -> None:
    """Shows a card to the person who pressed, and to nobody else.

    An answer that was put off goes into its own place, which is the same however often the library tries; a further
    message has no nonce and could stand twice (RA3). Only an apology after an answer is sent as one.
    """
    with sending(*_figure(view)) as files:
        if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(
                view=view, allowed_mentions=discord.AllowedMentions.none(), attachments=files
            )
        elif interaction.response.is_done():
            await interaction.followup.send(
                view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none(), files=files
            )
        else:
            await answering.show(interaction, view.to_components(), files)


def _figure(view: ui.LayoutView) -> list[Attachment]:
    """The picture in a card, as a file to send."""
    figure = view.figure if isinstance(view, Card) else None
    return [Attachment(FIGURE_NAME, figure.png)] if figure is not None else []


async def replace(interaction: Interaction, view: ui.LayoutView) -> None:
    """Puts a card in the place of the private one that was pressed; on a public card it answers privately."""
    message = interaction.message
    if message is not None and message.flags.ephemeral and not interaction.response.is_done():
        with sending(*_figure(view)) as files:
            await answering.change(interaction, view.to_components(), files)
    else:
        await reply(interaction, view)


async def show_next(interaction: Interaction, view: ui.LayoutView) -> None:
    """Puts a further card in the place of the one that this press was answered with."""
    with sending(*_figure(view)) as files:
        await interaction.edit_original_response(
            view=view, allowed_mentions=discord.AllowedMentions.none(), attachments=files
        )


class HasServices(Protocol):
    services: Services


def services(interaction: Interaction) -> Services:
    return cast("HasServices", interaction.client).services


def asker(interaction: Interaction) -> Asker:
    """Who pressed or typed, as Discord vouches for it."""
    guild = interaction.guild_id
    return Asker(interaction.user.id, guild, guild is not None and interaction.permissions.manage_guild)
