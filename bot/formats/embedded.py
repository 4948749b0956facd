"""Pictures that come inside a bank: found in the text of a question, kept by their digest, never opened here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
from collections.abc import Callable
from urllib.parse import unquote

from bot.domain import limits

_IMG = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(src|alt)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_DATA = re.compile(r"data:image/[a-z]+;base64,(.*)", re.IGNORECASE | re.DOTALL)
#: PNG, JPEG, GIF; others (SVG above all, which may hold scripts) are left out
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg", b"GIF87a": ".gif", b"GIF89a": ".gif",
}  # fmt: skip

#: the file of that name (an ``src`` without quotes and percent signs), None where there is none
Files = Callable[[str], bytes | None]


def no_files(_src: str) -> bytes | None:
    """Of a file that comes alone."""
    return None


class Pictures:
    """What was found: bytes by their SHA-256, as they came (PNG, JPEG or GIF)."""

    def __init__(self) -> None:
        self.found: dict[str, bytes] = {}

    def take(self, text: str, files: Files) -> tuple[str, str, str]:
        """The first picture in an HTML text that is at hand: its digest, what it shows, and the text without it.

        Digest and words are "" where there is none.
        """
        for image in _IMG.finditer(text):
            said = {
                each[1].lower(): html.unescape(each[2] or each[3] or "")
                for each in _ATTRIBUTE.finditer(image[1])
            }
            data = self._bytes(said.get("src", ""), files)
            if data is None:
                continue
            digest = hashlib.sha256(data).hexdigest()
            self.found[digest] = data
            alt = " ".join(said.get("alt", "").split())[: limits.PICTURE_SAID]
            return digest, alt, text[: image.start()] + text[image.end() :]
        return "", "", text

    def _bytes(self, src: str, files: Files) -> bytes | None:
        written = _DATA.fullmatch(src)
        data = decoded_picture(written[1]) if written else files(unquote(src))
        if data is None or not data.startswith(tuple(_BEGINNINGS)) or len(data) > limits.PICTURE:
            return None
        total = sum(map(len, self.found.values()))
        is_full = len(self.found) >= limits.PICTURES or total + len(data) > limits.PICTURES_TOTAL
        return None if is_full else data


def decoded_picture(text: str) -> bytes | None:
    """What base64 says, None where it says nothing or more than limits.PICTURE bytes."""
    if len(text) > limits.PICTURE * 3 // 2:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def ending_of(data: bytes) -> str:
    """A file name's ending for the picture: .png, .jpg or .gif."""
    return next((ending for beginning, ending in _BEGINNINGS.items() if data.startswith(beginning)), ".png")
