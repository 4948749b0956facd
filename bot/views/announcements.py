"""Announcements as a teacher writes and handles them: the form, and every press on its cards."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import discord
from discord import ui

from bot.domain.announcing import MOST_WORDS
from bot.services.announcement_results import Form as Asked
from bot.services.announcement_results import Gone, Standing, Upload
from bot.views.announcement_cards import (
    draw_classes,
    draw_confirmed,
    draw_gone,
    draw_preview,
    draw_standing,
    draw_undone,
)
from bot.views.presses import (
    Fields,
    Form,
    Interaction,
    asker,
    on_form,
    on_pick,
    on_press,
    replace,
    services,
)
from bot.views.uploads import fetch, incoming, uploaded


def draw_form(asked: Asked) -> Form:
    words: ui.TextInput[Any] = ui.TextInput(
        custom_id="words",
        style=discord.TextStyle.paragraph,
        default=asked.words or None,
        max_length=MOST_WORDS,
    )
    file: ui.FileUpload[Any] = ui.FileUpload(custom_id="file", required=False, min_values=0, max_values=1)
    hint = (
        f"In the place of {asked.file_name}"
        if asked.file_name
        else "A picture, a PDF or a document, up to 8 MB"
    )
    return Form(
        "Announcement",
        "announce",
        asked.handle,
        ui.Label(
            text="What do you want to say?",
            description="You see who gets it before anything is sent",
            component=words,
        ),
        ui.Label(text="A file, if you like", description=hint[:100], component=file),
    )


@on_form("announce")
async def written(interaction: Interaction, handle: str, fields: Fields) -> None:
    file = uploaded(interaction, fields.get("file") or [])
    write = partial(
        services(interaction).announcements.write, asker(interaction), handle, str(fields.get("words", ""))
    )
    if file is None:
        await replace(interaction, draw_preview(await write(None, interaction.created_at)))
        return
    await interaction.response.defer(ephemeral=True, thinking=True)  # a download
    async with incoming():
        upload = Upload(file.filename, file.size, lambda: fetch(file))
        result = await write(upload, interaction.created_at)
    await interaction.edit_original_response(view=draw_preview(result))


@on_press("announce_text")
async def change_text(interaction: Interaction, handle: str) -> None:
    asked = await services(interaction).announcements.form(asker(interaction), handle)
    if isinstance(asked, Gone):
        await replace(interaction, draw_gone())
    else:
        await interaction.response.send_modal(draw_form(asked))


@on_press("announce_no_file")
async def drop_file(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.drop_file(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_preview(result))


@on_press("announce_classes")
async def choose_classes(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.preview(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_classes(result))


@on_press("announce_back")
async def back(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.preview(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_preview(result))


@on_pick("announce_to")
async def chosen_classes(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    result = await services(interaction).announcements.choose_classes(
        asker(interaction), handle, values, interaction.created_at
    )
    await replace(interaction, draw_preview(result))


@on_pick("announce_people")
async def picked_people(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    accounts = [int(each) for each in values if each.isdecimal()]
    result = await services(interaction).announcements.pick_people(
        asker(interaction), handle, accounts, interaction.created_at
    )
    await replace(interaction, draw_preview(result))


@on_press("announce_send")
async def send(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.confirm(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_confirmed(result))


@on_press("announce_now")
async def send_now(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.confirm(
        asker(interaction), handle, interaction.created_at, at_once=True
    )
    await replace(interaction, draw_confirmed(result))


@on_press("announce_undo")
async def undo(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.undo(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_undone(result))


@on_press("announce_stop")
async def stop(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.stop(
        asker(interaction), handle, interaction.created_at
    )
    await replace(interaction, draw_standing(result) if isinstance(result, Standing) else draw_gone())


@on_press("announce_show")
async def show(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).announcements.show(asker(interaction), handle)
    await replace(interaction, draw_standing(result) if isinstance(result, Standing) else draw_gone())
