"""After an older database was put back (RH7): nothing of the gap is sent twice, nobody loses what they passed.

Between what the file knows and what was known last, messages went out and roles were given of which nothing is
recorded. What was due in that time is therefore not sent: it ends, stands in /delivery messages, and can be sent
again from there. What stands where everybody of a class sees it is looked for before it is posted. Unit roles that
the record cannot explain stay, and the teacher is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.nudging import TO_A_PERSON
from bot.domain.outbox import Delivery, Effect, Way
from bot.domain.records import Section
from bot.services.ports import Database, Ids, Tx
from bot.services.texting import trouble

#: what the storage notes when it finds that an older file was put back: "since until", in microseconds; the last one
_NEW, _KEPT = "gap", "went_back"
#: it may have gone out already, and nobody can look there
WHY = "it may have gone out already: an older database was put back"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: students named on one card
_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Gap:
    since: datetime
    until: datetime

    def after(self, now: datetime) -> datetime:
        """``now``, as an instant that is no more in it."""
        return max(now, self.until + timedelta(microseconds=1))


class GoingBackService:
    def __init__(self, database: Database, ids: Ids) -> None:
        self._db, self._ids = database, ids

    async def catch_up(self, plan: Callable[[datetime], Awaitable[object]], now: datetime) -> None:
        """Before anything else at a start: deals with a gap that the storage found at it, if it did.

        ``plan`` puts what its instant has come for into the outbox: what would have been in the gap is known then.
        Broken off, it begins again at the next start.
        """
        gap = await self._db.read(_gap_of, _NEW)
        if gap is not None:
            await plan(gap.until)
            await self._db.write(_set_aside, gap, now, self._ids)


def gap_of(tx: Tx) -> Gap | None:
    """The last gap that was dealt with or is to be."""
    return _gap_of(tx, _NEW) or _gap_of(tx, _KEPT)


def is_held_back(tx: Tx, delivery: Delivery) -> bool:
    """Whether it fell due in a gap, so that it may have gone out under a row that nobody has any more."""
    gap = gap_of(tx)
    if gap is None or delivery.due_at > gap.until:
        return False
    return delivery.way in TO_A_PERSON or (delivery.way in _SEEN_BY_ALL and delivery.created_at > gap.since)


def left_alone(
    tx: Tx,
    section: Section,
    takes: Sequence[tuple[Effect, int]],
    unseen: Collection[int],
    now: datetime,
    ids: Ids,
) -> list[Effect]:
    """Of unit roles that are too many by the record, each with whose it is on Discord: those that are to be taken.

    At the first look after a gap at which somebody is seen, the teacher is asked about all of theirs; what was asked
    about is never taken here. ``unseen`` are the students whom this look told nothing of.
    """
    gap, name = gap_of(tx), f"unexplained:{section.id}"
    if gap is None:
        return [effect for effect, _ in takes]
    before = (tx.upkeep.fact(name) or "").split()
    is_first = before[:1] != [gap.until.isoformat()]
    left = {f"?{person}" for person in unseen}
    waited = left if is_first else {each for each in before if each.startswith("?")}
    news = [each for each in takes if is_first or f"?{each[0].person}" in waited]
    asked = [gap.until.isoformat(), "-"] if is_first else [each for each in before if each not in waited]
    asked += [_pair(effect) for effect, _ in news]
    if (known := [*asked, *sorted(waited & left)]) != before:
        tx.upkeep.set_fact(name, " ".join(known))
        tx.outbox.add(_questions(section, news, gap.after(now)), now, ids)
    return [effect for effect, _ in takes if _pair(effect) not in asked]


def _pair(effect: Effect) -> str:
    return f"{effect.person}:{effect.args['purpose']}"


def _questions(section: Section, takes: Sequence[tuple[Effect, int]], now: datetime) -> list[Effect]:
    """A few students to a card, which has room for no more."""
    told: list[Effect] = []
    for start in range(0, len(takes), _AT_ONCE):
        some = takes[start : start + _AT_ONCE]
        names = ", ".join(
            f"<@{who}> ({effect.args['purpose'].rpartition(':')[2][:20]})" for effect, who in some
        )
        why = (
            f"these students have the role of a unit, and my record, which was put back, does not know why: {names}. "
            "I take nothing away. Where it is right, /override says so; else take the role in the server's settings"
        )
        told.append(trouble(section.id, why, "", now, cause=f"roles:{now:%H%M}:{start}"))
    return told


def _gap_of(tx: Tx, name: str) -> Gap | None:
    noted = (tx.upkeep.fact(name) or "").split()
    if len(noted) != 2:
        return None
    since, until = (_EPOCH + timedelta(microseconds=int(each)) for each in noted)
    return Gap(since, until)


#: cards that everybody of a class or its teachers see, found again by their marker
_SEEN_BY_ALL = frozenset({Way.CHANNEL, Way.ROOM, Way.DESK})


def _set_aside(tx: Tx, gap: Gap, now: datetime, ids: Ids) -> None:
    """Keeps the gap for the last look at each message, has cards looked for, and tells the teachers' rooms."""
    noted = tx.upkeep.fact(_NEW) or ""
    tx.upkeep.set_fact(_KEPT, noted)
    tx.upkeep.set_fact(_NEW, "")
    tx.outbox.doubt_all(_SEEN_BY_ALL, gap.since, gap.until)
    held = Counter(
        each.section
        for each in tx.outbox.due_until(gap.until)
        if each.section is not None and is_held_back(tx, each)
    )
    rooms = [
        trouble(section.id, _told(gap, held[section.id]), "", gap.after(now), cause=f"gap:{noted}"[:60])
        for section in tx.sections.all()
    ]
    tx.outbox.add(rooms, now, ids)


def _told(gap: Gap, number: int) -> str:
    since, until = (f"<t:{int(each.timestamp())}:f>" for each in (gap.since, gap.until))
    messages = "1 message" if number == 1 else f"{number} messages"
    return (
        f"an older database was put back: what happened between {since} and {until} is not known any more, such as "
        f"what students handed in, passed or booked. {messages} that fell due then may have gone out already; I send "
        "none of them by myself. /delivery messages lists them, with Send again for those still needed"
    )
