"""Each thing of a job by itself: the others are done, the one is tried, set aside, told once, and tried again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta

import pytest

import bot.services.members
import bot.services.rechecks
from bot.domain.outbox import Kind
from bot.services.apart import Bench, Piece, Told, do_each
from bot.services.members import MemberService, ServerSeen
from bot.services.ports import NotSaved, Tx
from bot.services.vitals import VitalsService
from bot.storage.database import Database
from tests.builders import ANA, BEN, GUILD, NOW, Ids, a_class
from tests.services.quiz_desk import Desk
from tests.services.test_rechecks import DAY, LookBacks, desk

__all__ = ["desk"]

MINUTE = timedelta(minutes=1)
MANY = 50


class Work:
    """Fifty things of a class, of which some raise."""

    def __init__(self, database: Database, section: int) -> None:
        self.database, self.section, self.bad, self.ids = database, section, {"7"}, Ids()

    def pieces(self, items: Sequence[str]) -> list[Piece[str]]:
        return [
            Piece(
                item=each,
                do=lambda bench, each=each: self._do(bench, each),
                section=self.section,
                told=lambda tx, each=each: Told(f"number {each} could not be done"),
            )
            for each in items
        ]

    def _do(self, bench: Bench, item: str) -> str:
        bench.tx.upkeep.set_fact(f"done {item}", f"{bench.now}")
        if item in self.bad:
            raise ZeroDivisionError(item)
        return item

    async def run(self, after: timedelta, items: Sequence[str] = ()) -> list[str]:
        wanted = items or [str(number) for number in range(MANY)]
        return await do_each(self.database, "work", self.pieces(wanted), NOW + after, self.ids)

    async def has_trace(self, item: str) -> bool:
        return await self.database.read(lambda tx: tx.upkeep.fact(f"done {item}")) is not None

    async def told(self) -> int:
        return len(await Desk(self.database).deliveries(Kind.TROUBLE))


@pytest.fixture
async def work(database: Database) -> Work:
    return Work(database, (await a_class(database)).id)


async def test_one_that_raises_leaves_no_trace_and_all_the_others_are_done(work: Work) -> None:
    assert len(await work.run(timedelta(0))) == MANY - 1
    assert not await work.has_trace("7")
    assert await work.has_trace("6")


async def test_it_is_tried_three_times_told_once_and_then_tried_once_a_day(work: Work) -> None:
    vitals, tried = VitalsService(work.database), list[int]()
    for minute in range(3 * 24 * 60 // 30):
        now = NOW + minute * 30 * MINUTE
        before = await vitals.set_aside()
        await work.run(minute * 30 * MINUTE, ["7"])
        after = await vitals.set_aside()
        if before != after:
            tried.append(minute * 30)
        assert all(each.again_at > now for each in after)
    assert tried == [0, 30, 60, 60 + 24 * 60, 60 + 2 * 24 * 60]
    assert await work.told() == 1
    assert (await vitals.look(NOW)).set_aside == 1


async def test_after_a_start_it_is_tried_at_once_and_forgotten_when_it_is_done(work: Work) -> None:
    for minutes in (0, 1, 6):
        await work.run(minutes * MINUTE)
    assert await work.run(7 * MINUTE, ["7"]) == []
    work.bad.clear()
    assert await work.run(7 * MINUTE, ["7"]) == []
    await VitalsService(work.database).begin(NOW + 8 * MINUTE)
    assert await work.run(8 * MINUTE, ["7"]) == ["7"]
    assert await VitalsService(work.database).set_aside() == []


async def test_what_nobody_asks_for_any_more_is_forgotten(work: Work) -> None:
    await work.run(timedelta(0))
    await work.run(2 * MINUTE, ["8"])
    assert await VitalsService(work.database).set_aside() == []


async def test_a_full_disk_is_no_fault_of_the_thing_that_met_it(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Work, bench: Bench, item: str) -> str:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(Work, "_do", full)
    with pytest.raises(NotSaved):
        await work.run(timedelta(0))
    assert await VitalsService(work.database).set_aside() == []


async def test_its_reason_names_the_fault_and_never_what_people_wrote(work: Work) -> None:
    await work.run(timedelta(0))
    (row,) = await VitalsService(work.database).set_aside()
    assert row.why.startswith("ZeroDivisionError in test_apart.py:")
    assert "7" not in row.why.partition(":")[0]


# --- siblings whose things are people --------------------------------------------------------------


async def test_a_member_over_whom_something_raises_keeps_no_other_from_being_noted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = await a_class(database, students=(ANA, BEN))
    note_gone = bot.services.members._note_gone

    def raising(tx: Tx, guild: int, roll: object, *rest: object) -> bool:
        if roll.discord == ANA:  # pyright: ignore[reportAttributeAccessIssue]
            raise ZeroDivisionError
        return note_gone(tx, guild, roll, *rest)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(bot.services.members, "_note_gone", raising)
    service, seen = (
        MemberService(database, Ids(), lambda: None),
        ServerSeen({}, frozenset({ANA, BEN}), frozenset(), {}),
    )
    repairs = await service.compare(GUILD, seen, NOW)
    assert repairs.left == 1
    (row,) = await VitalsService(database).set_aside()
    assert row.section == section.id


async def test_a_student_who_cannot_be_asked_to_look_back_keeps_no_other_from_being_asked(
    desk: LookBacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enrol(tx: Tx) -> int:
        ben = tx.people.known(BEN, NOW).person
        tx.sections.enrol(desk.section.id, ben, NOW)
        return tx.people.known(ANA, NOW).person

    ana = await desk.database.write(enrol)
    await desk.master()
    assert await desk.take(right=3, who=BEN)
    ask = bot.services.rechecks._ask

    def raising(section: object, person: int, now: object) -> object:
        if person == ana:
            raise ZeroDivisionError
        return ask(section, person, now)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(bot.services.rechecks, "_ask", raising)
    assert await desk.rechecks.ask_due(NOW + 30 * DAY) == 1
    (row,) = await desk.deliveries(Kind.RECHECK)
    assert row.person != ana
