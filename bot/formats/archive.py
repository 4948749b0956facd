"""A teacher's .zip opened without trust: only in memory, only plain entries, and never more than the caps."""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.domain import limits
from bot.domain.course import Fault

MAX_ENTRIES = 2_000
MAX_RATIO = 100
MAX_TOTAL = 16 * 1024 * 1024
MAX_FILE = 1024 * 1024

#: what a pack is made of; other entries (notes, videos) are checked like these and left unread
TEXT_SUFFIXES = (".toml", ".gift", ".txt", ".csv")
#: with pictures inside, or packed
EXPORT_SUFFIXES = (".xml", ".imscc")
#: of files with questions
BANK_SUFFIXES = (".gift", ".txt", ".csv", *EXPORT_SUFFIXES)
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
#: of a picture: a phone's photograph has about as much
MAX_PICTURE = limits.PICTURE

#: bzip2 and LZMA are left out since Python cannot unpack them in bounded steps
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY_MARK = b"PK\x01\x02"
_LOCAL_HEADER_LENGTH = 30
_ENCRYPTED = 0x1
_NESTED = re.compile(r"\.(zip|7z|rar|gz|bz2|xz|tar|tgz|jar)$", re.IGNORECASE)


def read_archive(data: bytes, file: str) -> dict[str, bytes] | tuple[Fault, ...]:
    """The texts and pictures of a .zip by their path from where course.toml is, or everything wrong with the .zip."""
    # the marks are counted before zipfile makes an object of each entry
    if data.count(_ENTRY_MARK) > MAX_ENTRIES:
        problem = f"the .zip has more than {MAX_ENTRIES:,} entries: zip the course's folder only"
        return (Fault(file, None, "", problem),)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not _is_clutter(entry.filename)]
            faults = [Fault(file, None, where, problem) for where, problem in _problems(entries)]
            return tuple(faults) or _from_top(_read(archive, entries))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError):
        return (Fault(file, None, "", "this .zip is damaged, or not a .zip: zip the folder again"),)


def path_problem(path: str) -> str:
    """What is wrong with a path inside a pack; empty when nothing is."""
    if not 1 <= len(path) <= 200:
        return "a path has 1 to 200 characters"
    if "\\" in path or any(unicodedata.category(char) == "Cc" for char in path):
        return "a path has / between its parts, and no backslash or control character"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "a path starts inside the pack, not at / or at a drive"
    if ".." in path.split("/"):
        return "a path may not climb out of the pack with .."
    return ""


def _problems(entries: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        if problem := path_problem(entry.orig_filename) or _entry_problem(entry):
            yield _shown(entry.orig_filename), problem
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        yield (
            "",
            f"unpacked it would be more than {MAX_TOTAL // 2**20} MiB: take videos out, and make pictures smaller",
        )
    for name, count in Counter(_key(entry.filename).casefold() for entry in entries).items():
        if count > 1:
            yield _shown(name), "it is in the .zip more than once: zip the folder again"
    for before, after in pairwise(sorted(entries, key=lambda entry: entry.header_offset)):
        data_start = before.header_offset + _LOCAL_HEADER_LENGTH + len(before.orig_filename)
        if data_start + before.compress_size > after.header_offset:
            yield _shown(after.orig_filename), "it lies over another entry: zip the folder again"


def _entry_problem(entry: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is a link or a device: put the file itself in the .zip"
    if entry.flag_bits & _ENCRYPTED:
        return "it is locked with a password: zip the folder without one"
    if entry.compress_type not in _METHODS:
        return "it is packed in an unusual way: zip the folder with your system's own command"
    if _NESTED.search(entry.filename):
        return "an archive inside the .zip is not opened: put its files in the folder instead"
    if entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        return f"it unpacks to more than {MAX_RATIO} times its size, which no text does"
    return size_problem(entry.filename, entry.file_size)


def size_problem(path: str, size: int) -> str:
    """What is wrong with the size of a file that a pack is read from; empty when nothing is."""
    most = _most(path)
    if not most or size <= most:
        return ""
    is_picture = path.lower().endswith(PICTURE_SUFFIXES)
    mend = "make the picture smaller" if is_picture else "cut it into several files"
    return f"it is larger than {most // 1024} KiB: {mend}"


def _most(path: str) -> int:
    """Bytes of such a file at most; 0 where it is not read."""
    if path.endswith(TEXT_SUFFIXES):
        return MAX_FILE
    return MAX_PICTURE if path.lower().endswith((*PICTURE_SUFFIXES, *EXPORT_SUFFIXES)) else 0


def is_read(path: str) -> bool:
    """Whether a pack's file is looked into."""
    return _most(path) > 0


def _read(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in entries:
        if most := _most(entry.filename):
            with archive.open(entry) as stream:
                # no further than announced: the checksum tells of more, and nothing in zipfile of less
                data = stream.read(most + 1)
            if len(data) != entry.file_size:
                raise zipfile.BadZipFile(f"{entry.filename} has not the size that it announces")
            files[_key(entry.filename)] = data
    return files


def _from_top(files: dict[str, bytes]) -> dict[str, bytes]:
    """Systems that zip a folder put the folder's own name before every path; it is taken off."""
    if "course.toml" in files:
        return files
    courses = [path for path in files if path.endswith("/course.toml") and path.count("/") == 1]
    tops = [path.removesuffix("course.toml") for path in courses]
    if len(tops) != 1:
        return files
    return {path.removeprefix(tops[0]): data for path, data in files.items() if path.startswith(tops[0])}


def _key(path: str) -> str:
    """macOS decomposes accents in file names, and the teacher's TOML does not."""
    return unicodedata.normalize("NFC", path)


def _is_clutter(path: str) -> bool:
    """What macOS and Windows put into a .zip by themselves."""
    name = path.rpartition("/")[2]
    return path.startswith("__MACOSX/") or name in (".DS_Store", "Thumbs.db", "desktop.ini")


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[:80])
