"""Asking for another attempt, where the class says so (K31): the student asks, a teacher grants it or says why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.grading import percent
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import Asker, HistoryLine
from bot.domain.retake_messages import RetakeAsked, RetakeDecided
from bot.domain.retaking import Asked, AskFirst, Request
from bot.services.choosing import NoClass, NotStaff, WhichClass, attended_class
from bot.services.ports import Database, Ids, Tx
from bot.services.remediation import NothingToMend, Path, path_of

#: characters of what is said
LONGEST = 500


@dataclass(frozen=True, slots=True)
class RequestMade:
    path: Path


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """One request at a time: the teacher has not answered this one yet."""

    path: Path
    at: datetime


@dataclass(frozen=True, slots=True)
class NoNeedToAsk:
    """The class does not ask for requests, or this one was granted."""

    path: Path


@dataclass(frozen=True, slots=True)
class Decided:
    student: int
    unit_title: str
    granted: bool


@dataclass(frozen=True, slots=True)
class DecidedBefore:
    """``granted`` is what stands."""

    granted: bool


@dataclass(frozen=True, slots=True)
class SayWhy:
    """A "not now" says what to do first."""

    handle: str


AskResult = RequestMade | AskedBefore | NoNeedToAsk | NothingToMend | WhichClass | NoClass
DecideResult = Decided | DecidedBefore | SayWhy | NotStaff


class RetakeRequestService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def ask(self, asker: Asker, section: str, said: str, now: datetime) -> AskResult:
        """Asks for another attempt at the check that is next in the class of that handle."""
        result = await self._db.write(_ask, asker, section, said, now, self._ids)
        self._wake()
        return result

    async def grant(self, asker: Asker, handle: str, now: datetime) -> DecideResult:
        """A teacher of the class says yes to the request of that handle."""
        return await self._decide(asker, handle, None, now)

    async def refuse(self, asker: Asker, handle: str, why: str, now: datetime) -> DecideResult:
        """Or says what has to come first."""
        return await self._decide(asker, handle, why, now)

    async def _decide(self, asker: Asker, handle: str, not_now: str | None, now: datetime) -> DecideResult:
        result = await self._db.write(_decide, asker, handle, not_now, now, self._ids)
        self._wake()
        return result


def _ask(tx: Tx, asker: Asker, handle: str, said: str, now: datetime, ids: Ids) -> AskResult:
    match attended_class(tx, asker, handle):
        case (me, section):
            path = path_of(tx, me, section, now)
        case refusal:
            return refusal
    if path is None:
        return NothingToMend()
    for each in path.stands:
        if isinstance(each, Asked):
            return AskedBefore(path, each.at)
    if not any(isinstance(each, AskFirst) for each in path.stands):
        return NoNeedToAsk(path)
    made = tx.retakes.ask(
        handle=ids(),
        section=section.id,
        person=me.person,
        unit_slug=path.unit.unit.slug,
        said=said.strip()[:LONGEST] or "(nothing written)",
        at=now,
    )
    asked = Effect(
        key=f"{Kind.RETAKE_ASKED}:{made}",
        kind=Kind.RETAKE_ASKED,
        way=Way.ROOM,
        due_at=now,
        section=section.id,
        about=made,
    )
    tx.outbox.add([asked], now, ids)
    return RequestMade(path_of(tx, me, section, now) or path)


def _decide(tx: Tx, asker: Asker, handle: str, not_now: str | None, now: datetime, ids: Ids) -> DecideResult:
    """Grants it, unless ``not_now`` says why not."""
    me, request = tx.people.of(asker.account), tx.retakes.request(handle)
    if me is None or request is None or not tx.sections.teaches(request.section, me.person):
        return NotStaff()
    if request.granted is not None:
        return DecidedBefore(request.granted)
    granted, why = not_now is None, (not_now or "").strip()[:LONGEST]
    if not granted and not why:
        return SayWhy(handle)
    tx.retakes.decide(request.id, granted=granted, why=why, by=me.person, at=now)
    told = Effect(
        key=f"{Kind.RETAKE_DECIDED}:{request.id}",
        kind=Kind.RETAKE_DECIDED,
        way=Way.DM,
        due_at=now,
        person=request.person,
        section=request.section,
        about=request.id,
    )
    tx.outbox.add([told], now, ids)
    body = {"unit": request.unit_slug, "granted": granted}
    line = HistoryLine(now, "retake_request", body, request.section, request.person, me.person)
    tx.history.add(line)
    who = tx.people.account(request.person)
    return Decided(who.discord if who else 0, _title(tx, request), granted)


def _title(tx: Tx, request: Request) -> str:
    units = tx.courses.units(tx.sections.get(request.section).revision_id)
    return next((each.unit.title for each in units if each.unit.slug == request.unit_slug), request.unit_slug)


def retake_asked(tx: Tx, delivery: Delivery, now: datetime) -> RetakeAsked | str:
    request = tx.retakes.request_of(delivery.about or 0)
    who = tx.people.account(request.person) if request else None
    if request is None or who is None:
        return "the person was erased"
    if tx.sections.enrolment(request.section, request.person) is None:
        return "no longer in the class"
    path = path_of(tx, who, tx.sections.get(request.section), now)
    if request.granted is not None or path is None or path.unit.unit.slug != request.unit_slug:
        return "settled meanwhile"
    last = path.attempt
    did = f"Recorded since: {path.done.kind.replace('_', ' ')}." if path.done else "Nothing recorded since."
    return RetakeAsked(
        who.discord,
        path.unit.unit.title,
        request.said,
        did,
        percent(last.score) if last.score is not None else "?",
        last.bar,
        request.handle,
    )


def retake_decided(tx: Tx, delivery: Delivery, now: datetime) -> RetakeDecided | str:
    request = tx.retakes.request_of(delivery.about or 0)
    if request is None or request.granted is None:
        return "not decided"
    section = tx.sections.get(request.section)
    if tx.sections.enrolment(section.id, request.person) is None:
        return "no longer in the class"
    progress = tx.progress.of(request.person, section.course_id).get(request.unit_slug)
    if progress is not None and progress.mastered_at is not None:
        return "mastered meanwhile"
    return RetakeDecided(section.name, _title(tx, request), request.granted, request.why)
