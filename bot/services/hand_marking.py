"""A check that the teacher marks by a tap, for a whole group at once: a lab, a talk, a sheet of paper (K33)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from bot.domain.check_messages import HandMarked
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import Account, Asker, HistoryLine, Section, UnitRecord
from bot.domain.times import BadTime, parse_when
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.places import unit_channel
from bot.services.ports import Database, Ids, Tx
from bot.services.quizzes import NoSuchUnit
from bot.services.rulings import unit_named
from bot.services.unlocking import follow, units_now

GROUP, UNDO = "hand_mark", "hand_undo"
#: in which the teacher can think again before anybody is told
TOLD_AFTER = timedelta(minutes=2)
LONGEST_COMMENT = 500
#: students in one write: everybody's presses wait for it, at some 4 ms a student
PIECE = 50


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a teacher is about to mark; ids are Discord's."""

    #: of the draft
    handle: str
    unit_title: str
    done_at: datetime
    students: tuple[int, ...]
    #: named, but not in the class
    strangers: tuple[int, ...]
    #: to whom the unit is open and who have not mastered it
    everybody: int


@dataclass(frozen=True, slots=True)
class GroupMarked:
    #: undoes it
    handle: str
    unit_title: str
    passed: bool
    students: tuple[int, ...]
    #: who had mastered it before: nothing to mark
    before: tuple[int, ...]
    #: to how many a unit was opened
    opened: int


@dataclass(frozen=True, slots=True)
class MarksUndone:
    students: int


@dataclass(frozen=True, slots=True)
class GoesOn:
    """A piece is done; the same press made again does the next, also after a crash."""

    done: int
    left: int


@dataclass(frozen=True, slots=True)
class NobodyChosen:
    handle: str


@dataclass(frozen=True, slots=True)
class GroupGone:
    """Marked or undone before, or a day old."""


@dataclass(frozen=True, slots=True)
class NotDoneYet:
    """It is no day or time, or one that lies ahead."""

    typed: str


Choice = WhichClass | NoClass | NotStaff
BeginResult = Group | NoSuchUnit | NotDoneYet | Choice
GroupResult = Group | GroupGone | NotStaff
MarkEnd = GroupMarked | NobodyChosen | GroupGone | NotStaff
MarkResult = MarkEnd | GoesOn
UndoEnd = MarksUndone | GroupGone | NotStaff
UndoResult = UndoEnd | GoesOn


class HandMarkService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def begin(
        self, asker: Asker, class_name: str | None, unit: str, done: str | None, now: datetime
    ) -> BeginResult:
        """``done`` says when the work was done, as typed; now if left out (K19)."""
        return await self._db.write(_begin, asker, class_name, unit, done, now, self._ids)

    async def choose(
        self, asker: Asker, handle: str, students: Sequence[int], now: datetime, *, out: bool = False
    ) -> GroupResult:
        """Adds these to the group (or takes them ``out``); without any, everybody who has yet to master it."""
        return await self._db.write(_choose, asker, handle, tuple(students), out, now, self._ids)

    async def mark(
        self, asker: Asker, handle: str, now: datetime, *, passed: bool, comment: str = ""
    ) -> MarkResult:
        """Marks the group, a piece of it at a time: to be called again while it says GoesOn.

        They are told two minutes later, so that it can be undone unseen. Once begun it stays with the first press's
        mark and comment.
        """
        said = comment.strip()[:LONGEST_COMMENT]
        result = await self._db.write(_mark, asker, handle, now, self._ids, passed, said)
        self._wake()
        return result

    async def undo(self, asker: Asker, handle: str, now: datetime) -> UndoResult:
        """Takes the marks of that press away, and the units that they opened; again a piece at a time."""
        result = await self._db.write(_undo, asker, handle, now, self._ids)
        self._wake()
        return result


def _begin(
    tx: Tx, asker: Asker, class_name: str | None, typed: str, done: str | None, now: datetime, ids: Ids
) -> BeginResult:
    section, me = taught_class(tx, asker, class_name), tx.people.of(asker.account)
    if not isinstance(section, Section) or me is None:
        return NotStaff() if isinstance(section, Section) else section
    units = tx.courses.units(section.revision_id)
    unit = unit_named(units, typed)
    if unit is None:
        return NoSuchUnit(typed, tuple(each.unit.title for each in units))
    done_at = _when(done, now, section.zone)
    if done_at is None:
        return NotDoneYet(done or "")
    body: dict[str, Any] = {
        "section": section.id,
        "unit": unit.id,
        "done_at": done_at.isoformat(),
        "students": [],
    }
    return _kept(tx, me, body, (), now, ids)


def _when(typed: str | None, now: datetime, zone: str) -> datetime | None:
    if typed is None:
        return now
    for text in (typed, f"{typed} 12:00"):
        found = parse_when(text, now, zone)
        if not isinstance(found, BadTime):
            return found.at if found.at <= now else None
    return None


def _kept(
    tx: Tx, me: Account, body: dict[str, Any], strangers: tuple[int, ...], now: datetime, ids: Ids
) -> Group:
    handle = ids()
    tx.drafts.save(handle, me.person, GROUP, body, now)
    section, unit = tx.sections.get(body["section"]), tx.courses.unit(body["unit"])
    return Group(
        handle,
        unit.unit.title,
        datetime.fromisoformat(body["done_at"]),
        tuple(body["students"]),
        strangers,
        len(_waiting(tx, section, unit)),
    )


def _waiting(tx: Tx, section: Section, unit: UnitRecord) -> list[int]:
    """Discord ids of those to whom the unit is open and who have not mastered it."""
    progress, slug = tx.progress.in_class(section.id), unit.unit.slug
    return [
        each.discord
        for each in tx.sections.students(section.id)
        if (row := progress.get(each.person, {}).get(slug)) is not None and row.mastered_at is None
    ]


def _choose(
    tx: Tx, asker: Asker, handle: str, students: tuple[int, ...], out: bool, now: datetime, ids: Ids
) -> GroupResult:
    found = _draft(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    me, body = found
    section, unit = tx.sections.get(body["section"]), tx.courses.unit(body["unit"])
    known = {each.discord for each in tx.sections.students(section.id)}
    chosen: list[int] = body["students"]
    if out:
        chosen = [each for each in chosen if each not in students]
    else:
        named = students or _waiting(tx, section, unit)
        chosen = list(dict.fromkeys([*chosen, *(each for each in named if each in known)]))
    strangers = () if out else tuple(each for each in students if each not in known)
    return _kept(tx, me, body | {"students": chosen}, strangers, now, ids)


def _draft(tx: Tx, asker: Asker, handle: str) -> tuple[Account, dict[str, Any]] | GroupGone | NotStaff:
    me = tx.people.of(asker.account)
    body = tx.drafts.read(handle, me.person, GROUP) if me else None
    if me is None or body is None:
        return GroupGone()
    return (me, body) if tx.sections.teaches(body["section"], me.person) else NotStaff()


def _mark(
    tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids, passed: bool, comment: str
) -> MarkResult:
    found = _draft(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    me, body = found
    if not body["students"]:
        return NobodyChosen(handle)
    begun: _Begun = body.get("begun") or {
        "passed": passed,
        "comment": comment,
        "marked": {},
        "before": [],
        "opened": 0,
    }
    section, unit = tx.sections.get(body["section"]), tx.courses.unit(body["unit"])
    piece, left = body["students"][:PIECE], body["students"][PIECE:]
    for discord in piece:
        _mark_one(tx, (section, unit, body["done_at"]), me.person, discord, begun, now, ids)
    tx.drafts.take(handle, me.person, GROUP)
    if left:
        tx.drafts.save(handle, me.person, GROUP, body | {"students": left, "begun": begun}, now)
        return GoesOn(len(begun["marked"]) + len(begun["before"]), len(left))
    marked = {int(discord): attempt for discord, attempt in begun["marked"].items()}
    undo = ids()
    tx.drafts.save(undo, me.person, UNDO, {"section": section.id, "attempts": list(marked.values())}, now)
    return GroupMarked(
        undo, unit.unit.title, begun["passed"], tuple(marked), tuple(begun["before"]), begun["opened"]
    )


class _Begun(TypedDict):
    """What the pieces so far came to, as the draft keeps it."""

    passed: bool
    comment: str
    #: attempts by Discord id
    marked: dict[str, int]
    before: list[int]
    opened: int


def _mark_one(
    tx: Tx,
    what: tuple[Section, UnitRecord, str],
    by: int,
    discord: int,
    begun: _Begun,
    now: datetime,
    ids: Ids,
) -> None:
    section, unit, done = what
    who = tx.people.of(discord)
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return
    units = units_now(tx, section, who.person)
    if unit.unit.slug in units.mastered:
        begun["before"].append(discord)
        return
    passed, comment, done_at = begun["passed"], begun["comment"], datetime.fromisoformat(done)
    attempt = tx.hand_marks.add(
        handle=ids(), person=who.person, section=section, unit=unit, passed=passed, done_at=done_at
    )
    change = follow(tx, section, who.person, units, now, ids, cause=f"attempt:{attempt}")
    goes_on = next((each for each in change.opened if each != unit.unit.slug), None)
    begun["opened"] += goes_on is not None
    begun["marked"][str(discord)] = attempt
    tx.outbox.add([_told(section, who, attempt, goes_on, comment, now)], now, ids)
    told = {"unit": unit.unit.slug, "passed": passed, "done_at": done, "comment": comment}
    tx.history.add(HistoryLine(now, "hand_marked", told, section.id, who.person, by))


def _told(
    section: Section, who: Account, attempt: int, opened: str | None, comment: str, now: datetime
) -> Effect:
    return Effect(
        key=f"hand:{attempt}",
        kind=Kind.HAND_MARKED,
        way=Way.DM,
        due_at=now + TOLD_AFTER,
        person=who.person,
        section=section.id,
        about=attempt,
        args={"opened": opened, "comment": comment},
    )


def _undo(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> UndoResult:
    me = tx.people.of(asker.account)
    body = tx.drafts.take(handle, me.person, UNDO) if me else None
    if me is None or body is None:
        return GroupGone()
    section = tx.sections.get(body["section"])
    if not tx.sections.teaches(section.id, me.person):
        return NotStaff()
    piece, left, undone = body["attempts"][:PIECE], body["attempts"][PIECE:], body.get("undone", 0)
    for number in piece:
        if tx.hand_marks.stands(number):
            _undo_one(tx, section, me.person, number, now, ids)
            undone += 1
    if left:
        tx.drafts.save(handle, me.person, UNDO, body | {"attempts": left, "undone": undone}, now)
        return GoesOn(undone, len(left))
    return MarksUndone(undone)


def _undo_one(tx: Tx, section: Section, by: int, number: int, now: datetime, ids: Ids) -> None:
    attempt = tx.attempts.get(number)
    units = units_now(tx, section, attempt.person)
    tx.hand_marks.remove(number)
    follow(tx, section, attempt.person, units, now, ids, cause=f"attempt:{number}:undone")
    told = {"unit": attempt.unit_slug}
    tx.history.add(HistoryLine(now, "hand_mark_undone", told, section.id, attempt.person, by))


def hand_marked(tx: Tx, delivery: Delivery, now: datetime) -> HandMarked | str:
    """What a student is told of a check that was marked by hand, or why they need not be told."""
    if not tx.hand_marks.stands(delivery.about or 0):
        return "undone meanwhile"
    attempt = tx.attempts.get(delivery.about or 0)
    section, slug = tx.sections.get(attempt.section), delivery.args["opened"]
    if tx.sections.enrolment(section.id, attempt.person) is None:
        return "no longer in the class"
    titles = {each.unit.slug: each.unit.title for each in tx.courses.units(section.revision_id)}
    channel = unit_channel(tx, section, slug)
    return HandMarked(
        section.name,
        attempt.unit_title,
        bool(attempt.passed),
        delivery.args["comment"],
        titles.get(slug) if slug else None,
        channel,
    )
