"""Summative checks as their teacher runs them: hours set, results let go, talks held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.mastery import Item
from bot.domain.records import Asker, Section, UnitRecord
from bot.domain.summative import RELEASE, RELEASED_AFTER, Sitting, Talk
from bot.domain.times import BadTime, parse_when
from bot.services.apart import Piece, Told, do_each
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.grading import finish_marking, take_again, tell_result
from bot.services.ports import Database, Ids, Tx
from bot.services.posting import NoUnit, find_unit
from bot.services.talks import TalkLine, arrange, student_of, talk_lines, tell


@dataclass(frozen=True, slots=True)
class SittingSet:
    section: Section
    unit: UnitRecord
    sitting: Sitting
    #: attempts under way whose end moved with it
    moved: int


@dataclass(frozen=True, slots=True)
class NotSummative:
    """The course says nothing of it being summative."""

    unit_title: str


@dataclass(frozen=True, slots=True)
class BadHours:
    problem: str
    sitting: Sitting


SetResult = SittingSet | NotSummative | BadHours | BadTime | NoUnit | WhichClass | NoClass | NotStaff


@dataclass(frozen=True, slots=True)
class Talks:
    section: Section
    lines: tuple[TalkLine, ...]


@dataclass(frozen=True, slots=True)
class TalkShown:
    talk: Talk
    student: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class TalkDecided:
    """``outcome``: "confirmed", "mismatch", "rebooked", "missed", "again"."""

    talk: Talk
    student: int
    outcome: str
    #: of the new slot, after "rebooked"
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TalkGone:
    """There is no such talk for this teacher, or it is decided."""


TalksResult = Talks | WhichClass | NoClass | NotStaff


class SummativeService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def set_hours(
        self,
        asker: Asker,
        class_name: str | None,
        unit: str,
        opens: str,
        closes: str,
        results: str | None,
        now: datetime,
        *,
        oral: bool,
    ) -> SetResult:
        """Says when a class takes a summative check, or says it anew; times as a teacher types them."""
        return await self._db.write(_set_hours, asker, class_name, unit, opens, closes, results, now, oral)

    async def release(self, now: datetime) -> int:
        """Lets go of the results whose hour has come; gives how many there were."""
        due = await self._db.read(_due, now)
        return (
            sum(await do_each(self._db, RELEASE, [_piece(*each) for each in due], now, self._ids))
            if due
            else 0
        )

    async def next_instant(self, now: datetime) -> datetime | None:
        """When ``release`` has something to do next."""
        at = await self._db.read(_next_release)
        return None if at is None else at + RELEASED_AFTER

    async def talks(self, asker: Asker, class_name: str | None) -> TalksResult:
        return await self._db.read(_talks, asker, class_name)

    async def show(self, asker: Asker, handle: str) -> TalkShown | TalkGone:
        """The questions of a talk with the student's own answers, for a teacher of the class."""
        return await self._db.read(_show, asker, handle)

    async def confirm(self, asker: Asker, handle: str, now: datetime) -> TalkDecided | TalkGone:
        """The talk matched the answers, or the teacher counts the check all the same: the unit is mastered."""
        return self._woken(await self._db.write(_confirm, asker, handle, now, self._ids))

    async def doubt(self, asker: Asker, handle: str, now: datetime) -> TalkDecided | TalkGone:
        """The talk did not match the answers: the teacher looks at it again, nothing is decided."""
        return self._woken(await self._db.write(_doubt, asker, handle, now, self._ids))

    async def miss(self, asker: Asker, handle: str, now: datetime) -> TalkDecided | TalkGone:
        """The student did not come: booked once more, the second time left to the teacher."""
        return self._woken(await self._db.write(_miss, asker, handle, now, self._ids))

    async def again(self, asker: Asker, handle: str, now: datetime) -> TalkDecided | TalkGone:
        """The check does not count; the student may ask for another."""
        return self._woken(await self._db.write(_again, asker, handle, now, self._ids))

    def _woken(self, result: TalkDecided | TalkGone) -> TalkDecided | TalkGone:
        if isinstance(result, TalkDecided):
            self._wake()
        return result


# --- hours -----------------------------------------------------------------------------------------


def _set_hours(
    tx: Tx,
    asker: Asker,
    name: str | None,
    typed: str,
    opens: str,
    closes: str,
    results: str | None,
    now: datetime,
    oral: bool,  # passed on by a keyword of the service
) -> SetResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    unit = find_unit(tx, section, typed)
    if isinstance(unit, NoUnit):
        return unit
    if not unit.unit.check.summative:
        return NotSummative(unit.unit.title)
    begins = now if opens.strip().casefold() == "now" else _at(opens, now, section.zone)
    if isinstance(begins, BadTime):
        return begins
    ends = _at(closes, max(now, begins), section.zone)
    if isinstance(ends, BadTime):
        return ends
    shown = ends if results is None else _at(results, max(now, ends), section.zone)
    if isinstance(shown, BadTime):
        return shown
    sitting = Sitting(begins, ends, shown, oral)
    problem = _problem(sitting, now)
    if problem:
        return BadHours(problem, sitting)
    moved = tx.summatives.keep(section.id, unit.unit.slug, sitting)
    return SittingSet(section, unit, sitting, moved)


def _at(typed: str, after: datetime, zone: str) -> datetime | BadTime:
    promise = parse_when(typed, after, zone)
    return promise if isinstance(promise, BadTime) else promise.at


def _problem(sitting: Sitting, now: datetime) -> str:
    if sitting.closes_at <= now:
        return "It would close before now."
    if sitting.closes_at <= sitting.opens_at:
        return "It would close before it opens."
    if sitting.result_at < sitting.closes_at:
        return "Results would come while others still take it: give a time after it closes."
    return ""


def _due(tx: Tx, now: datetime) -> Sequence[tuple[int, int]]:
    return tx.summatives.due(now - RELEASED_AFTER)


def _next_release(tx: Tx) -> datetime | None:
    return tx.summatives.next_release()


def _piece(attempt: int, section: int) -> Piece[int]:
    return Piece(
        item=str(attempt),
        do=lambda bench: _release(bench.tx, attempt, bench.now, bench.ids),
        section=section,
        told=lambda tx: _told(tx, attempt),
    )


def _release(tx: Tx, attempt: int, now: datetime, ids: Ids) -> int:
    finish_marking(tx, tx.attempts.get(attempt), now, ids, why="results")
    return 1


def _told(tx: Tx, attempt: int) -> Told:
    it = tx.attempts.get(attempt)
    return Told(
        f"a result of “{it.unit_title}” could not be let go",
        "Mark it by hand with /marking, or let them take it again by /override with the decision “begin anew”",
    )


# --- talks -----------------------------------------------------------------------------------------


def _talks(tx: Tx, asker: Asker, name: str | None) -> TalksResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    return Talks(section, talk_lines(tx, section))


def _open_talk(tx: Tx, asker: Asker, handle: str) -> tuple[int, Talk] | TalkGone:
    """Who asks, and the talk, if they teach its class and its attempt has no result yet."""
    me, talk = tx.people.of(asker.account), tx.talks.by_handle(handle)
    if me is None or talk is None or not tx.sections.teaches(talk.section, me.person):
        return TalkGone()
    return (me.person, talk) if tx.attempts.get(talk.attempt).passed is None else TalkGone()


def _show(tx: Tx, asker: Asker, handle: str) -> TalkShown | TalkGone:
    found = _open_talk(tx, asker, handle)
    if isinstance(found, TalkGone):
        return found
    _, talk = found
    items = tx.attempts.items(talk.attempt)
    asked = tuple(each for each in items if each.position in talk.positions)
    return TalkShown(talk, student_of(tx, talk), asked)


def _confirm(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> TalkDecided | TalkGone:
    found = _open_talk(tx, asker, handle)
    if isinstance(found, TalkGone):
        return found
    me, talk = found
    tx.talks.decide(talk.id, outcome="confirmed", by=me, at=now)
    finish_marking(tx, tx.attempts.get(talk.attempt), now, ids, why="talk")
    return TalkDecided(talk, student_of(tx, talk), "confirmed")


def _doubt(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> TalkDecided | TalkGone:
    found = _open_talk(tx, asker, handle)
    if isinstance(found, TalkGone):
        return found
    me, talk = found
    tx.talks.decide(talk.id, outcome="mismatch", by=me, at=now)
    tx.outbox.add([tell(talk, now, "mismatch")], now, ids)
    return TalkDecided(talk, student_of(tx, talk), "mismatch")


def _miss(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> TalkDecided | TalkGone:
    found = _open_talk(tx, asker, handle)
    if isinstance(found, TalkGone):
        return found
    me, talk = found
    if not tx.talks.miss(talk.id, now):
        tx.talks.decide(talk.id, outcome="missed", by=me, at=now)
        return TalkDecided(talk, student_of(tx, talk), "missed")
    arrange(tx, talk, now, ids, "again")
    line = next(each for each in talk_lines(tx, tx.sections.get(talk.section)) if each.talk.id == talk.id)
    return TalkDecided(talk, line.student, "rebooked", line.starts_at)


def _again(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> TalkDecided | TalkGone:
    found = _open_talk(tx, asker, handle)
    if isinstance(found, TalkGone):
        return found
    me, talk = found
    tx.talks.decide(talk.id, outcome="mismatch", by=me, at=now)
    attempt = tx.attempts.get(talk.attempt)
    take_again(tx, attempt)
    tell_result(tx, attempt, "again", now, ids)
    return TalkDecided(talk, student_of(tx, talk), "again")
