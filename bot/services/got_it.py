"""[Got it]: a person has read a message. It is a sign of life, and never counts as having done the thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.outbox import Kind
from bot.domain.records import Asker, Posted
from bot.services.access import LeftClass, as_student
from bot.services.own_time import for_student
from bot.services.ports import Database, Tx


@dataclass(frozen=True, slots=True)
class StillOpen:
    """It was about pre-work that they still owe."""

    posted: Posted
    started: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """There is nothing more to do about it."""


@dataclass(frozen=True, slots=True)
class NotYours:
    """It was to somebody else, or there is no record of it."""


GotItResult = StillOpen | Noted | LeftClass | NotYours


class GotItService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def note(self, asker: Asker, nonce: str, now: datetime) -> GotItResult:
        """Notes that the message of that nonce was read by the person it was to; again changes nothing."""
        return await self._db.write(_got_it, asker, nonce, now)


def _got_it(tx: Tx, asker: Asker, nonce: str, now: datetime) -> GotItResult:
    me = tx.people.of(asker.account)
    delivery = tx.outbox.of_person(nonce, me.person) if me else None
    if me is None or delivery is None:
        return NotYours()
    if delivery.section is not None and isinstance(
        left := as_student(tx, asker, delivery.section), LeftClass
    ):
        return left
    tx.outbox.got_it(delivery.id, now)
    if delivery.kind is not Kind.NUDGE or not tx.prework.owes(delivery.about or 0, me.person):
        return Noted()
    posted = for_student(tx, tx.prework.get(delivery.about or 0), me.person)
    record = tx.prework.evidence(posted.id, me.person)
    return StillOpen(posted, record is not None and record.started_at is not None, now >= posted.deadline)
