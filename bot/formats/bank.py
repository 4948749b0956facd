"""A bank of questions in whatever file a teacher brings: GIFT, Aiken, CSV, Moodle XML, Canvas's QTI."""

from __future__ import annotations

import io
import zipfile
import zlib

from bot.domain.course import Fault
from bot.formats.aiken import looks_like_aiken, read_aiken
from bot.formats.bank_csv import read_csv
from bot.formats.gift import Located, read_gift
from bot.formats.moodle_xml import read_quiz
from bot.formats.pack import shown_name
from bot.formats.qti12 import read_assessment
from bot.formats.text_file import decoded
from bot.formats.xml_tree import XmlError, read_xml

MAX_FILE = 16 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO = 100
MAX_QUESTIONS = 10_000

Bank = tuple[list[Located], list[Fault]]


def read_bank(filename: str, data: bytes) -> Bank:
    """What was understood and every fault with its file and line. Tells the formats apart by what is in the file."""
    file = shown_name(filename)
    if len(data) > MAX_FILE:
        return [], [Fault(file, None, "", f"it is larger than {MAX_FILE // 2**20} MiB")]
    if data.startswith(b"PK"):
        return _read_zip(data, file)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _read_xml(data, file)
    text = decoded(data, file)
    if isinstance(text, Fault):
        return [], [text]
    found, faults = _read_text(text, file)
    if not found and not faults:
        faults = [Fault(file, None, "", "there are no questions in it")]
    return found, faults


def _read_text(text: str, file: str) -> Bank:
    if file.lower().endswith(".csv"):
        return read_csv(text, file)
    if looks_like_aiken(text):
        return read_aiken(text, file)
    return read_gift(text, file, most=MAX_QUESTIONS)


def _read_xml(data: bytes, file: str) -> Bank:
    try:
        root = read_xml(data)
    except XmlError as error:
        return [], [Fault(file, error.line, "", error.problem)]
    match root.name:
        case "quiz":
            return read_quiz(root, file)
        case "questestinterop":
            return read_assessment(root, file)
        case name:
            problem = f"it is <{name[:40]}>, not Moodle's <quiz> or Canvas's <questestinterop>"
            return [], [Fault(file, root.line, "", problem)]


def _read_zip(data: bytes, file: str) -> Bank:
    """Every assessment of an export; each once, though Canvas gives a quiz twice: as itself and for other systems."""
    found: list[Located] = []
    faults: list[Fault] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            documents = _documents(archive)
            for name, document in documents.items():
                one, wrong = _read_xml(document, name)
                found += one
                faults += wrong
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, EOFError) as error:
        problem = str(error) if isinstance(error, _TooMuch) else "this archive is damaged: export it again"
        return [], [Fault(file, None, "", problem)]
    if not found and not faults:
        faults = [
            Fault(
                file, None, "", "there is no quiz in it: export the quizzes, or the course with its quizzes"
            )
        ]
    return _renamed(found), faults


class _TooMuch(ValueError):
    pass


def _documents(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The assessments by their path. Nothing is written anywhere, and no more is unpacked than the caps."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _TooMuch(f"it has more than {MAX_ENTRIES:,} files: export the quizzes alone")
    if sum(each.file_size for each in entries) > MAX_UNPACKED:
        raise _TooMuch(
            f"unpacked it would be more than {MAX_UNPACKED // 2**20} MiB: export the quizzes alone"
        )
    documents: dict[str, bytes] = {}
    for each in entries:
        if not each.filename.endswith((".xml", ".xml.qti")):
            continue
        if each.file_size > MAX_RATIO * max(each.compress_size, 1):
            raise _TooMuch(f"{shown_name(each.filename)} unpacks to more than {MAX_RATIO} times its size")
        with archive.open(each) as stream:
            document = stream.read(each.file_size + 1)
        if b"questestinterop" in document[:2000]:
            documents[each.filename] = document
    # Canvas's own copy tells more than the one for other systems, which bears the same name
    own = {
        name.rpartition("/")[2].removesuffix(".xml.qti") for name in documents if name.endswith(".xml.qti")
    }
    return {
        name: document
        for name, document in documents.items()
        if not (name.endswith("assessment_qti.xml") and name.split("/")[-2] in own)
    }


def _renamed(found: list[Located]) -> list[Located]:
    """Slugs are unique over the whole archive."""
    from dataclasses import replace

    taken: dict[str, int] = {}
    named: list[Located] = []
    for one in found:
        slug = one.question.slug
        taken[slug] = taken.get(slug, 0) + 1
        if taken[slug] > 1:
            one = replace(one, question=replace(one.question, slug=f"{slug}-{taken[slug]}"))  # noqa: PLW2901
        named.append(one)
    return named
