"""Where two parts meet: texts that are shut and threads that fail, a text told of twice, a conversation closed in doubt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.messages import Closed, Outcome, Sent, Unknown
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.services.texting import hold_texts
from bot.storage.database import Database
from tests.builders import ANA, NOW, a_class, posted_pre_work
from tests.services.phone_desk import PhoneDesk

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def desk(database: Database) -> PhoneDesk:
    desk = PhoneDesk(database, await a_class(database, students=(ANA,)))
    await desk.places()
    await desk.prove()
    return desk


async def a_nudge(desk: PhoneDesk, way: Way, key: str = "nudge") -> Delivery:
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    return await desk.due(Kind.NUDGE, way, about=posted.id, key=key, expires_at=posted.deadline)


async def test_where_threads_fail_and_texts_are_shut_the_teacher_is_told_once(desk: PhoneDesk) -> None:
    await desk.database.write(lambda tx: hold_texts(tx, "carriers filter our texts", NOW + timedelta(days=1)))
    await a_nudge(desk, Way.THREAD)

    def no_threads(row: Delivery) -> Outcome | None:
        return Closed("I lack a permission for it", lasting=False) if row.way is Way.THREAD else None

    await desk.carried(fate=no_threads)  # type: ignore[arg-type]
    rows = [each for each in await desk.mail.rows() if each.key.startswith("nudge")]
    assert [each.way for each in rows] == [Way.THREAD, Way.SMS, Way.ROOM]
    assert rows[-1].kind is Kind.UNREACHED


async def test_a_text_that_a_callback_proves_is_in_the_record_and_is_billed(desk: PhoneDesk) -> None:
    row = await a_nudge(desk, Way.SMS)
    ((delivery, parcel),) = await desk.mail.begin(NOW)
    await desk.receipts.tell("SMearly", row.nonce, "sent", None, NOW)
    await desk.mail.service.finish(delivery, parcel, Sent(6, "SMearly", 3), NOW)
    lines = await desk.database.read(lambda tx: [*tx.history.of_section(desk.section.id)])
    told = [each.body for each in lines if each.body and each.body["kind"] == "nudge"]
    assert [(each["way"], each["state"]) for each in told] == [("sms", "sent")]
    assert await desk.database.read(lambda tx: tx.outbox.segments_since(NOW - MINUTE)) >= 3


async def test_what_may_have_gone_out_is_looked_for_though_the_inbox_was_closed_since(
    desk: PhoneDesk,
) -> None:
    await desk.open_inbox()
    await a_nudge(desk, Way.DM)

    def lost(row: Delivery) -> Outcome | None:
        return Unknown("no answer came in time") if row.way is Way.DM else None

    await desk.carried(fate=lost)  # type: ignore[arg-type]
    person = await desk.person()
    await desk.database.write(lambda tx: tx.people.close_dm(person, NOW))
    later = NOW + 2 * MINUTE
    ((delivery, _),) = [each for each in await desk.mail.service.resume(later) if each[0].key == "nudge"]
    assert delivery.way is Way.DM
    assert not [each for each in await desk.mail.rows() if each.key.startswith("nudge>")]


async def test_a_text_in_doubt_to_a_number_that_said_stop_goes_no_second_way(desk: PhoneDesk) -> None:
    await a_nudge(desk, Way.SMS)

    def lost(row: Delivery) -> Outcome | None:
        return Unknown("no answer came in time") if row.kind is Kind.NUDGE else None

    await desk.carried(fate=lost)  # type: ignore[arg-type]
    await desk.hears("STOP")
    await desk.mail.service.resume(NOW + 2 * MINUTE)
    assert (await desk.row("nudge")).state in (State.FAILED, State.SUPPRESSED)
    assert not [each for each in await desk.mail.rows() if each.key.startswith("nudge>")]


async def test_a_students_reminder_is_not_dropped_for_their_guardians(desk: PhoneDesk) -> None:
    await desk.open_inbox()
    posted = await posted_pre_work(desk.database, desk.section, "measurement")
    own = await desk.due(Kind.NUDGE, Way.DM, about=posted.id, key="nudge:own", expires_at=posted.deadline)
    await desk.due(Kind.NUDGE, Way.GUARDIAN, about=posted.id, key="nudge:home", expires_at=posted.deadline)
    assert not await desk.database.read(lambda tx: tx.outbox.is_superseded(own, NOW))


async def test_texts_of_the_day_are_counted_by_their_own_index(desk: PhoneDesk) -> None:
    def explain(tx: Any) -> str:
        rows = tx.outbox._db.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT total(segments) FROM outbox WHERE way IN ('sms', 'guardian') "
            "AND called_at > 5"
        )
        return " ".join(str(row) for row in rows)

    assert "ix_outbox_texts_called_at" in await desk.database.read(explain)
