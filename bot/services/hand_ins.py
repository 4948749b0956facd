"""Files that students hand in for a question, and the teacher who marks it gets back (RG9)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.hand_ins import MOST_BYTES, MOST_FILES, HandInFile, handed_in
from bot.domain.mastery import Attempt, is_over
from bot.domain.questions import Essay, Typed, Written
from bot.domain.records import Asker
from bot.services.access import own_attempt
from bot.services.announcement_results import Upload
from bot.services.choosing import NotStaff
from bot.services.ports import Database, Tx


@dataclass(frozen=True, slots=True)
class FilesKept:
    """The files of the question now; those that were handed in for it before are gone."""

    attempt: str
    position: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileRefused:
    """Nothing was changed: files handed in before, and what was written, are kept."""

    attempt: str
    position: int
    #: the file's own name; "" where it is about all of them
    name: str
    #: a sentence for the student that says what to do
    reason: str


@dataclass(frozen=True, slots=True)
class TakesNoFiles:
    """No such attempt of the asker's is open, or the question there takes no files."""


HandInResult = FilesKept | FileRefused | TakesNoFiles


class HandInService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def hand_in(
        self, asker: Asker, attempt: str, position: int, uploads: Sequence[Upload], now: datetime
    ) -> HandInResult:
        """Keeps the files in the place of those handed in before, all or none; the written words stay."""
        if not await self._db.glance(_takes_files, asker, attempt, position, now):
            return TakesNoFiles()
        if not 1 <= len(uploads) <= MOST_FILES:
            return FileRefused(attempt, position, "", f"Hand in 1 to {MOST_FILES} files.")
        files: list[HandInFile] = []
        for place, upload in enumerate(uploads, start=1):
            file = await _fetched(place, upload)
            if isinstance(file, str):
                return FileRefused(attempt, position, upload.name, file)
            files.append(file)
        return await self._db.write(_keep, asker, attempt, position, files, now)

    async def files(self, asker: Asker, attempt_id: int, position: int) -> Sequence[HandInFile] | NotStaff:
        """For a teacher of the attempt's class, with their bytes."""
        return await self._db.read(_files, asker, attempt_id, position)


async def _fetched(place: int, upload: Upload) -> HandInFile | str:
    """Refuses by what the upload says of itself before a byte is fetched, and by the bytes afterwards."""
    too_large = (
        f"It is too large: a file has at most {MOST_BYTES // 1024 // 1024} MB. A photo can be made smaller."
    )
    if upload.size > MOST_BYTES:
        return too_large
    if upload.size == 0:
        return "It is empty. Look whether it is the file that you meant."
    data = await upload.fetch()
    if data is None:
        return "Discord did not hand it over in time. Please try once more."
    if len(data) > MOST_BYTES:
        return too_large
    # beside the loop: a photo of 8 MB is gone through byte by byte
    return await asyncio.to_thread(handed_in, place, upload.name, data)


def _essay(tx: Tx, asker: Asker, handle: str, position: int, now: datetime) -> Attempt | None:
    """The asker's open attempt, if it has a question there that takes files and they are in its class."""
    attempt = own_attempt(tx, asker, handle)
    if not isinstance(attempt, Attempt) or attempt.submitted_at is not None or is_over(attempt, now):
        return None
    items = tx.attempts.items(attempt.id)
    is_there = 1 <= position <= len(items) and isinstance(items[position - 1].question, Essay)
    return attempt if is_there else None


def _takes_files(tx: Tx, asker: Asker, handle: str, position: int, now: datetime) -> bool:
    return _essay(tx, asker, handle, position, now) is not None


def _keep(
    tx: Tx, asker: Asker, handle: str, position: int, files: Sequence[HandInFile], now: datetime
) -> FilesKept | TakesNoFiles:
    attempt = _essay(tx, asker, handle, position, now)
    if attempt is None:  # handed in while the files were fetched
        return TakesNoFiles()
    tx.hand_ins.remove(attempt.id, position)
    for each in files:
        tx.hand_ins.add(attempt.id, position, each, now)
    answer = tx.attempts.items(attempt.id)[position - 1].answer
    words = answer.text if isinstance(answer, Written | Typed) else ""
    given = Written(words, tuple(str(each.place) for each in files))
    tx.attempts.answer(attempt.id, position, given, now)
    return FilesKept(handle, position, tuple(each.name for each in files))


def _files(tx: Tx, asker: Asker, attempt_id: int, position: int) -> Sequence[HandInFile] | NotStaff:
    me, attempt = tx.people.of(asker.account), tx.attempts.get(attempt_id)
    if me is None or not tx.sections.teaches(attempt.section, me.person):
        return NotStaff()
    return tx.hand_ins.of_item(attempt_id, position)
