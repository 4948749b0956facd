"""Files handed in by students are told by their bytes, kept whole, and given to their teacher alone (RG9)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.domain.contracts import Bar
from bot.domain.drawing import Drawn
from bot.domain.hand_ins import MOST_BYTES, MOST_FILES, HandInFile
from bot.domain.mastery import Item
from bot.domain.questions import Essay, Written
from bot.services.announcement_results import Upload
from bot.services.choosing import NotStaff
from bot.services.hand_ins import FileRefused, FilesKept, HandInService, TakesNoFiles
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import ANA, BEN, NOW, TEACHER, a_class, a_course, a_unit, student, true_false
from tests.photos import PLACE, WORDS, photo

PNG = photo("PNG", plain=True)
PDF = b"%PDF-1.7 work"
ESSAY, OTHER = 1, 2


class Student:
    def __init__(self, database: Database, attempt_id: int) -> None:
        self.database, self.attempt_id, self.service = database, attempt_id, HandInService(database)
        self.fetched = 0

    def upload(self, name: str, data: bytes | None, size: int | None = None) -> Upload:
        async def fetch() -> bytes | None:
            self.fetched += 1
            return data

        return Upload(name, len(data or b"") if size is None else size, fetch)

    async def hand_in(
        self, *files: tuple[str, bytes | None], position: int = ESSAY, who: int = ANA
    ) -> FilesKept | FileRefused | TakesNoFiles:
        uploads = [self.upload(name, data, size=100 if data is None else None) for name, data in files]
        return await self.service.hand_in(student(who), "try", position, uploads, NOW)

    async def kept(self) -> list[tuple[str, str, bytes]]:
        """As the teacher gets them."""
        files = await self.service.files(student(TEACHER), self.attempt_id, ESSAY)
        assert not isinstance(files, NotStaff)
        return [(each.name, each.content_type, each.data) for each in files]

    async def items(self) -> Sequence[Item]:
        return await self.database.read(lambda tx: tx.attempts.items(self.attempt_id))


@pytest.fixture
async def ana(database: Database) -> Student:
    form = (Essay("e", "Show your work.", wants_file=True, objective="1.1"), true_false("t"))
    section = await a_class(database, course=a_course(a_unit("first", bank=form)), students=[ANA, BEN])

    def begin(tx: Tx) -> int:
        me = tx.people.of(ANA)
        assert me is not None
        [unit] = tx.courses.units(section.revision_id)
        drawn = [Drawn(each, ()) for each in form]
        return tx.attempts.begin(
            handle="try",
            seed="s",
            person=me.person,
            section=section,
            unit=unit,
            form=drawn,
            bar=Bar(80),
            at=NOW,
        ).id

    return Student(database, await database.write(begin))


async def test_files_are_kept_with_the_written_words_and_given_to_the_teacher(ana: Student):
    await ana.database.write(lambda tx: tx.attempts.answer(ana.attempt_id, ESSAY, Written("See photo."), NOW))
    kept = await ana.hand_in(("Übung 3.HEIC.png", PNG), ("notes.pdf", PDF))
    assert kept == FilesKept("try", ESSAY, ("Ubung_3_HEIC.png", "notes.pdf"))
    assert await ana.kept() == [
        ("Ubung_3_HEIC.png", "image/png", PNG),
        ("notes.pdf", "application/pdf", PDF),
    ]
    assert (await ana.items())[0].answer == Written("See photo.", ("1", "2"))


async def test_handing_in_again_takes_the_place_of_what_was_there(ana: Student):
    await ana.hand_in(("a.png", PNG), ("b.png", PNG))
    await ana.hand_in(("c.pdf", PDF))
    assert [name for name, *_ in await ana.kept()] == ["c.pdf"]


async def test_a_file_is_what_its_bytes_say(ana: Student):
    await ana.hand_in(("work.png", PDF), ("run.exe", b"My answer"), ("none", PNG))
    assert [(name, kind) for name, kind, _ in await ana.kept()] == [
        ("work.pdf", "application/pdf"),
        ("run.txt", "text/plain"),
        ("none.png", "image/png"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.png", b"MZ\x90\x00" + bytes(40), "I take photos"),
        ("a.zip", b"PK\x03\x04" + bytes(40), "I take photos"),
        ("a.png", b"", "It is empty"),
        ("a.png", None, "try once more"),
        ("a.png", PNG + bytes(MOST_BYTES), "at most 8 MB"),
    ],
)
async def test_a_refused_file_changes_nothing(ana: Student, name: str, data: bytes | None, why: str):
    await ana.hand_in(("before.png", PNG))
    refused = await ana.hand_in(("good.png", PNG), (name, data))
    assert isinstance(refused, FileRefused)
    assert (refused.name, why in refused.reason) == (name, True)
    assert [name for name, *_ in await ana.kept()] == ["before.png"]


async def test_no_byte_is_fetched_of_what_says_that_it_is_too_large(ana: Student):
    too_large = ana.upload("a.png", PNG, size=MOST_BYTES + 1)
    refused = await ana.service.hand_in(student(ANA), "try", ESSAY, [too_large], NOW)
    assert isinstance(refused, FileRefused)
    assert ana.fetched == 0


async def test_more_files_than_a_teacher_can_look_through_are_refused(ana: Student):
    refused = await ana.hand_in(*[("a.png", PNG)] * (MOST_FILES + 1))
    assert isinstance(refused, FileRefused)
    assert ana.fetched == 0


async def test_nobody_hands_in_for_another_nor_for_a_question_that_takes_none(ana: Student):
    assert await ana.hand_in(("a.png", PNG), who=BEN) == TakesNoFiles()
    for position in (OTHER, 0, 99, -1):
        assert await ana.hand_in(("a.png", PNG), position=position) == TakesNoFiles()
    assert await ana.kept() == []


async def test_only_a_teacher_of_the_class_gets_them(ana: Student):
    await ana.hand_in(("a.png", PNG))
    for who in (ANA, BEN, 12345):
        assert await ana.service.files(student(who), ana.attempt_id, ESSAY) == NotStaff()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_photo_is_kept_without_where_and_by_what_it_was_taken(ana: Student, kind: str):
    await ana.hand_in(("work." + kind.lower(), photo(kind)))
    [(_, _, data)] = await ana.kept()
    assert PLACE not in data
    assert WORDS not in data


async def test_a_photo_of_an_older_version_is_given_without_it_too(ana: Student):
    old = HandInFile(1, "old.jpg", "image/jpeg", photo("JPEG"))
    await ana.database.write(lambda tx: tx.hand_ins.add(ana.attempt_id, ESSAY, old, NOW))
    [(_, _, data)] = await ana.kept()
    assert PLACE not in data


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic" + bytes(40), "a HEIC or AVIF photo, which I cannot read yet"),
        ("a.jpg", photo("JPEG")[:200], "did not arrive whole"),
    ],
)
async def test_a_photo_that_cannot_be_read_is_told_kindly(ana: Student, name: str, data: bytes, why: str):
    refused = await ana.hand_in((name, data))
    assert isinstance(refused, FileRefused)
    assert why in refused.reason
