"""Who is on the server and with which roles, compared with what is known here: what went by unseen is repaired.

Without privileged intents Discord tells the bot neither who leaves nor who loses a role, and whatever happens
while it is away is never told (RA15). So those who ever joined a class are looked up, and only they.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Roll, Section
from bot.services.apart import Bench, Piece, Told, do_each
from bot.services.going_back import left_alone
from bot.services.leaving import note_back, note_left
from bot.services.people import role_grant, role_take
from bot.services.places import role_purposes, unit_role, wanted_places
from bot.services.ports import Database, Ids, Tx

#: the job, for each server
MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class ServerSeen:
    """A server as Discord tells it now; all numbers are Discord's."""

    #: member → roles
    present: Mapping[int, frozenset[int]]
    #: asked for by name, and not on the server
    absent: frozenset[int]
    roles: frozenset[int]
    #: channel → roles and members that have an overwrite there
    channels: Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Repairs:
    left: int
    came_back: int
    grants: int
    set_ups: int
    takes: int = 0

    def __add__(self, other: Repairs) -> Repairs:
        return Repairs(
            self.left + other.left,
            self.came_back + other.came_back,
            self.grants + other.grants,
            self.set_ups + other.set_ups,
            self.takes + other.takes,
        )


class MemberService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def known(self, guild: int) -> tuple[int, ...]:
        """Discord ids of everybody who ever joined a class on that server."""
        return await self._db.read(_known, guild)

    async def compare(self, guild: int, seen: ServerSeen, now: datetime) -> Repairs:
        """Notes who left or came back, and asks for what is missing or too much: roles of members, a class's places."""
        found = await self._db.read(_sections, guild)
        pieces = [_piece(guild, section, seen) for section in found]
        each = await do_each(self._db, f"{MEMBERS}:{guild}", pieces, now, self._ids)
        repairs = sum(each, Repairs(0, 0, 0, 0))
        if any((repairs.left, repairs.came_back, repairs.grants, repairs.takes, repairs.set_ups)):
            self._wake()
        return repairs


def _known(tx: Tx, guild: int) -> tuple[int, ...]:
    return tuple(
        {roll.discord: None for each in tx.sections.ids_on(guild) for roll in tx.sections.rolls(each)}
    )


def _sections(tx: Tx, guild: int) -> Sequence[int]:
    return tx.sections.ids_on(guild)


def _piece(guild: int, section: int, seen: ServerSeen) -> Piece[Repairs]:
    told = Told("who is in this class could not be compared with the server")
    return Piece(
        item=str(section),
        do=lambda bench: _compare(bench, guild, section, seen),
        section=section,
        told=lambda tx: told,
    )


def _compare(bench: Bench, guild: int, number: int, seen: ServerSeen) -> Repairs:
    tx, section = bench.tx, bench.tx.sections.get(number)
    standing = {(each.purpose, each.kind): each.discord for each in tx.sections.places(guild)}
    asked, wanted = _under_way(tx, section), _wanted_roles(tx, guild)
    done = {
        roll: bench.do(_member(guild, section, roll, seen, standing, asked, wanted[roll.discord]))
        for roll in tx.sections.rolls(section.id)
    }
    each = [one for one in done.values() if one is not None]
    extra = [one for _, some in each for one in some]
    unseen = [roll.person for roll, one in done.items() if one is None or roll.discord not in seen.present]
    takes = left_alone(tx, section, extra, unseen, bench.now, bench.ids)
    set_ups = _broken_places(tx, section, seen, standing, bench.now)
    added = [tx.outbox.add(effects, bench.now, bench.ids) for effects in (set_ups, takes)]
    return sum((repairs for repairs, _ in each), Repairs(0, 0, 0, *added))


def _member(
    guild: int,
    section: Section,
    roll: Roll,
    seen: ServerSeen,
    standing: Mapping[tuple[str, str], int],
    asked: Callable[[Effect], bool],
    wanted: set[str],
) -> Piece[tuple[Repairs, Sequence[tuple[Effect, int]]]]:
    """Gives, besides, the roles that are too much, each with the student's Discord id."""

    def compare(bench: Bench) -> tuple[Repairs, Sequence[tuple[Effect, int]]]:
        tx, now, ids = bench.tx, bench.now, bench.ids
        left = _note_gone(tx, guild, roll, seen.absent, now, ids)
        came_back = _note_back(tx, section, roll, seen.present, now, ids)
        missing = [each for each in _missing_roles(section, roll, seen, standing, now) if not asked(each)]
        extra = [
            (each, roll.discord)
            for each in _extra_roles(section, roll, seen, standing, wanted, now)
            if not asked(each)
        ]
        return Repairs(int(left), int(came_back), tx.outbox.add(missing, now, ids), 0, 0), extra

    told = Told(f"I could not see to the roles of <@{roll.discord}>")
    return Piece(item=f"{section.id}:{roll.person}", do=compare, section=section.id, told=lambda tx: told)


def _wanted_roles(tx: Tx, guild: int) -> dict[int, set[str]]:
    """By member, what their classes here give them together."""
    wanted: defaultdict[int, set[str]] = defaultdict(set)
    for section in tx.sections.on_guild(guild):
        for roll in tx.sections.rolls(section.id):
            wanted[roll.discord].update(role_purposes(section, roll.opened))
    return wanted


def _note_gone(tx: Tx, guild: int, roll: Roll, absent: Collection[int], now: datetime, ids: Ids) -> bool:
    if roll.has_left or roll.discord not in absent:
        return False
    return note_left(tx, guild, roll.person, now, ids)


def _note_back(
    tx: Tx, section: Section, roll: Roll, present: Collection[int], now: datetime, ids: Ids
) -> bool:
    """Whoever is on the server again is in the class again: who is to stay away is banned there by its owner."""
    if not roll.has_left or roll.discord not in present:
        return False
    note_back(tx, section.id, roll.person, now, ids)
    return True


def _missing_roles(
    section: Section, roll: Roll, seen: ServerSeen, standing: Mapping[tuple[str, str], int], now: datetime
) -> Iterator[Effect]:
    """Roles that stand, that the student is to have, and has not."""
    has = seen.present.get(roll.discord)
    if has is None:
        return
    for purpose in role_purposes(section, roll.opened):
        role = standing.get((purpose, "role"))
        if role in seen.roles and role not in has:
            yield role_grant(section, roll.person, purpose, now, f"drift:{now.isoformat()}")


def _extra_roles(
    section: Section,
    roll: Roll,
    seen: ServerSeen,
    standing: Mapping[tuple[str, str], int],
    wanted: Collection[str],
    now: datetime,
) -> Iterator[Effect]:
    """Unit roles of this class's course that the student has though no class of theirs gives them (``wanted``).

    No other role is looked at: what others gave or took is nobody's business of ours.
    """
    has = seen.present.get(roll.discord, frozenset[int]())
    for (purpose, kind), role in standing.items():
        is_ours = kind == "role" and purpose.startswith(unit_role(section, ""))
        if is_ours and role in has and purpose not in wanted:
            yield role_take(section, roll.person, purpose, now, f"drift:{now.isoformat()}")


def _under_way(tx: Tx, section: Section) -> Callable[[Effect], bool]:
    """Whether that very role of theirs is being given or taken already: then no second call is needed."""
    asked = {(each.kind, each.person, each.args["purpose"]) for each in tx.outbox.roles_under_way(section.id)}
    return lambda effect: (effect.kind, effect.person, effect.args["purpose"]) in asked


def _broken_places(
    tx: Tx, section: Section, seen: ServerSeen, standing: Mapping[tuple[str, str], int], now: datetime
) -> list[Effect]:
    """A role that is gone is made again, and a channel is opened again for its role.

    A channel that somebody deleted is not made again: that may be meant, and whatever needs it says so.
    """
    leave: list[str] = []
    is_broken = False
    for place in wanted_places(section, tx.courses.units(section.revision_id)):
        known = standing.get((place.purpose, place.kind))
        if known is None:
            continue  # it never stood: its set-up waits in the outbox
        if place.kind == "role":
            is_broken |= known not in seen.roles
        elif known not in seen.channels:
            leave.append(place.purpose)
        elif place.role is not None:
            is_broken |= standing.get((place.role, "role")) not in seen.channels[known]
    if not is_broken:
        return []
    return [
        Effect(
            key=f"setup:{section.id}:{_cause(now)}",
            kind=Kind.SET_UP_CLASS,
            way=Way.SETUP,
            due_at=now,
            section=section.id,
            about=section.id,
            args={"leave": leave},
        )
    ]


def _cause(now: datetime) -> str:
    """One repair an hour: what is under way needs no second one."""
    return f"drift:{now:%Y-%m-%dT%H}"
