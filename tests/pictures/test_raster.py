"""Pictures that people bring reach students as plain pixels only (RG9), whatever the file held."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import Image

from bot.pictures.raster import MOST_WIDTH, NoPicture, re_encoded


def file(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    assert image.format == "PNG"
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_each_usual_kind_comes_out_as_a_png(kind: str):
    out = opened(re_encoded(file(Image.new("RGB", (40, 30), "red"), kind)))
    assert out.size == (40, 30)
    assert sum(out.getchannel("R").histogram()[:200]) == 0


def test_a_wide_photograph_is_made_small_enough():
    out = opened(re_encoded(file(Image.new("RGB", (4000, 3000)), "JPEG")))
    assert out.size == (MOST_WIDTH, 900)


def test_where_and_by_whom_it_was_taken_does_not_travel():
    exif = Image.Exif()
    exif[0x010E] = "secret place"  # ImageDescription
    exif[0x0112] = 6  # lies on its side
    data = file(Image.new("RGB", (40, 30)), "JPEG", exif=exif, comment=b"secret words") + b"secret tail"
    assert data.count(b"secret") == 3
    png = re_encoded(data)
    assert b"secret" not in png
    assert not opened(png).info
    assert opened(png).size == (30, 40)


def test_dark_writing_on_a_clear_ground_gets_a_white_one():
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert opened(re_encoded(file(clear, "PNG"))).getpixel((5, 5)) == (255, 255, 255)


def test_only_the_first_picture_of_a_moving_one_is_kept():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    moving = file(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert opened(re_encoded(moving)).convert("RGB").getpixel((4, 4)) == (255, 0, 0)


def bomb() -> bytes:
    """A PNG that says of itself that it is 30,000 pixels wide and high."""
    png = bytearray(file(Image.new("1", (8, 8)), "PNG"))
    png[16:24] = (30_000).to_bytes(4) * 2
    png[29:33] = zlib.crc32(png[12:29]).to_bytes(4)
    return bytes(png)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bomb(), "million pixels"),
        (b"", "save it again as one"),
        (b"#!/bin/sh\necho", "save it again as one"),
        (b"%PDF-1.7", "save it again as one"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "save it again as one"),
        (file(Image.effect_noise((200, 200), 50), "PNG")[:900], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(data: bytes, said: str):
    with pytest.raises(NoPicture, match=said):
        re_encoded(data)
