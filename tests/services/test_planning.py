"""The plan for whole classes, held against the rule for one student: slow, obvious, and in Python."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.domain.ladder import LADDER, Step, ladder_to_json
from bot.domain.nudging import due, first_way, list_at, plan
from bot.domain.outbox import Kind, Way
from bot.domain.phones import NewNumber
from bot.domain.quiet import Days
from bot.domain.records import Holiday, Messaging, Posted
from bot.services import planning
from bot.services.nudges import NudgeService, reach_of
from bot.services.ports import Tx
from bot.services.rules import class_rules
from bot.storage.database import Database
from bot.storage.message_tables import guardian
from bot.storage.tables import enrolment, outbox, person, prework, progress
from tests.builders import NOW, Ids, a_class, posted_pre_work
from tests.services.mail import HOURS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STUDENTS = 14
ZONES = (None, None, "America/Los_Angeles", "Pacific/Chatham", "Asia/Kathmandu", "America/Santiago")

Row = tuple[int | None, str | None, str, str, datetime | None]


def connection(tx: Tx) -> sa.Connection:
    return tx.outbox._db  # type: ignore[attr-defined]


class World:
    """One class in which everything that decides is drawn by lot."""

    def __init__(self, tx: Tx, posted: Posted, dice: random.Random) -> None:
        self.dice, self.posted = dice, posted
        posted_at = NOW - dice.choice((HOUR, 3 * DAY))
        deadline = (
            NOW + dice.choice((7 * HOUR, DAY, 2 * DAY, 5 * DAY)) + dice.randrange(600) * timedelta(minutes=1)
        )
        changes = {"posted_at": posted_at, "deadline": deadline, "next_at": posted_at}
        if dice.random() < 0.2:
            changes["channel_id"] = None  # type: ignore[assignment]  # no threads
        connection(tx).execute(prework.update().values(**changes))
        self._rules(tx)
        for each in tx.sections.students(posted.section.id):
            self._student(tx, each.person)
        self.posted = tx.prework.get(posted.id)

    def _rules(self, tx: Tx) -> None:
        dice = self.dice
        if dice.random() < 0.3:
            return
        steps = (
            Step(timedelta(hours=dice.randint(-30, 60)), dice.choice((Way.DM, Way.SMS))) for _ in range(3)
        )
        ladder = {*steps, Step(timedelta(hours=-dice.randint(1, 30)), Way.GUARDIAN)}
        tx.messaging.keep(
            self.posted.section.id,
            Messaging(
                ladder=dice.choice((None, ladder_to_json(sorted(ladder, key=lambda each: each.key)))),
                dm_opens=dice.choice((None, "06:30")),
                dm_closes=dice.choice((None, "14:00")) and "14:00",
                days_off=dice.choice(((6, 7), (), (2, 3))),
                guardian_rule=dice.choice(("off", "student")),
                ladder_since=dice.choice((None, NOW - dice.randint(0, 40) * HOUR)),
            ),
        )
        if dice.random() < 0.3:
            day = date(2026, 11, 20) + timedelta(days=dice.randint(0, 8))
            holiday = Holiday(Days(day, day + timedelta(days=dice.randint(0, 2))), "")
            tx.reminders.keep_holiday(self.posted.section.id, holiday)

    def _student(self, tx: Tx, who: int) -> None:
        dice, db = self.dice, connection(tx)
        db.execute(person.update().where(person.c.id == who).values(zone=dice.choice(ZONES)))
        at = NOW - dice.choice((3 * DAY, 2 * HOUR, -5 * HOUR))
        db.execute(enrolment.update().where(enrolment.c.person_id == who).values(joined_at=at))
        at = NOW - dice.choice((3 * DAY, 3 * DAY, -20 * HOUR, -40 * HOUR))
        db.execute(progress.update().where(progress.c.person_id == who).values(opened_at=at))
        if dice.random() < 0.6:
            tx.people.ask_inbox(who, NOW)
            tx.people.set_dm_channel(who, 1000 + who)
        if dice.random() < 0.4:
            tx.phones.give(who, NewNumber(b"n", f"hash {who}", (), b"", NOW))
            tx.phones.confirm(who, NOW)
        if dice.random() < 0.4:
            given = {"section_id": self.posted.section.id, "number": b"n", "number_hash": "h", "given_by": 1}
            confirmed = dice.choice((NOW, None))
            db.execute(guardian.insert().values(person_id=who, given_at=NOW, confirmed_at=confirmed, **given))
        if dice.random() < 0.15:
            tx.prework.hand_in(self.posted.id, who, draft={}, at=NOW, reasons=(), credited=True, late=False)
        if dice.random() < 0.1:
            db.execute(enrolment.update().where(enrolment.c.person_id == who).values(left_at=NOW))
        if dice.random() < 0.4:
            first = date(2026, 11, 22) + timedelta(days=dice.randint(0, 4))
            last = dice.choice((None, first + timedelta(days=dice.randint(-1, 3))))
            noted = NOW + dice.randint(-40, 20) * HOUR
            tx.reminders.note_absence(self.posted.section.id, who, first, last, 1, noted)


def expected(tx: Tx, posted: Posted, now: datetime) -> set[Row]:
    """What one look at each student by himself would plan."""
    rules, found = class_rules(tx, posted.section.id, HOURS), set[Row]()
    for owing in tx.prework.owing(posted.id):
        if owing.since >= posted.deadline:
            continue  # on their own time
        zone = owing.account.zone or posted.section.zone
        steps = plan(posted.deadline, zone, rules.hours, rules.ladder)
        since = max(posted.posted_at or now, owing.since, rules.since or owing.since)
        reach = reach_of(tx, owing, posted, posted.section.id, rules)
        away = tx.reminders.away(posted.section.id, owing.account.person)
        step = due(steps, since, owing.steps, reach, now, zone, away)
        if step is not None:
            way = first_way(step.way, reach)
            kind = Kind.NUDGE if way else Kind.UNREACHED
            found.add((owing.account.person, step.key, kind, way or Way.ROOM, step.until))
    told = list_at(posted.deadline, rules.ladder)
    since = max(posted.posted_at or now, rules.since or posted.posted_at or now)
    if (
        told is not None
        and since < told <= now < told + DAY
        and not tx.outbox.about(Kind.NUDGE_LIST, posted.id)
    ):
        found.add((None, None, Kind.NUDGE_LIST, Way.ROOM, told + DAY))
    return found


def rows(tx: Tx, after: int) -> tuple[int, set[Row]]:
    columns = (outbox.c.person_id, outbox.c.args["step"].as_string(), outbox.c.kind, outbox.c.way)
    query = sa.select(outbox.c.id, *columns, outbox.c.expires_at).where(outbox.c.id > after)
    found = [tuple(row) for row in connection(tx).execute(query)]
    return max((row[0] for row in found), default=after), {row[1:] for row in found}


@pytest.mark.parametrize("seed", range(24))
async def test_whole_classes_are_planned_as_each_student_would_be(
    database: Database, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    monkeypatch.setattr(planning, "PIECE", dice.choice((400, 5, 1)))
    accounts = [3_000 + number for number in range(STUDENTS)]
    section = await a_class(database, students=accounts)
    given = await posted_pre_work(database, section, "measurement")
    posted = await database.write(lambda tx: World(tx, given, dice).posted)
    nudges = NudgeService(database, HOURS, Ids(), lambda: None)
    now, last, seen = NOW - DAY, 0, 0
    while now < posted.deadline + 3 * DAY:
        if dice.random() < 0.5:  # half the looks are asked for, half come as the plan itself says
            at = now
            await database.write(lambda tx, at=at: tx.planning.look_again(section.id, at))
        wanted = await database.read(expected, posted, now)
        count = await nudges.plan(now)
        last, got = await database.read(rows, last)
        assert got == wanted, f"seed {seed} at {now}"
        assert count == len(wanted)
        seen += count
        ahead = await nudges.next_instant(now)
        assert ahead is None or ahead > now
        jumps = [now + dice.choice((HOUR, 5 * HOUR, 17 * HOUR)), *([ahead] if ahead else [])]
        now = dice.choice(jumps)
    assert seen > 0 or seed in NOTHING


#: by lot no step of its ladder lies where anybody could have it
NOTHING = {19}


async def test_with_no_step_come_no_student_is_read(database: Database) -> None:
    section = await a_class(database, students=[3_000])
    await posted_pre_work(database, section, "measurement")
    nudges = NudgeService(database, HOURS, Ids(), lambda: None)
    await nudges.plan(NOW)
    ahead = await nudges.next_instant(NOW)
    assert ahead is not None
    assert ahead == NOW + DAY - 3 * HOUR  # the step of a day before lay at the posting

    def due_before(tx: Tx, at: datetime) -> int:
        return len(tx.planning.due(at, 10))

    assert await database.read(due_before, ahead - timedelta(microseconds=1)) == 0
    assert await database.read(due_before, ahead) == 1


async def test_the_usual_ladder_is_what_a_class_that_said_nothing_has(database: Database) -> None:
    section = await a_class(database)
    rules = await database.read(class_rules, section.id, HOURS)
    assert rules.ladder == LADDER
    assert rules.hours.discord.weekdays_off == {6, 7}
    assert not rules.guardians
