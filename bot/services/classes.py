"""Creating a class: first shown, then made; and what its server still lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.messages import WantedPlace
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Asker, Section
from bot.domain.times import known_zone
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.courses import set_up
from bot.services.places import front_door, wanted_places
from bot.services.ports import Database, Ids, Tx


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What would be made; nothing is until it is confirmed with ``handle``."""

    handle: str
    name: str
    course_title: str
    zone: str
    bar: int
    places: tuple[WantedPlace, ...]
    #: Discord ids of what was made before, by (purpose, kind): a second run makes only what is missing
    standing: dict[tuple[str, str], int]
    exists: bool


@dataclass(frozen=True, slots=True)
class BadZone:
    typed: str


@dataclass(frozen=True, slots=True)
class BadName:
    problem: str


@dataclass(frozen=True, slots=True)
class NoCourse:
    """There is no such course of this teacher's; they import one first."""

    typed: str
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassCreated:
    section: Section
    places: tuple[WantedPlace, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class PlanGone:
    """The preview was confirmed before, or is somebody else's."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a class has on its server, and what waits for which reason."""

    section: Section
    places: tuple[WantedPlace, ...]
    #: Discord ids of what was made, by (purpose, kind)
    standing: dict[tuple[str, str], int]
    waiting: tuple[str, ...]
    students: int


PlanResult = ClassPlan | BadZone | BadName | NoCourse | NotStaff


class ClassService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def plan(
        self, asker: Asker, name: str, course: str, zone: str, bar: int, now: datetime
    ) -> PlanResult:
        """Shows what creating the class would make. ``course`` is a slug; ``bar`` a percentage 1..100."""
        return await self._db.write(_plan, asker, " ".join(name.split()), course, zone, bar, now, self._ids)

    async def create(
        self, asker: Asker, handle: str, channel: int, now: datetime
    ) -> ClassCreated | PlanGone | NotStaff:
        """Confirms a plan, with the teacher's word that everybody is old enough. Safe to run again.

        ``channel`` is where it is confirmed: the card with [Join] is posted there.
        """
        result = await self._db.write(_create, asker, handle, channel, now, self._ids)
        self._wake()
        return result

    async def check(self, asker: Asker, name: str | None) -> Check | WhichClass | NoClass | NotStaff:
        return await self._db.read(_check, asker, name)

    async def taught(self, asker: Asker) -> Sequence[Section]:
        """The classes on this server that the asker teaches; for autocomplete, so strangers get none."""
        return await self._db.read(_taught, asker)

    async def mended(self, guild: int, now: datetime) -> None:
        """Roles or channels of the server changed: what waited for that is tried again at once."""
        if await self._db.write(_mended, guild, now):
            self._wake()


def _plan(
    tx: Tx, asker: Asker, name: str, course_slug: str, zone: str, bar: int, now: datetime, ids: Ids
) -> PlanResult:
    if asker.guild is None or not asker.manages:
        return NotStaff()
    me = tx.people.known(asker.account, now)
    real_zone = known_zone(zone)
    if real_zone is None:
        return BadZone(zone)
    if not 1 <= len(name) <= 60:
        return BadName("A class name has 1 to 60 characters.")
    own = tx.courses.of_owner(me.person)
    course = next((each for each in own if course_slug.strip() in (each.slug, each.title)), None)
    if course is None:
        return NoCourse(course_slug, tuple(each.title for each in own))
    standing = tx.sections.by_name(asker.guild, name)
    if standing is not None and not tx.sections.teaches(standing.id, me.person):
        return BadName("Another teacher here has a class of that name. Choose another name.")
    if standing is not None and standing.course_id != course.id:
        return BadName("You have a class of that name for another course. Choose another name.")
    body = {"name": name, "course": course.id, "zone": real_zone, "bar": bar}
    handle = ids()
    tx.drafts.save(handle, me.person, "class", body, now)
    section = standing or Section(0, "", asker.guild, name, course.id, course.revision_id, real_zone, bar)
    places = wanted_places(section, tx.courses.units(section.revision_id))
    known = _standing(tx, asker.guild)
    return ClassPlan(
        handle, name, course.title, section.zone, section.bar, places, known, standing is not None
    )


def _standing(tx: Tx, guild: int) -> dict[tuple[str, str], int]:
    return {(each.purpose, each.kind): each.discord for each in tx.sections.places(guild)}


def _create(
    tx: Tx, asker: Asker, handle: str, channel: int, now: datetime, ids: Ids
) -> ClassCreated | PlanGone | NotStaff:
    me = tx.people.of(asker.account)
    if asker.guild is None or not asker.manages or me is None:
        return NotStaff()
    body = tx.drafts.take(handle, me.person, "class")
    if body is None:
        return PlanGone()
    standing = tx.sections.by_name(asker.guild, body["name"])
    if standing is not None and not tx.sections.teaches(standing.id, me.person):
        return PlanGone()  # somebody made a class of that name since the preview
    section = standing or tx.sections.create(
        handle=ids(),
        guild=asker.guild,
        name=body["name"],
        course=tx.courses.get(body["course"]),
        zone=body["zone"],
        bar=body["bar"],
        owner=me.person,
        at=now,
    )
    tx.sections.set_place(asker.guild, front_door(section), "channel", channel)
    tx.outbox.add([set_up(section, now, handle), _ready_card(section, channel, now)], now, ids)
    tx.outbox.hurry([section.id], now)
    return ClassCreated(
        section, wanted_places(section, tx.courses.units(section.revision_id)), standing is None
    )


def _ready_card(section: Section, channel: int, now: datetime) -> Effect:
    return Effect(
        key=f"ready:{section.id}:{channel}",
        kind=Kind.CLASS_READY,
        way=Way.CHANNEL,
        due_at=now,
        section=section.id,
        about=section.id,
    )


def _check(tx: Tx, asker: Asker, name: str | None) -> Check | WhichClass | NoClass | NotStaff:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    waiting = tuple(dict.fromkeys(each.why for each in tx.outbox.waiting(section.id)))
    places = wanted_places(section, tx.courses.units(section.revision_id))
    known = _standing(tx, section.guild)
    return Check(section, places, known, waiting, len(tx.sections.students(section.id)))


def _taught(tx: Tx, asker: Asker) -> Sequence[Section]:
    me = tx.people.of(asker.account)
    if me is None or asker.guild is None:
        return []
    return [each for each in tx.sections.taught_by(me.person) if each.guild == asker.guild]


def _mended(tx: Tx, guild: int, now: datetime) -> int:
    return tx.outbox.hurry(tx.sections.ids_on(guild), now)
