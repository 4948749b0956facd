"""The record tells of every message to a person how it ended, and holds no key to anything."""

from __future__ import annotations

import json
from datetime import timedelta

from cryptography.fernet import Fernet

from bot.domain.messages import Closed, PhoneCode
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.phones import ConsentAct, NewNumber
from bot.domain.records import HistoryLine, Section
from bot.services.chronicle import said
from bot.services.ports import Tx
from bot.storage.database import Database
from bot.storage.secrets import Vault
from tests.builders import ANA, BEN, NOW, Ids, a_class, posted_pre_work
from tests.services.mail import Mail

NUMBER, CODE = "+12025550142", "493817"


def nudge(section: Section, about: int, person: int, cause: str = "0") -> Effect:
    return Effect(
        key=f"nudge:{about}:{person}:{cause}",
        kind=Kind.NUDGE,
        way=Way.DM,
        due_at=NOW,
        person=person,
        section=section.id,
        about=about,
        args={"step": 0},
        expires_at=NOW + timedelta(days=1),
    )


async def lines(database: Database, section: Section) -> list[HistoryLine]:
    return await database.read(lambda tx: [*tx.history.of_section(section.id)])


async def test_every_end_of_a_message_is_a_line_with_its_way_its_words_and_its_reason(
    database: Database,
) -> None:
    section = await a_class(database, students=(ANA, BEN))
    posted = await posted_pre_work(database, section, "measurement")

    def prepare(tx: Tx) -> tuple[int, int]:
        ana, ben = (tx.people.known(each, NOW).person for each in (ANA, BEN))
        tx.people.ask_inbox(ana, NOW)
        tx.people.set_dm_channel(ana, 77)
        tx.outbox.add([nudge(section, posted.id, each) for each in (ana, ben)], NOW, Ids(500))
        return ana, ben

    ana, ben = await database.write(prepare)
    await Mail(database).carry(NOW)
    found = [(each.person, each.body or {}) for each in await lines(database, section)]
    sent = {person: body for person, body in found if body["state"] == "sent" and body["kind"] == "nudge"}
    assert sent[ana]["way"] == "dm"
    assert sent[ana]["said"]["unit_title"] == "Measurement and units"
    assert sent[ana]["said"]["deadline_local"] == "Tue 24 Nov 16:00"
    failed = [body for person, body in found if person == ben and body["state"] == "failed"]
    assert (failed[0]["way"], failed[0]["why"]) == ("dm", "the inbox is not open")
    assert posted.handle not in json.dumps([body for _, body in found])
    assert await database.read(lambda tx: tx.history.broken()) is None


async def test_what_was_not_needed_any_more_and_what_came_too_late_are_told_too(database: Database) -> None:
    section = await a_class(database)
    posted = await posted_pre_work(database, section, "measurement")

    def prepare(tx: Tx) -> None:
        ana = tx.people.known(ANA, NOW).person
        tx.outbox.add([nudge(section, posted.id, ana)], NOW, Ids(500))

    await database.write(prepare)
    await Mail(database).carry(NOW + timedelta(days=2))
    (line,) = await lines(database, section)
    assert line.body == {
        "kind": "nudge",
        "way": "dm",
        "state": "expired",
        "why": "it came too late to be of use",
    }


async def test_a_code_and_a_number_are_in_no_line(database: Database) -> None:
    """RC7: the record itself has no phone numbers."""
    section = await a_class(database)
    vault = Vault([Fernet.generate_key().decode()])

    def prepare(tx: Tx) -> None:
        ana = tx.people.known(ANA, NOW).person
        until = NOW + timedelta(minutes=10)
        mark = vault.mark(NUMBER)
        tx.phones.give(ana, NewNumber(vault.encrypt(NUMBER), mark, (), vault.encrypt(CODE), NOW))
        tx.phones.record_consent(ana, ConsentAct("asked", "discord", mark), NOW)
        code = Effect("code:1", Kind.PHONE_CODE, Way.SMS, NOW, ana, section.id, None, {"number": 1}, until)
        tx.outbox.add([code], NOW, Ids(500))

    await database.write(prepare)
    gone = await Mail(database, vault=vault).carry(NOW, lambda _, __: Closed("the number is a landline"))
    assert len(gone) == 1
    told = json.dumps([each.body for each in await lines(database, section)])
    assert "landline" in told
    assert NUMBER not in told
    assert CODE not in told
    assert said(PhoneCode(CODE, 10)) == {"minutes": 10}


async def test_a_row_that_ended_before_leaves_no_second_line(database: Database) -> None:
    section = await a_class(database)
    posted = await posted_pre_work(database, section, "measurement")

    def prepare(tx: Tx) -> None:
        ana = tx.people.known(ANA, NOW).person
        tx.people.ask_inbox(ana, NOW)
        tx.people.set_dm_channel(ana, 77)
        tx.outbox.add([nudge(section, posted.id, ana)], NOW, Ids(500))

    await database.write(prepare)
    mail = Mail(database)
    for delivery, parcel in await mail.carry(NOW):
        await mail.service.finish(delivery, parcel, Closed("gone", lasting=False), NOW)
    assert len(await lines(database, section)) == 1


async def test_what_a_student_did_for_themselves_is_in_the_record_of_their_class_and_of_no_other(
    database: Database,
) -> None:
    section = await a_class(database)
    other = await a_class(database, students=(BEN,), name="Chem 2")

    def stop(tx: Tx) -> None:
        tx.history.add(HistoryLine(NOW, "texts_stopped", {}, person=tx.people.known(ANA, NOW).person))

    await database.write(stop)
    told = await database.read(lambda tx: [*tx.reports.told(section.id, NOW)])
    assert [(line.what, who, by) for line, who, by in told] == [("texts_stopped", ANA, None)]
    assert await database.read(lambda tx: [*tx.reports.told(other.id, NOW)]) == []
