"""Must, should and aspire: the tasks of a unit, and what a student ticked of them (K24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.mastery import current_unit
from bot.domain.records import Asker, Section, UnitRecord
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.ports import Database, Tx


@dataclass(frozen=True, slots=True)
class TaskList:
    """The tasks are in ``unit.unit.tasks``."""

    section: Section
    unit: UnitRecord
    #: slugs
    ticked: frozenset[str]
    #: the check waits for the must-dos
    musts_first: bool


@dataclass(frozen=True, slots=True)
class NoTasks:
    """The unit that the student is at has none; None when every unit is mastered."""

    section: Section
    unit: UnitRecord | None


@dataclass(frozen=True, slots=True)
class NoSuchTask:
    """The course has changed since the card was shown, or the unit is not open to the student."""

    section: Section


TasksResult = TaskList | NoTasks | WhichClass | NoClass
TickResult = TaskList | NoSuchTask | WhichClass | NoClass


class TaskService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def show(self, asker: Asker, section: str | None) -> TasksResult:
        """The tasks of the unit that the student is at; ``section`` is a handle."""
        return await self._db.glance(_show, asker, section)

    async def tick(self, asker: Asker, section: str, unit: str, task: str, now: datetime) -> TickResult:
        """Ticks a task of an open unit, or takes the tick back; by slugs."""
        return await self._db.jot(_tick, asker, section, unit, task, now)


def _show(tx: Tx, asker: Asker, handle: str | None) -> TasksResult:
    match attended_class(tx, asker, handle):
        case (me, section):
            units = tx.courses.units(section.revision_id)
            unit = current_unit(units, tx.progress.of(me.person, section.course_id))
            if unit is None or not unit.unit.tasks:
                return NoTasks(section, unit)
            return _list(tx, section, me.person, unit)
        case refusal:
            return refusal


def _tick(tx: Tx, asker: Asker, handle: str, slug: str, task: str, now: datetime) -> TickResult:
    match attended_class(tx, asker, handle):
        case (me, section):
            pass
        case refusal:
            return refusal
    found = [each for each in tx.courses.units(section.revision_id) if each.unit.slug == slug]
    is_open = slug in tx.progress.of(me.person, section.course_id)
    if not found or not is_open or task not in [each.slug for each in found[0].unit.tasks]:
        return NoSuchTask(section)
    if task in tx.tasks.ticked(me.person, section.course_id, slug):
        tx.tasks.untick(me.person, section.course_id, slug, task)
    else:
        tx.tasks.tick(me.person, section.course_id, slug, task, now)
    return _list(tx, section, me.person, found[0])


def _list(tx: Tx, section: Section, person: int, unit: UnitRecord) -> TaskList:
    ticked = tx.tasks.ticked(person, section.course_id, unit.unit.slug)
    return TaskList(section, unit, ticked, tx.mastery_rules.of(section.id).musts_first)
