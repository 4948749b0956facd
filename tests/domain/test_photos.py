"""Pictures of people travel without what a camera writes into them, and look as they did (RF, RG9)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageOps, ImageSequence

from bot.domain.photos import DamagedPicture, cleaned, is_heif, without_metadata
from tests.photos import ORIENTATION, PLACE, WORDS, photo


def upright(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def far_from(one: Image.Image, other: Image.Image) -> int:
    assert one.size == other.size
    return max(abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_nothing_is_left_but_the_picture_the_same_way_up(kind: str, turned: int):
    data = photo(kind, turned)
    assert PLACE in data
    assert WORDS in data
    clean = without_metadata(data)
    assert PLACE not in clean
    assert WORDS not in clean
    assert far_from(upright(data), upright(clean)) == 0
    with Image.open(BytesIO(clean)) as image:
        assert set(image.getexif()) <= {ORIENTATION}
        assert not {"comment", "xmp", "Location"} & set(image.info)


def test_a_progressive_jpeg_with_a_preview_and_colours_keeps_its_colours():
    profile = b"\0" * 36 + b"acsp" + b"\0" * 88
    clean = without_metadata(photo("JPEG", progressive=True, icc_profile=profile))
    with Image.open(BytesIO(clean)) as image:
        assert image.info["icc_profile"] == profile
        assert image.info["progressive"]


def test_what_moves_goes_on_moving():
    frames = [Image.new("RGB", (8, 8), each) for each in ("red", "green", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        out = BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
        with Image.open(BytesIO(without_metadata(out.getvalue()))) as image:
            shown = [each.convert("RGB").getpixel((4, 4)) for each in ImageSequence.Iterator(image)]
            assert len(shown) == 3, kind
            assert image.info["loop"] == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_is_cut_off_or_overwritten_is_told_or_harmless(kind: str):
    whole = photo(kind)
    for end in range(16, len(whole), 7):
        for broken in (whole[:end], whole[:end] + b"\xff" * 9 + whole[end + 9 :]):
            try:
                clean = without_metadata(broken)
            except DamagedPicture:
                assert cleaned(broken) == broken
            else:
                assert WORDS not in clean


def test_cleaning_twice_changes_nothing_more():
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        clean = without_metadata(photo(kind))
        assert without_metadata(clean) == clean


def test_other_files_stay_as_they_are_and_heic_is_known():
    for data in (b"%PDF-1.7 x", b"words", b"PK\x03\x04", b""):
        assert without_metadata(data) == data
        assert not is_heif(data)
    assert is_heif(b"\0\0\0\x18ftypheic" + bytes(20))
    assert is_heif(b"\0\0\0\x18ftypmif1" + bytes(20))
