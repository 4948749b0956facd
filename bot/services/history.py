"""The record that nobody can edit, for a teacher to take away (N24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.records import Asker, HistoryLine, Section
from bot.domain.times import BadTime, parse_when
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.ports import Database, Tx

USUAL_SPAN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Told:
    """A line with the Discord ids of its person and of who did it, as far as they are known."""

    line: HistoryLine
    who: int | None
    by: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """What concerns a class since an instant; ``digest`` is the chain up to the last of all ``count`` lines."""

    section: Section
    since: datetime
    lines: tuple[Told, ...]
    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class BadDay:
    """It is no day, or one that lies ahead."""

    typed: str


RecordResult = Record | BadDay | WhichClass | NoClass | NotStaff


class HistoryService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def of(
        self, asker: Asker, class_name: str | None, since: str | None, now: datetime
    ) -> RecordResult:
        """From the beginning of that day in the class's zone; of the last thirty days when none is given."""
        return await self._db.read(_of, asker, class_name, since, now)


def _of(tx: Tx, asker: Asker, name: str | None, typed: str | None, now: datetime) -> RecordResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    since = now - USUAL_SPAN if typed is None else _day(typed, section.zone, now)
    if since is None:
        return BadDay(typed or "")
    lines = tuple(Told(*each) for each in tx.reports.told(section.id, since))
    return Record(section, since, lines, *tx.history.head())


def _day(typed: str, zone: str, now: datetime) -> datetime | None:
    found = parse_when(f"{typed} 0:00", now, zone)
    return None if isinstance(found, BadTime) or found.at > now else found.at
