"""Pictures without what cameras and programs write into them: place, time, device, names, previews, words.

The picture itself is not touched: its parts are copied one by one, and only those are kept that are needed to show it.
Which way up it is to be shown is written anew, alone.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
#: brands of pictures in the container that phones use for HEIC and AVIF
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
#: endings of their names
HEIF_ENDINGS = (".heic", ".heif", ".avif")


class DamagedPicture(ValueError):
    """It begins like a picture and goes on like none."""


def without_metadata(data: bytes) -> bytes:
    """A PNG, JPEG, GIF or WebP without its metadata; other files as they are. Raises DamagedPicture."""
    for beginning, copied in _COPIES.items():
        if data.startswith(beginning):
            try:
                return copied(data)
            except (IndexError, ValueError) as error:
                raise DamagedPicture from error
    return data


def cleaned(data: bytes) -> bytes:
    """The same for what was kept before pictures were looked into: what cannot be read stays as it is."""
    try:
        return without_metadata(data)
    except DamagedPicture:
        return data


def is_heif(data: bytes) -> bool:
    """A HEIC or AVIF, as phones save photos: neither Discord nor browsers show it everywhere."""
    return data[4:8] == b"ftyp" and data[8:12] in _HEIF


# --- which way up ----------------------------------------------------------------------------------

_UPRIGHT, _ORIENTATION = 1, 0x0112


def _orientation(exif: bytes) -> int:
    """What EXIF (TIFF's layout) says of it, 1 to 8; upright where it says nothing that can be read."""
    exif = exif.removeprefix(b"Exif\0\0")
    if exif[:2] not in (b"II", b"MM"):
        return _UPRIGHT
    order = "little" if exif[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(exif[at : at + size], order)

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if number(entry, 2) == _ORIENTATION:
            said = number(entry + 8, 2)
            return said if 1 <= said <= 8 else _UPRIGHT
        if entry >= len(exif):
            break
    return _UPRIGHT


def _exif(orientation: int) -> bytes:
    """EXIF that says which way up, and nothing else."""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)


# --- PNG -------------------------------------------------------------------------------------------

#: the picture, its colours and its frames
_PNG_KEPT = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD",
    b"pHYs", b"acTL", b"fcTL", b"fdAT",
})  # fmt: skip


def _png(data: bytes) -> bytes:
    kept: list[bytes] = [_PNG]
    place = len(_PNG)
    while True:
        length, name = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(data) or not name.isalpha() or (len(kept) == 1) != (name == b"IHDR"):
            raise DamagedPicture
        if name in _PNG_KEPT:
            kept.append(data[place:end])
        elif name == b"eXIf" and (turned := _orientation(data[place + 8 : end - 4])) != _UPRIGHT:
            kept.append(_png_chunk(b"eXIf", _exif(turned)))
        if name == b"IEND":
            return b"".join(kept)
        place = end


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


# --- JPEG ------------------------------------------------------------------------------------------

#: in the coded picture 0xFF is followed by 0, or by the number of a restart
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_SOS, _EOI, _APP0, _EXIF, _ICC, _ADOBE = 0xDA, 0xD9, 0xE0, 0xE1, 0xE2, 0xEE
#: frames, tables and restarts
_JPEG_KEPT = frozenset({*range(0xC0, 0xD0), _SOS, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF})


def _jpeg(data: bytes) -> bytes:
    head: list[bytes] = [data[:2]]
    kept: list[bytes] = []
    turned, place = _UPRIGHT, 2
    while found := _MARKER.match(data, place):
        kind, place = found[1][0], found.end()
        if kind == _EOI:
            break
        end = place + int.from_bytes(data[place : place + 2])
        body = data[place + 2 : end]
        if end < place + 2 or end > len(data):
            raise DamagedPicture
        if kind == _EXIF and body.startswith(b"Exif\0\0"):
            turned = _orientation(body)
        elif kind == _APP0 and body.startswith(b"JFIF\0") and len(head) == 1:
            # the two last bytes are the size of a preview, which is left out
            head.append(_jpeg_part(kind, body[:12] + b"\0\0"))
        elif kind in _JPEG_KEPT or _is_colour(kind, body):
            kept.append(_jpeg_part(kind, body))
        place = end
        if kind == _SOS:
            after = _MARKER.search(data, place)
            place = after.start() if after else len(data)
            kept.append(data[end:place])
    if not any(each[1:2] == b"\xda" for each in kept):
        raise DamagedPicture
    if turned != _UPRIGHT:
        head.append(_jpeg_part(_EXIF, b"Exif\0\0" + _exif(turned)))
    return b"".join([*head, *kept, b"\xff\xd9"])


def _is_colour(kind: int, body: bytes) -> bool:
    return (kind == _ICC and body.startswith(b"ICC_PROFILE\0")) or (
        kind == _ADOBE and body.startswith(b"Adobe")
    )


def _jpeg_part(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + (len(body) + 2).to_bytes(2) + body


# --- GIF -------------------------------------------------------------------------------------------

#: how often its frames are gone through; other programs' notes are left out
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _gif(data: bytes) -> bytes:
    place = 13 + _table(data[10])
    kept: list[bytes] = [data[:place]]
    while data[place] != 0x3B:
        begin, kind = place, data[place]
        if kind == 0x2C:
            place = _blocks_end(data, place + 11 + _table(data[place + 9]))
        elif kind == 0x21:
            place = _blocks_end(data, place + 2)
        else:
            raise DamagedPicture
        is_loop = data[begin + 1] == 0xFF and data[begin + 3 : begin + 14] in _LOOPS
        if kind == 0x2C or data[begin + 1] == 0xF9 or is_loop:
            kept.append(data[begin:place])
    return b"".join([*kept, b"\x3b"])


def _table(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, place: int) -> int:
    while size := data[place]:
        place += size + 1
    return place + 1


# --- WebP ------------------------------------------------------------------------------------------

_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"})
#: flags of VP8X
_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def _webp(data: bytes) -> bytes:
    if data[8:12] != b"WEBP":
        raise DamagedPicture
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    parts = list(_riff(data[12:end]))
    turned = next((_orientation(body) for name, body in parts if name == b"EXIF"), _UPRIGHT)
    if not any(name in (b"VP8 ", b"VP8L", b"ANMF") for name, _ in parts):
        raise DamagedPicture
    kept = b"".join(_webp_part(name, body, turned) for name, body in parts if name in _WEBP_KEPT)
    if turned != _UPRIGHT and parts[0][0] == b"VP8X":
        kept += _riff_part(b"EXIF", _exif(turned))
    return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + kept


def _webp_part(name: bytes, body: bytes, turned: int) -> bytes:
    if name == b"VP8X":
        flags = body[0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turned != _UPRIGHT else 0)
        body = bytes([flags]) + body[1:]
    if name == b"ANMF":
        frame = (_riff_part(*each) for each in _riff(body[16:]) if each[0] in _WEBP_KEPT)
        body = body[:16] + b"".join(frame)
    return _riff_part(name, body)


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(data):
        end = place + 8 + int.from_bytes(data[place + 4 : place + 8], "little")
        if end > len(data):
            raise DamagedPicture
        yield data[place : place + 4], data[place + 8 : end]
        place = end + (end - place) % 2


def _riff_part(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


_COPIES: Mapping[bytes, Callable[[bytes], bytes]] = {
    _PNG: _png, _JPEG: _jpeg, b"GIF87a": _gif, b"GIF89a": _gif, b"RIFF": _webp,
}  # fmt: skip
