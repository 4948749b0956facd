"""A .zip that lies, bursts or climbs is refused with the entry named, and nothing is unpacked to disk."""

from __future__ import annotations

import io
import random
import stat
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from bot.domain.course import Fault
from bot.formats.archive import MAX_ENTRIES, MAX_FILE, MAX_PICTURE, read_archive
from bot.formats.pack import read_pack
from tests.formats.packs import files, zipped

Content = dict[str, str | bytes]


def with_modes(mode: int, system: int = 3) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("link.gift")
        entry.create_system, entry.external_attr = system, mode << 16
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def twice(first: str, second: str) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of what this is for
        archive.writestr(first, "a")
        archive.writestr(second, "b")
    return buffer.getvalue()


def patched(data: bytes, mark: bytes, offset: int, layout: str, value: int, entry: int = 0) -> bytes:
    """The archive with one number of its ``entry``-th header overwritten."""
    place = -1
    for _ in range(entry + 1):
        place = data.index(mark, place + 1)
    return (
        data[: place + offset] + struct.pack(layout, value) + data[place + offset + struct.calcsize(layout) :]
    )


CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
TWO: Content = {"course.toml": "x = 1\n" * 200, "b.gift": "y"}


def overlapping() -> bytes:
    """Two names for one stretch of data, as in the densest bombs."""
    same = zipped({"a.gift": "x" * 50, "b.gift": "x" * 50})
    return patched(same, CENTRAL, 42, "<L", 0, entry=1)


def announcing(size: int) -> bytes:
    data = patched(zipped(TWO), CENTRAL, 24, "<L", size)
    return patched(data, LOCAL, 22, "<L", size)


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size // 2).hex().encode()


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a bomb of zeros": (zipped({"course.toml": b"\0" * 10_000_000}), "more than 100 times"),
    "a bomb in an unread entry": (zipped({"movie.bin": b"\0" * 10_000_000}), "more than 100 times"),
    "a big text": (zipped({"course.toml": noise(MAX_FILE + 2)}), "larger than 1024 KiB"),
    "more than fits": (zipped({f"{n}.bin": bytes(2**20) for n in range(17)}, zipfile.ZIP_STORED), "16 MiB"),
    "a big picture": (zipped({"course.toml": "a", "a.jpg": noise(MAX_PICTURE + 2)}), "larger than 4096 KiB"),
    "too many entries": (zipped({f"{n}.txt": "" for n in range(MAX_ENTRIES + 1)}), "more than 2,000 entries"),
    "an archive inside": (zipped({"inner.zip": zipped(TWO)}), "archive inside"),
    "a tar inside": (zipped({"INNER.TAR.GZ": b"x"}), "archive inside"),
    "a symbolic link": (with_modes(stat.S_IFLNK | 0o777), "a link or a device"),
    "a device": (with_modes(stat.S_IFCHR | 0o600), "a link or a device"),
    "a pipe from another system": (with_modes(stat.S_IFIFO | 0o600, system=19), "a link or a device"),
    "climbing out": (zipped({"../../course.toml": "x"}), "climb out"),
    "climbing out in the middle": (zipped({"a/../../course.toml": "x"}), "climb out"),
    "an absolute path": (zipped({"/etc/course.toml": "x"}), "starts inside the pack"),
    "a drive": (zipped({"C:course.toml": "x"}), "starts inside the pack"),
    "a backslash": (zipped({"..\\course.toml": "x"}), "no backslash"),
    "a control character": (zipped({"a\x1b.toml": "x"}), "control character"),
    "a long name": (zipped({"a" * 300: "x"}), "1 to 200 characters"),
    "a name twice": (twice("course.toml", "course.toml"), "more than once"),
    "a name twice but for case": (twice("course.toml", "Course.TOML"), "more than once"),
    "a name twice but for accents": (twice("\u00e9.gift", "e\u0301.gift"), "more than once"),
    "overlapping entries": (overlapping(), "lies over another"),
    "a password": (patched(zipped(TWO), CENTRAL, 8, "<H", 1), "password"),
    "bzip2": (zipped(TWO, zipfile.ZIP_BZIP2), "unusual way"),
    "lzma": (zipped(TWO, zipfile.ZIP_LZMA), "unusual way"),
    "an unknown method": (patched(zipped(TWO), CENTRAL, 10, "<H", 97), "unusual way"),
    "a size that is too small": (announcing(10), "damaged"),
    "a size that is too large": (announcing(1_500), "damaged"),
    "a huge size": (announcing(2**32 - 2), "more than 100 times"),
    "a wrong checksum": (patched(zipped(TWO), CENTRAL, 16, "<L", 7), "damaged"),
    "another name in the local header": (zipped(TWO).replace(b"b.gift", b"c.gift", 1), "damaged"),
    "an offset beyond the end": (patched(zipped(TWO), CENTRAL, 42, "<L", 2**31, entry=1), "damaged"),
    "half a file": (zipped(TWO)[:-30], "damaged"),
    "no file": (b"PK", "damaged"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_zip_is_refused_with_the_reason(data: bytes, words: str):
    result = read_archive(data, "pack.zip")
    assert isinstance(result, tuple)
    assert words in " ".join(fault.problem for fault in result)
    assert all(fault.file == "pack.zip" and fault.field.isprintable() for fault in result)


def test_there_are_thirty_kinds_of_hostile_zip():
    assert len(HOSTILE) >= 30


def test_a_bomb_costs_no_memory():
    data = zipped({"course.toml": b"\0" * 50_000_000})
    tracemalloc.start()
    try:
        read_archive(data, "pack.zip")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2_000_000


def test_everything_wrong_with_a_zip_is_told_at_once():
    result = read_archive(zipped({"../a.gift": "x", "/b.gift": "x", "c.zip": "x"}), "pack.zip")
    assert isinstance(result, tuple)
    assert [fault.field for fault in result] == ["../a.gift", "/b.gift", "c.zip"]


def test_texts_and_pictures_are_read_and_other_files_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    content: Content = {"course.toml": "a", "q/b.gift": "b", "q/c.txt": "", "flask.PNG": b"\x89PNG", "q/": ""}
    content |= {"notes.docx": "d", "lesson.mp4": "e"}
    expected = {"course.toml": b"a", "q/b.gift": b"b", "q/c.txt": b"", "flask.PNG": b"\x89PNG"}
    assert read_archive(zipped(content), "pack.zip") == expected
    assert not list(tmp_path.iterdir())


def test_two_folders_with_a_course_each_are_not_mixed():
    both: Content = {f"{top}/{name}": text for top in "ab" for name, text in files().items()}
    result = read_pack("pack.zip", zipped(both))
    assert isinstance(result, tuple)
    assert result == (Fault("pack.zip", None, "", "there is no course.toml at its root"),)


def test_damage_anywhere_gives_a_fault_or_the_right_texts_and_never_a_traceback():
    whole = zipped(TWO)
    expected = read_archive(whole, "pack.zip")
    generator = random.Random(7)
    refused = 0
    for _ in range(1_500):
        data = bytearray(whole)
        for _ in range(generator.randint(1, 3)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        result = read_archive(bytes(data), "pack.zip")
        if isinstance(result, tuple):
            refused += 1
        else:
            assert set(result.values()) <= set(expected.values())  # type: ignore[union-attr]
    assert refused > 500
