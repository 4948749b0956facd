"""Checks with a time limit: what counts is when it was pressed (RF5), and the clock hands in what is left open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from bot.domain.accommodations import Accommodation
from bot.domain.course import Course
from bot.domain.outbox import Kind
from bot.domain.records import Asker
from bot.domain.showing import Asked, LookOver
from bot.services.access import LeftClass
from bot.services.accommodations import Accommodated, AccommodationService
from bot.services.choosing import NotStaff
from bot.services.ports import Tx
from bot.services.quizzes import AlreadyHandedIn, TimeIsUp
from bot.services.time_limits import TimeLimitService
from bot.services.unlocking import NotYet, Passed
from bot.storage.database import Database
from tests.builders import ANA, BEN, GUILD, NOW, TEACHER, a_class, a_course, a_unit, single, student
from tests.services.quiz_desk import Desk

LIMIT = timedelta(minutes=20)
END = NOW + LIMIT
TEACHING = Asker(TEACHER, GUILD, manages=True)
MS = timedelta(milliseconds=1)
GRACE = timedelta(seconds=2)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def limits(database: Database, desk: Desk) -> TimeLimitService:
    return TimeLimitService(database, desk.ids)


def timed() -> Course:
    unit = a_unit(bank=[single(f"q{n}") for n in range(3)])
    limited = replace(unit, check=replace(unit.check, time_limit_s=int(LIMIT.total_seconds())))
    return a_course(limited, a_unit("matter", "Matter"))


@pytest.mark.parametrize(
    ("pressed_at", "counts"),
    [
        (END - MS, True),
        (END, True),
        (END + MS, True),
        (END + GRACE - MS, True),
        (END + GRACE, True),
        (END + GRACE + MS, False),
        (END + timedelta(hours=1), False),
    ],
)
async def test_a_press_counts_by_its_own_time_with_two_seconds_of_grace(
    desk: Desk, pressed_at: datetime, counts: bool
) -> None:
    await a_class(desk.database, timed())
    asked = await desk.begin()
    assert asked.ends_at == END
    given = await desk.right(asked.attempt, 1)
    result = await desk.quizzes.answer(student(), asked.attempt, 1, given, pressed_at)
    assert isinstance(result, Asked if counts else TimeIsUp)
    _, items = await desk.stored(asked.attempt)
    assert (items[0].answer is not None) is counts


async def test_a_press_made_in_time_and_delivered_late_counts_until_the_clock_has_closed(
    desk: Desk, limits: TimeLimitService
) -> None:
    await a_class(desk.database, timed())
    asked = await desk.begin()
    assert await limits.close(END + timedelta(seconds=30)) == 0
    given = await desk.right(asked.attempt, 1)
    late_arrival = await desk.quizzes.answer(student(), asked.attempt, 1, given, END)
    assert isinstance(late_arrival, Asked)
    assert await limits.close(END + timedelta(seconds=31)) == 1
    assert isinstance(await desk.quizzes.answer(student(), asked.attempt, 2, given, END), AlreadyHandedIn)


async def test_what_was_answered_in_time_counts_and_the_student_is_told_within_a_minute(
    desk: Desk, limits: TimeLimitService
) -> None:
    await a_class(desk.database, timed())
    asked = await desk.begin()
    await desk.quizzes.answer(student(), asked.attempt, 1, await desk.right(asked.attempt, 1), NOW)
    due = await limits.next_instant(NOW)
    assert due is not None
    assert END < due <= END + timedelta(seconds=60)
    assert await limits.close(due) == 1
    assert await limits.close(due) == 0
    assert await limits.next_instant(NOW) is None
    attempt, items = await desk.stored(asked.attempt)
    assert (attempt.submitted_at, attempt.score, attempt.passed) == (END, Fraction(1, 3), False)
    assert [each.credit for each in items] == [1, 0, 0]
    assert len(await desk.deliveries(Kind.CHECK_RESULT)) == 1


async def test_once_the_time_is_up_the_student_can_hand_in_what_there_is(desk: Desk) -> None:
    await a_class(desk.database, timed())
    asked = await desk.begin()
    late = END + timedelta(seconds=3)
    assert isinstance(await desk.quizzes.begin(student(), None, None, late), TimeIsUp)
    assert isinstance(await desk.quizzes.look_over(student(), asked.attempt, late), TimeIsUp)
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, late), NotYet)
    attempt, _ = await desk.stored(asked.attempt)
    assert (attempt.submitted_at, attempt.retake_at) == (END, END + timedelta(hours=4))


async def test_a_check_handed_in_in_time_is_left_alone_by_the_clock(
    desk: Desk, limits: TimeLimitService
) -> None:
    await a_class(desk.database, timed())
    asked = await desk.begin()
    await desk.answer_all(asked, right=3)
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, END), Passed)
    assert await limits.next_instant(NOW) is None
    assert await limits.close(END + timedelta(hours=1)) == 0


# --- accommodations --------------------------------------------------------------------------------


async def test_more_time_and_fewer_options_hold_for_that_student_alone(desk: Desk) -> None:
    await a_class(desk.database, timed(), students=(ANA, BEN))
    service = AccommodationService(desk.database)
    noted = await service.note(TEACHING, ANA, None, more_time=50, fewer_options=9, now=NOW)
    assert isinstance(noted, Accommodated)
    assert noted.given == Accommodation(50, 0, 9)
    anas, bens = await desk.begin(ANA), await desk.begin(BEN)
    assert (anas.ends_at, bens.ends_at) == (NOW + LIMIT * 1.5, END)
    assert (len(anas.options), len(bens.options)) == (2, 4)
    await desk.answer_all(anas, right=3)
    assert isinstance(await desk.quizzes.submit(student(), anas.attempt, NOW), Passed)


async def test_what_is_not_said_stays_and_every_change_is_in_the_history(desk: Desk) -> None:
    section = await a_class(desk.database)
    service = AccommodationService(desk.database)
    await service.note(TEACHING, ANA, None, more_time=50, now=NOW)
    again = await service.note(TEACHING, ANA, None, more_tries=2, now=NOW)
    assert isinstance(again, Accommodated)
    assert (again.given, again.is_new) == (Accommodation(50, 2, 0), True)
    same = await service.note(TEACHING, ANA, None, now=NOW)
    assert isinstance(same, Accommodated)
    assert not same.is_new

    def kept(tx: Tx) -> Accommodation:
        me = tx.people.of(ANA)
        assert me is not None
        return tx.accommodations.of(section.id, me.person)

    assert await desk.database.read(kept) == Accommodation(50, 2, 0)
    assert await service.note(student(), ANA, None, more_time=300, now=NOW) == NotStaff()


async def test_a_right_option_never_goes_whatever_is_taken_away(desk: Desk) -> None:
    bank = [single(f"q{n}", right=n % 4) for n in range(12)]
    await a_class(desk.database, a_course(a_unit(bank=bank, draw=12), a_unit("matter", "Matter")))
    await AccommodationService(desk.database).note(TEACHING, ANA, None, fewer_options=1, now=NOW)
    asked = await desk.begin()
    over = await desk.quizzes.look_over(student(), asked.attempt, NOW)
    assert isinstance(over, LookOver)
    assert {len(each.options) for each in over.questions} == {3}
    await desk.answer_all(asked, right=12)
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, NOW), Passed)


async def test_whoever_left_is_not_handed_in_by_the_clock_until_they_are_back(
    desk: Desk, limits: TimeLimitService
) -> None:
    kept = await a_class(desk.database, timed())
    asked = await desk.begin()
    person = (await desk.stored(asked.attempt))[0].person
    await desk.database.write(lambda tx: tx.sections.leave(GUILD, person, NOW))
    later = END + timedelta(hours=1)
    assert await limits.next_instant(later) is None
    assert await limits.close(later) == 0
    assert (await desk.stored(asked.attempt))[0].submitted_at is None
    assert isinstance(await desk.quizzes.submit(student(), asked.attempt, later), LeftClass)
    await desk.database.write(lambda tx: tx.sections.enrol(kept.id, person, later))
    assert await limits.close(later) == 1
    assert (await desk.stored(asked.attempt))[0].submitted_at == END
