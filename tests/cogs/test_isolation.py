"""A fault stops only the thing it is in, as teachers and students see it: the others are told, the one can be undone."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.apart import AGAIN
from tests.classroom import ZONE, Classroom, Person
from tests.cogs.test_quiz import PACK

LIMIT = timedelta(minutes=10)
TIMED = PACK.replace(b"draw = 5\n", b"draw = 5\ntime_limit_minutes = 10\n")
SUMMATIVE = PACK.replace(b"draw = 5\n", b"draw = 5\nsummative = true\n")
ITEMS = "".join(f'<answer fraction="{n}"><text>step {n}</text></answer>' for n in (1, 2, 3))
ORDERS = "<quiz>{}</quiz>".format(
    "".join(
        f'<question type="ordering"><name><text>o{n}</text></name>'
        f'<questiontext format="plain_text"><text>Order {n}</text></questiontext>{ITEMS}</question>'
        for n in range(60)
    )
)
TRIES = sum(AGAIN, timedelta(minutes=1))
STAFF = "period-3-teachers"


async def open_class(room: Classroom, pack: bytes, *students: Person) -> None:
    await room.teacher.slash("course import", pack=("reading.toml", pack))
    await room.teacher.slash("class create", name="Period 3", course="reading", zone=ZONE, bar=80)
    await room.teacher.press("Create the class")
    await room.join(*students)


async def bring_in_orders(teacher: Person) -> None:
    await teacher.slash("bank import", unit="1", file=("b.xml", ORDERS.encode()), objective="1.1")
    shown = await teacher.press("Bring them in")
    await teacher.press(next(label for label in shown.buttons if label.startswith("Use it")))


async def half_an_order(who: Person) -> None:
    for _ in range(5):
        if "Press what comes first" in who.screen.text:
            break
        await who.press("Next")
    await who.press("A")


async def announce(room: Classroom, words: str) -> None:
    screen = await room.teacher.slash("announce")
    screen = await room.teacher.fill(words=words)
    await room.teacher.press(next(label for label in screen.buttons if label.startswith("Send to")))


def spoil(room: Classroom, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What nobody of ours would write: a disk's fault, an older copy's, somebody's own hand."""
    with closing(sqlite3.connect(room.app.settings.storage.path)) as file, file:
        return file.execute(statement, values).fetchall()


def told(room: Classroom, words: str) -> int:
    return sum(words in text for text in room.shown_in(STAFF))


def heard(who: Person, words: str) -> int:
    return sum(words in text for text in who.inbox)


# --- an order that is not whole --------------------------------------------------------------------


async def test_half_an_order_when_the_time_is_up_is_marked_and_everybody_hears_what_they_should(
    classroom: Classroom,
) -> None:
    ana, ben, _ = classroom.students
    await open_class(classroom, TIMED, ana, ben)
    await bring_in_orders(classroom.teacher)
    await ana.slash("quiz")
    await half_an_order(ana)
    await announce(classroom, "Bring your goggles.")
    await classroom.move(LIMIT + timedelta(minutes=2))
    assert heard(ana, "Its time was up") == 1
    assert heard(ben, "Bring your goggles.") == 1


async def test_half_an_order_when_a_summative_check_closes_is_marked(classroom: Classroom) -> None:
    ana, ben, _ = classroom.students
    await open_class(classroom, SUMMATIVE, ana, ben)
    await bring_in_orders(classroom.teacher)
    await classroom.teacher.slash("summative open", unit="1", opens="now", closes="11:00")
    await ana.slash("quiz")
    if "Press what comes first" not in ana.screen.text and "Next" not in ana.screen.buttons:
        await ana.press(next(iter(ana.screen.buttons)))
    await half_an_order(ana)
    await classroom.move(timedelta(hours=1, minutes=2))
    assert heard(ana, "First steps") >= 1
    ((is_open,),) = spoil(classroom, "SELECT count(*) FROM attempt WHERE submitted_at IS NULL")
    assert is_open == 0


async def test_who_left_an_order_half_done_hands_in_what_there_is_once_the_time_is_up(
    classroom: Classroom,
) -> None:
    ana, *_ = classroom.students
    await open_class(classroom, TIMED, ana)
    await bring_in_orders(classroom.teacher)
    await ana.slash("quiz")
    await half_an_order(ana)
    await classroom.sleep(LIMIT + timedelta(seconds=5))
    late = await ana.slash("quiz")
    await ana.press(next(label for label in late.buttons if "and in" in label or "result" in label.lower()))
    assert "0 %" in ana.screen.text


# --- a check that cannot be read, and its teacher --------------------------------------------------


async def test_a_check_that_cannot_be_closed_is_told_once_and_its_teacher_lets_the_student_begin_anew(
    classroom: Classroom,
) -> None:
    room, (ana, ben, _) = classroom, classroom.students
    await open_class(room, TIMED, ana, ben)
    await ana.slash("quiz")
    bodies = spoil(room, "SELECT id, body FROM question")
    spoil(room, "UPDATE question SET body = ?", json.dumps({"kind": "riddle"}))
    await announce(room, "Bring your goggles.")
    await room.move(LIMIT + TRIES + timedelta(minutes=2))
    assert heard(ben, "Bring your goggles.") == 1
    assert told(room, "I could not mark it") == 1
    await room.restart()
    await room.move(timedelta(days=3))
    assert told(room, "I could not mark it") == 1

    done = await room.teacher.slash(
        "override", student=ana.actor, unit="1", reason="it broke", decision="begin anew"
    )
    assert "counts for nothing" in done.text
    for number, body in bodies:
        spoil(room, "UPDATE question SET body = ? WHERE id = ?", body, number)
    assert heard(ana, "A fresh start") == 1
    assert "question 1 of 5" in (await ana.slash("quiz")).text
    again = await room.teacher.slash(
        "override", student=ben.actor, unit="1", reason="x", decision="begin anew"
    )
    assert "Nothing is in the way" in again.text


@pytest.mark.parametrize(
    "answer",
    ["", "null", "[1", "[]", "17", '{"ordered": "x"}', '{"ordered": [7, 7]}', '{"chosen": [99]}', "{}"],
)
async def test_a_garbled_answer_counts_as_none(classroom: Classroom, answer: str) -> None:
    ana, *_ = classroom.students
    await open_class(classroom, TIMED, ana)
    await ana.slash("quiz")
    spoil(classroom, "UPDATE attempt_item SET answer = ?, answered_at = 1", answer)
    assert "question 1 of 5" in (await ana.slash("quiz")).text
    await classroom.move(LIMIT + timedelta(minutes=2))
    assert heard(ana, "Its time was up") == 1
    spoil(classroom, "UPDATE attempt_item SET answer = ?", answer)
    await ana.press("See my result", ana.last_dm())
    assert "0 %" in ana.screen.text
    await classroom.teacher.slash("checks analysis")


# --- jobs, rows and whole classes ------------------------------------------------------------------


async def test_whichever_job_raises_every_time_messages_arrive_and_it_is_named(classroom: Classroom) -> None:
    room, ana = classroom, classroom.students[0]
    await open_class(room, PACK, ana)
    room.expects_faults = True
    jobs = room.app.jobs.all
    assert len(jobs) > 6
    for number, job in enumerate(jobs):
        room.app.jobs.all = tuple(_raising(each) if each is job else each for each in jobs)
        await room.teacher.slash("announce")
        await room.teacher.fill(words=f"Message {number}.")
        spoil(room, "UPDATE outbox SET due_at = due_at")
        await room.teacher.press("Send to 1")
        room.app.jobs.all = jobs if job.name == "announcements" else room.app.jobs.all
        await room.move(timedelta(seconds=40))
        assert heard(ana, f"Message {number}.") == 1, job.name
        if job.plan is not None and job.name != "announcements":
            assert room.app.jobs.failing() == (job.name,)
        room.app.jobs.all = jobs
        await room.work()
        assert room.app.jobs.failing() in ((), ("deliver",), ("members",))


def _raising(job: Any) -> Any:
    async def raising(now: datetime) -> Any:
        raise ZeroDivisionError

    # the courier's own alarm is what makes the others' messages go in this world
    return replace(
        job, plan=raising if job.plan else None, next_instant=raising if job.plan else job.next_instant
    )


async def test_a_beat_starts_the_courier_whatever_its_jobs_raise(classroom: Classroom) -> None:
    started: list[str] = []
    jobs = classroom.app.jobs.all
    starting = {each.name for each in jobs if each.start is not None}
    assert starting == {"deliver", "members"}
    classroom.app.jobs.all = tuple(
        replace(
            _raising(each),
            start=(lambda name=each.name: started.append(name)) if each.start else None,
        )
        for each in jobs
    )
    await classroom.app.beat()
    assert started == ["deliver", "members"]


ROWS = {
    "args": "[]",
    "args ": "{",
    "kind": "riddle",
    "way": "pigeon",
    "due_at": "soon",
    "expires_at": "later",
    "created_at": "once",
}


async def test_rows_that_cannot_be_read_are_ended_and_told_and_hold_up_no_other(classroom: Classroom) -> None:
    room, (ana, ben, chloe) = classroom, classroom.students
    await open_class(room, PACK, ana, ben, chloe)
    for number, (column, value) in enumerate(ROWS.items()):
        spoil(
            room,
            "INSERT INTO outbox (dedupe_key, kind, way, person_id, section_id, args, nonce, state, due_at, created_at) "
            "SELECT 'bad' || ?, 'inbox_call', 'room', NULL, id, '{}', 'bad' || ?, 'due', 1, 1 FROM section",
            number,
            number,
        )
        statement = f"UPDATE outbox SET {column} = ? WHERE dedupe_key = 'bad' || ?"  # noqa: S608  # our own words
        spoil(room, statement, value, number)
    await announce(room, "Bring your goggles.")
    await room.move(timedelta(minutes=1))
    assert [heard(each, "Bring your goggles.") for each in (ana, ben, chloe)] == [1, 1, 1]
    states = spoil(room, "SELECT dedupe_key, state FROM outbox WHERE dedupe_key LIKE 'bad%'")
    assert {state for _, state in states} == {"failed"}, states
    assert told(room, "message could not be sent") == len(ROWS)
    vitals = await room.app.services.vitals.look(room.clock())
    assert vitals.given_up == len(ROWS)


async def test_a_class_whose_zone_does_not_exist_stops_no_other_and_is_told(classroom: Classroom) -> None:
    room, (ana, ben, _) = classroom, classroom.students
    await room.open_class()
    await room.join(ana)
    await room.teacher.slash("class create", name="Period 4", course="intro-chemistry", zone=ZONE)
    await room.teacher.press("Create the class")
    await ben.slash("join")
    await ben.pick("Period 4")
    await _old_enough(ben)
    for name in ("Period 3", "Period 4"):
        options: dict[str, Any] = {"class": name}
        await room.teacher.slash("prework post", unit="1", deadline="tomorrow 12:00", **options)
    spoil(room, "UPDATE section SET zone = 'Mars/Olympus' WHERE name = 'Period 4'")
    room.expects_faults = True
    await room.move(timedelta(hours=23))
    assert heard(ana, "Still open") >= 1
    texts = room.shown_in("period-4-teachers")
    assert sum("cannot be planned" in text for text in texts) == 1
    (row,) = await room.app.services.vitals.set_aside()
    assert (row.job, row.tries >= 3) == ("plan", True)


async def _old_enough(who: Person) -> None:
    await who.press(next(label for label in who.screen.buttons if "Join" in label))
    if "Open my inbox" in who.screen.buttons:
        await who.press("Open my inbox")


async def test_a_student_whose_zone_does_not_exist_keeps_to_the_class_s(classroom: Classroom) -> None:
    room, (ana, ben, _) = classroom, classroom.students
    await room.open_class()
    await room.join(ana, ben)
    spoil(room, "UPDATE person SET zone = 'Mars/Olympus' WHERE id = (SELECT min(person_id) FROM enrolment)")
    await room.post_prework()
    await room.move(timedelta(hours=23))
    assert heard(ana, "Still open") >= 1
    assert heard(ben, "Still open") >= 1


async def test_an_announcement_that_cannot_be_begun_stops_no_other_and_its_author_is_told(
    classroom: Classroom,
) -> None:
    room, (ana, *_) = classroom, classroom.students
    await open_class(room, PACK, ana)
    await announce(room, "The first one.")
    spoil(room, "UPDATE announcement SET audience = '[]'")
    await announce(room, "The second one.")
    await room.move(timedelta(minutes=1) + TRIES)
    assert heard(ana, "The second one.") == 1
    assert heard(ana, "The first one.") == 0
    assert told(room, "The first one.") == 1
