"""A teacher's word over a check: it counts as mastered, or the student goes on without it; always with a reason.

No score is ever rounded or rewritten for it (P12): the ruling stands beside the attempts, and in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.check_messages import UnitRuled
from bot.domain.opening import Why
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import Account, Asker, HistoryLine, Section, UnitRecord
from bot.domain.ruling import LONGEST_REASON, Ruling
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.dropped_checks import Dropped, DropResult, drop
from bot.services.places import unit_channel
from bot.services.ports import Database, Ids, Tx
from bot.services.progress import NoSuchStudent
from bot.services.quizzes import NoSuchUnit
from bot.services.unlocking import follow, units_now


@dataclass(frozen=True, slots=True)
class Ruled:
    ruling: Ruling
    unit_title: str
    #: title of the unit that is open now, None where nothing new is
    opened: str | None


@dataclass(frozen=True, slots=True)
class DoneAlready:
    """There is nothing to rule: the student is done with that unit."""

    student: int
    unit_title: str


@dataclass(frozen=True, slots=True)
class ReasonMissing:
    """A ruling without a reason is none."""


@dataclass(frozen=True, slots=True)
class WhomAndWhat:
    """A student, or a unit, was not said."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A live ruling with its unit's title and who made it (a Discord id)."""

    ruling: Ruling
    unit_title: str
    made_by: int | None


@dataclass(frozen=True, slots=True)
class RulingList:
    section: Section
    rulings: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    ruling: Ruling
    unit_title: str
    #: titles of the units that are locked again
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulingGone:
    """There is no such ruling, or it was undone before."""


Choice = WhichClass | NoClass | NotStaff
RuleResult = Ruled | DoneAlready | ReasonMissing | WhomAndWhat | NoSuchStudent | NoSuchUnit | Choice
ListResult = RulingList | Choice
UndoResult = Undone | RulingGone | ReasonMissing | NotStaff


class RulingService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def rule(
        self,
        asker: Asker,
        class_name: str | None,
        student: int | None,
        unit: str | None,
        reason: str,
        now: datetime,
        *,
        excuse: bool,
    ) -> RuleResult:
        """``student`` is a Discord id; ``unit`` a slug, a title or a number from 1."""
        wanted = _Wanted(
            student, unit, reason.strip()[:LONGEST_REASON], Why.EXCUSE if excuse else Why.OVERRIDE
        )
        result = await self._db.write(_rule, asker, class_name, wanted, now, self._ids)
        if isinstance(result, Ruled):
            self._wake()
        return result

    async def drop(
        self,
        asker: Asker,
        class_name: str | None,
        student: int | None,
        unit: str | None,
        reason: str,
        now: datetime,
    ) -> DropResult:
        """Ends the check that is under way, or waits for its result, without counting it."""
        result = await self._db.write(drop, asker, class_name, student, unit, reason, now, self._ids)
        if isinstance(result, Dropped):
            self._wake()
        return result

    async def of(self, asker: Asker, class_name: str | None) -> ListResult:
        """The rulings that stand in a class, newest first."""
        return await self._db.read(_of, asker, class_name)

    async def undo(self, asker: Asker, handle: str, reason: str, now: datetime) -> UndoResult:
        """Takes a ruling back, and with it the units that it alone opened. Work done meanwhile counts."""
        result = await self._db.write(_undo, asker, handle, reason.strip()[:LONGEST_REASON], now, self._ids)
        if isinstance(result, Undone):
            self._wake()
        return result


@dataclass(frozen=True, slots=True)
class _Wanted:
    student: int | None
    unit: str | None
    reason: str
    kind: Why


def _rule(
    tx: Tx, asker: Asker, class_name: str | None, wanted: _Wanted, now: datetime, ids: Ids
) -> RuleResult:
    section, me = taught_class(tx, asker, class_name), tx.people.of(asker.account)
    if not isinstance(section, Section) or me is None:
        return NotStaff() if isinstance(section, Section) else section
    if wanted.student is None or wanted.unit is None:
        return WhomAndWhat()
    who, units = tx.people.of(wanted.student), tx.courses.units(section.revision_id)
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return NoSuchStudent(wanted.student)
    unit = unit_named(units, wanted.unit)
    if unit is None:
        return NoSuchUnit(wanted.unit, tuple(each.unit.title for each in units))
    if not wanted.reason:
        return ReasonMissing()
    before = units_now(tx, section, who.person)
    if unit.unit.slug in before.mastered:
        return DoneAlready(wanted.student, unit.unit.title)
    handle = ids()
    number = tx.rulings.add(
        handle=handle,
        section=section.id,
        person=who.person,
        course=section.course_id,
        unit_slug=unit.unit.slug,
        kind=wanted.kind,
        reason=wanted.reason,
        by=me.person,
        at=now,
    )
    change = follow(tx, section, who.person, before, now, ids, cause=f"ruling:{number}")
    goes_on = next((each for each in units if each.unit.slug in change.opened and each != unit), None)
    ruling = tx.rulings.get(number)
    _note(tx, ruling, me, wanted.kind, wanted.reason, now)
    tx.outbox.add([_told(ruling, goes_on, now, undone=False)], now, ids)
    return Ruled(ruling, unit.unit.title, goes_on.unit.title if goes_on else None)


def unit_named(units: Sequence[UnitRecord], typed: str) -> UnitRecord | None:
    wanted = typed.strip().casefold()
    for each in units:
        if wanted in (each.unit.slug.casefold(), each.unit.title.casefold(), str(each.position + 1)):
            return each
    return None


def _of(tx: Tx, asker: Asker, class_name: str | None) -> ListResult:
    section = taught_class(tx, asker, class_name)
    if not isinstance(section, Section):
        return section
    titles = {each.unit.slug: each.unit.title for each in tx.courses.units(section.revision_id)}
    makers = {each.person: each.discord for each in tx.sections.teachers(section.id)}
    return RulingList(
        section,
        tuple(
            Listed(each, titles.get(each.unit_slug, each.unit_slug), makers.get(each.made_by))
            for each in tx.rulings.of_section(section.id)
        ),
    )


def _undo(tx: Tx, asker: Asker, handle: str, reason: str, now: datetime, ids: Ids) -> UndoResult:
    me, ruling = tx.people.of(asker.account), tx.rulings.by_handle(handle)
    if me is None or ruling is None:
        return NotStaff() if me is None else RulingGone()
    if not tx.sections.teaches(ruling.section, me.person):
        return NotStaff()
    if not reason:
        return ReasonMissing()
    section = tx.sections.get(ruling.section)
    before = units_now(tx, section, ruling.person)
    if not tx.rulings.undo(ruling.id, me.person, now):
        return RulingGone()
    change = follow(tx, section, ruling.person, before, now, ids, cause=f"ruling:{ruling.id}:undone")
    _note(tx, ruling, me, f"{ruling.kind}_undone", reason, now)
    tx.outbox.add([_told(ruling, None, now, undone=True)], now, ids)
    titles = {each.unit.slug: each.unit.title for each in tx.courses.units(section.revision_id)}
    return Undone(
        ruling,
        titles.get(ruling.unit_slug, ruling.unit_slug),
        tuple(titles.get(each, each) for each in change.closed),
    )


def _note(tx: Tx, ruling: Ruling, me: Account, what: str, reason: str, now: datetime) -> None:
    body = {"unit": ruling.unit_slug, "reason": reason}
    tx.history.add(HistoryLine(now, what, body, ruling.section, ruling.person, me.person))


def _told(ruling: Ruling, goes_on: UnitRecord | None, now: datetime, *, undone: bool) -> Effect:
    return Effect(
        key=f"ruled:{ruling.id}:{'undone' if undone else 'made'}",
        kind=Kind.UNIT_RULED,
        way=Way.DM,
        due_at=now,
        person=ruling.person,
        section=ruling.section,
        about=ruling.id,
        args={"undone": undone, "opened": goes_on.unit.slug if goes_on else None},
    )


def unit_ruled(tx: Tx, delivery: Delivery, now: datetime) -> UnitRuled | str:
    """What the student is told of a ruling, or why they need not be told any more."""
    ruling, is_undone = tx.rulings.get(delivery.about or 0), bool(delivery.args.get("undone"))
    section = tx.sections.get(ruling.section)
    if tx.sections.enrolment(section.id, ruling.person) is None:
        return "no longer in the class"
    if not is_undone and ruling.undone_at is not None:
        return "undone meanwhile"
    titles = {each.unit.slug: each.unit.title for each in tx.courses.units(section.revision_id)}
    slug = delivery.args.get("opened")
    channel = unit_channel(tx, section, slug)
    unit_title = titles.get(ruling.unit_slug, ruling.unit_slug)
    opened = titles.get(slug) if slug else None
    return UnitRuled(section.name, unit_title, ruling.kind, is_undone, opened, channel)
