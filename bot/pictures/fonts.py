"""The one typeface of all pictures: DejaVu Sans, as it comes with ziafont (Latin, Greek, Cyrillic, signs)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans at ``size`` pixels."""
    return ImageFont.truetype(BytesIO(_bytes()), size)


@lru_cache(maxsize=1)
def _bytes() -> bytes:
    return files("ziafont").joinpath("fonts", "DejaVuSans.ttf").read_bytes()
