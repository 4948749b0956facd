"""Files that a teacher sends along: which are taken, and under which name they travel (N22, RG9).

A file is what its bytes say, not what its name says: a program does not become a picture by being called one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

#: bytes; Discord takes ten million from a bot
MOST_BYTES = 8 * 1024 * 1024
_NAME = 80


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    data: bytes = field(repr=False)

    @property
    def is_picture(self) -> bool:
        return _ending(self.name) in PICTURES


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(marks)


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


_ZIPPED = _begins(b"PK\x03\x04")
_JPEG = _begins(b"\xff\xd8\xff")

_LOOKS: Mapping[str, Callable[[bytes], bool]] = {
    "pdf": _begins(b"%PDF-"),
    "png": _begins(b"\x89PNG\r\n\x1a\n"),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "gif": _begins(b"GIF87a", b"GIF89a"),
    "webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
    "docx": _ZIPPED,
    "xlsx": _ZIPPED,
    "pptx": _ZIPPED,
    "odt": _ZIPPED,
    "ods": _ZIPPED,
    "odp": _ZIPPED,
    "txt": _is_text,
    "md": _is_text,
    "csv": _is_text,
}
PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
#: the endings that are taken, for people
TAKEN = ", ".join(_LOOKS)


def is_taken(name: str, data: bytes) -> bool:
    """Whether the ending is one of those taken, and the bytes are such a file."""
    looks = _LOOKS.get(_ending(name))
    return looks is not None and bool(data) and looks(data)


def has_taken_ending(name: str) -> bool:
    return _ending(name) in _LOOKS


def safe_name(name: str) -> str:
    """The name in the letters that Discord leaves as they are: a card finds its file by its exact name."""
    stem, _, ending = name.rpartition(".")
    folded = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9-]+", "_", folded).strip("_-")[:_NAME]
    return f"{plain or 'file'}.{ending.lower()}"


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
