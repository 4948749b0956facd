"""Why is this locked?: the truth that beginning a check tells, over random histories, and a list that works."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.domain.booking import Span
from bot.domain.course import Course, Level, Task
from bot.domain.locks import Act, Action
from bot.domain.mastery_rules import MasteryRules
from bot.domain.records import Section, UnitRecord
from bot.domain.retaking import RemediationKind
from bot.domain.showing import Asked, LookOver
from bot.services import quizzes, remediation, retake_requests
from bot.services.locks import LockService, Mastered, NotLocked, Way
from bot.services.locks import why as why_locked
from bot.services.ports import Tx
from bot.services.quizzes import AlreadyMastered
from bot.services.tasks import NoSuchTask, NoTasks, TaskList, TaskService
from bot.services.unlocking import NotYet, Passed
from bot.storage.database import Database
from tests.builders import ANA, BEN, NOW, TEACHER, Ids, a_class, a_course, a_unit, student
from tests.services.quiz_desk import Desk, right_answer, wrong_answer

HOUR = timedelta(hours=1)


def course() -> Course:
    first = replace(
        a_unit(),
        tasks=(
            Task("sheet", "The sheet", Level.MUST, minutes=20),
            Task("more", "Read more", Level.ASPIRE),
        ),
    )
    return a_course(first, a_unit("matter", "Matter"), a_unit("atoms", "Atoms"))


@dataclass(slots=True)
class Life:
    """A student's doings, all in one transaction that is rolled back at the end."""

    tx: Tx
    section: Section
    person: int
    ids: Ids
    now: datetime

    @property
    def units(self) -> Sequence[UnitRecord]:
        return self.tx.courses.units(self.section.revision_id)

    def why(self, unit: UnitRecord) -> Way | NotLocked | Mastered:
        return why_locked(self.tx, self.section, self.person, unit, self.now)

    def post(self, slug: str) -> None:
        if self.tx.prework.of_unit(self.section.id, slug):
            return
        unit = next(each for each in self.units if each.unit.slug == slug)
        posted = self.tx.prework.create(
            handle=self.ids(),
            section=self.section.id,
            unit=unit.id,
            post_at=self.now,
            deadline=self.now + 24 * HOUR,
            zone="UTC",
            wall="",
        )
        self.tx.prework.mark_posted(posted.id, 1, 2, self.now)

    def credit(self, slug: str) -> None:
        posted = self.tx.prework.of_unit(self.section.id, slug)
        if posted:
            self.tx.prework.hand_in(
                posted.id, self.person, draft={}, at=self.now, reasons=(), credited=True, late=False
            )

    def check(self, *, right: bool, test_out: bool = False) -> None:
        asked = quizzes._begin(self.tx, student(), None, None, self.now, self.ids, test_out=test_out)
        if not isinstance(asked, Asked | LookOver):
            return
        found = self.tx.attempts.of_account(asked.attempt, ANA)
        assert found is not None
        for item in self.tx.attempts.items(found.id):
            answer = right_answer(item) if right else wrong_answer(item)
            quizzes._answer(self.tx, student(), asked.attempt, item.position, answer, self.now, None)
        result = quizzes._submit(self.tx, student(), asked.attempt, self.now, self.ids, None)
        assert isinstance(result, Passed | NotYet)

    def do_the_first_and_miss(self) -> None:
        """What most lists have to do with begins here."""
        self.tx.tasks.tick(self.person, self.section.course_id, "measurement", "sheet", self.now)
        self.check(right=False)
        self.now += timedelta(minutes=1)

    def remedy(self, kind: RemediationKind) -> None:
        words = {"found": "I know now how it goes", "partner": "Ben"}
        remediation._write(self.tx, student(), self.section.handle, kind, words, self.now, self.ids)

    def ask(self, *, granted: bool = True) -> None:
        said = retake_requests._ask(
            self.tx, student(), self.section.handle, "I practised", self.now, self.ids
        )
        if isinstance(said, retake_requests.RequestMade) and granted:
            self.grant()

    def grant(self) -> None:
        slug = next(each.unit.slug for each in self.units if self._is_current(each))
        requests = self.tx.retakes.requests(self.section.id, self.person, slug)
        if requests and requests[-1].granted is None:
            self.tx.retakes.decide(requests[-1].id, granted=True, why="", by=1, at=self.now)

    def _is_current(self, unit: UnitRecord) -> bool:
        record = self.tx.progress.of(self.person, self.section.course_id).get(unit.unit.slug)
        return record is not None and record.mastered_at is None

    def open_hours(self, purpose: str, after: timedelta) -> None:
        owner = self.tx.people.of(TEACHER)
        assert owner is not None
        span = Span(self.now + after, self.now + after + HOUR)
        self.tx.bookings.open_window(self.section.id, owner.person, span, "", [(self.ids(), span)], purpose)

    def book(self, at: datetime, *, ends: bool = False) -> None:
        purpose = "help" if ends else "retake"
        for each in self.tx.bookings.free(self.section.id, self.now, 50, purpose):
            if (each.ends_at if ends else each.starts_at) == at:
                booked = self.tx.bookings.book(self.ids(), each.id, self.person, "", self.now)
                assert booked is not None
                self.now = max(self.now, at)
                return

    def do(self, action: Action) -> None:  # noqa: C901  # one line for each act
        match action:
            case Action(Act.PRE_WORK, unit):
                self.credit(unit)
            case Action(Act.TASK, unit, what=title):
                tasks = next(each for each in self.units if each.unit.slug == unit).unit.tasks
                slug = next(each.slug for each in tasks if each.title == title)
                self.tx.tasks.tick(self.person, self.section.course_id, unit, slug, self.now)
            case Action(Act.REMEDY, what=kind, at=None):
                # practice is recorded by a form of its own; what counts is one of the kinds
                self.remedy(RemediationKind.VIDEO if kind == "practice" else RemediationKind(kind))
            case Action(Act.REMEDY, at=datetime() as at):
                self.book(at, ends=True)
            case Action(Act.ASK):
                self.ask()
            case Action(Act.ANSWERED):
                self.grant()
            case Action(Act.BOOK, at=datetime() as at):
                self.book(at)
            case Action(Act.WAIT | Act.MEET, at=datetime() as at):
                self.now = max(self.now, at)
            case Action(Act.CHECK | Act.FINISH):
                self.check(right=True)
            case Action(Act.TEST_OUT):
                self.check(right=True, test_out=True)
            case _:
                raise AssertionError(action)


class Undone(Exception):
    """Rolls a life back."""


async def live(database: Database, section: Section, story: Callable[[Life], None]) -> None:
    def fn(tx: Tx) -> None:
        me = tx.people.of(ANA)
        assert me is not None
        story(Life(tx, section, me.person, Ids(), NOW))
        raise Undone

    with pytest.raises(Undone):
        await database.write(fn)


def some_rules(dice: random.Random) -> MasteryRules:
    return MasteryRules(
        cooldown_hours=dice.choice([(), (1, 6)]),
        limit=dice.choice([None, None, 2]),
        window_days=dice.choice([None, 3]),
        by_request=dice.random() < 0.3,
        in_sessions=dice.random() < 0.3,
        musts_first=dice.random() < 0.7,
        test_out=dice.random() < 0.3,
    )


def random_step(life: Life, dice: random.Random) -> None:
    slug = dice.choice(life.units).unit.slug
    steps: list[Callable[[], None]] = [
        lambda: life.post(slug),
        lambda: life.credit(slug),
        lambda: life.check(right=True),
        lambda: life.check(right=False),
        lambda: life.check(right=False),
        lambda: life.check(right=dice.random() < 0.5, test_out=True),
        lambda: life.remedy(dice.choice([RemediationKind.VIDEO, RemediationKind.PEER])),
        lambda: life.ask(granted=dice.random() < 0.5),
        lambda: life.open_hours(dice.choice(["help", "retake"]), dice.randint(1, 9) * HOUR),
        lambda: life.tx.tasks.tick(life.person, life.section.course_id, "measurement", "sheet", life.now),
    ]
    dice.choice(steps)()
    life.now += dice.choice([timedelta(minutes=1), HOUR, 5 * HOUR])


def can_begin(life: Life, unit: UnitRecord) -> bool | None:
    """What the check itself says, without a trace; None once it is mastered."""
    nested = life.tx._connection.begin_nested()  # type: ignore[attr-defined]
    result = quizzes._begin(life.tx, student(), None, unit.unit.slug, life.now, life.ids)
    nested.rollback()
    if isinstance(result, AlreadyMastered):
        return None
    return isinstance(result, Asked | LookOver)


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_is_locked_exactly_when_the_check_can_be_begun(database: Database, seed: int) -> None:
    section, dice = await a_class(database, course()), random.Random(seed)

    def story(life: Life) -> None:
        life.tx.mastery_rules.keep(section.id, some_rules(dice))
        for _ in range(14):
            random_step(life, dice)
            for unit in life.units:
                said = life.why(unit)
                wanted = {Mastered: None, NotLocked: True, Way: False}[type(said)]
                assert can_begin(life, unit) == wanted, (said, life.now)

    await live(database, section, story)


def opens(life: Life, way: Way, left_out: Action | None) -> bool:
    """Whether the list without that action opens what is locked, tried without a trace."""
    began, nested = life.now, life.tx._connection.begin_nested()  # type: ignore[attr-defined]
    for each in way.actions or ():
        if each != left_out:
            life.do(each)
    if way.is_open:
        is_open = can_begin(life, way.unit) is not False
    else:
        is_open = way.unit.unit.slug in life.tx.progress.of(life.person, life.section.course_id)
    nested.rollback()
    life.now = began
    return is_open


@pytest.mark.parametrize("seed", range(12))
async def test_doing_the_list_opens_the_unit_and_leaving_one_out_does_not(
    database: Database, seed: int
) -> None:
    section, dice = await a_class(database, course()), random.Random(seed)

    def story(life: Life) -> None:
        life.tx.mastery_rules.keep(section.id, some_rules(dice))
        life.do_the_first_and_miss()
        for purpose in dice.sample(["help", "retake"], dice.randint(0, 2)):
            life.open_hours(purpose, dice.randint(1, 9) * HOUR)
        for _ in range(5):
            for unit in life.units:
                way = life.why(unit)
                # nothing can be booked while no slot is free
                if isinstance(way, Way) and all(
                    each.at or each.act is not Act.BOOK for each in way.actions or ()
                ):
                    for left_out in (None, *way.actions) if way.actions else ():
                        assert opens(life, way, left_out) == (left_out is None), (way, left_out)
            random_step(life, dice)

    await live(database, section, story)


# --- tasks -----------------------------------------------------------------------------------------


async def test_must_dos_come_before_the_check_and_ticking_them_opens_it(database: Database) -> None:
    desk = Desk(database)
    section = await a_class(database, course(), students=[ANA, BEN])
    tasks = TaskService(database)
    refused = await desk.quizzes.begin(student(), None, None, NOW)
    assert isinstance(refused, quizzes.TasksFirst)
    assert [each.slug for each in refused.musts] == ["sheet"]
    listed = await tasks.tick(student(), section.handle, "measurement", "sheet", NOW)
    assert isinstance(listed, TaskList)
    assert listed.ticked == {"sheet"}
    assert isinstance(await desk.quizzes.begin(student(), None, None, NOW), Asked)
    assert isinstance(await desk.quizzes.begin(student(BEN), None, None, NOW), quizzes.TasksFirst)
    again = await tasks.tick(student(), section.handle, "measurement", "sheet", NOW)
    assert isinstance(again, TaskList)
    assert not again.ticked


async def test_a_task_of_a_locked_unit_or_of_an_older_course_is_not_ticked(database: Database) -> None:
    section = await a_class(database, course())
    tasks = TaskService(database)
    assert isinstance(await tasks.tick(student(), section.handle, "matter", "x", NOW), NoSuchTask)
    assert isinstance(await tasks.tick(student(), section.handle, "measurement", "gone", NOW), NoSuchTask)


async def test_a_unit_without_tasks_says_so(database: Database) -> None:
    await a_class(database)
    assert isinstance(await TaskService(database).show(student(), None), NoTasks)


# --- testing out -----------------------------------------------------------------------------------


async def test_testing_out_is_one_try_that_costs_nothing_when_it_is_not_yet(database: Database) -> None:
    desk, section = Desk(database), await a_class(database, course())
    await database.write(_allow_test_out, section)
    asked = await desk.quizzes.test_out(student(), section.handle, NOW)
    assert isinstance(asked, Asked)
    await desk.answer_all(asked, right=0)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, NotYet)
    assert result.tested_out
    assert (result.stands, result.hints) == ((), ())
    attempt, _ = await desk.stored(asked.attempt)
    assert (attempt.purpose, attempt.retake_at) == ("test_out", None)
    second = await desk.quizzes.test_out(student(), section.handle, NOW)
    assert isinstance(second, quizzes.TasksFirst)
    assert not second.test_out
    await TaskService(database).tick(student(), section.handle, "measurement", "sheet", NOW)
    assert isinstance(await desk.quizzes.begin(student(), None, None, NOW), Asked)


async def test_who_tests_out_with_a_pass_goes_on_and_without_the_rule_nobody_can(database: Database) -> None:
    desk, section = Desk(database), await a_class(database, course())
    refused = await desk.quizzes.test_out(student(), section.handle, NOW)
    assert isinstance(refused, quizzes.TasksFirst)
    await database.write(_allow_test_out, section)
    asked = await desk.quizzes.test_out(student(), section.handle, NOW)
    assert isinstance(asked, Asked)
    await desk.answer_all(asked, right=3)
    result = await desk.quizzes.submit(student(), asked.attempt, NOW)
    assert isinstance(result, Passed)
    assert result.opened == "Matter"


def _allow_test_out(tx: Tx, section: Section) -> None:
    tx.mastery_rules.keep(section.id, MasteryRules(test_out=True))


async def test_why_without_a_unit_tells_of_the_check_that_is_next_and_then_of_the_next_unit(
    database: Database,
) -> None:
    section = await a_class(database, course())
    locks = LockService(database)
    first = await locks.why(student(), None, None, NOW)
    assert isinstance(first, Way)
    assert (first.unit.unit.slug, first.is_open) == ("measurement", True)
    await TaskService(database).tick(student(), section.handle, "measurement", "sheet", NOW)
    then = await locks.why(student(), None, None, NOW)
    assert isinstance(then, Way)
    assert (then.unit.unit.slug, then.is_open) == ("matter", False)
    last = await locks.why(student(), None, "3", NOW)
    assert isinstance(last, Way)
    assert [each.unit for each in last.actions or ()] == ["measurement", "matter"]
