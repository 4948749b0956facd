"""Whether a class's roles and channels stand as they were made: heard of, told once, and made again by one press."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.flaws import BotRemoved, Flaw, FlawedPlace, KnownPlace, PlacesFlawed
from bot.domain.outbox import UNDER_WAY, Delivery, Effect, Kind, Way
from bot.domain.records import Asker, Section
from bot.services.choosing import NotStaff, taught_of
from bot.services.courses import set_up
from bot.services.places import front_door, staff_channel, wanted_places
from bot.services.ports import Database, Ids, Tx

#: whoever tidies up deletes several things: one card tells of them all
GATHER = timedelta(seconds=2)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mending:
    section: Section


class FlawService:
    def __init__(self, database: Database, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._ids, self._wake = database, ids, wake

    async def known(self, guild: int) -> tuple[KnownPlace, ...]:
        """Everything that was made for the classes of that server and is still wanted."""
        return await self._db.read(_known, guild)

    async def seen(
        self, guild: int, flaws: Mapping[Key, Flaw], now: datetime, *, surely: bool = False
    ) -> None:
        """Notes how the server's places are; what was right before is told to the teachers.

        What the cache lacks may only be late in coming: GONE counts where it is said ``surely``.
        """
        if await self._db.read(_is_news, guild, flaws, surely) and await self._db.write(
            _seen, guild, flaws, surely, now, self._ids
        ):
            self._wake()

    async def gone(self, guild: int, discord: int, now: datetime) -> None:
        """That role or channel was deleted, as Discord told just now."""
        if await self._db.write(_gone, guild, discord, now, self._ids):
            self._wake()

    async def removed(self, guild: int, now: datetime) -> None:
        """The bot was taken off the server: its classes' teachers hear of it, where they can be written to."""
        if await self._db.write(_removed, guild, now, self._ids):
            self._wake()

    async def mend(self, asker: Asker, handle: str, now: datetime) -> Mending | NotStaff:
        """Makes again what is missing of that class, and opens and closes its channels as they were made."""
        result = await self._db.write(_mend, asker, handle, now, self._ids)
        if isinstance(result, Mending):
            self._wake()
        return result


def _known(tx: Tx, guild: int) -> tuple[KnownPlace, ...]:
    found = {
        key: place for section in tx.sections.on_guild(guild) for key, place in known_of(tx, section).items()
    }
    return tuple(found.values())


def known_of(tx: Tx, section: Section) -> dict[Key, KnownPlace]:
    """Of one class; its front door is somebody else's channel, in which only the bot's own way in counts."""
    ids = {(each.purpose, each.kind): each.discord for each in tx.sections.places(section.guild)}
    found = {
        (each.purpose, each.kind): KnownPlace(
            each.purpose, each.kind, each.name, known, ids.get((each.role, "role")) if each.role else None
        )
        for each in wanted_places(section, tx.courses.units(section.revision_id))
        if (known := ids.get((each.purpose, each.kind))) is not None
    }
    door = (front_door(section), "channel")
    if door in ids:
        found[door] = KnownPlace(*door, "where newcomers join", ids[door], is_private=False)
    return found


def _noted(tx: Tx, guild: int) -> dict[Key, Flaw]:
    places = tx.sections.places(guild)
    return {(each.purpose, each.kind): Flaw(each.flaw) for each in places if each.flaw}


def _changes(tx: Tx, guild: int, flaws: Mapping[Key, Flaw], surely: bool) -> dict[Key, Flaw | None]:
    before, changes = _noted(tx, guild), dict[Key, Flaw | None]()
    for place in _known(tx, guild):
        key = (place.purpose, place.kind)
        now = flaws.get(key)
        if now is not before.get(key) and (surely or now is not Flaw.GONE):
            changes[key] = now
    return changes


def _is_news(tx: Tx, guild: int, flaws: Mapping[Key, Flaw], surely: bool) -> bool:
    return bool(_changes(tx, guild, flaws, surely))


def _seen(tx: Tx, guild: int, flaws: Mapping[Key, Flaw], surely: bool, now: datetime, ids: Ids) -> int:
    return _note(tx, guild, _changes(tx, guild, flaws, surely), now, ids)


def _note(tx: Tx, guild: int, changes: Mapping[Key, Flaw | None], now: datetime, ids: Ids) -> int:
    of_class = {section: set(known_of(tx, section)) for section in tx.sections.on_guild(guild)}
    repaired = {key for section, keys in of_class.items() if _is_repaired(tx, section) for key in keys}
    for key, flaw in changes.items():
        if flaw is None or key not in repaired:
            tx.sections.set_flaw(guild, *key, flaw)
    worse = {key for key, flaw in changes.items() if flaw is not None} - repaired
    told = [
        each for section, keys in of_class.items() if worse & keys for each in _tell(tx, section, now, ids)
    ]
    return tx.outbox.add(told, now, ids)


def _is_repaired(tx: Tx, section: Section) -> bool:
    """What is being made again just now is not told; the next look finds what did not come of it."""
    return any(
        each.state in UNDER_WAY and not each.why for each in tx.outbox.about(Kind.SET_UP_CLASS, section.id)
    )


def _tell(tx: Tx, section: Section, now: datetime, ids: Ids) -> list[Effect]:
    """One card, whatever else goes wrong until it is posted: it says how things stand then."""
    if any(each.state in UNDER_WAY for each in tx.outbox.about(Kind.PLACES, section.id)):
        return []
    room = _noted(tx, section.guild).get((staff_channel(section), "channel"))
    if room in (Flaw.GONE, Flaw.SHUT):
        return _to_teachers(tx, section, now + GATHER, ids)
    return [_card(section, now + GATHER, ids())]


def _to_teachers(tx: Tx, section: Section, at: datetime, ids: Ids) -> list[Effect]:
    return [_card(section, at, ids(), each.person) for each in tx.sections.teachers(section.id)]


def _card(section: Section, at: datetime, cause: str, teacher: int | None = None) -> Effect:
    return Effect(
        key=f"places:{section.id}:{cause}",
        kind=Kind.PLACES,
        way=Way.ROOM if teacher is None else Way.DM,
        due_at=at,
        person=teacher,
        section=section.id,
        about=section.id,
    )


def _gone(tx: Tx, guild: int, discord: int, now: datetime, ids: Ids) -> int:
    known = {(each.purpose, each.kind) for each in _known(tx, guild) if each.id == discord}
    return _note(tx, guild, dict.fromkeys(known, Flaw.GONE), now, ids)


def _removed(tx: Tx, guild: int, now: datetime, ids: Ids) -> int:
    told = [
        effect for section in tx.sections.on_guild(guild) for effect in _to_teachers(tx, section, now, ids)
    ]
    removed = [replace(each, args={"removed": True}) for each in told]
    return tx.outbox.add(removed, now, ids)


def _mend(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> Mending | NotStaff:
    section = taught_of(tx, asker, handle)
    if section is None:
        return NotStaff()
    if not _is_mended(tx, section):
        again = set_up(section, now, f"mend:{ids()}")
        tx.outbox.add([replace(again, args={"mend": True})], now, ids)
    tx.outbox.hurry([section.id], now)
    return Mending(section)


def _is_mended(tx: Tx, section: Section) -> bool:
    """A second press while the first is being carried out makes no second round."""
    under_way = [each for each in tx.outbox.about(Kind.SET_UP_CLASS, section.id) if each.state in UNDER_WAY]
    return any(each.args.get("mend") for each in under_way)


def flawed(place: KnownPlace, flaw: Flaw) -> FlawedPlace:
    return FlawedPlace(place.kind, place.name, flaw, is_door=not place.is_private)


def places_flawed(tx: Tx, delivery: Delivery, now: datetime) -> PlacesFlawed | BotRemoved | str:
    section = tx.sections.get(delivery.section or 0)
    if delivery.args.get("removed"):
        return BotRemoved(section.name)
    noted, known = _noted(tx, section.guild), known_of(tx, section)
    found = [flawed(place, noted[key]) for key, place in known.items() if key in noted]
    return PlacesFlawed(section.name, section.handle, tuple(found)) if found else "it is in order again"
