"""What a class's answers say about the questions of its checks, for the teacher."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.domain.item_analysis import ItemAnalysis, analyse
from bot.domain.records import Asker, Section, UnitRecord
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class, taught_of
from bot.services.ports import Database, Pictures, Tx


@dataclass(frozen=True, slots=True)
class Analysed:
    """Of one unit, or of all of them where ``unit`` is None."""

    section: Section
    unit: UnitRecord | None
    #: of the class's revision of the course, for the texts of objectives
    units: tuple[UnitRecord, ...]
    analysis: ItemAnalysis


@dataclass(frozen=True, slots=True)
class UnknownUnit:
    """The course of the class has no such unit; ``titles`` are those that it has."""

    typed: str
    titles: tuple[str, ...]


AnalysisResult = Analysed | UnknownUnit | WhichClass | NoClass | NotStaff


class ItemAnalysisService:
    def __init__(self, database: Database, pictures: Pictures) -> None:
        self._db, self._pictures = database, pictures

    async def of(self, asker: Asker, class_name: str | None, unit: str | None) -> AnalysisResult:
        """``unit``: its number, slug or title; all units without one."""
        return await self._db.read(_of, asker, class_name, unit)

    async def of_handle(self, asker: Asker, handle: str, unit: str | None) -> AnalysisResult:
        """The same for the class of that handle."""
        return await self._db.read(_of_handle, asker, handle, unit)

    async def picture(self, analysed: Analysed) -> bytes:
        """A PNG, drawn beside the loop."""
        title = analysed.unit.unit.title if analysed.unit else analysed.section.name
        return await asyncio.to_thread(self._pictures.item_analysis, title, analysed.analysis)


def _of(tx: Tx, asker: Asker, name: str | None, unit: str | None) -> AnalysisResult:
    section = taught_class(tx, asker, name)
    return _in(tx, section, unit) if isinstance(section, Section) else section


def _of_handle(tx: Tx, asker: Asker, handle: str, unit: str | None) -> AnalysisResult:
    section = taught_of(tx, asker, handle)
    return _in(tx, section, unit) if section else NotStaff()


def _in(tx: Tx, section: Section, typed: str | None) -> Analysed | UnknownUnit:
    units = tuple(tx.courses.units(section.revision_id))
    chosen = None
    if typed is not None:
        wanted = typed.strip().casefold()
        names = (
            (each, (each.unit.slug, each.unit.title.casefold(), str(each.position + 1))) for each in units
        )
        chosen = next((each for each, known in names if wanted in known), None)
        if chosen is None:
            return UnknownUnit(typed, tuple(each.unit.title for each in units))
    slug = chosen.unit.slug if chosen else None
    asked, given = tx.item_analysis.answers(section.id, section.course_id, slug)
    return Analysed(section, chosen, units, analyse(asked, given, section.bar))
