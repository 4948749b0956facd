"""The look back over months: who is asked when, what it shows, and that it changes nothing else (K15, K16)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.domain.check_messages import RecheckDue
from bot.domain.mastery_rules import MasteryRules
from bot.domain.outbox import Kind
from bot.domain.questions import Essay
from bot.domain.rechecking import LookedOver
from bot.domain.records import ProgressRecord, Section
from bot.domain.showing import Asked
from bot.domain.today import AllMastered
from bot.services.ports import Tx
from bot.services.progress import ProgressService, Today
from bot.services.quizzes import AlreadyHandedIn, KeyKept, NothingLeft
from bot.services.rechecks import NothingToLookBack, RecheckService, recheck_due
from bot.services.unlocking import Passed
from bot.storage.database import Database
from bot.storage.tables import enrolment, progress
from tests.builders import ANA, NOW, a_class, a_course, a_unit, single, student
from tests.services.quiz_desk import Desk, execute, progress_of

DAY = timedelta(days=1)
TITLES = {"atoms": "Atoms", "ions": "Ions", "moles": "Moles", "acids": "Acids"}


class LookBacks(Desk):
    def __init__(self, database: Database, section: Section) -> None:
        super().__init__(database)
        self.section = section
        self.rechecks = RecheckService(database, self.ids)
        self.progress = ProgressService(database)

    async def set_days(self, days: int | None) -> None:
        def keep(tx: Tx) -> None:
            tx.mastery_rules.keep(self.section.id, MasteryRules(recheck_days=days))

        await self.database.write(keep)

    async def master(self, units: int = 4, at: datetime = NOW) -> None:
        for _ in range(units):
            assert isinstance(await self.take(right=3, now=at), Passed)

    async def look_back(self, *faded: str, now: datetime) -> LookedOver:
        """Everything right, but for the units of those titles."""
        asked = await self.rechecks.begin(student(), self.section.handle, now)
        assert isinstance(asked, Asked), asked
        for position in range(1, asked.total + 1):
            _, items = await self.stored(asked.attempt)
            slug = items[position - 1].question.slug.rpartition("-")[0]
            pick = self.wrong if TITLES[slug] in faded else self.right
            answer = await pick(asked.attempt, position)
            await self.quizzes.answer(student(), asked.attempt, position, answer, now)
        result = await self.quizzes.submit(student(), asked.attempt, now)
        assert isinstance(result, LookedOver), result
        return result

    async def units(self) -> dict[str, ProgressRecord]:
        return await self.database.read(progress_of, self.section, ANA)

    async def told(self, now: datetime) -> list[RecheckDue | str]:
        rows = await self.deliveries(Kind.RECHECK)
        return [await self.database.read(recheck_due, each, now) for each in rows]

    async def days_to_next(self, now: datetime) -> dict[str, int]:
        query = sa.select(progress.c.unit_slug, progress.c.recheck_at).where(
            progress.c.recheck_at.is_not(None)
        )
        rows = await self.database.read(lambda tx: execute(tx, query).all())
        return {slug: (at - now).days for slug, at in rows}


@pytest.fixture
async def desk(database: Database) -> LookBacks:
    units = [a_unit(slug, title) for slug, title in TITLES.items()]
    desk = LookBacks(database, await a_class(database, a_course(*units)))
    await desk.set_days(30)
    return desk


async def test_a_student_is_asked_once_so_many_days_after_mastery_about_three_units_at_most(
    desk: LookBacks,
) -> None:
    await desk.master()
    assert await desk.rechecks.ask_due(NOW + 29 * DAY) == 0
    assert await desk.rechecks.next_instant(NOW + 29 * DAY) == NOW + 30 * DAY
    now = NOW + 30 * DAY
    assert await desk.rechecks.ask_due(now) == 1
    assert await desk.rechecks.ask_due(now + DAY) == 0
    (told,) = await desk.told(now)
    assert isinstance(told, RecheckDue)
    assert len(told.units) == 3
    asked = await desk.rechecks.begin(student(), desk.section.handle, now)
    assert isinstance(asked, Asked)
    assert asked.total == 6
    assert asked.unit_title == ""
    assert await desk.told(now) == [f"begun meanwhile: {asked.attempt}"]


async def test_nobody_is_asked_in_a_class_that_does_not_look_back(desk: LookBacks) -> None:
    await desk.set_days(None)
    await desk.master()
    assert await desk.rechecks.ask_due(NOW + 400 * DAY) == 0
    result = await desk.rechecks.begin(student(), desk.section.handle, NOW + 400 * DAY)
    assert isinstance(result, NothingToLookBack)


async def test_what_is_still_there_is_asked_about_ever_later_and_what_faded_as_at_first(
    desk: LookBacks,
) -> None:
    await desk.master(units=2)
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    result = await desk.look_back("Ions", now=now)
    assert [(each.title, each.still_there) for each in result.units] == [("Atoms", True), ("Ions", False)]
    assert result.review
    assert await desk.days_to_next(now) == {"atoms": 60, "ions": 30}
    units = await desk.units()
    assert units["atoms"].shaky_at is None
    assert units["ions"].shaky_at == now
    assert units["ions"].mastered_at == NOW
    now += 60 * DAY
    assert await desk.rechecks.ask_due(now) == 1
    result = await desk.look_back(now=now)
    assert [each.still_there for each in result.units] == [True, True]
    assert await desk.days_to_next(now) == {"atoms": 120, "ions": 60}
    assert (await desk.units())["ions"].shaky_at is None


async def test_what_else_is_due_waits_a_week(desk: LookBacks) -> None:
    await desk.master()
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    await desk.look_back(now=now)
    assert await desk.rechecks.ask_due(now + 6 * DAY) == 0
    assert await desk.rechecks.ask_due(now + 7 * DAY) == 1


async def test_questions_that_were_never_asked_come_first(desk: LookBacks) -> None:
    await desk.master(units=1)
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    first = await desk.look_back(now=now)
    checked = {each.question.slug for each in (await desk.stored("h2"))[1]}
    looked = {each.question.slug for each in (await desk.stored(first.attempt))[1]}
    assert not checked & looked
    await desk.rechecks.ask_due(now + 60 * DAY)
    second = await desk.look_back(now=now + 60 * DAY)
    again = {each.question.slug for each in (await desk.stored(second.attempt))[1]}
    assert len(again - checked - looked) == 1, "six questions, five were asked before"


async def test_a_look_back_is_no_try_and_rewrites_nothing(desk: LookBacks) -> None:
    await desk.master(units=1)
    before = await desk.units()
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    result = await desk.look_back("Atoms", now=now)
    after = await desk.units()
    assert after.keys() == before.keys()
    assert [each.mastered_at for each in after.values()] == [each.mastered_at for each in before.values()]
    looked, _ = await desk.stored(result.attempt)
    assert (looked.score, looked.passed, looked.retake_at, looked.purpose) == (None, None, None, "recheck")

    me, analysed, regraded = await desk.database.read(_read_elsewhere, desk.section, looked.unit)
    assert me == ["check"]
    assert looked.id not in analysed
    assert looked.id not in regraded


def _read_elsewhere(tx: Tx, section: Section, unit: int) -> tuple[list[str], set[int], set[int]]:
    """Purposes of the attempts at the unit, and whose answers count in its analysis and in a regrade."""
    me = tx.people.of(ANA)
    assert me is not None
    tries = tx.attempts.of_unit(me.person, section.course_id, "atoms")
    _, given = tx.item_analysis.answers(section.id, section.course_id, "atoms")
    questions = tx.regrades.questions(unit)
    assert len(given) == 3
    return (
        [each.purpose for each in tries],
        {each.attempt for each in given},
        {each.attempt for number in questions for each in tx.regrades.asked(number)},
    )


async def test_the_next_check_is_counted_and_begun_as_if_there_had_been_no_look_back(desk: LookBacks) -> None:
    await desk.master(units=1)
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    asked = await desk.rechecks.begin(student(), desk.section.handle, now)
    assert isinstance(asked, Asked)
    check = await desk.begin(now=now)
    assert check.unit_title == "Ions"
    assert check.attempt != asked.attempt
    again = await desk.rechecks.begin(student(), desk.section.handle, now)
    assert isinstance(again, Asked)
    assert again.attempt == asked.attempt
    assert isinstance(await desk.look_back(now=now), LookedOver)
    assert (await desk.stored(check.attempt))[0].number == 1
    assert "moles" not in await desk.units()


async def test_after_the_last_unit_quiz_still_says_that_nothing_is_left(desk: LookBacks) -> None:
    await desk.master()
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    today = await desk.progress.today(student(), now)
    assert isinstance(today, Today)
    assert isinstance(today.classes[0].step, AllMastered)
    assert today.classes[0].look_back == ("Atoms", "Ions", "Acids")
    await desk.look_back("Atoms", now=now)
    assert isinstance(await desk.quizzes.begin(student(), None, None, now), NothingLeft)
    today = await desk.progress.today(student(), now)
    assert isinstance(today, Today)
    assert today.classes[0].look_back == ()


async def test_handed_in_twice_it_counts_once_and_never_shows_the_key(desk: LookBacks) -> None:
    await desk.master(units=1)
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    result = await desk.look_back("Atoms", now=now)
    again = await desk.quizzes.submit(student(), result.attempt, now + DAY)
    assert isinstance(again, AlreadyHandedIn)
    assert again.result == result
    assert await desk.days_to_next(now) == {"atoms": 30}
    assert isinstance(await desk.quizzes.look_back(student(), result.attempt, 1), KeyKept)


async def test_what_nobody_answers_lapses_after_two_weeks_and_comes_again_in_its_time(
    desk: LookBacks,
) -> None:
    await desk.master(units=1)
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    for days in range(1, 14):
        assert await desk.rechecks.ask_due(now + days * DAY) == 0
    late = now + 14 * DAY
    assert await desk.rechecks.ask_due(late) == 0
    assert isinstance(await desk.rechecks.begin(student(), desk.section.handle, late), NothingToLookBack)
    assert await desk.told(late) == ["looked back meanwhile"]
    assert await desk.rechecks.ask_due(late + 29 * DAY) == 0
    assert await desk.rechecks.ask_due(late + 30 * DAY) == 1


async def test_one_that_was_begun_waits_for_as_long_as_the_student_likes(desk: LookBacks) -> None:
    await desk.master()
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    asked = await desk.rechecks.begin(student(), desk.section.handle, now)
    assert isinstance(asked, Asked)
    assert await desk.rechecks.ask_due(now + 100 * DAY) == 0
    later = await desk.rechecks.begin(student(), desk.section.handle, now + 100 * DAY)
    assert isinstance(later, Asked)
    assert later.attempt == asked.attempt


async def test_who_left_or_is_away_is_not_asked(desk: LookBacks) -> None:
    await desk.master(units=1)
    now = NOW + 30 * DAY

    def leave(tx: Tx, left_at: datetime | None) -> None:
        execute(tx, sa.update(enrolment).values(left_at=left_at))

    await desk.database.write(leave, NOW)
    assert await desk.rechecks.ask_due(now) == 0
    await desk.database.write(leave, None)

    def go_away(tx: Tx) -> None:
        me = tx.people.of(ANA)
        assert me is not None
        first, last = now.date(), (now + 3 * DAY).date()
        tx.reminders.note_absence(desk.section.id, me.person, first, last, me.person, now)

    await desk.database.write(go_away)
    assert await desk.rechecks.ask_due(now + timedelta(hours=1)) == 0
    assert await desk.rechecks.ask_due(now + 4 * DAY) == 1


async def test_what_only_the_teacher_can_mark_is_not_asked_in_a_look_back(database: Database) -> None:
    essays = [Essay(f"atoms-{number}", "Say why.", objective="1.1") for number in range(9)]
    unit = a_unit("atoms", "Atoms", bank=[*essays, single("atoms-9")], draw=1)
    desk = LookBacks(database, await a_class(database, a_course(unit, a_unit("ions", "Ions"))))
    await desk.set_days(30)

    def master(tx: Tx) -> None:
        me = tx.people.of(ANA)
        assert me is not None
        tx.progress.master(me.person, desk.section.course_id, "atoms", NOW)

    await database.write(master)
    now = NOW + 30 * DAY
    assert await desk.rechecks.ask_due(now) == 1
    asked = await desk.rechecks.begin(student(), desk.section.handle, now)
    assert isinstance(asked, Asked)
    assert (asked.total, asked.prompt) == (1, "Which one? (atoms-9)")


async def test_a_unit_taken_back_meanwhile_is_not_touched_and_two_devices_begin_one(desk: LookBacks) -> None:
    await desk.master(units=1)
    now = NOW + 30 * DAY
    await desk.rechecks.ask_due(now)
    one = await desk.rechecks.begin(student(), desk.section.handle, now)
    two = await desk.rechecks.begin(student(), desk.section.handle, now)
    assert one == two

    def take_back(tx: Tx) -> None:
        me = tx.people.of(ANA)
        assert me is not None
        tx.progress.unmaster(me.person, desk.section.course_id, "atoms")

    await desk.database.write(take_back)
    await desk.look_back("Atoms", now=now)
    assert (await desk.units())["atoms"] == ProgressRecord("atoms", NOW, None, None)
    assert await desk.days_to_next(now) == {}
