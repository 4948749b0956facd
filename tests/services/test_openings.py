"""After a quarantine no inbox is opened until the person who runs the bot allows it (RA8, RA9)."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery.errors import TO_OPEN
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.services.people import PeopleService
from bot.services.upkeep import UpkeepService
from bot.storage.database import Database
from tests.builders import NOW, Ids, a_class, student
from tests.services.mail import DRIP, Mail

PRESSED, SILENT = range(100, 120), range(120, 150)


async def openings(database: Database) -> list[Delivery]:
    return [each for each in await Mail(database).rows() if each.kind is Kind.OPEN_INBOX]


async def test_a_quarantine_outlasts_restarts_and_new_presses_and_loses_nobodys_inbox(
    database: Database,
) -> None:
    await a_class(database, students=[*PRESSED, *SILENT])
    people = PeopleService(database, DRIP, Ids(last=8000), lambda: None)
    for account in PRESSED[:10]:
        await people.open_inbox(student(account), NOW)
    deliveries, calls = Mail(database).service, 0
    for each in await deliveries.claim(NOW, [Way.DM], 10):
        if (parcel := await deliveries.begin(each, NOW)) is not None:
            calls += 1
            await deliveries.finish(each, parcel, TO_OPEN[20026], NOW)
    assert calls == 1

    at = NOW
    for day in range(1, 8):  # the bot is started anew each day, and more students press
        at = NOW + timedelta(days=day)
        await people.open_inbox(student(PRESSED[9 + day]), at)
        tried = await Mail(database).carry(at + timedelta(minutes=1))
        assert not [each for each, _ in tried if each.kind is Kind.OPEN_INBOX]
    assert {each.state for each in await openings(database)} == {State.DUE}

    upkeep = UpkeepService(database)
    assert await upkeep.allow_openings() == TO_OPEN[20026].why  # pyright: ignore[reportAttributeAccessIssue]
    assert await upkeep.allow_openings() is None
    for _ in range(3):
        at += timedelta(days=1)
        await Mail(database).carry(at + timedelta(minutes=1))
    rows = await openings(database)
    assert {each.state for each in rows} == {State.SENT}
    assert len(rows) == 17, "only those who pressed"
