"""Pictures that people bring, made into plain PNGs: the first frame, upright, small enough, and nothing else in it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

#: pixels; Discord shows a picture in a card about half as wide
MOST_WIDTH = 1200
MOST_HEIGHT = 2400
#: of the file as brought: a phone's photograph has twelve million
MOST_PIXELS = 24_000_000
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


class NoPicture(ValueError):
    """Says in words for the teacher what is wrong with the file."""


def re_encoded(data: bytes) -> bytes:
    """The picture as an RGB PNG of at most MOST_WIDTH times MOST_HEIGHT pixels. Raises NoPicture.

    What was hidden in the file (place, camera, comments, further frames, a program behind the end) does not travel.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            is_too_large = image.width * image.height > MOST_PIXELS
            if not is_too_large:
                image.draft("RGB", (MOST_WIDTH, MOST_HEIGHT))
                return as_png(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError:
        is_too_large = True
    except UnidentifiedImageError as error:
        raise NoPicture("it is not a PNG, JPEG, GIF or WebP picture: save it again as one") from error
    except Exception as error:  # a decoder may raise anything at a damaged file
        raise NoPicture("it is damaged: save it again") from error
    raise NoPicture(f"it has more than {MOST_PIXELS // 1_000_000} million pixels: make it smaller")


def as_png(image: Image.Image) -> bytes:
    """On white, since a clear background would show dark writing on Discord's dark one."""
    from PIL import Image

    image = _on_white(image)
    image.thumbnail((MOST_WIDTH, MOST_HEIGHT), Image.Resampling.LANCZOS)
    out = BytesIO()
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        sheet = Image.new("RGB", clear.size, "white")
        sheet.paste(clear, mask=clear.getchannel("A"))
        return sheet
    return image.convert("RGB")
