"""Who is on the server and with which roles, compared with what is known here: what went by unseen is repaired.

Without privileged intents Discord tells the bot neither who leaves nor who loses a role, and whatever happens
while it is away is never told (RA15). So those who ever joined a class are looked up, and only they.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Roll, Section
from bot.services.going_back import left_alone
from bot.services.leaving import note_back, note_left
from bot.services.people import role_grant, role_take
from bot.services.places import role_purposes, unit_role, wanted_places
from bot.services.ports import Database, Ids, Tx


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


class MemberService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def known(self, guild: int) -> tuple[int, ...]:
        """Discord ids of everybody who ever joined a class on that server."""
        return await self._db.read(_known, guild)

    async def compare(self, guild: int, seen: ServerSeen, now: datetime) -> Repairs:
        """Notes who left or came back, and asks for what is missing or too much: roles of members, a class's places."""
        repairs = await self._db.write(_compare, guild, seen, now, self._ids)
        if any((repairs.left, repairs.came_back, repairs.grants, repairs.takes, repairs.set_ups)):
            self._wake()
        return repairs


def _known(tx: Tx, guild: int) -> tuple[int, ...]:
    return tuple(
        {roll.discord: None for each in tx.sections.on_guild(guild) for roll in tx.sections.rolls(each.id)}
    )


def _compare(tx: Tx, guild: int, seen: ServerSeen, now: datetime, ids: Ids) -> Repairs:
    standing = {(each.purpose, each.kind): each.discord for each in tx.sections.places(guild)}
    left = came_back = 0
    grants: list[Effect] = []
    takes: list[Effect] = []
    set_ups: list[Effect] = []
    wanted = _wanted_roles(tx, guild)
    for section in tx.sections.on_guild(guild):
        asked = _under_way(tx, section)
        extra: list[tuple[Effect, int]] = []
        rolls = tx.sections.rolls(section.id)
        for roll in rolls:
            left += _note_gone(tx, guild, roll, seen.absent, now, ids)
            came_back += _note_back(tx, section, roll, seen.present, now, ids)
            grants += (each for each in _missing_roles(section, roll, seen, standing, now) if not asked(each))
            too_many = _extra_roles(section, roll, seen, standing, wanted[roll.discord], now)
            extra += ((each, roll.discord) for each in too_many if not asked(each))
        takes += left_alone(tx, section, extra, now, ids)
        set_ups += _broken_places(tx, section, seen, standing, now)
    added = [tx.outbox.add(each, now, ids) for each in (grants, set_ups, takes)]
    return Repairs(left, came_back, *added)


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
