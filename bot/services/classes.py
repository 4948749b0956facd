"""Creating a class: first shown, then made; and what its server still lacks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.flaws import KnownPlace
from bot.domain.messages import WantedPlace
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Asker, Section
from bot.domain.times import known_zone
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.courses import set_up
from bot.services.flaws import known_of
from bot.services.people import role_grant, role_take
from bot.services.places import front_door, unit_role, wanted_places
from bot.services.ports import Database, Ids, Tx
from bot.services.serving import NotServed, is_served


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
    #: its units have roles and channels of their own
    unit_places: bool = True


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
    #: what stood once, to be compared with what the server shows
    known: tuple[KnownPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassEdited:
    section: Section
    unit_places: bool
    #: False where it was so before
    changed: bool


EditResult = ClassEdited | WhichClass | NoClass | NotStaff
PlanResult = ClassPlan | BadZone | BadName | NoCourse | NotStaff | NotServed


class ClassService:
    """``servers`` are those on which classes may be made; none means any."""

    def __init__(
        self, database: Database, ids: Ids, wake: Callable[[], None], servers: Collection[int] = ()
    ) -> None:
        self._db, self._ids, self._wake, self._servers = database, ids, wake, servers

    async def plan(
        self,
        asker: Asker,
        name: str,
        course: str,
        zone: str,
        bar: int,
        now: datetime,
        *,
        unit_places: bool = True,
    ) -> PlanResult:
        """Shows what creating the class would make. ``course`` is a slug; ``bar`` a percentage 1..100.

        ``unit_places``: its units get roles and channels of their own.
        """
        if not is_served(asker, self._servers):
            return NotServed()
        name = " ".join(name.split())
        return await self._db.write(_plan, asker, name, course, zone, bar, unit_places, now, self._ids)

    async def edit(self, asker: Asker, name: str | None, now: datetime, *, unit_places: bool) -> EditResult:
        """Gives a class roles and channels of units, or takes those roles from its students."""
        result = await self._db.write(_edit, asker, name, unit_places, now, self._ids)
        if isinstance(result, ClassEdited):
            self._wake()
        return result

    async def create(
        self, asker: Asker, handle: str, channel: int, now: datetime
    ) -> ClassCreated | PlanGone | NotStaff | NotServed:
        """Confirms a plan, with the teacher's word that everybody is old enough. Safe to run again.

        ``channel`` is where it is confirmed: the card with [Join] is posted there.
        """
        if not is_served(asker, self._servers):
            return NotServed()
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
    tx: Tx,
    asker: Asker,
    name: str,
    course_slug: str,
    zone: str,
    bar: int,
    unit_places: bool,  # passed on by a keyword of the service
    now: datetime,
    ids: Ids,
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
    body = {"name": name, "course": course.id, "zone": real_zone, "bar": bar, "unit_places": unit_places}
    handle = ids()
    tx.drafts.save(handle, me.person, "class", body, now)
    section = standing or Section(
        0, "", asker.guild, name, course.id, course.revision_id, real_zone, bar, unit_places
    )
    places = wanted_places(section, tx.courses.units(section.revision_id))
    known = _standing(tx, asker.guild)
    return ClassPlan(
        handle,
        name,
        course.title,
        section.zone,
        section.bar,
        places,
        known,
        standing is not None,
        section.unit_places,
    )


def _edit(
    tx: Tx,
    asker: Asker,
    name: str | None,
    unit_places: bool,  # passed on by a keyword of the service
    now: datetime,
    ids: Ids,
) -> EditResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    if section.unit_places is unit_places:
        return ClassEdited(section, unit_places, changed=False)
    tx.sections.set_unit_places(section.id, wanted=unit_places)
    cause = f"edit:{ids()}"
    change = role_grant if unit_places else role_take
    roles = [
        change(section, student.person, unit_role(section, slug), now, cause)
        for student in tx.sections.students(section.id)
        for slug in tx.progress.of(student.person, section.course_id)
    ]
    made = [set_up(section, now, cause)] if unit_places else []
    tx.outbox.add([*made, *roles], now, ids)
    return ClassEdited(section, unit_places, changed=True)


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
        unit_places=body.get("unit_places", True),
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
    students = len(tx.sections.students(section.id))
    return Check(section, places, known, waiting, students, tuple(known_of(tx, section).values()))


def _taught(tx: Tx, asker: Asker) -> Sequence[Section]:
    me = tx.people.of(asker.account)
    if me is None or asker.guild is None:
        return []
    return [each for each in tx.sections.taught_by(me.person) if each.guild == asker.guild]


def _mended(tx: Tx, guild: int, now: datetime) -> int:
    return tx.outbox.hurry(tx.sections.ids_on(guild), now)
