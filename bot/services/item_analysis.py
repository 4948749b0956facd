"""What a class's answers say about the questions of its checks, for the teacher."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.domain.item_analysis import ItemAnalysis, analyse, together
from bot.domain.mastery import unit_named
from bot.domain.records import Asker, Section, UnitRecord
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class, taught_of
from bot.services.ports import Database, Drawing, Tx


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


@dataclass(frozen=True, slots=True)
class _Wanted:
    section: Section
    unit: UnitRecord | None
    units: tuple[UnitRecord, ...]


class ItemAnalysisService:
    def __init__(self, database: Database, drawing: Drawing) -> None:
        self._db, self._drawing = database, drawing

    async def of(self, asker: Asker, class_name: str | None, unit: str | None) -> AnalysisResult:
        """``unit``: its number, slug or title; all units without one."""
        return await self._analysed(await self._db.read(_wanted, asker, class_name, unit))

    async def of_handle(self, asker: Asker, handle: str, unit: str | None) -> AnalysisResult:
        """The same for the class of that handle."""
        return await self._analysed(await self._db.read(_wanted_of, asker, handle, unit))

    async def _analysed(
        self, wanted: _Wanted | UnknownUnit | WhichClass | NoClass | NotStaff
    ) -> AnalysisResult:
        """Unit by unit: a hundred thousand answers at once would make the collector stop everything."""
        if not isinstance(wanted, _Wanted):
            return wanted
        units = (wanted.unit,) if wanted.unit else wanted.units
        found = [await self._db.read(_analysis, wanted.section, each.unit.slug) for each in units]
        return Analysed(wanted.section, wanted.unit, wanted.units, together(found))

    async def picture(self, analysed: Analysed) -> bytes:
        """A PNG, drawn beside the loop."""
        title = analysed.unit.unit.title if analysed.unit else analysed.section.name
        return await asyncio.to_thread(self._drawing.item_analysis, title, analysed.analysis)


def _wanted(
    tx: Tx, asker: Asker, name: str | None, unit: str | None
) -> _Wanted | UnknownUnit | WhichClass | NoClass | NotStaff:
    section = taught_class(tx, asker, name)
    return _in(tx, section, unit) if isinstance(section, Section) else section


def _wanted_of(tx: Tx, asker: Asker, handle: str, unit: str | None) -> _Wanted | UnknownUnit | NotStaff:
    section = taught_of(tx, asker, handle)
    return _in(tx, section, unit) if section else NotStaff()


def _in(tx: Tx, section: Section, typed: str | None) -> _Wanted | UnknownUnit:
    units = tuple(tx.courses.units(section.revision_id))
    if typed is None:
        return _Wanted(section, None, units)
    found = unit_named(units, typed)
    if found is not None:
        return _Wanted(section, found, units)
    return UnknownUnit(typed, tuple(each.unit.title for each in units))


def _analysis(tx: Tx, section: Section, unit_slug: str) -> ItemAnalysis:
    asked, given = tx.item_analysis.answers(section.id, section.course_id, unit_slug)
    return analyse(asked, given, section.bar)
