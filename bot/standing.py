"""Looks around for what stands still: says so in the log, to an operator's monitor and, when it lasts, to teachers.

It runs beside the beat, not in it, since the beat is among what it looks after. It ends the bot where only a new start
helps: a beat that never returns, a token that Discord refuses twice.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from bot.clock import Clock
from bot.domain.messages import Trouble
from bot.domain.outbox import Way
from bot.domain.phone_zones import TEXTS
from bot.domain.standing import PAST_THE_OUTBOX, TOLD_AFTER, Occurrence, Register, Seen, Standstill
from bot.pulse import BEAT, ROUND, Pulse, claim_by
from bot.services.standing import Look, Room, words
from bot.watch import Ended, Watch, guarded_against_a_stop

log = structlog.get_logger()

#: how often it looks, in seconds
EVERY_S = 15.0
#: a beat that is later than this beyond its time is overdue
GRACE_S = 60.0
#: a beat, a look, or the event loop, that does not go on for so long never will
STUCK_S = 300.0
#: the database that takes longer than this for one row cannot be counted on
ANSWER_S = 10.0
#: rows that are due are taken up within this, or nobody takes them
CLAIMED_WITHIN = timedelta(minutes=1)
#: a 401 is looked into so much later
ASK_AGAIN = timedelta(minutes=1)
#: with these the courier takes up nothing on Discord, or nothing at all: that rows are late has its reason
_SHUT = frozenset({Standstill.TOKEN, Standstill.REFUSED})
_DOWN = frozenset({Standstill.BEAT, Standstill.COURIER, Standstill.DATABASE})
#: what each may come of: nothing goes out at all, or nothing can be saved, which is no fault of the bot's own
_REASONS: Mapping[Standstill, frozenset[Standstill]] = {
    Standstill.CLASS_WAITS: _SHUT | {Standstill.DISCORD_SILENT, Standstill.REFUSED_CLASS},
    Standstill.COURIER: frozenset({Standstill.DATABASE}),
    Standstill.BEAT: frozenset({Standstill.DATABASE}),
}


class TokenRefused(Exception):
    """Discord answered 401, and again when it was asked about the token alone."""


class Records(Protocol):
    """What it needs of services.standing."""

    async def look(self, now: datetime) -> Look: ...
    async def known(self) -> Sequence[Occurrence]: ...
    async def keep(self, occurrences: Sequence[Occurrence]) -> None: ...
    async def tell(self, occurrences: Sequence[Occurrence], now: datetime) -> int: ...
    async def rooms(self, occurrence: Occurrence, now: datetime) -> Sequence[Room]: ...


@dataclass(frozen=True, slots=True)
class Discord:
    """What it asks of Discord."""

    #: whether it knows the token; None when it gave no answer to that
    knows_token: Callable[[], Awaitable[bool | None]]
    #: from now on requests go out again
    vouch: Callable[[], None]
    #: tells the room of a class (its channel) past the outbox; whether it arrived. The last is a nonce in hexadecimal
    post: Callable[[int, int, Trouble, str], Awaitable[bool]]


class Lookout:
    """One for each process. ``sources`` each give what holds deliveries up where they are at home."""

    def __init__(
        self,
        records: Records,
        sources: Sequence[Callable[[], Iterable[Seen]]],
        discord: Discord,
        clock: Clock,
        poll_s: float,
        *,
        pulse: Pulse,
        watch: Watch,
        wake: Callable[[], None],
    ) -> None:
        self._records, self._sources, self._discord, self._clock = records, sources, discord, clock
        self._poll_s, self._pulse, self._watch, self._wake = poll_s, pulse, watch, wake
        self.register = Register()
        self._is_known = False
        self._looked_at: datetime | None = None
        self._asked_at: datetime | None = None
        #: a write that has not come back: no more are added to a queue that does not move
        self._keeping: asyncio.Task[None] | None = None
        #: this process waited for another one to let the database go
        self.stood_by = False
        #: standstills told past the outbox: rooms that have heard, by the standstill's name
        self._posted: dict[str, set[int]] = {}
        self._task: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------------------------ for monitors

    @property
    def occurrences(self) -> Collection[Occurrence]:
        """What stood still at the last look; what may come back in a minute is none of it."""
        return [each for each in self.register.now.values() if each.last == self._looked_at]

    @property
    def beat_is_overdue(self) -> bool:
        return self._pulse.silence_s(BEAT) > self._poll_s + GRACE_S

    # ----------------------------------------------------------------------------------- as it runs

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        self._watch.keep(self._task, "lookout")

    async def stop(self) -> None:
        if self._task is not None:
            self._watch.let_go(self._task)
            mine = [each for each in (self._task, self._keeping) if each is not None]
            for each in mine:
                each.cancel()
            await asyncio.wait(mine)
            self._task = None

    async def _run(self) -> None:
        with guarded_against_a_stop(STUCK_S) as stop:
            while True:
                stop.feed()
                await asyncio.sleep(min(self._poll_s, EVERY_S))
                await self.look()

    async def look(self) -> None:
        """One look around, with what follows from it."""
        try:
            await self._look()
        except Exception:  # the next look tries again
            log.exception("look_fault")

    async def _look(self) -> None:
        now = self._clock()
        self._end_if_stuck()
        seen = [each for source in self._sources for each in source()]
        if self.beat_is_overdue:
            seen.append(Seen(Standstill.BEAT))
        found = await self._in_the_database(now, seen)
        seen = [*(each for each in seen if not _is_explained(each, found)), *found]
        change, self._looked_at = self.register.look(seen, now), now
        for each in change.begun:
            log.error("standing_still", **_named(each))
        for each in change.over:
            log.warning("going_on", after_s=round(each.lasted.total_seconds()), **_named(each))
        await self._tell(change.to_tell, now)
        await self._look_into_the_token(now)

    async def _in_the_database(self, now: datetime, seen: Sequence[Seen]) -> list[Seen]:
        try:
            await self._save()
            async with asyncio.timeout(ANSWER_S):
                found = await self._records.look(now)
        except Exception as fault:  # noqa: BLE001  # whatever it is, the database cannot be counted on
            return [Seen(Standstill.DATABASE, why=str(getattr(fault, "orig", None) or repr(fault))[:200])]
        if self.stood_by:
            self.stood_by = False
            self._note_standby(max(found.late.values(), default=timedelta()), now)
        states = {each.state for each in seen}
        waits = [each for each in found.seen if not _is_explained(each, seen)]
        return [*waits, *self._unclaimed(found, states)]

    def _note_standby(self, late: timedelta, now: datetime) -> None:
        """Waiting for another process is as it should be, unless that one let the rows lie."""
        if late >= TOLD_AFTER:
            found = Occurrence(Seen(Standstill.STANDBY), now - late, now)
            self.register.now[found.seen.state, None] = found
            log.error("standing_still", **_named(found))

    async def _save(self) -> None:
        """Keeps what stands still; a write at every look, which shows that something can be saved."""
        if not self._is_known:
            async with asyncio.timeout(ANSWER_S):
                self.register.take_up(await self._records.known(), self._clock())
            self._is_known = True
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.ensure_future(self._records.keep(self.register.all))
            self._keeping.add_done_callback(_seen_to)
        done, _ = await asyncio.wait([self._keeping], timeout=ANSWER_S)
        if not done:
            raise TimeoutError("a write does not come back")
        self._keeping.result()

    def _unclaimed(self, found: Look, states: Collection[Standstill]) -> list[Seen]:
        """Rows that are due, and nobody takes them, without a reason that is known."""
        if not _DOWN.isdisjoint(states):
            return []
        ways = TEXTS if not _SHUT.isdisjoint(states) else frozenset(Way)
        left = [
            way
            for way, late in found.late.items()
            if way in ways
            and late > CLAIMED_WITHIN
            and self._pulse.silence_s(claim_by(way)) > CLAIMED_WITHIN.total_seconds()
        ]
        return [Seen(Standstill.UNCLAIMED, why=", ".join(sorted(left)))] if left else []

    def _end_if_stuck(self) -> None:
        if self._pulse.silence_s(ROUND) > self._poll_s + STUCK_S:
            log.critical("beat_stuck", why="no beat came to its end; the bot ends, to be started anew")
            self._watch.fail(Ended("beat"))

    # ------------------------------------------------------------------------------ what follows

    async def _tell(self, occurrences: Sequence[Occurrence], now: datetime) -> None:
        """The teachers' rooms hear of each once. What cannot be told now is told at a later look."""
        past = [each for each in occurrences if self._is_past_the_outbox(each)]
        for each in past:
            if await self._post(each, now):
                self.register.told([each])
        if usual := [each for each in occurrences if each not in past]:
            async with asyncio.timeout(ANSWER_S):
                new = await self._records.tell(usual, now)
            self.register.told(usual)
            if new:
                self._wake()

    def _is_past_the_outbox(self, occurrence: Occurrence) -> bool:
        """One that is over may go the usual way, unless some rooms have heard already."""
        is_over = occurrence.key in self.register.owed and occurrence.key not in self._posted
        return occurrence.seen.state in PAST_THE_OUTBOX and not is_over

    async def _post(self, occurrence: Occurrence, now: datetime) -> bool:
        """Whether every room has heard by now."""
        async with asyncio.timeout(ANSWER_S):
            rooms = await self._records.rooms(occurrence, now)
        heard, told = self._posted.setdefault(occurrence.key, set()), Trouble(*words(occurrence))
        for each in rooms:
            if each.section not in heard and await self._discord.post(
                each.section, each.channel, told, _nonce(occurrence, each)
            ):
                heard.add(each.section)
        return heard.issuperset(each.section for each in rooms)

    async def _look_into_the_token(self, now: datetime) -> None:
        """One 401 is no verdict: Discord is asked about the token alone, and believed when it says so again."""
        doubted = self.register.now.get((Standstill.TOKEN, None))
        if doubted is None or doubted.last != now:
            return
        if now - max(doubted.since, self._asked_at or doubted.since) < ASK_AGAIN:
            return
        self._asked_at = now
        match await self._discord.knows_token():
            case True:
                log.warning("token_vouched_for", why="Discord knows it, as asked again: the 401 was a slip")
                self._discord.vouch()
                self._wake()
            case False:
                log.critical("token_refused", why="Discord answered 401 again")
                self._watch.fail(TokenRefused())
            case None:
                log.error("token_in_doubt", why="Discord did not say; it is asked again in a minute")


def _is_explained(found: Seen, by: Iterable[Seen]) -> bool:
    """What stands still because of something larger is told of as that alone."""
    reasons = _REASONS.get(found.state, frozenset())
    return any(each.state in reasons and each.section in (None, found.section) for each in by)


def _seen_to(done: asyncio.Future[None]) -> None:
    """Whoever waited may have given up; its fault was told then."""
    if not done.cancelled():
        done.exception()


def _named(occurrence: Occurrence) -> dict[str, Any]:
    seen = occurrence.seen
    named: dict[str, Any] = {
        "state": str(seen.state),
        "since": occurrence.since.isoformat(timespec="seconds"),
    }
    if seen.section is not None:
        named["section"] = seen.section
    if seen.why:
        named["why"] = seen.why
    return named


def _nonce(occurrence: Occurrence, room: Room) -> str:
    return hashlib.sha256(f"{occurrence.key}>{room.section}".encode()).hexdigest()[:24]
