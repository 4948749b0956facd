"""A bank of questions in whatever file a teacher brings: GIFT, Aiken, CSV, Moodle XML, Canvas's QTI."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.domain import limits
from bot.domain.course import Fault
from bot.formats.aiken import looks_like_aiken, read_aiken
from bot.formats.askable import refuse_unaskable, told
from bot.formats.bank_csv import read_csv
from bot.formats.embedded import Files, Pictures, no_files
from bot.formats.gift import read_gift
from bot.formats.moodle_xml import read_quiz
from bot.formats.qti12 import read_assessment
from bot.formats.tags import Located
from bot.formats.text_file import decoded, long_line, shown_name
from bot.formats.xml_tree import XmlError, read_xml

MAX_UNPACKED = 64 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO = 100

_WAS_NOT_UTF8 = (
    "it is not in UTF-8, and was read as Windows writes it: look whether its accents and signs are right, "
    "or save it again with the encoding UTF-8"
)


@dataclass(frozen=True, slots=True)
class Bank:
    """What was understood of a file, every fault with its file and line, and the pictures that it brought.

    Those are the bytes of a PNG, JPEG or GIF as they came, by the digest that a question's ``picture`` names.
    """

    questions: list[Located]
    faults: list[Fault]
    pictures: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


def read_bank(file: str, data: bytes) -> Bank:
    """What can be asked of the bank in a file, whose name is shown with its faults.

    Tells the formats apart by what is in it; what may be in it is the same for all of them.
    """
    if len(data) > limits.FILE:
        return Bank([], [Fault(file, None, "", f"it is larger than {limits.FILE // 2**20} MiB")])
    return _within(_read(file, data), file)


def read_inline(text: str, file: str, line: int) -> Bank:
    """The same for GIFT that stands within another file, from that line on."""
    stop = long_line(text, file)
    if stop is not None:
        return Bank([], [replace(stop, line=line + (stop.line or 1) - 1)])
    return _within(Bank(*read_gift(text, file, line)), file)


def _within(bank: Bank, file: str) -> Bank:
    """What can be asked, with its pictures; everything else is told."""
    kept, refused = refuse_unaskable(bank.questions, file)
    faults = sorted([*bank.faults, *refused], key=lambda each: each.line or 0) if refused else bank.faults
    named = {each.question.picture for each in kept}
    pictures = {digest: data for digest, data in bank.pictures.items() if digest in named}
    return Bank(kept, told(faults, file), pictures)


def _read(file: str, data: bytes) -> Bank:
    if data.startswith(b"PK"):
        return _read_zip(data, file)
    data, doubts = _as_utf8(data, file)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and not _is_text(file):
        return _with(_read_xml(data, file, no_files), doubts)
    text = decoded(data, file)
    if isinstance(text, Fault):
        return Bank([], [text])
    if stop := long_line(text, file):
        return Bank([], [stop])
    found, faults = _read_text(text, file)
    if not found and not faults:
        faults = [Fault(file, None, "", "there are no questions in it")]
    return Bank(found, [*doubts, *faults])


def _as_utf8(data: bytes, file: str) -> tuple[bytes, list[Fault]]:
    """UTF-16 with its mark is known for sure; other bytes that are no UTF-8 are taken for Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
        return _DECLARED.sub(r"\1", text, count=1).encode("utf-8", errors="replace"), []
    declared = _DECLARED.match(data[:200].decode("latin-1"))
    if declared is not None and declared[2].lower() not in ("utf-8", "utf8"):
        return data, []
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return data.decode("cp1252", errors="replace").encode(), [Fault(file, line, "", _WAS_NOT_UTF8)]
    return data, []


#: an XML declaration up to its encoding, and that
_DECLARED = re.compile(r"""(<\?xml\s[^>]*?)\s*encoding\s*=\s*["']([^"']+)["']""")


def _is_text(file: str) -> bool:
    """A text in GIFT may well begin with a tag."""
    return file.lower().endswith((".gift", ".csv"))


def _with(bank: Bank, doubts: list[Fault]) -> Bank:
    return replace(bank, faults=[*doubts, *bank.faults])


def _read_text(text: str, file: str) -> tuple[list[Located], list[Fault]]:
    if file.lower().endswith(".csv"):
        return read_csv(text, file)
    if looks_like_aiken(text):
        return read_aiken(text, file)
    return read_gift(text, file)


def _read_xml(data: bytes, file: str, files: Files) -> Bank:
    try:
        root = read_xml(data)
    except XmlError as error:
        return Bank([], [Fault(file, error.line, "", error.problem)])
    pictures = Pictures()
    match root.name:
        case "quiz":
            found, faults = read_quiz(root, file, pictures)
        case "questestinterop":
            found, faults = read_assessment(root, file, pictures, files)
        case name:
            problem = f"it is <{name[:40]}>, not Moodle's <quiz> or Canvas's <questestinterop>"
            return Bank([], [Fault(file, root.line, "", problem)])
    if not found and not faults:
        faults = [Fault(file, root.line, "", "there are no questions in it")]
    return Bank(found, faults, pictures.found)


def _read_zip(data: bytes, file: str) -> Bank:
    """Every assessment of an export; each once, though Canvas gives a quiz twice: as itself and for other systems."""
    found: list[Located] = []
    faults: list[Fault] = []
    pictures: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            documents = _documents(archive)
            files = _Files(archive)
            for name, document in documents.items():
                if len(found) >= limits.QUESTIONS:
                    break
                one = _read_xml(document, name, files.named)
                found += one.questions
                faults += one.faults
                pictures |= one.pictures
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        EOFError,
    ) as error:
        problem = str(error) if isinstance(error, _TooMuch) else "this archive is damaged: export it again"
        return Bank([], [Fault(file, None, "", problem)])
    if not found and not faults:
        problem = "there is no quiz in it: export the quizzes, or the course with its quizzes"
        faults = [Fault(file, None, "", problem)]
    if len(found) > limits.QUESTIONS:
        faults.append(
            Fault(file, None, "", f"more than {limits.QUESTIONS:,} questions: the rest is not read")
        )
    return Bank(_renamed(found[: limits.QUESTIONS]), faults, pictures)


class _Files:
    """The other files of an export, found by the end of their paths, as the texts of its questions name them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {each.filename: each for each in archive.infolist() if not each.is_dir()}

    def named(self, src: str) -> bytes | None:
        path = re.sub(r"^(\$[A-Z-]+\$|\.\.?)?/+", "", src.partition("?")[0])
        name = next((each for each in self._entries if path and each.endswith(path)), None)
        entry = self._entries[name] if name is not None else None
        if entry is None or not 0 < entry.file_size <= limits.PICTURE or _bursts(entry):
            return None
        with self._archive.open(entry) as stream:
            return stream.read(entry.file_size)


def _bursts(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > MAX_RATIO * max(entry.compress_size, 1)


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
        if _bursts(each):
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
    taken: dict[str, int] = {}
    named: list[Located] = []
    for one in found:
        slug = one.question.slug
        taken[slug] = taken.get(slug, 0) + 1
        if taken[slug] > 1:
            one = replace(one, question=replace(one.question, slug=f"{slug}-{taken[slug]}"))  # noqa: PLW2901
        named.append(one)
    return named
