"""What makes a check fair for one student, noted by their teacher and seen by nobody else (K35)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.accommodations import Accommodation
from bot.domain.records import Asker, HistoryLine, Section
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.ports import Database, Tx


@dataclass(frozen=True, slots=True)
class Accommodated:
    """What the student has from now on; a check that has begun ends as it began."""

    section: Section
    #: Discord id
    student: int
    given: Accommodation
    is_new: bool


@dataclass(frozen=True, slots=True)
class NotInClass:
    section: Section
    #: Discord id
    student: int


AccommodateResult = Accommodated | NotInClass | WhichClass | NoClass | NotStaff


class AccommodationService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def note(
        self,
        asker: Asker,
        student: int,
        class_name: str | None,
        *,
        more_time: int | None = None,
        more_tries: int | None = None,
        fewer_options: int | None = None,
        now: datetime,
    ) -> AccommodateResult:
        """Changes what is given; what is None stays as it was. ``more_time`` is in percent."""
        wanted = (more_time, more_tries, fewer_options)
        return await self._db.write(_note, asker, student, class_name, wanted, now)


def _note(
    tx: Tx,
    asker: Asker,
    student: int,
    class_name: str | None,
    wanted: tuple[int | None, int | None, int | None],
    now: datetime,
) -> AccommodateResult:
    section = taught_class(tx, asker, class_name)
    if not isinstance(section, Section):
        return section
    me, who = tx.people.of(asker.account), tx.people.of(student)
    if me is None:
        return NotStaff()
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return NotInClass(section, student)
    before = tx.accommodations.of(section.id, who.person)
    had = (before.more_time, before.more_tries, before.fewer_options)
    given = Accommodation(*(old if new is None else new for old, new in zip(had, wanted, strict=True)))
    if given != before:
        tx.accommodations.keep(section.id, who.person, given, me.person, now)
        body = {
            "more_time": given.more_time,
            "more_tries": given.more_tries,
            "fewer_options": given.fewer_options,
        }
        tx.history.add(HistoryLine(now, "accommodation", body, section.id, who.person, me.person))
    return Accommodated(section, student, given, is_new=given != before)
