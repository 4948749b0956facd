"""What stands still, as the database knows it; whose rooms hear of it; and what is remembered over a restart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.outbox import Effect, Kind, State, Way
from bot.domain.standing import TOLD, Occurrence, Seen, Standstill
from bot.services.places import staff_channel
from bot.services.ports import Database, Ids, Tx
from bot.services.texting import DAY, texts_held
from bot.services.upkeep import OPENINGS_HELD, OPENINGS_STOPPED

#: remembers what stands still, since when, and what was told
_FACT = "standing"
#: what is tried for the first time, or waits for a role that is just being made, is no standstill yet
YOUNG = timedelta(minutes=1)
#: classes for which nothing went out in this time are over: their rooms hear nothing any more
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Look:
    seen: Sequence[Seen]
    #: by way, how long ago the oldest row became due that nobody has taken up
    late: Mapping[Way, timedelta]


@dataclass(frozen=True, slots=True)
class Room:
    section: int
    channel: int


class StandingService:
    def __init__(self, database: Database, texts_a_day: int | None, ids: Ids) -> None:
        self._db, self._texts_a_day, self._ids = database, texts_a_day, ids

    async def look(self, now: datetime) -> Look:
        return await self._db.read(_look, self._texts_a_day, now)

    async def known(self) -> Sequence[Occurrence]:
        """What stood still at the last look, also of a process before this one."""
        return await self._db.read(_known)

    async def keep(self, occurrences: Sequence[Occurrence]) -> None:
        """Remembers them; a write that shows whether anything can be saved."""
        await self._db.write(_keep, occurrences)

    async def tell(self, occurrences: Sequence[Occurrence], now: datetime) -> int:
        """Puts what is to be told into the rooms' outbox, each room once an occurrence; gives how many are new."""
        return await self._db.write(_tell, occurrences, now, self._ids)

    async def rooms(self, occurrence: Occurrence, now: datetime) -> Sequence[Room]:
        """Where it is told past the outbox."""
        return await self._db.read(_rooms, occurrence, now)


def words(occurrence: Occurrence) -> tuple[str, str]:
    """What a teacher reads: what stands still and since when, and what to do."""
    told = TOLD[occurrence.seen.state]
    is_said = occurrence.seen.section is not None or told.says_why
    because = f" ({occurrence.seen.why})" if is_said and occurrence.seen.why else ""
    return f"since <t:{int(occurrence.since.timestamp())}:f>: {told.what}{because}", told.mend


def _look(tx: Tx, texts_a_day: int | None, now: datetime) -> Look:
    seen = [Seen(Standstill.CLASS_WAITS, section, why) for section, why in tx.reports.held_up(now - YOUNG)]
    seen += _held_texts(texts_held(tx, now))
    if texts_a_day is not None and tx.outbox.segments_since(now - DAY) >= texts_a_day:
        seen.append(Seen(Standstill.TEXTS_SPENT))
    if why := tx.upkeep.fact(OPENINGS_STOPPED):
        seen.append(Seen(Standstill.OPENINGS_STOPPED, why=why))
    until, _, why = (tx.upkeep.fact(OPENINGS_HELD) or "").partition(" ")
    if until and now < datetime.fromisoformat(until):
        seen.append(Seen(Standstill.OPENINGS_HELD, why=why))
    return Look(
        seen,
        {each.way: now - each.first_due for each in tx.outbox.tally() if each.state is State.DUE},
    )


def _held_texts(held: Mapping[str, str]) -> list[Seen]:
    """Where all are held, that says it of each country too."""
    if "" in held:
        return [Seen(Standstill.TEXTS_HELD, why=held[""])]
    whys = "; ".join(f"to +{country}: {why}" for country, why in sorted(held.items()))
    return [Seen(Standstill.COUNTRY_HELD, why=whys)] if whys else []


def _known(tx: Tx) -> Sequence[Occurrence]:
    try:
        return _read(tx.upkeep.fact(_FACT) or "[]")
    except (ValueError, TypeError):  # written by another version: what still stands is found anew
        return []


def _read(text: str) -> Sequence[Occurrence]:
    return [
        Occurrence(
            Seen(Standstill(state), section, why),
            datetime.fromisoformat(since),
            datetime.fromisoformat(last),
            is_told,
        )
        for state, section, why, since, last, is_told in json.loads(text)
        if state in set(Standstill)
    ]


def _keep(tx: Tx, occurrences: Sequence[Occurrence]) -> None:
    rows = [
        (each.seen.state, each.seen.section, each.seen.why, each.since.isoformat(), each.last.isoformat(), each.is_told)
        for each in occurrences
    ]  # fmt: skip
    tx.upkeep.set_fact(_FACT, json.dumps(rows))


def _tell(tx: Tx, occurrences: Sequence[Occurrence], now: datetime, ids: Ids) -> int:
    effects = [
        _effect(each, section, now)
        for each in occurrences
        for section in _concerned(tx, each, now)
        if not _heard(tx, each, section, now)
    ]
    return tx.outbox.add(effects, now, ids)


def _effect(occurrence: Occurrence, section: int, now: datetime) -> Effect:
    why, mend = words(occurrence)
    return Effect(
        key=f"{occurrence.key}>{section}",
        kind=Kind.TROUBLE,
        way=Way.ROOM,
        due_at=now,
        section=section,
        about=section,
        args={"why": why, "mend": mend},
    )


def _heard(tx: Tx, occurrence: Occurrence, section: int, now: datetime) -> bool:
    """Whether the room was told of that very reason when it was met first (services.pursuit.trouble)."""
    if occurrence.seen.state is not Standstill.CLASS_WAITS:
        return False
    cause = hashlib.sha256(occurrence.seen.why.encode()).hexdigest()[:16]
    days = (now, now - DAY)
    return any(tx.outbox.chain(f"trouble:{section}:{cause}:{each:%Y-%m-%d}") for each in days)


def _concerned(tx: Tx, occurrence: Occurrence, now: datetime) -> Sequence[int]:
    if occurrence.seen.section is not None:
        return [occurrence.seen.section]
    told = TOLD[occurrence.seen.state]
    return tx.reports.concerned(told.ways, told.kind, now - LATELY)


def _rooms(tx: Tx, occurrence: Occurrence, now: datetime) -> Sequence[Room]:
    sections = [tx.sections.get(each) for each in _concerned(tx, occurrence, now)]
    places = [(each, tx.sections.place(each.guild, staff_channel(each), "channel")) for each in sections]
    return [Room(section.id, channel) for section, channel in places if channel is not None]
