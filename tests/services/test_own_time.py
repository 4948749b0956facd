"""Who joins late, or goes slower, is behind for nothing that was over before it opened to them (P24, K41)."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.own_time import deadline_for
from bot.domain.records import Posted, Section
from bot.domain.today import DoPreWork
from bot.services.audiences import BEHIND, _belongs
from bot.services.ports import Tx
from bot.services.posting import _standing
from bot.services.prework import Credited, PreWorkService
from bot.services.progress import ProgressService, Today
from bot.storage.database import Database
from tests.builders import ANA, BEN, NOW, a_class, posted_pre_work, student

DAY = timedelta(days=1)
JOINED = NOW + 10 * DAY


async def late_ben(database: Database) -> tuple[Section, Posted]:
    """Ana was there when the pre-work of the first unit was given, due in a day; Ben joins nine days after that."""
    section = await a_class(database, students=[ANA])
    posted = await posted_pre_work(database, section, "measurement")

    def join(tx: Tx) -> None:
        person = tx.people.known(BEN, JOINED).person
        tx.sections.enrol(section.id, person, JOINED)
        tx.progress.open(person, section.course_id, "measurement", JOINED)

    await database.write(join)
    return section, posted


def person_of(tx: Tx, account: int) -> int:
    me = tx.people.of(account)
    assert me is not None
    return me.person


async def step_of(database: Database, account: int, now: datetime) -> DoPreWork:
    today = await ProgressService(database).today(student(account), now)
    assert isinstance(today, Today)
    step = today.classes[0].step
    assert isinstance(step, DoPreWork)
    return step


async def test_today_shows_a_late_joiner_their_own_deadline_and_the_others_the_class_s(
    database: Database,
) -> None:
    section, posted = await late_ben(database)
    own = deadline_for(posted.deadline, posted.posted_at, JOINED, section.zone)
    ben = await step_of(database, BEN, JOINED)
    assert (ben.posted.deadline, ben.overdue) == (own, False)
    assert own == JOINED + DAY
    ana = await step_of(database, ANA, JOINED)
    assert (ana.posted.deadline, ana.overdue) == (posted.deadline, True)
    assert (await step_of(database, BEN, own)).overdue


async def test_the_list_of_who_is_behind_and_each_student_s_own_answer_agree_at_every_hour(
    database: Database,
) -> None:
    section, _ = await late_ben(database)

    def agree(tx: Tx) -> list[set[int]]:
        found: list[set[int]] = []
        for hour in range(0, 14 * 24, 6):
            now = NOW + timedelta(hours=hour)
            behind = tx.prework.behind(section.id, now)
            for account in (ANA, BEN):
                person = person_of(tx, account)
                assert (person in behind) == _belongs(tx, section, BEHIND, person, now)
            found.append({account for account in (ANA, BEN) if person_of(tx, account) in behind})
        return found

    seen = await database.read(agree)
    assert [each for place, each in enumerate(seen) if place == 0 or each != seen[place - 1]] == [
        set(),
        {ANA},
        {ANA, BEN},
    ]


async def test_the_status_and_the_teachers_list_name_a_late_joiner_as_on_their_own_time(
    database: Database,
) -> None:
    _, posted = await late_ben(database)

    def look(tx: Tx) -> None:
        status = _standing(tx, posted)
        assert [each.account.discord for each in status.owing] == [ANA]
        assert [(each.account.discord, each.until) for each in status.own_time] == [(BEN, JOINED + DAY)]
        assert not status.locked

    await database.read(look)


async def test_a_late_joiner_s_hand_in_before_their_own_deadline_is_on_time(database: Database) -> None:
    _, posted = await late_ben(database)

    service = PreWorkService(database)
    await service.start(student(BEN), posted.handle, JOINED)
    words = "The scale is read to one digit more than its marks show, and that digit is a guess."
    result = await service.hand_in(
        student(BEN), posted.handle, (), words, "Why is the last digit a guess?", JOINED + timedelta(hours=2)
    )
    assert isinstance(result, Credited)
    assert not result.late
