"""Reads a course pack, a .toml or a .zip or a folder, into a Course or everything that is wrong with it."""

from __future__ import annotations

import io
import re
import tomllib
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.course import Course, Fault
from bot.formats.archive import MAX_TOTAL, is_read, read_archive, size_problem
from bot.formats.course_toml import CourseReader
from bot.formats.text_file import decoded, shown_name
from bot.formats.toml_outline import Outline, outline
from bot.formats.toml_table import Report, Table

MAX_TOML = 256 * 1024
MAX_PACK = 8 * 1024 * 1024
#: more would fill the teacher's screen many times over; the rest show once these are mended
MAX_FAULTS = 100

COURSE_FILE = "course.toml"


def read_pack(filename: str, data: bytes) -> Course | tuple[Fault, ...]:
    """The course in an uploaded file, or its faults. May take long on a hostile file: see worker.py."""
    file = shown_name(filename)
    if len(data) > MAX_PACK:
        problem = f"it is larger than {MAX_PACK // 2**20} MiB: take videos out, and make pictures smaller"
        return (Fault(file, None, "", problem),)
    if data.startswith(b"PK") or file.lower().endswith(".zip"):
        files = read_archive(data, file)
        return files if isinstance(files, tuple) else _read_files(files, file)
    if file.lower().endswith(".toml"):
        return _read_course(file, data, None)
    return (Fault(file, None, "", "a course pack is a .toml file, or a .zip of a folder with course.toml"),)


def read_path(path: Path) -> Course | tuple[Fault, ...]:
    """The course in a .toml, a .zip or a folder on disk, or its faults; OSError if it cannot be read."""
    return read_folder(path) if path.is_dir() else read_pack(path.name, path.read_bytes())


def read_folder(folder: Path) -> Course | tuple[Fault, ...]:
    """The course in a folder with course.toml, or its faults; OSError if it cannot be read."""
    files: dict[str, bytes] = {}
    for path in _pack_paths(folder):
        name = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
        if problem := size_problem(name, path.stat().st_size):
            return (Fault(name, None, "", problem),)
        files[name] = path.read_bytes()
    return _read_files(files, folder.name)


def zip_folder(folder: Path) -> bytes:
    """The folder's pack as a .zip: the same bytes for the same files, whenever they were written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _pack_paths(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def _pack_paths(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if is_read(path.name) and path.is_file() and not path.is_symlink():
            yield path


def _read_files(files: Mapping[str, bytes], pack: str) -> Course | tuple[Fault, ...]:
    if COURSE_FILE not in files:
        return (Fault(pack, None, "", f"there is no {COURSE_FILE} at its root"),)
    if sum(len(data) for data in files.values()) > MAX_TOTAL:
        return (Fault(pack, None, "", f"its files are more than {MAX_TOTAL // 2**20} MiB"),)
    return _read_course(COURSE_FILE, files[COURSE_FILE], files)


def _read_course(file: str, data: bytes, files: Mapping[str, bytes] | None) -> Course | tuple[Fault, ...]:
    parsed = _parse_toml(file, data)
    if isinstance(parsed, Fault):
        return (parsed,)
    values, lines = parsed
    report = Report(file, lines)
    reader = CourseReader(files)
    course = reader.course(Table(values, (), report))
    faults = [*report.faults, *reader.faults]
    return _in_order(faults, file) if faults else course


def _in_order(faults: list[Fault], file: str) -> tuple[Fault, ...]:
    """course.toml first, then the question files, each by line; a file used twice tells its faults once."""
    kept = sorted(dict.fromkeys(faults), key=lambda one: (one.file != file, one.file, one.line or 0))
    if len(kept) > MAX_FAULTS:
        more = len(kept) - MAX_FAULTS
        return (*kept[:MAX_FAULTS], Fault(file, None, "", f"and {more} more: mend these first"))
    return tuple(kept)


def _parse_toml(file: str, data: bytes) -> tuple[dict[str, Any], Outline] | Fault:
    """The tables and their lines. Only what the outline found safe is given to tomllib."""
    if len(data) > MAX_TOML:
        problem = f"it is larger than {MAX_TOML // 1024} KiB: put the questions in files of their own"
        return Fault(file, None, "", problem)
    text = decoded(data, file)
    if isinstance(text, Fault):
        return text
    lines = outline(text)
    stop = lines.stopped
    if stop is not None and stop.problem:
        return Fault(file, stop.line, "", stop.problem)
    try:
        values = tomllib.loads(_head(text, stop.line) if stop else text, parse_float=Decimal)
    except (ValueError, ArithmeticError) as error:
        return _toml_fault(file, str(error), text, stop.line if stop else None)
    except RecursionError:
        return Fault(file, None, "", "its tables are nested too deeply: this cannot be a course")
    if stop is not None:
        return Fault(file, stop.line, "", "this line is not TOML")
    return values, lines


def _head(text: str, line: int) -> str:
    """The text up to and with that line: what follows was not looked at."""
    return "\n".join(text.split("\n")[:line]) + "\n"


def _toml_fault(file: str, message: str, text: str, stopped_at: int | None) -> Fault:
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    line = int(found[1]) if found else stopped_at or text.count("\n") + 1
    problem = re.sub(r" \(at .*", "", message)[:200]
    if "Unescaped '\\'" in message:
        problem += " (write ''' instead of \"\"\" around GIFT text: there a backslash stands for itself)"
    return Fault(file, line, "", problem)
