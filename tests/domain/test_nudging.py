"""The ladder of nudges: at the right instants, by a way that is open, one step at a time, never too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.ladder import LADDER
from bot.domain.nudging import (
    USE_AFTER,
    Away,
    Drop,
    Hours,
    Planned,
    Reach,
    SendAt,
    SendNow,
    due,
    first_way,
    next_instant,
    next_way,
    plan,
    when_sent,
)
from bot.domain.outbox import Way
from bot.domain.quiet import Days, OpenHours, last_open
from bot.domain.times import local_day
from tests.domain.test_times import CHICAGO, ZONES

HOURS = Hours(discord=OpenHours(time(7), time(21)), sms=OpenHours(time(9), time(20)))
EVERYTHING = Reach(dm=True, thread=True, sms=True, guardian=True)
NO_PHONE = Reach(dm=True, thread=True, sms=False)

INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(  # noqa: DTZ001  # UTC comes beside it
    lambda each: each.replace(microsecond=0, tzinfo=UTC)
)
REACHES = st.builds(Reach, dm=st.booleans(), thread=st.booleans(), sms=st.booleans(), guardian=st.booleans())


def chicago(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}-06:00").astimezone(UTC)


def planned(deadline: str) -> list[str]:
    """The steps as the clock in Chicago shows them."""
    return [
        f"{each.way} {each.at - timedelta(hours=6):%d %H:%M}"
        for each in plan(chicago(deadline), CHICAGO, HOURS)
    ]


@pytest.mark.parametrize(
    ("deadline", "steps"),
    [
        # at noon nothing is quiet; to a guardian half a day later it is
        ("2026-11-24T12:00", ["dm 23 12:00", "dm 24 09:00", "sms 24 11:00", "guardian 24 19:59"]),
        # at eight, three hours before is night, so it goes the evening before; so does the text
        ("2026-11-24T08:00", ["dm 23 08:00", "dm 23 20:59", "sms 23 19:59", "guardian 24 19:59"]),
        # the hours hold at their opening, and not at their closing
        ("2026-11-24T10:00", ["dm 23 10:00", "dm 24 07:00", "sms 24 09:00", "guardian 24 19:59"]),
        ("2026-11-25T00:00", ["dm 23 20:59", "dm 24 20:59", "sms 24 19:59", "guardian 25 12:00"]),
        ("2026-11-24T23:59", ["dm 23 20:59", "dm 24 20:59", "sms 24 19:59", "guardian 25 11:59"]),
        # what speaks of a deadline that has passed never comes before it
        ("2026-11-24T19:59", ["dm 23 19:59", "dm 24 16:59", "sms 24 18:59", "guardian 25 09:00"]),
    ],
)
def test_a_step_that_would_come_in_quiet_hours_goes_at_the_last_open_minute_before(
    deadline: str, steps: list[str]
) -> None:
    assert planned(deadline) == steps


@given(INSTANTS, st.sampled_from(ZONES))
def test_no_step_is_planned_in_quiet_hours_or_later_than_the_ladder_says(
    deadline: datetime, zone: str
) -> None:
    planned = plan(deadline, zone, HOURS)
    assert len(planned) == 4
    for step in planned:
        wanted = deadline - LADDER[step.number].before
        assert HOURS.of(step.way).hold(step.at, zone)
        before = last_open(wanted, zone, HOURS.of(step.way))
        assert before is not None
        assert step.at <= wanted or step.at > deadline >= before


class Student:
    """One who does nothing, looked at by a clock that may sleep."""

    def __init__(self, deadline: datetime, posted: datetime, zone: str, reach: Reach) -> None:
        self.steps = plan(deadline, zone, HOURS)
        self.deadline, self.posted, self.reach = deadline, posted, reach
        self.sent: list[tuple[datetime, Planned]] = []

    def look(self, now: datetime) -> None:
        taken = [step.key for _, step in self.sent]
        step = due(self.steps, self.posted, taken, self.reach, now)
        if step is not None:
            self.sent.append((now, step))


LOOKS = st.lists(st.integers(0, 40 * 60), min_size=1, max_size=40).map(sorted)


@given(INSTANTS, st.integers(1, 36 * 60), st.sampled_from(ZONES), REACHES, LOOKS)
@example(chicago("2026-11-24T08:00"), 30 * 60, CHICAGO, EVERYTHING, [6 * 60, 18 * 60, 19 * 60, 30 * 60])
def test_however_the_clock_sleeps_each_step_comes_once_in_order_and_never_after_the_deadline(
    deadline: datetime, lead: int, zone: str, reach: Reach, looks: list[int]
) -> None:
    posted = deadline - timedelta(minutes=lead)
    student = Student(deadline, posted, zone, reach)
    for minutes in looks:
        before = len(student.sent)
        student.look(posted + timedelta(minutes=minutes))
        student.look(posted + timedelta(minutes=minutes))  # a beat that comes twice changes nothing
        assert len(student.sent) <= before + 1
    steps = [step for _, step in student.sent]
    assert len({step.number for step in steps}) == len(steps)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    for now, step in student.sent:
        assert posted < step.at <= now < step.until
        assert step.until == (step.at + USE_AFTER if step.way is Way.GUARDIAN else deadline)
        assert step.way not in (Way.SMS, Way.GUARDIAN) or reach.open(step.way)


@given(INSTANTS, st.integers(1, 36 * 60), st.sampled_from(ZONES), REACHES)
def test_a_clock_that_is_awake_sends_every_step_that_lies_after_the_posting_at_its_instant(
    deadline: datetime, lead: int, zone: str, reach: Reach
) -> None:
    posted = deadline - timedelta(minutes=lead)
    student = Student(deadline, posted, zone, reach)
    now: datetime | None = posted
    while (now := next_instant(student.steps, posted, now)) is not None:
        student.look(now)
    wanted = {step.at: step for step in sorted(student.steps, key=lambda each: each.number)}
    mine = {at for at, step in wanted.items() if step.way is Way.DM or reach.open(step.way)}
    expected = [at for at in mine if posted < at]
    assert [now for now, _ in student.sent] == sorted(expected)


def test_a_bot_that_slept_through_two_steps_sends_the_latest_alone() -> None:
    deadline = chicago("2026-11-24T12:00")
    student = Student(deadline, chicago("2026-11-20T12:00"), CHICAGO, NO_PHONE)
    student.look(chicago("2026-11-24T10:00"))
    student.look(chicago("2026-11-24T11:30"))
    assert [step.number for _, step in student.sent] == [1]


def test_pre_work_posted_after_a_steps_instant_does_not_send_it_at_once() -> None:
    deadline = chicago("2026-11-24T12:00")
    student = Student(deadline, chicago("2026-11-24T08:59"), CHICAGO, NO_PHONE)
    student.look(chicago("2026-11-24T08:59"))
    assert not student.sent
    student.look(chicago("2026-11-24T09:00"))
    assert len(student.sent) == 1


def test_at_the_deadline_nothing_goes_out_to_the_student_any_more() -> None:
    deadline = chicago("2026-11-24T12:00")
    student = Student(deadline, chicago("2026-11-20T12:00"), CHICAGO, EVERYTHING)
    student.look(deadline)
    assert not student.sent


@pytest.mark.parametrize(
    ("wanted", "reach", "way"),
    [
        (Way.DM, Reach(dm=True, thread=True, sms=True), Way.DM),
        (Way.DM, Reach(dm=False, thread=True, sms=True), Way.THREAD),
        (Way.DM, Reach(dm=False, thread=False, sms=True), Way.SMS),
        (Way.DM, Reach(dm=False, thread=False, sms=False, guardian=True), Way.GUARDIAN),
        (Way.DM, Reach(dm=False, thread=False, sms=False), None),
        (Way.SMS, Reach(dm=True, thread=True, sms=True), Way.SMS),
        (Way.SMS, Reach(dm=True, thread=True, sms=False), None),
    ],
)
def test_a_message_goes_by_the_wanted_way_or_the_next_open_one(
    wanted: Way, reach: Reach, way: Way | None
) -> None:
    assert first_way(wanted, reach) is way


@given(REACHES)
def test_from_way_to_way_every_open_one_is_tried_once_and_then_the_teacher_is_told(reach: Reach) -> None:
    way, tried = first_way(Way.DM, reach), []
    while way is not None:
        tried.append(way)
        way = next_way(way, reach)
    assert tried == [each for each in (Way.DM, Way.THREAD, Way.SMS, Way.GUARDIAN) if reach.open(each)]


@given(
    INSTANTS,
    st.integers(-60, 48 * 60),
    st.sampled_from((Way.DM, Way.THREAD, Way.SMS)),
    st.sampled_from(ZONES),
)
def test_the_last_look_sends_in_open_hours_holds_until_they_open_or_drops_what_is_of_no_use(
    now: datetime, minutes: int, way: Way, zone: str
) -> None:
    useful_until = now + timedelta(minutes=minutes)
    open_now = HOURS.of(way).hold(now, zone)
    match when_sent(way, zone, HOURS, useful_until, now):
        case SendNow():
            assert open_now
            assert now < useful_until
        case SendAt(at):
            assert not open_now
            assert now < at < useful_until
            assert HOURS.of(way).hold(at, zone)
        case Drop(why):
            assert why
            assert now >= useful_until or not open_now


# --- days off and absences -------------------------------------------------------------------------

WEEKENDS = Hours(
    discord=OpenHours(time(7), time(21), frozenset((6, 7))),
    sms=OpenHours(time(9), time(20), frozenset((6, 7)), (Days(date(2026, 11, 25), date(2026, 11, 27)),)),
)


def test_for_a_deadline_on_monday_morning_the_reminders_come_on_friday_evening() -> None:
    steps = plan(chicago("2026-11-23T08:00"), CHICAGO, WEEKENDS)
    assert [f"{each.way} {each.at - timedelta(hours=6):%a %H:%M}" for each in steps] == [
        "dm Fri 20:59",
        "dm Fri 20:59",
        "sms Fri 19:59",
        "guardian Mon 19:59",
    ]


def test_what_speaks_of_a_deadline_on_sunday_waits_for_monday_and_not_for_ever() -> None:
    *_, told = plan(chicago("2026-11-22T20:00"), CHICAGO, WEEKENDS)
    assert (told.way, told.at) == (Way.GUARDIAN, chicago("2026-11-23T09:00"))
    long = Hours(
        WEEKENDS.discord,
        OpenHours(time(9), time(20), frozenset(), (Days(date(2026, 11, 22), date(2026, 12, 20)),)),
    )
    assert Way.GUARDIAN not in [each.way for each in plan(chicago("2026-11-22T20:00"), CHICAGO, long)]


@given(INSTANTS, st.sampled_from(ZONES))
def test_no_step_is_planned_on_a_day_off(deadline: datetime, zone: str) -> None:
    for step in plan(deadline, zone, WEEKENDS):
        assert WEEKENDS.of(step.way).hold(step.at, zone)


def test_an_absence_takes_what_lies_in_it_and_on_return_the_plan_goes_on() -> None:
    deadline = chicago("2026-11-26T12:00")  # a Thursday
    steps, since = plan(deadline, CHICAGO, HOURS), chicago("2026-11-20T12:00")
    away = [Away(date(2026, 11, 24), date(2026, 11, 25), noted_at=since)]

    def come(at: str, away: list[Away]) -> str | None:
        step = due(steps, since, (), NO_PHONE, chicago(at), CHICAGO, away)
        return step.key if step else None

    assert come("2026-11-25T12:00", []) == "dm1440"
    assert come("2026-11-25T12:00", away) is None
    assert come("2026-11-26T07:00", away) is None  # back, and not caught up with yesterday's
    assert come("2026-11-26T09:00", away) == "dm180"
    # back on the very day: what lay before the teacher said so is not caught up with either
    back = [Away(date(2026, 11, 26), date(2026, 11, 25), noted_at=chicago("2026-11-26T09:30"))]
    assert come("2026-11-26T09:31", back) is None
    # noted for next week: this week goes on as planned
    assert come("2026-11-26T09:00", [Away(date(2026, 11, 30), None, since)]) == "dm180"


@given(
    INSTANTS, st.integers(1, 60), st.integers(-3, 3), st.sampled_from((None, 0, 2)), st.sampled_from(ZONES)
)
def test_nobody_who_is_away_has_a_step(
    deadline: datetime, lead: int, begins: int, days: int | None, zone: str
) -> None:
    first = deadline.date() + timedelta(days=begins)
    last = None if days is None else first + timedelta(days=days)
    posted = deadline - timedelta(hours=lead)
    away = Away(first, last, noted_at=posted)
    steps = plan(deadline, zone, HOURS)
    now: datetime | None = posted
    while (now := next_instant(steps, posted, now)) is not None:
        step = due(steps, posted, (), EVERYTHING, now, zone, [away])
        assert step is None or not away.hold(local_day(now, zone))
