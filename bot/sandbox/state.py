"""What the page shows, as JSON: the clock, the people with their rooms and phones, and what just happened."""

from __future__ import annotations

from typing import Any

from bot.loopback.texts import Text
from bot.sandbox.rooms import Rooms
from bot.sandbox.world import Inhabitant, World

SHOWN_HAPPENINGS = 40


class State:
    """Reads the world. Keeps whom the page is acting as and what they have read."""

    def __init__(self, world: World, rooms: Rooms) -> None:
        self._world, self.rooms = world, rooms
        self._looking: tuple[Inhabitant, int, bool] | None = None
        #: telephone number → how many of its texts have been read
        self._texts_read: dict[str, int] = {}

    def look(self, person: Inhabitant, room: int, *, phone: bool) -> None:
        """The page shows that room to that person, and their phone or not."""
        self._looking = (person, room, phone)

    def begin(self) -> None:
        """Everybody has read the server's rooms; what came into their DMs is still unread."""
        for person in self._world.people.values():
            for room in self.rooms.of(person):
                if room.kind == "channel":
                    self.rooms.read(person, room.id)

    def to_json(self) -> dict[str, Any]:
        self._read_on()
        now = self._world.now()
        return {
            "now": now.isoformat(),
            "zone": self._world.zone.key,
            "moving": self._world.moving,
            "trouble": self._world.trouble,
            "people": [self._person(each) for each in self._world.people.values()],
            "happenings": [
                {"at": each.at.isoformat(), "what": each.what}
                for each in list(self._world.happenings)[-SHOWN_HAPPENINGS:]
            ],
        }

    def _read_on(self) -> None:
        """What comes into the room that is being looked at is read as it comes."""
        if self._looking is None:
            return
        person, room, phone = self._looking
        self.rooms.read(person, room)
        if phone:
            for number in (person.number, person.guardian):
                self._texts_read[number] = len(self._texts(number))

    def _person(self, person: Inhabitant) -> dict[str, Any]:
        phones = [self._phone(f"{person.name}'s phone", person.number)]
        if person.guardian:
            phones.append(self._phone(f"{person.name}'s guardian's phone", person.guardian))
        return {
            "id": str(person.id),
            "name": person.name,
            "teacher": person.is_teacher,
            "dmsClosed": person.dms_closed,
            "rooms": [
                {"id": str(each.id), "name": each.name, "kind": each.kind, "unread": each.unread}
                for each in self.rooms.of(person)
            ],
            "phones": phones,
            "unreadTexts": sum(each["unread"] for each in phones),
        }

    def _phone(self, title: str, number: str) -> dict[str, Any]:
        texts = self._texts(number)
        return {
            "title": title,
            "number": number,
            "texts": [
                {"at": each.at.isoformat(), "body": each.body, "mine": each.sender == number}
                for each in texts
            ],
            "unread": len(texts) - self._texts_read.get(number, 0),
        }

    def _texts(self, number: str) -> list[Text]:
        """What came to that telephone and went from it, oldest first."""
        sent = [each for each in self._world.phone.texts if each.sender == number]
        return sorted([*self._world.phone.texts_to(number), *sent], key=lambda each: each.at)
