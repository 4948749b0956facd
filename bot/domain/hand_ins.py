"""Files that students hand in for a teacher to mark: photos, PDFs and texts, told by what is in them (RG9)."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.attachments import MOST_BYTES, is_taken, safe_name

__all__ = ["MOST_BYTES", "MOST_FILES", "TAKEN", "HandInFile", "handed_in"]

#: for one question
MOST_FILES = 3
#: for people
TAKEN = "photos (PNG, JPEG, GIF, WebP), PDF and plain text"

#: ending under which a file is given back → what it is
_KINDS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "txt": "text/plain",
}


@dataclass(frozen=True, slots=True)
class HandInFile:
    #: among the files of its question, from 1
    place: int
    #: safe to send on, with the ending that its bytes call for
    name: str
    content_type: str
    data: bytes = field(repr=False)


def handed_in(place: int, name: str, data: bytes) -> HandInFile | None:
    """The file under a safe name; None where its bytes are none of ``TAKEN``, whatever its name says."""
    for ending, kind in _KINDS.items():
        if is_taken(f"file.{ending}", data):
            stem = name.rpartition(".")[0] or name
            return HandInFile(place, safe_name(f"{stem}.{ending}"), kind, data)
    return None
