"""The first answer to an interaction, in one request.

discord.py's own ``send_message`` asks Discord for the message it has just made and builds objects of it that
nobody here reads: half of what answering costs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import discord
from discord.http import Route
from discord.webhook.async_ import async_context

#: flags of a message: only who pressed sees it; it is made of components alone
EPHEMERAL, COMPONENTS = 1 << 6, 1 << 15
NEW_MESSAGE = discord.InteractionResponseType.channel_message
EDITED_MESSAGE = discord.InteractionResponseType.message_update


async def show(
    interaction: discord.Interaction[Any],
    components: list[dict[str, Any]],
    files: Sequence[discord.File] = (),
) -> None:
    """A new message for the person alone. Raises discord.HTTPException."""
    await _answer(interaction, NEW_MESSAGE, EPHEMERAL | COMPONENTS, components, files)


async def change(
    interaction: discord.Interaction[Any],
    components: list[dict[str, Any]],
    files: Sequence[discord.File] = (),
) -> None:
    """Puts them in the place of what stood on the message that was pressed, files too. Raises discord.HTTPException."""
    await _answer(interaction, EDITED_MESSAGE, COMPONENTS, components, files)


async def _answer(
    interaction: discord.Interaction[Any],
    kind: discord.InteractionResponseType,
    flags: int,
    components: list[dict[str, Any]],
    files: Sequence[discord.File],
) -> None:
    # nobody is pinged by a card, whatever its texts hold; what is not listed as attached goes away
    data = {
        "flags": flags,
        "components": components,
        "allowed_mentions": {"parse": []},
        "attachments": [each.to_dict(place) for place, each in enumerate(files)],
    }
    route = Route(
        "POST",
        "/interactions/{webhook_id}/{webhook_token}/callback",
        webhook_id=interaction.id,
        webhook_token=interaction.token,
    )
    http = interaction._state.http
    await async_context.get().request(
        route,
        session=interaction._session,
        proxy=http.proxy,
        proxy_auth=http.proxy_auth,
        files=files,
        **_body({"type": kind.value, "data": data}, files),
    )
    interaction.response._response_type = kind


def _body(payload: dict[str, Any], files: Sequence[discord.File]) -> dict[str, Any]:
    if not files:
        return {"payload": payload}
    form: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(payload)}]
    for place, each in enumerate(files):
        form.append({
            "name": f"files[{place}]",
            "value": each.fp,
            "filename": each.filename,
            "content_type": "application/octet-stream",
        })  # fmt: skip
    return {"multipart": form}
