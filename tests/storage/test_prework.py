"""The one definition of owing, and what a hand-in leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Owing, Posted, Section
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import ANA, BEN, NOW, Ids, a_class, posted_pre_work

HOUR = timedelta(hours=1)


class Book:
    """Pre-work of the first unit, given to Ana and Ben."""

    def __init__(self, database: Database, section: Section, posted: Posted, people: dict[int, int]) -> None:
        self.database, self.section, self.posted, self.people = database, section, posted, people

    async def do(self, name: str, account: int = ANA, **values: Any) -> Any:
        """One of the repository's methods about that student."""
        return await self.database.write(
            lambda tx: getattr(tx.prework, name)(self.posted.id, self.people[account], **values)
        )

    async def hand_in(
        self, *, credited: bool, late: bool | None = None, at: Any = NOW, draft: str = ""
    ) -> None:
        values = {"draft": {"summary": draft}, "at": at, "reasons": () if credited else ("no",)}
        await self.do("hand_in", **values, credited=credited, late=late)

    async def owing(self) -> dict[int, Owing]:
        rows = await self.database.read(lambda tx: tx.prework.owing(self.posted.id))
        found = {each.account.discord: each for each in rows}
        for account, person in self.people.items():
            owes = await self.database.read(lambda tx, person=person: tx.prework.owes(self.posted.id, person))
            assert owes is (account in found), "the list and the question about one person must agree"
        return found

    async def with_tx(self, fn: Any) -> Any:
        return await self.database.write(fn)


@pytest.fixture
async def book(database: Database) -> Book:
    section = await a_class(database, students=(ANA, BEN))
    posted = await posted_pre_work(database, section, "measurement")

    def people(tx: Tx) -> dict[int, int]:
        return {each.discord: each.person for each in tx.sections.students(section.id)}

    return Book(database, section, posted, await database.read(people))


async def test_everybody_in_the_class_to_whom_the_unit_is_open_owes_it(book: Book) -> None:
    owing = await book.owing()
    assert set(owing) == {ANA, BEN}
    assert owing[ANA].started_at is None
    assert (owing[ANA].tries, owing[ANA].reasons, owing[ANA].steps) == (0, (), frozenset())


async def test_whoever_is_credited_has_mastered_it_left_or_is_not_there_yet_does_not(book: Book) -> None:
    ben = book.people[BEN]
    await book.hand_in(credited=True, late=False)
    assert set(await book.owing()) == {BEN}
    await book.with_tx(lambda tx: tx.sections.leave(book.section.guild, ben, NOW))
    assert set(await book.owing()) == set()
    await book.with_tx(lambda tx: tx.sections.enrol(book.section.id, ben, NOW))
    assert set(await book.owing()) == {BEN}
    await book.with_tx(lambda tx: tx.progress.master(ben, book.section.course_id, "measurement", NOW))
    assert set(await book.owing()) == set()
    later = await posted_pre_work(book.database, book.section, "matter")
    assert await book.database.read(lambda tx: tx.prework.owing(later.id)) == []


async def test_the_first_start_stands(book: Book) -> None:
    assert await book.do("start", at=NOW) == NOW
    assert await book.do("start", at=NOW + HOUR) == NOW
    await book.hand_in(credited=False, at=NOW + HOUR)
    assert (await book.owing())[ANA].started_at == NOW


async def test_tries_are_counted_and_the_last_words_kept(book: Book) -> None:
    await book.hand_in(credited=False, draft="one")
    await book.hand_in(credited=False, draft="two")
    owing = (await book.owing())[ANA]
    assert (owing.tries, owing.reasons) == (2, ("no",))
    record = await book.do("evidence")
    assert record.draft == {"summary": "two"}


async def test_credit_once_given_stays_as_it_was_given(book: Book) -> None:
    await book.hand_in(credited=True, late=False, at=NOW)
    await book.hand_in(credited=True, late=True, at=NOW + HOUR)
    await book.hand_in(credited=False, at=NOW + 2 * HOUR)
    record = await book.do("evidence")
    assert (record.credited_at, record.late) == (NOW, False)


async def test_a_step_of_the_ladder_is_taken_by_whatever_way_it_went_or_could_not_go(book: Book) -> None:
    ana, ben = book.people[ANA], book.people[BEN]

    def nudge(key: str, person: int, args: dict[str, Any], kind: Kind = Kind.NUDGE) -> Effect:
        return Effect(key, kind, Way.DM, NOW, person=person, about=book.posted.id, args=args)

    effects = [
        nudge("1", ana, {"step": "dm1440"}),
        nudge("2", ana, {"step": "sms60"}),
        nudge("by hand", ana, {}),
        nudge("3", ben, {"step": "dm180", "tried": ["nothing"]}, Kind.UNREACHED),
        # about a booking with the same number
        nudge("4", ben, {"tried": []}, Kind.UNREACHED),
    ]
    await book.with_tx(lambda tx: tx.outbox.add(effects, NOW, Ids()))
    owing = await book.owing()
    assert (owing[ANA].steps, owing[BEN].steps) == ({"dm1440", "sms60"}, {"dm180"})


async def test_a_card_that_is_found_again_keeps_the_instant_of_its_posting(book: Book) -> None:
    await book.with_tx(lambda tx: tx.prework.mark_posted(book.posted.id, 5, 6, NOW + HOUR))
    again = await book.database.read(lambda tx: tx.prework.get(book.posted.id))
    assert (again.posted_at, again.channel, again.message) == (NOW, 5, 6)
