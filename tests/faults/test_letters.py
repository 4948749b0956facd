"""A letter told to a real process on a real wire: whenever that dies, the teacher gets it once, in one thread."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.loopback.seen import Seen
from tests.faults.crowd import Crowd, new_world


class Room:
    """The teachers' room of the crowd's class."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self._backend = crowd, crowd.world.wire.backend
        self.id = next(
            each.id for each in self._backend.channels.values() if each.name == "period-3-teachers"
        )

    @property
    def threads(self) -> list[Any]:
        channels = self._backend.channels.values()
        return [each for each in channels if each.parent_id == self.id and each.is_thread]

    @property
    def cards(self) -> list[Seen]:
        """Those under which a student's thread hangs."""
        seen = self.crowd.teacher.visible_messages(self.id)
        return [each for each in seen if "Letters of a student" in each.text]

    @property
    def letters(self) -> list[Seen]:
        found = [each for thread in self.threads for each in self.crowd.teacher.visible_messages(thread.id)]
        return [each for each in found if "A letter" in each.text]


@pytest.mark.slow
@pytest.mark.parametrize("dies_at", ["the card above the thread", "the thread", "the letter"])
async def test_a_process_that_dies_while_a_letter_is_on_its_way_delivers_it_once_in_one_thread(
    tmp_path: Path, dies_at: str
) -> None:
    async with new_world(tmp_path) as world:
        crowd = Crowd(world, 1)
        await crowd.settle_in()
        await world.start_bot()
        room, faults = Room(crowd), world.wire.rest.faults
        if dies_at == "the card above the thread":
            faults.hang(f"POST /channels/{room.id}/messages", accepted=True)
        elif dies_at == "the thread":
            faults.hang("POST /channels/*/messages/*/threads", accepted=True)
        else:
            faults.hang("POST /channels/*/messages", accepted=True, after=2)
        student = crowd.students[0]
        student.say("I do not understand moles", student.dm)
        there = {
            "the card above the thread": lambda: room.cards,
            "the thread": lambda: room.threads,
            "the letter": lambda: room.letters,
        }[dies_at]
        await world.wire.changes.until(lambda: bool(there()), what=dies_at)
        await world.bot.kill()
        faults.clear()
        await world.move(timedelta(minutes=5))  # Discord has forgotten every nonce
        await world.start_bot()
        await world.wire.changes.until(lambda: bool(room.letters), what="the letter")
        await world.quiet()
        assert [len(room.cards), len(room.threads), len(room.letters)] == [1, 1, 1]
        assert "I do not understand moles" in room.letters[0].text
