"""Photos as phones make them, with all that is hidden in them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, PngImagePlugin

PLACE, WORDS = b"48.2082", b"Ana's bedroom"
ORIENTATION, MAKER, COMMENT, GPS = 0x0112, 0x010F, 0x9286, 0x8825


def photo(kind: str, turned: int = 6, *, plain: bool = False, **more: object) -> bytes:
    """A picture whose left half is red, with place and words in every corner that its format has; ``plain`` without."""
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER], exif[COMMENT] = turned, PLACE.decode(), WORDS.decode()
    exif.get_ifd(GPS).update({1: "N", 2: (48.2, 12.0, 29.0), 29: WORDS.decode()})
    words = PngImagePlugin.PngInfo()
    words.add_text("Location", PLACE.decode())
    words.add_itxt("XML:com.adobe.xmp", WORDS.decode())
    options: dict[str, object] = {
        "JPEG": {"exif": exif, "comment": WORDS, "xmp": PLACE, "quality": 95},
        "PNG": {"exif": exif, "pnginfo": words},
        "WEBP": {"exif": exif, "xmp": WORDS + PLACE, "lossless": True},
        "GIF": {"comment": WORDS + PLACE},
    }[kind]
    out = BytesIO()
    if plain:
        image.save(out, kind)
        return out.getvalue()
    image.save(out, kind, **options, **more)
    return out.getvalue() + PLACE + WORDS  # behind the end, as phones put films
