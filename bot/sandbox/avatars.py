"""Round pictures with initials, drawn as the page's rail draws them, so that a face is the same in both."""

from __future__ import annotations

import io
import secrets

from PIL import Image, ImageDraw, ImageFont
from simcord.backend import Backend
from simcord.backend.cdn import CDN_BASE
from simcord.backend.models import User

SIZE = 96
#: as in static/rail.js, by a person's place in the list
COLOURS = ("#f2b8a0", "#9ecbff", "#b9e6a8", "#e3b7f2", "#ffd98a", "#8fe0d4")
BOT_COLOUR = "#5865f2"
INK = "#16171a"


def give_avatar(backend: Backend, user: User, place: int | None) -> None:
    """Puts the picture on simcord's CDN; ``place`` is the person's in the list, None for the bot."""
    colour, ink = (BOT_COLOUR, "white") if place is None else (COLOURS[place % len(COLOURS)], INK)
    user.avatar = secrets.token_hex(8)
    url = f"{CDN_BASE}/avatars/{user.id}/{user.avatar}.png"
    backend.cdn._blobs[url] = picture(initials(user.global_name or user.name), colour, ink)


def initials(name: str) -> str:
    """Of the first and the last word: MR for Ms Rivera, A for Ana."""
    words = name.split()
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper()


def picture(letters: str, colour: str, ink: str) -> bytes:
    image = Image.new("RGB", (SIZE, SIZE), colour)
    font = ImageFont.load_default(size=40 if len(letters) > 1 else 46)
    ImageDraw.Draw(image).text((SIZE / 2, SIZE / 2), letters, fill=ink, font=font, anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
