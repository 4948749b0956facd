"""Files that students hand in for a teacher to mark: photos, PDFs and texts, told by what is in them (RG9)."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.attachments import MOST_BYTES, is_taken, safe_name
from bot.domain.photos import DamagedPicture, is_heif, without_metadata

__all__ = ["DAMAGED", "HEIF", "MOST_BYTES", "MOST_FILES", "TAKEN", "HandInFile", "handed_in"]

#: for one question
MOST_FILES = 3
#: for people
TAKEN = "photos (PNG, JPEG, GIF, WebP), PDF and plain text"
HEIF = (
    "This is a HEIC or AVIF photo, which I cannot read yet. Take a screenshot of it and send that; or set the camera "
    "to “Most Compatible” (iPhone: Settings, Camera, Formats) and take the photo once more."
)
DAMAGED = "This picture did not arrive whole. Save it again, or take a screenshot of it and send that."

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


def handed_in(place: int, name: str, data: bytes) -> HandInFile | str:
    """The file under a safe name, a photo without where and by what it was taken; or why not, for the student."""
    if is_heif(data):
        return HEIF
    for ending, kind in _KINDS.items():
        if is_taken(f"file.{ending}", data):
            stem = name.rpartition(".")[0] or name
            try:
                return HandInFile(place, safe_name(f"{stem}.{ending}"), kind, without_metadata(data))
            except DamagedPicture:
                return DAMAGED
    return f"I take {TAKEN}. A photo of your work will do."
