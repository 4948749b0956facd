"""Bringing in a course pack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.codec import course_to_json
from bot.domain.course import Course, Fault
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Asker, CourseRecord, Section
from bot.domain.unit_lint import Advice, look_over
from bot.services.choosing import NotStaff
from bot.services.ports import Database, Ids, PackParser, Tx
from bot.services.serving import NotServed, is_served
from bot.services.unlocking import open_added

#: of texts real ones have well under a hundredth of this; the rest is room for pictures
LARGEST_PACK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    course: CourseRecord
    units: int
    questions: int
    #: False when this very pack had been imported before
    is_new: bool
    #: classes of this teacher that still use an older revision
    behind: tuple[Section, ...]
    #: worth thinking over before the units are opened
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class Faulty:
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class TooLarge:
    limit: int


@dataclass(frozen=True, slots=True)
class NotFetched:
    """The file could not be had from Discord in time; trying again may do."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The class now uses the newest revision; what has begun keeps the one it began with."""

    section: Section
    course: CourseRecord


@dataclass(frozen=True, slots=True)
class UpToDate:
    section: Section


class CourseService:
    """``servers`` are those on which courses may be brought in; none means any."""

    def __init__(
        self,
        database: Database,
        parser: PackParser,
        sample: Callable[[], tuple[str, bytes]],
        ids: Ids,
        wake: Callable[[], None],
        servers: Collection[int] = (),
    ) -> None:
        self._servers = servers
        self._db, self._parser, self._sample, self._ids, self._wake = database, parser, sample, ids, wake

    async def import_pack(
        self,
        asker: Asker,
        filename: str,
        size: int,
        fetch: Callable[[], Awaitable[bytes | None]],
        now: datetime,
    ) -> Imported | Faulty | TooLarge | NotFetched | NotStaff | NotServed:
        """Reads a pack and stores it as a new revision of the teacher's course of that slug.

        ``size`` is what the upload says of itself; ``fetch`` gives None when it could not be had.
        """
        if not is_served(asker, self._servers):
            return NotServed()
        if not await self._db.read(_may_import, asker):
            return NotStaff()
        if size > LARGEST_PACK:
            return TooLarge(LARGEST_PACK)
        data = await fetch()
        if data is None:
            return NotFetched()
        if len(data) > LARGEST_PACK:
            return TooLarge(LARGEST_PACK)
        return await self._store(asker, filename, data, now)

    async def import_sample(self, asker: Asker, now: datetime) -> Imported | Faulty | NotStaff | NotServed:
        """The course that comes with Flipcord, through the same door as a teacher's own."""
        if not is_served(asker, self._servers):
            return NotServed()
        if not await self._db.read(_may_import, asker):
            return NotStaff()
        return await self._store(asker, *self._sample(), now)

    async def _store(self, asker: Asker, filename: str, data: bytes, now: datetime) -> Imported | Faulty:
        parsed = await self._parser.parse(filename, data)
        if not isinstance(parsed, Course):
            return Faulty(parsed)
        text = json.dumps(course_to_json(parsed), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return await self._db.write(_save, asker, parsed, digest, now)

    async def mine(self, asker: Asker) -> Sequence[CourseRecord]:
        """The asker's own courses."""
        return await self._db.read(_mine, asker)

    async def use_newest(
        self, asker: Asker, section_handle: str, now: datetime
    ) -> Moved | UpToDate | NotStaff:
        """Lets a class go on with the newest revision of its course; new units get their roles and channels."""
        result = await self._db.write(_use_newest, asker, section_handle, now, self._ids)
        self._wake()
        return result


def _may_import(tx: Tx, asker: Asker) -> bool:
    if asker.manages:
        return True
    me = tx.people.of(asker.account)
    return me is not None and bool(tx.sections.taught_by(me.person))


def _save(tx: Tx, asker: Asker, course: Course, digest: str, now: datetime) -> Imported:
    me = tx.people.known(asker.account, now)
    record, is_new = tx.courses.save(me.person, course, digest, now)
    tx.pictures.keep(course.pictures)
    behind = tuple(
        each
        for each in tx.sections.taught_by(me.person)
        if each.course_id == record.id and each.revision_id != record.revision_id
    )
    questions = sum(len(each.check.bank) for each in course.units)
    return Imported(record, len(course.units), questions, is_new, behind, look_over(course))


def _mine(tx: Tx, asker: Asker) -> Sequence[CourseRecord]:
    me = tx.people.of(asker.account)
    return tx.courses.of_owner(me.person) if me else []


def _use_newest(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> Moved | UpToDate | NotStaff:
    me, section = tx.people.of(asker.account), tx.sections.by_handle(handle)
    if me is None or section is None or not tx.sections.teaches(section.id, me.person):
        return NotStaff()
    course = tx.courses.get(section.course_id)
    if course.revision_id == section.revision_id:
        return UpToDate(section)
    tx.sections.pin(section.id, course.revision_id)
    moved = replace(section, revision_id=course.revision_id)
    tx.outbox.add([set_up(moved, now, f"revision:{course.revision_id}")], now, ids)
    for each in tx.sections.students(section.id):
        open_added(tx, moved, each.person, now, ids)
    return Moved(moved, course)


def set_up(section: Section, now: datetime, cause: str) -> Effect:
    """Sees to the roles and channels of a class; what stands is left as it is."""
    return Effect(
        key=f"setup:{section.id}:{cause}",
        kind=Kind.SET_UP_CLASS,
        way=Way.SETUP,
        due_at=now,
        section=section.id,
        about=section.id,
    )
