"""Discord tells some events several times and some never: what people did counts once all the same (RA5)."""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.classroom import Classroom, open_classroom
from tests.cogs.test_prework import DONE

#: handles, nonces and leases are drawn anew in every run, and Discord numbers as it goes
_DRAWN = re.compile(r"\d{15,}|(?<=[':>])[\w-]{12}(?:-\d+)?(?=[':>])")
#: how often and by whom a row was taken up says nothing about what became of it
_NOT_COMPARED = {
    "lease",
    "lease_until",
    "tries",
    "result",
    "channel_id",
    "called_at",
    "ended_at",
    "due_at",
    "why",
}
SEEDS = 6


class Stammer:
    """Stands before the gateway: presses are told one to three times, one in twenty of the other events never."""

    def __init__(self, room: Classroom, dice: random.Random) -> None:
        self._emit, self._dice = room.env.backend.emit, dice
        self.again = self.dropped = 0
        room.env.backend.emit = self

    def __call__(self, event: str, payload: Any, **options: Any) -> None:
        if event != "INTERACTION_CREATE" and self._dice.random() < 0.05:
            self.dropped += 1
            return
        times = self._dice.choice((1, 2, 3)) if event == "INTERACTION_CREATE" else 1
        self.again += times - 1
        for _ in range(times):
            self._emit(event, payload, **options)


async def _live(room: Classroom) -> None:
    """A week of a small class: made, joined, pre-work given, nudged and handed in, a slot booked and cancelled."""
    await room.open_class()
    ana, ben, chloe = room.students
    await room.join(ana, ben, chloe)
    await room.post_prework(deadline="wed 12:00")
    card = room.prework_cards()[0]
    await ana.press("Start", card)
    await room.move(timedelta(minutes=20))
    await ana.press("Hand in", card)
    await ana.fill(**DONE)
    await room.teacher.slash("nudge")
    await room.teacher.press("Send 2")
    await room.teacher.slash("officehours open", start="tomorrow 15:00", until="1h")
    await room.teacher.press("Open them")
    await ben.slash("book")
    await ben.pick("Tue 12 Jan 15:15")
    await ben.fill(reason="Moles")
    for _ in range(8):
        await room.move(timedelta(hours=6))


def _dump(path: Path) -> dict[str, Counter[str]]:
    """Every table's rows, in no order, without what differs from run to run."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        name: Counter(_canonical(row) for row in connection.execute(f'SELECT * FROM "{name}"'))  # noqa: S608
        for name in names
        if name not in ("draft", "fact", "identify", "sqlite_sequence", "history")
    }
    connection.close()
    # joining again gives the same roles again, which changes nothing on the server: the roles are compared instead
    found["outbox"] = Counter({row: n for row, n in found["outbox"].items() if "grant_role" not in row})
    return found


def _canonical(row: sqlite3.Row) -> str:
    kept = {name: row[name] for name in row.keys() if name not in _NOT_COMPARED and not name.endswith("_at")}  # noqa: SIM118
    kept.pop("id", None)
    return _DRAWN.sub("*", str(kept))


async def _run(
    folder: Path, dice: random.Random | None
) -> tuple[dict[str, Counter[str]], Any, Stammer | None]:
    folder.mkdir()  # noqa: ASYNC240  # one folder of a test
    async with open_classroom(folder) as room:
        stammer = Stammer(room, dice) if dice else None
        await _live(room)
        seen = [(len(each.inbox), sorted(each.roles)) for each in room.students]
    return _dump(folder / "flipcord.sqlite3"), seen, stammer


@pytest.mark.slow
async def test_presses_told_up_to_three_times_and_events_never_told_leave_the_same_database(
    tmp_path: Path,
) -> None:
    clean, seen, _ = await _run(tmp_path / "clean", None)
    assert sum(map(len, clean.values())) > 50
    for seed in range(SEEDS):
        stammered, seen_then, stammer = await _run(tmp_path / str(seed), random.Random(seed))
        assert stammer is not None
        assert stammer.again > 5
        assert seen_then == seen, seed
        for name, rows in clean.items():
            assert stammered[name] == rows, (seed, name, rows - stammered[name], stammered[name] - rows)
