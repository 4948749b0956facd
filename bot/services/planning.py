"""The plan by the clock: whose step has come gets its row in the outbox, a few hundred students at a time."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.nudging import PLAN, USE_AFTER, Hours, Limits, Planned, Rules, list_at, next_instant, plan
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import OpenPreWork
from bot.domain.times import is_zone
from bot.services.apart import Bench, Piece, Told, do_each, let_go
from bot.services.ports import Database, Ids, Tx
from bot.services.rules import rules_of

log = logging.getLogger(__name__)

#: students in one write: a press that waits for it does not feel it
PIECE = 400
#: pre-works looked up at once
MOST = 100
#: whatever the plan says, it is looked at again after so long while a step lies ahead
AGAIN = timedelta(days=1)
#: higher than every person's id
ALL = 2**62


@dataclass(frozen=True, slots=True)
class _Due:
    """One pre-work with its steps by zone."""

    prework: OpenPreWork
    rules: Rules
    plans: dict[tuple[int, str], Sequence[Planned]]
    #: person ids at which its class is cut, the last of them beyond everybody
    cuts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """What goes into one write: several small classes, or a part of a large one."""

    due: tuple[_Due, ...]
    between: tuple[int, int]
    is_last: bool


async def plan_all(database: Database, usual: Hours, limits: Limits, now: datetime, ids: Ids) -> int:
    """Plans what has come; gives how many rows are new. Students are read only where a step has come.

    All classes share their reads and writes; as soon as something raises, each pre-work is planned by itself.
    """
    made = 0
    try:
        while due := await database.read(_due, usual, now):
            for piece in _pieces(due):
                made += await database.write(_write, piece, limits, now, ids)
    except Exception:  # whose fault it is shows when each is planned alone; the disk's own raises there again
        log.warning("planned_one_by_one", exc_info=True)
        return made + await _plan_one_by_one(database, usual, limits, now, ids)
    await let_go(database, PLAN, now)
    return made


async def _plan_one_by_one(database: Database, usual: Hours, limits: Limits, now: datetime, ids: Ids) -> int:
    due = await database.read(_all_due, now)
    pieces = [_alone(number, section, usual, limits) for number, section in due]
    return sum(await do_each(database, PLAN, pieces, now, ids))


def _all_due(tx: Tx, now: datetime) -> Sequence[tuple[int, int]]:
    return tx.planning.all_due(now)


def _alone(number: int, section: int, usual: Hours, limits: Limits) -> Piece[int]:
    def plan_it(bench: Bench) -> int:
        due = _due(bench.tx, usual, bench.now, only=number)
        return sum(_write(bench.tx, each, limits, bench.now, bench.ids) for each in _pieces(due))

    told = Told(
        "reminders for one pre-work of this class cannot be planned", "Remind them with /nudge meanwhile"
    )
    return Piece(item=str(number), do=plan_it, section=section, told=lambda tx: told)


def _due(tx: Tx, usual: Hours, now: datetime, only: int | None = None) -> list[_Due]:
    found = tx.planning.due(now, MOST, only)
    zones = tx.planning.zones([each.id for each in found]) if found else {}
    return [_with_steps(tx, each, zones.get(each.id, ()), usual) for each in found]


def _with_steps(tx: Tx, prework: OpenPreWork, zones: Collection[str], usual: Hours) -> _Due:
    rules = rules_of(prework.rules, prework.holidays, usual)
    plans: dict[tuple[int, str], Sequence[Planned]] = {
        # a student whose zone does not exist any more keeps to the class's
        (prework.id, zone): plan(
            prework.deadline, zone if is_zone(zone) else prework.zone, rules.hours, rules.ladder
        )
        for zone in {prework.zone, *zones}
    }
    cuts = tx.planning.cuts(prework.section, PIECE) if prework.students > PIECE else ()
    return _Due(prework, rules, plans, (*cuts, ALL))


def _pieces(due: Sequence[_Due]) -> list[_Piece]:
    pieces: list[_Piece] = []
    together: list[_Due] = []
    for each in due:
        if len(each.cuts) > 1:
            edges = [0, *each.cuts]
            pairs = itertools.pairwise(edges)
            pieces += [_Piece((each,), pair, is_last=pair[1] == ALL) for pair in pairs]
            continue
        if sum(one.prework.students for one in together) + each.prework.students > PIECE:
            pieces.append(_Piece(tuple(together), (0, ALL), is_last=True))
            together = []
        together.append(each)
    return [*pieces, _Piece(tuple(together), (0, ALL), is_last=True)] if together else pieces


def _write(tx: Tx, piece: _Piece, limits: Limits, now: datetime, ids: Ids) -> int:
    plans = {key: steps for each in piece.due for key, steps in each.plans.items()}
    made = tx.planning.plan(plans, piece.between, now, ids())
    if piece.is_last:
        made += tx.outbox.add([told for each in piece.due for told in _lists(each, limits, now)], now, ids)
        tx.planning.set_next({each.prework.id: _next(each, now) for each in piece.due})
    return made


def _lists(due: _Due, limits: Limits, now: datetime) -> list[Effect]:
    """The teachers' room hears who still owes it: one card to each pre-work."""
    prework, at = due.prework, list_at(due.prework.deadline, due.rules.ladder)
    since = max(prework.posted_at, due.rules.since or prework.posted_at)
    if at is None or not since < at <= now < at + USE_AFTER:
        return []
    return [
        Effect(
            key=f"{Kind.NUDGE_LIST}:{prework.id}",
            kind=Kind.NUDGE_LIST,
            way=Way.ROOM,
            due_at=now,
            section=prework.section,
            about=prework.id,
            args={"unanswered": limits.unanswered},
            expires_at=at + USE_AFTER,
        )
    ]


def _next(due: _Due, now: datetime) -> datetime | None:
    instants = [next_instant(tuple(steps), due.prework.posted_at, now) for steps in due.plans.values()]
    told = list_at(due.prework.deadline, due.rules.ladder)
    ahead = [each for each in (*instants, told) if each is not None and each > now]
    return min(*ahead, now + AGAIN) if ahead else None
