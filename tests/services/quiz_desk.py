"""Students at their checks, for the tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.course import Course
from bot.domain.mastery import Attempt, Item
from bot.domain.outbox import Delivery, Kind
from bot.domain.questions import (
    Chosen,
    Numeric,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
)
from bot.domain.records import ProgressRecord, Section
from bot.domain.retaking import RemediationKind
from bot.domain.showing import Asked
from bot.services.ports import Tx
from bot.services.quizzes import (
    QuizService,
)
from bot.services.remediation import Path, Recorded, RemediationService
from bot.services.unlocking import NotYet, Passed
from bot.storage.database import Database
from bot.storage.tables import outbox, section
from bot.storage.transaction import StoredTx
from tests.builders import (
    ANA,
    NOW,
    TEACHER,
    Ids,
    student,
)

ONE_HOUR = timedelta(hours=1)


class Desk:
    """Students at their checks. It knows the key, since it reads what is stored."""

    def __init__(self, database: Database) -> None:
        self.database, self.woken, self.ids = database, 0, Ids()
        self.quizzes = QuizService(database, self.ids, self._wake)
        self.remediation = RemediationService(database, self.ids, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def begin(self, who: int = ANA, now: datetime = NOW) -> Asked:
        result = await self.quizzes.begin(student(who), None, None, now)
        assert isinstance(result, Asked), result
        return result

    async def stored(self, handle: str, who: int = ANA) -> tuple[Attempt, Sequence[Item]]:
        return await self.database.read(_stored, handle, who)

    async def right(self, handle: str, position: int, who: int = ANA) -> Chosen | Typed:
        _, items = await self.stored(handle, who)
        return right_answer(items[position - 1])

    async def wrong(self, handle: str, position: int, who: int = ANA) -> Chosen | Typed:
        _, items = await self.stored(handle, who)
        return wrong_answer(items[position - 1])

    async def answer_all(self, asked: Asked, right: int, who: int = ANA, now: datetime = NOW) -> None:
        """``right`` of the questions as they should be, the rest wrong."""
        for position in range(1, asked.total + 1):
            pick = self.right if position <= right else self.wrong
            answer = await pick(asked.attempt, position, who)
            await self.quizzes.answer(student(who), asked.attempt, position, answer, now)

    async def take(self, right: int, who: int = ANA, now: datetime = NOW) -> Passed | NotYet:
        asked = await self.begin(who, now)
        await self.answer_all(asked, right, who, now)
        result = await self.quizzes.submit(student(who), asked.attempt, now)
        assert isinstance(result, Passed | NotYet), result
        return result

    async def work_on_it(self, who: int = ANA, now: datetime = NOW) -> None:
        """What a student does between two attempts, in the shortest way that counts."""
        words = {"found": "The last digit is read between lines"}
        path = await self.remediation.path(student(who), None, now)
        assert isinstance(path, Path), path
        done = await self.remediation.write(
            student(who), path.section.handle, RemediationKind.VIDEO, words, now
        )
        assert isinstance(done, Recorded), done

    async def deliveries(self, kind: Kind) -> list[Delivery]:
        return await self.database.read(_deliveries, kind)


def _stored(tx: Tx, handle: str, who: int) -> tuple[Attempt, Sequence[Item]]:
    found = tx.attempts.of_account(handle, who)
    assert found is not None
    return found, tx.attempts.items(found.id)


def _deliveries(tx: Tx, kind: Kind) -> list[Delivery]:
    rows = execute(tx, sa.select(outbox.c.id).where(outbox.c.kind == kind).order_by(outbox.c.id))
    return [tx.outbox.get(row.id) for row in rows]


def execute(tx: Tx, statement: sa.Executable) -> sa.CursorResult[*tuple[Any, ...]]:
    """For what no repository offers, since the bot never does it."""
    assert isinstance(tx, StoredTx)
    return tx._connection.execute(statement)


def right_answer(item: Item) -> Chosen | Typed:
    match item.question:
        case TrueFalse(answer=is_true):
            return Chosen((item.shown.index(0 if is_true else 1),))
        case SingleChoice(options=options) | SeveralChoices(options=options):
            return _chosen(item, [place for place, each in enumerate(options) if each.credit > 0])
        case Numeric(accepted=accepted):
            return Typed(str(accepted[0].low))
        case ShortText(accepted=accepted):
            return Typed(accepted[0].pattern)
        case other:
            raise AssertionError(f"the desk answers no {type(other).__name__}")


def wrong_answer(item: Item) -> Chosen | Typed:
    match item.question:
        case TrueFalse(answer=is_true):
            return Chosen((item.shown.index(1 if is_true else 0),))
        case SingleChoice(options=options) | SeveralChoices(options=options):
            return _chosen(item, [place for place, each in enumerate(options) if each.credit <= 0][:1])
        case Numeric():
            return Typed("77777")
        case ShortText():
            return Typed("no idea")
        case other:
            raise AssertionError(f"the desk answers no {type(other).__name__}")


def _chosen(item: Item, own: Sequence[int]) -> Chosen:
    return Chosen(tuple(sorted(item.shown.index(place) for place in own)))


def set_bar(tx: Tx, section_id: int, bar: int) -> None:
    execute(tx, sa.update(section).where(section.c.id == section_id).values(bar=bar))


async def use_revision(desk: Desk, section: Section, course: Course) -> None:
    def pin(tx: Tx) -> None:
        owner = tx.people.of(TEACHER)
        assert owner is not None
        record, is_new = tx.courses.save(owner.person, course, "another digest", NOW)
        assert is_new
        tx.sections.pin(section.id, record.revision_id)

    await desk.database.write(pin)


def progress_of(tx: Tx, section: Section, who: int) -> dict[str, ProgressRecord]:
    me = tx.people.of(who)
    assert me is not None
    return tx.progress.of(me.person, section.course_id)
