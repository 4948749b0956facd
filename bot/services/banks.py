"""Bringing a question bank into a unit, and taking one away, in whatever format (D10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import limits
from bot.domain.bank_merge import BroughtBank, Merged, merge
from bot.domain.codec import course_to_json
from bot.domain.course import Course, Fault, Unit
from bot.domain.mastery import unit_named
from bot.domain.question_codec import question_from_json, question_to_json
from bot.domain.questions import Question
from bot.domain.records import Asker, CourseRecord, Section, UnitRecord
from bot.domain.unit_lint import MANY_STUDENTS, Advice, look_over_unit
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.courses import NotFetched, TooLarge
from bot.services.ports import BankFiles, Database, Ids, Tx

LARGEST_BANK = limits.FILE
#: questions of one unit
MOST = limits.BANK
_DRAFT = "bank"


@dataclass(frozen=True, slots=True)
class NoSuchUnitHere:
    typed: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchObjective:
    typed: str
    #: slugs of the unit
    objectives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotYourCourse:
    """The course belongs to another teacher, who alone makes new revisions of it."""

    section: Section


@dataclass(frozen=True, slots=True)
class NothingUsable:
    skipped: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class NothingNew:
    unit: UnitRecord
    same: int
    skipped: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class TooMany:
    """The bank would have ``count`` questions, and ``most`` is the most."""

    count: int
    most: int


@dataclass(frozen=True, slots=True)
class BankPreview:
    """What would change; nothing has yet. ``handle`` is what [Bring them in] is about."""

    handle: str
    unit: UnitRecord
    merged: Merged
    skipped: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class BankIn:
    """The course has a new revision; ``behind`` are the asker's classes that still use an older one."""

    course: CourseRecord
    unit: Unit
    added: int
    changed: int
    behind: tuple[Section, ...]
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class BankGone:
    """The preview is older than a day, was used before, or the course was changed meanwhile."""


@dataclass(frozen=True, slots=True)
class BankFile:
    unit: UnitRecord
    questions: int
    name: str
    data: bytes
    #: names of questions that this format cannot hold
    left_out: tuple[str, ...]


Which = WhichClass | NoClass | NotStaff | NoSuchUnitHere
PreviewResult = (
    BankPreview
    | NothingUsable
    | NothingNew
    | TooMany
    | NoSuchObjective
    | TooLarge
    | NotFetched
    | NotYourCourse
    | Which
)


class BankService:
    def __init__(self, database: Database, files: BankFiles, ids: Ids) -> None:
        self._db, self._files, self._ids = database, files, ids

    async def preview(
        self,
        asker: Asker,
        class_name: str | None,
        unit: str,
        objective: str | None,
        upload: tuple[str, int],
        fetch: Callable[[], Awaitable[bytes | None]],
        now: datetime,
    ) -> PreviewResult:
        """Reads a bank and says what it would change in the unit of the class's course; changes nothing.

        ``upload`` is the file's name and its announced size; ``objective`` is for questions that name none.
        """
        chosen = await self._db.read(_unit_to_change, asker, class_name, unit)
        if not isinstance(chosen, tuple):
            return chosen
        filename, size = upload
        if size > LARGEST_BANK:
            return TooLarge(LARGEST_BANK)
        data = await fetch()
        if data is None:
            return NotFetched()
        _, wanted = chosen
        objectives = tuple(each.slug for each in wanted.unit.objectives)
        if objective and objective not in objectives:
            return NoSuchObjective(objective, objectives)
        brought = await self._files.read(filename, data, objectives, objective or "")
        return await self._db.write(_preview, asker, wanted, brought, now, self._ids)

    async def bring_in(self, asker: Asker, handle: str, now: datetime) -> BankIn | BankGone:
        """Makes the previewed bank a new revision of the course; classes move to it when their teacher says so."""
        return await self._db.write(_bring_in, asker, handle, now)

    async def take(
        self, asker: Asker, class_name: str | None, unit: str, suffix: str
    ) -> BankFile | NotYourCourse | Which:
        """A unit's bank as a file; ``suffix`` is ".gift", ".xml" (Moodle's) or ".csv"."""
        found = await self._db.read(_bank_to_take, asker, class_name, unit)
        if not isinstance(found, tuple):
            return found
        wanted, questions, pictures = found
        data, left_out = await self._files.write(questions, pictures, suffix)
        return BankFile(wanted, len(questions), f"{wanted.unit.slug}{suffix}", data, left_out)


def _unit_to_change(
    tx: Tx, asker: Asker, name: str | None, typed: str
) -> tuple[Section, UnitRecord] | NotYourCourse | Which:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    me = tx.people.of(asker.account)
    newest = tx.courses.get(section.course_id)
    if me is None or newest.id not in {each.id for each in tx.courses.of_owner(me.person)}:
        return NotYourCourse(section)
    units = tx.courses.units(newest.revision_id)
    found = unit_named(units, typed)
    if found is not None:
        return section, found
    return NoSuchUnitHere(typed, tuple(each.unit.title for each in units))


def _bank_to_take(
    tx: Tx, asker: Asker, name: str | None, typed: str
) -> tuple[UnitRecord, tuple[Question, ...], dict[str, bytes]] | NotYourCourse | Which:
    found = _unit_to_change(tx, asker, name, typed)
    if not isinstance(found, tuple):
        return found
    _, wanted = found
    questions = tuple(tx.attempts.bank(wanted.id))
    pictures = {each.picture: tx.pictures.png(each.picture) for each in questions if each.picture}
    return wanted, questions, {digest: png for digest, png in pictures.items() if png}


def _preview(
    tx: Tx, asker: Asker, wanted: UnitRecord, brought: BroughtBank, now: datetime, ids: Ids
) -> BankPreview | NothingUsable | NothingNew | TooMany:
    if not brought.questions:
        return NothingUsable(brought.skipped)
    merged = merge(tx.attempts.bank(wanted.id), brought.questions)
    if not merged.added and not merged.changed:
        return NothingNew(wanted, merged.same, brought.skipped)
    if len(merged.bank) > MOST:
        return TooMany(len(merged.bank), MOST)
    me = tx.people.known(asker.account, now)
    handle = ids()
    changes = [*merged.added, *(each.after for each in merged.changed)]
    named = {each.picture for each in changes}
    tx.pictures.keep([each for each in brought.pictures if each.digest in named])
    body = {
        "unit": wanted.id,
        "added": len(merged.added),
        "changed": len(merged.changed),
        "bank": [question_to_json(each) for each in merged.bank],
    }
    tx.drafts.save(handle, me.person, _DRAFT, body, now)
    return BankPreview(handle, wanted, merged, brought.skipped)


def _bring_in(tx: Tx, asker: Asker, handle: str, now: datetime) -> BankIn | BankGone:
    me = tx.people.of(asker.account)
    body = tx.drafts.take(handle, me.person, _DRAFT) if me else None
    if me is None or body is None:
        return BankGone()
    wanted = tx.courses.unit(body["unit"])
    newest = tx.courses.get(wanted.course_id)
    units = tx.courses.units(newest.revision_id)
    if wanted.id not in {each.id for each in units}:
        return BankGone()
    banks = {each.id: tuple(tx.attempts.bank(each.id)) for each in units}
    banks[wanted.id] = tuple(question_from_json(each) for each in body["bank"])
    course = Course(newest.slug, newest.title, tuple(_with_bank(each.unit, banks[each.id]) for each in units))
    digest = hashlib.sha256(json.dumps(course_to_json(course), sort_keys=True).encode()).hexdigest()
    record, _ = tx.courses.save(me.person, course, digest, now)
    behind = tuple(
        each
        for each in tx.sections.taught_by(me.person)
        if each.course_id == record.id and each.revision_id != record.revision_id
    )
    changed = course.unit(wanted.unit.slug)
    return BankIn(
        record, changed, body["added"], body["changed"], behind, tuple(look_over_unit(changed, MANY_STUDENTS))
    )


def _with_bank(unit: Unit, bank: tuple[Question, ...]) -> Unit:
    return replace(unit, check=replace(unit.check, bank=bank))
