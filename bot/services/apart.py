"""Each thing of a job by itself: one that raises takes back its own changes only, and is set aside after a few tries.

A job finds what is due and hands it over in pieces. A piece that raises is noted with its reason, left alone for a
while and then for a day, and told in the teachers' room once, with what a teacher can do. The others go on. Faults
of the disk are nobody's own: they end the transaction, and the job looks again at the next beat.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from bot.domain.apart import TRIES, Fault, again_at
from bot.domain.outbox import Effect, Kind, Way
from bot.services.ports import Database, Ids, Tx

log = logging.getLogger(__name__)

T = TypeVar("T")
#: pieces in one write: a press that waits for it does not feel it
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What a teacher reads of a thing that is set aside: what is not done, and what to do about it."""

    what: str
    mend: str = (
        "Nothing else waits for it. I try again every day; the person who runs the bot sees why in its log"
    )
    #: whose teachers are told, where only a look tells
    section: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(Generic[T]):
    """One thing of a job."""

    #: names it among those of its job
    item: str
    do: Callable[[Bench], T]
    #: whose teachers are told; None where it concerns no class
    section: int | None = None
    told: Callable[[Tx], Told] | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A fault for the log, which is written once the transaction is through."""

    job: str
    item: str
    tries: int
    fault: Fault


class Bench:
    """One transaction in which a job does its pieces."""

    def __init__(self, tx: Tx, job: str, now: datetime, ids: Ids) -> None:
        self.tx, self.job, self.now, self.ids = tx, job, now, ids
        self.noted: list[Noted] = []
        self._known = {each.item: each for each in tx.aside.of(job)}

    def do(self, piece: Piece[T]) -> T | None:
        """None where it raised, or waits because it did before."""
        before = self._known.get(piece.item)
        if before is not None and before.again_at > self.now:
            return None
        done = self.tx.apart(piece.do, self)
        if isinstance(done, Fault):
            self._note(piece, done)
            return None
        if before is not None:
            self.tx.aside.forget(self.job, piece.item)
        return done

    def _note(self, piece: Piece[T], fault: Fault) -> None:
        before = self._known.get(piece.item)
        tries = 1 + (before.tries if before else 0)
        self.noted.append(Noted(self.job, piece.item, tries, fault))
        self.tx.aside.keep(
            self.job,
            piece.item,
            section=piece.section,
            tries=tries,
            why=fault.why,
            at=self.now,
            again_at=again_at(tries, self.now),
        )
        if tries >= TRIES and (before is None or before.told_at is None):
            self.tx.aside.told(self.job, piece.item, self.now)
            self._tell(piece, fault)

    def _tell(self, piece: Piece[T], fault: Fault) -> None:
        told = self.tx.apart(piece.told, self.tx) if piece.told else None
        told = (
            told if isinstance(told, Told) else Told(f"I could not do something for this class ({self.job})")
        )
        section = piece.section or told.section
        if section is None:
            return
        card = Effect(
            key=f"aside:{self.job}:{piece.item}:{self.now.isoformat()}",
            kind=Kind.TROUBLE,
            way=Way.ROOM,
            due_at=self.now,
            section=section,
            about=section,
            args={"why": f"{told.what}: {fault.said}", "mend": told.mend},
        )
        self.tx.outbox.add([card], self.now, self.ids)


async def do_each(
    database: Database, job: str, pieces: Sequence[Piece[T]], now: datetime, ids: Ids
) -> list[T]:
    """What each came to, without those that raised."""
    done: list[T] = []
    for start in range(0, len(pieces), AT_ONCE):
        results, noted = await database.write(_do_each, job, pieces[start : start + AT_ONCE], now, ids)
        done += results
        for each in noted:
            log_fault(each)
    await let_go(database, job, now)
    return done


async def let_go(database: Database, job: str, now: datetime) -> None:
    """Forgets what could have been tried and was not asked for: it went by other means, or is not there any more."""
    if await database.read(_is_done_with, job, now):
        await database.write(_let_go, job, now)


def log_fault(noted: Noted) -> None:
    log.error(
        "set_aside" if noted.tries >= TRIES else "item_fault",
        extra={"job": noted.job, "item": noted.item, "tries": noted.tries},
        exc_info=noted.fault.error,
    )


def _do_each(
    tx: Tx, job: str, pieces: Sequence[Piece[T]], now: datetime, ids: Ids
) -> tuple[list[T], list[Noted]]:
    bench = Bench(tx, job, now, ids)
    done = [bench.do(each) for each in pieces]
    return [each for each in done if each is not None], bench.noted


def _is_done_with(tx: Tx, job: str, now: datetime) -> bool:
    at = tx.aside.next_again(job=job)
    return at is not None and at <= now


def _let_go(tx: Tx, job: str, now: datetime) -> None:
    tx.aside.let_go(job, now)
