"""Whatever happens to a message, somebody knows: nothing is lost to a refusal, a crash or a long sleep."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.delivery.errors import TO_PERSON, read
from bot.domain.messages import Outcome, Parcel, Sent
from bot.domain.outbox import UNDER_WAY, Delivery, Kind, State, Way
from bot.domain.records import Section
from bot.services.nudges import NudgeService
from bot.services.places import prework_channel, staff_channel
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import GUILD, NOW, Ids, a_class
from tests.services.mail import HOURS, Mail, arrives

#: (status, code) of refusals that a student's message meets: a member, a server or a channel that is not there,
#: each kind of 403, a single 404, and codes that nobody has seen yet
CAUSES = [
    (404, 10003), (404, 10004), (404, 10007), (404, 10013), (404, 0), (404, 99999), (403, 50001), (403, 50007),
    (403, 50009), (403, 50013), (403, 50033), (403, 50278), (403, 20026), (403, 40003), (403, 0), (403, 99999),
    (400, 20009), (400, 50035), (400, 200000), (400, 240000), (401, 0), (429, 0), (500, 0), (503, 0), (400, 99999),
]  # fmt: skip


class School:
    """A class of twelve with open inboxes; pre-work is due in two days, so the first nudge comes after one."""

    def __init__(self, database: Database, section: Section) -> None:
        self.database, self.section, self.mail = database, section, Mail(database)
        self.nudges = NudgeService(database, HOURS, Ids(last=5000), lambda: None)

    async def rows(self) -> list[Delivery]:
        return [each for each in await self.mail.rows() if each.kind in (Kind.NUDGE, Kind.UNREACHED)]


@pytest.fixture
async def school(database: Database) -> School:
    students = range(100, 112)
    section = await a_class(database, students=students)
    await database.write(_open, section, students)
    await database.write(_post, section)
    return School(database, section)


def _open(tx: Tx, section: Section, students: range) -> None:
    for account in students:
        person = tx.people.known(account, NOW).person
        tx.people.ask_inbox(person, NOW)
        tx.people.set_dm_channel(person, account * 10)
    for number, purpose in enumerate((prework_channel(section), staff_channel(section))):
        tx.sections.set_place(GUILD, purpose, "channel", 900 + number)


def _post(tx: Tx, section: Section) -> None:
    unit = tx.courses.units(section.revision_id)[0]
    posted = tx.prework.create(
        handle="p", section=section.id, unit=unit.id, post_at=NOW, deadline=NOW + timedelta(days=2),
        zone=section.zone, wall="2026-11-25T16:00",
    )  # fmt: skip
    tx.prework.mark_posted(posted.id, 1, 2, NOW)


def refusal(status: int, code: int) -> Outcome:
    response: Any = SimpleNamespace(status=status, reason="refused", headers={})
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    return read(kind(response, {"code": code, "message": "refused"}), TO_PERSON)


@pytest.mark.parametrize(("status", "code"), CAUSES)
async def test_a_refused_message_waits_goes_another_way_or_is_told_to_the_teacher(
    school: School, status: int, code: int
) -> None:
    """RD3."""
    at = NOW + timedelta(days=1, minutes=1)
    await school.nudges.plan(at)

    def fate(delivery: Delivery, parcel: Parcel) -> Outcome:
        is_first = delivery.kind is Kind.NUDGE and delivery.way is Way.DM
        return refusal(status, code) if is_first else arrives(delivery, parcel)

    await school.mail.carry(at, fate)
    rows = await school.rows()
    by_person: dict[int | None, list[Delivery]] = {}
    for each in rows:
        by_person.setdefault(each.person, []).append(each)
    assert len(by_person) == 12, "nobody's row is gone"
    for mine in by_person.values():
        if code == 10007:  # whoever left the class is owed nothing more
            assert [each.state for each in mine] == [State.FAILED, State.SUPPRESSED]
            continue
        waits = any(each.state in UNDER_WAY for each in mine)
        arrived = sum(each.state is State.SENT for each in mine)
        assert waits + arrived == 1, mine
        assert all(each.why for each in mine if each.state not in (State.SENT, State.DUE)), mine
    troubles = [each for each in await school.mail.rows() if each.kind is Kind.TROUBLE]
    assert len({each.key for each in troubles}) == len(troubles)
    assert len([each for each in troubles if "gets no DMs" not in str(each.args)]) <= 1, "told once per cause"


@pytest.mark.parametrize("asleep", [1 / 360, 1 / 6, 6, 22, 72], ids=str)
async def test_a_bot_that_was_off_decides_about_everything_at_its_start_and_writes_to_nobody_twice(
    school: School, asleep: float
) -> None:
    """RD4: due rows wait in the outbox, and further steps come due while the bot is off for so many hours."""
    at = NOW + timedelta(days=1, minutes=1)
    assert await school.nudges.plan(at) == 12
    woken = at + timedelta(hours=asleep)
    await school.nudges.plan(woken)
    gone: Counter[int | None] = Counter()
    for delivery, _ in await Mail(school.database).carry(woken):
        if delivery.kind is Kind.NUDGE:
            gone[delivery.person] += 1
    rows = await school.rows()
    assert all(count == 1 for count in gone.values()), gone
    for each in rows:
        held = each.state is State.DUE and each.due_at > woken and each.why
        assert each.state is State.SENT or held or each.why, each
    assert not [each for each in rows if each.state in (State.LEASED, State.CALLING, State.UNCERTAIN)]


async def test_what_was_not_called_is_free_again_and_what_was_called_is_in_doubt(school: School) -> None:
    """RB2: a process dies before, during or after the call of each row; the next one tells them apart."""
    at = NOW + timedelta(days=1, minutes=1)
    await school.nudges.plan(at)
    claimed = await school.mail.service.claim(at, tuple(Way), 100)
    assert len(claimed) == 12
    for place, each in enumerate(claimed):
        if place % 3 and (parcel := await school.mail.service.begin(each, at)) and place % 3 == 2:
            await school.mail.service.finish(each, parcel, Sent(1, "1"), at)
    taken_up = await Mail(school.database).service.resume(at)
    assert sorted(each.id for each, _ in taken_up) == sorted(each.id for each in claimed[1::3])
    states = {each.id: each.state for each in await school.rows()}
    assert {states[each.id] for each in claimed[0::3]} == {State.DUE}
    assert {states[each.id] for each in claimed[2::3]} == {State.SENT}
